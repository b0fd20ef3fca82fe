#include "plan/port_expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "peer_nmap.h"

namespace portolan::plan {
namespace {

using testing::HasSubstr;

const catalog::Services& services() {
  static const auto catalogue = catalog::Services::parse(
      "7 tus echo\n22 tus ssh\n53 tu domain\n80 tus http\n80 tu www\n280 tu http-mgmt\n443 tus https\n"
      "512 t exec\n512 u comsat\n3389 tu ms-wbt-server\n6000-6063 tu x11\n8080 tu http-alt\n");
  return *catalogue;
}

// "tcp/udp/sctp" of what the text means, or the message where it means nothing.
std::string meaning(std::string_view text) {
  const auto plan = parse_ports(text, services());
  if (!plan) return plan.error().message;
  return to_string(plan->tcp) + "/" + to_string(plan->udp) + "/" + to_string(plan->sctp);
}

TEST(PortExpression, ListsAndRangesGoToEveryProtocol) {
  EXPECT_EQ(meaning("22,80,443"), "22,80,443/22,80,443/22,80,443");
  EXPECT_EQ(meaning("1-1024"), "1-1024/1-1024/1-1024");
  EXPECT_EQ(meaning("-100"), "1-100/1-100/1-100");
  EXPECT_EQ(meaning("60000-"), "60000-65535/60000-65535/60000-65535");
  EXPECT_EQ(meaning("-"), "1-65535/1-65535/1-65535");
  EXPECT_EQ(meaning(" 22 , 80 ,"), "22,80/22,80/22,80");
  EXPECT_EQ(meaning("80,80,79-81"), "79-81/79-81/79-81");
}

TEST(PortExpression, PortZeroIsTakenOnlyWhenNamed) {
  EXPECT_EQ(meaning("T:0"), "0//");
  EXPECT_EQ(meaning("T:0-2"), "0-2//");
  EXPECT_EQ(meaning("T:-2"), "1-2//");
}

TEST(PortExpression, PrefixesHoldForWhatFollows) {
  EXPECT_EQ(meaning("80,T:22,U:53,9"), "22,80/9,53,80/80");
  EXPECT_EQ(meaning("S:9"), "//9");
  EXPECT_EQ(meaning("T:U:53"), "/53/");
  EXPECT_EQ(meaning("U:53"), "/53/");
}

TEST(PortExpression, NamesAndWildcardsComeFromTheCatalogue) {
  EXPECT_EQ(meaning("http"), "80/80/80");
  EXPECT_EQ(meaning("HTTP"), "80/80/80");
  EXPECT_EQ(meaning("www"), "80/80/");
  EXPECT_EQ(meaning("http*"), "80,280,443,8080/80,280,443,8080/80,443");
  EXPECT_EQ(meaning("http?"), "443/443/443");
  EXPECT_EQ(meaning("x11"), "6000-6063/6000-6063/");
  EXPECT_EQ(meaning("U:domain,T:ssh"), "22/53/");
  EXPECT_EQ(meaning("ms-wbt-server"), "3389/3389/");
}

TEST(PortExpression, BracketsKeepOnlyRegisteredPorts) {
  EXPECT_EQ(meaning("[1-100]"), "7,22,53,80/7,22,53,80/7,22,80");
  EXPECT_EQ(meaning("T:[-100],81"), "7,22,53,80-81//");
  EXPECT_EQ(meaning("[22,25],1000"), "22,1000/22,1000/22,1000");
  EXPECT_EQ(meaning("[6060-]"), "6060-6063,8080/6060-6063,8080/");
  EXPECT_EQ(meaning("[U:53,54],23"), "23/23,53/23");
  EXPECT_EQ(meaning("[http*]"), "80,280,443,8080/80,280,443,8080/80,443");
  EXPECT_EQ(meaning("T:[exec],U:[512]"), "512/512/");
}

TEST(PortExpression, MalformedTextIsRefusedWithThePieceQuoted) {
  struct Case {
    const char* text;
    const char* quoted;
  };
  for (const auto& [text, piece] : {
           Case{"", "''"},
           Case{",22", "',22'"},
           Case{"22,,80", "'22,,80'"},
           Case{"80,,", "'80,,'"},
           Case{"U:,53", "'U:,53'"},
           Case{"65536", "'65536'"},
           Case{"-65536", "'65536'"},
           Case{"1-0", "'1-0'"},
           Case{"22-25-30", "'22-25-30'"},
           Case{"22-21", "write 21-22"},
           Case{"+22", "'+22'"},
           Case{"22]", "']'"},
           Case{"[22", "'['"},
           Case{"[[22]]", "brackets inside"},
           Case{"t:22", "'t:'"},
           Case{"P:6", "'P:'"},
           Case{"1-5[80]", "']'"},
           Case{"[22]80", "'80'"},
           Case{"T:22 U:53", "'22 U:53'"},
           Case{"nosuch", "'nosuch'"},
           Case{"S:domain", "'domain'"},
           Case{"T:", "'T:'"},
           Case{"[]", "'[]'"},
           Case{"[0]", "'[0]'"},
           Case{"1 - 5", "'1 - 5'"},
           Case{"99999999999999999999", "'99999999999999999999'"},
           Case{"-[22]", "'-[22]'"},
           Case{"20\u201325", "'20\u201325' has an en dash (U+2013)"},
           Case{"80,20\u221225", "which has a minus sign (U+2212)"},
       }) {
    const auto plan = parse_ports(text, services());
    ASSERT_FALSE(plan) << text;
    EXPECT_THAT(plan.error().message, HasSubstr(piece)) << text;
    EXPECT_THAT(plan.error().message, HasSubstr(";")) << "no advice: " << plan.error().message;
    EXPECT_EQ(plan.error().code, Errc::parse) << text;
  }
}

TEST(PortExpression, IpProtocolsAreNumbersTo255AndNames) {
  const auto read = [](std::string_view text) {
    const auto plan = parse_ports(text, services(), PortLanguage::ip_protocols);
    if (!plan) return plan.error().message;
    EXPECT_TRUE(plan->udp.empty() && plan->sctp.empty()) << text;
    return to_string(plan->ip);
  };
  EXPECT_EQ(read("1,2,6,17"), "1-2,6,17");
  EXPECT_EQ(read("-"), "0-255");  // protocol 0 is one as any other
  EXPECT_EQ(read("1-"), "1-255");
  EXPECT_EQ(read("-5,250-"), "0-5,250-255");
  EXPECT_EQ(read("tcp,GRE,ipv6*"), "6,41,43-44,47,58-60");
  EXPECT_EQ(read("[140-254]"), "140-145,253-254");
  EXPECT_EQ(read("1,P:2,T:80"), "1-2");
  EXPECT_THAT(read("256"), HasSubstr("'256' is no IP protocol"));
  EXPECT_THAT(read("http"), HasSubstr("'http' is the name of no IP protocol"));
  EXPECT_THAT(read("1,,2"), HasSubstr("empty place"));
}

TEST(PortExpression, IpProtocolsBesidePortsStandBehindTheirPrefix) {
  const auto plan = parse_ports("80,P:6,gre,T:22", services(), PortLanguage::scan);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(to_string(plan->ip), "6,47");
  EXPECT_EQ(to_string(plan->tcp), "22,80");
  EXPECT_EQ(to_string(plan->udp), "80");
  EXPECT_EQ(parse_ports("P:tcp", services(), PortLanguage::scan)->of(net::Protocol::ip).size(), 1U);
  EXPECT_FALSE(parse_ports("P:256", services(), PortLanguage::scan));
}

TEST(PortExpression, EscapeSequencesOfTheTextStayInert) {
  const auto plan = parse_ports("\x1b[2J", services());
  ASSERT_FALSE(plan);
  EXPECT_FALSE(plan.error().message.contains('\x1b'));
}

RC_GTEST_PROP(PortExpressionProperty, ParsingWhatWasPrintedGivesThePortsBack, ()) {
  PortPlan plan;
  const auto fill = [](net::PortSet& set) {
    for (int i = *rc::gen::inRange(1, 6); i > 0; --i) {
      const auto a = *rc::gen::arbitrary<std::uint16_t>();
      const auto b = *rc::gen::arbitrary<std::uint16_t>();
      set.insert({.first = net::Port{std::min(a, b)}, .last = net::Port{std::max(a, b)}});
    }
  };
  fill(plan.tcp);
  fill(plan.udp);
  fill(plan.sctp);
  const auto text = "T:" + to_string(plan.tcp) + ",U:" + to_string(plan.udp) + ",S:" + to_string(plan.sctp);
  RC_ASSERT((parse_ports(text, services()).value() == plan));
}

// "TCP(3;22,80,443) UDP(0;) SCTP(0;) ..." of nmap's grepable output as "22,80,443//".
std::string nmap_meaning(const std::string& expression) {
  // NMAP_PRIVILEGED lets an ordinary user name every protocol; without targets nothing is opened.
  const auto output = output_of("NMAP_PRIVILEGED=1 nmap -v -n -Pn -sSUY -oG - -p " + shell_quoted(expression) +
                                " -iL /dev/null 2>/dev/null");
  const auto line = output.find("# Ports scanned: ");
  if (line == std::string::npos) return "refused";
  std::string meaning;
  for (const std::string protocol : {"TCP(", " UDP(", "SCTP("}) {
    const auto begin = output.find(';', output.find(protocol, line)) + 1;
    if (!meaning.empty() || protocol != "TCP(") meaning += '/';
    meaning += output.substr(begin, output.find(')', begin) - begin);
  }
  return meaning;
}

TEST(PortExpression, MeansWhatTheInstalledNmapMeans) {
  if (!nmap_is_installed()) GTEST_SKIP() << "nmap is not installed";
  for (const std::string text : {"22,80,443",
                                 "-",
                                 "1-1024",
                                 "-100",
                                 "60000-",
                                 "0",
                                 "0-",
                                 "-0",
                                 "U:53",
                                 "T:80,U:53,S:9",
                                 "T:",
                                 "22,",
                                 ",22",
                                 "22,,80",
                                 " 22, 80 ",
                                 "65536",
                                 "22-25-30",
                                 "T:U:53",
                                 "80,T:22,U:53,9",
                                 "t:22",
                                 "22-",
                                 "1-,-5",
                                 "022",
                                 "+22",
                                 "80,80",
                                 "22-21",
                                 "U:,53",
                                 "[U:53],80",
                                 "[22]",
                                 "[T:22,53],U:80",
                                 "[[22]]",
                                 "22]",
                                 "S:domain",
                                 "ssh",
                                 "domain",
                                 "ms-wbt-server",
                                 "nosuchservice",
                                 "1 - 5"}) {
    EXPECT_EQ(parse_ports(text, services()) ? meaning(text) : "refused", nmap_meaning(text)) << text;
  }
}

}  // namespace
}  // namespace portolan::plan
