#include "sockets/question.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/sockets/cells.h"

namespace portolan::sockets {
namespace {

using ::testing::HasSubstr;
using testing::tcp_row;

const catalog::Services& services() {
  static const auto catalogue = catalog::Services::parse(
                                    "22 tus ssh\n53 tu domain\n80 tu http\n443 tu https\n514 t shell\n514 u syslog\n"
                                    "2905 s m3ua\n8080 t http-alt\n")
                                    .value();
  return catalogue;
}

Result<Question> parse(std::string_view text) {
  return parse_question(
      text, {.services = services(), .zone_of = [](std::string_view name) { return name == "eth0" ? 2U : 0U; }});
}

Row row(SocketKind protocol, std::string_view local, std::uint32_t port, State state = State::listen) {
  Row one = tcp_row(local, port, local.contains(':') ? "::" : "0.0.0.0", 0);
  one.protocol = protocol;
  one.state = state;
  return one;
}

bool fits(std::string_view text, const Row& one) { return parse(text).value().fits(one); }

TEST(Question, PortFitsEveryProtocolAndAddress) {
  EXPECT_TRUE(fits("8080", row(SocketKind::tcp, "127.0.0.1", 8080)));
  EXPECT_TRUE(fits("8080", row(SocketKind::udp, "::", 8080, State::closed)));
  EXPECT_TRUE(fits("8080", row(SocketKind::sctp, "::", 8080)));
  EXPECT_TRUE(fits("8080", row(SocketKind::mptcp, "::", 8080)));
  EXPECT_TRUE(fits("8080", row(SocketKind::dccp, "::", 8080)));
  EXPECT_TRUE(fits("8080", row(SocketKind::tcp, "127.0.0.1", 8080, State::established)));
  EXPECT_FALSE(fits("8080", row(SocketKind::tcp, "127.0.0.1", 8081)));
  EXPECT_FALSE(fits("8080", row(SocketKind::raw, "127.0.0.1", 8080)));
  EXPECT_EQ(parse("8080")->only_port(), net::Port{8080});
}

TEST(Question, ProtocolStandsBeforeOrBehind) {
  for (const char* text : {"udp/53", "53/udp", "udp/domain", "udp/dns", "udp/*:53", "udplite/53"}) {
    EXPECT_TRUE(fits(text, row(SocketKind::udp, "127.0.0.1", 53, State::closed))) << text;
    EXPECT_TRUE(fits(text, row(SocketKind::udplite, "127.0.0.1", 53, State::closed))) << text;
    EXPECT_FALSE(fits(text, row(SocketKind::tcp, "127.0.0.1", 53))) << text;
  }
  EXPECT_TRUE(fits("tcp/53", row(SocketKind::mptcp, "127.0.0.1", 53)));
  EXPECT_FALSE(fits("tcp/53", row(SocketKind::dccp, "127.0.0.1", 53)));
  EXPECT_TRUE(fits("dccp/53", row(SocketKind::dccp, "127.0.0.1", 53)));
}

TEST(Question, NameMeansItsRegisteredPortsOnly) {
  EXPECT_TRUE(fits("syslog", row(SocketKind::udp, "::", 514, State::closed)));
  EXPECT_FALSE(fits("syslog", row(SocketKind::tcp, "::", 514)));
  EXPECT_TRUE(fits("m3ua", row(SocketKind::sctp, "::", 2905)));
  EXPECT_TRUE(fits("SSH", row(SocketKind::tcp, "::", 22)));
}

TEST(Question, TheSystemsNamesGoBeforeTheRegistrys) {
  const auto system = [](net::Protocol protocol, std::string_view name) -> std::optional<net::Port> {
    if (name == "webmin" && protocol == net::Protocol::tcp) return net::Port{10'000};
    if (name == "http-alt" && protocol == net::Protocol::tcp) return net::Port{8'008};
    return std::nullopt;
  };
  const auto asked = [&system](std::string_view text) {
    return parse_question(text, {.services = services(), .zone_of = {}, .system_port = system}).value();
  };
  EXPECT_TRUE(asked("webmin").fits(row(SocketKind::tcp, "::", 10'000)));
  EXPECT_TRUE(asked("localhost:webmin").fits(row(SocketKind::tcp, "::", 10'000)));
  EXPECT_TRUE(asked("http-alt").fits(row(SocketKind::tcp, "::", 8'008)));
  EXPECT_FALSE(asked("http-alt").fits(row(SocketKind::tcp, "::", 8'080)));
  EXPECT_TRUE(asked("ssh").fits(row(SocketKind::tcp, "::", 22)));
}

TEST(Question, RangesAndWildcardsAreUnderstood) {
  const auto range = parse("8000-8100").value();
  EXPECT_TRUE(range.fits(row(SocketKind::tcp, "::", 8050)));
  EXPECT_FALSE(range.only_port());
  EXPECT_TRUE(fits("http*", row(SocketKind::tcp, "::", 443)));
  EXPECT_TRUE(fits("tcp/22,80", row(SocketKind::tcp, "::", 80)));
}

TEST(Question, AddressFindsTheListenersThatTakeIt) {
  EXPECT_TRUE(fits("127.0.0.1:8080", row(SocketKind::tcp, "127.0.0.1", 8080)));
  EXPECT_TRUE(fits("127.0.0.1:8080", row(SocketKind::tcp, "0.0.0.0", 8080)));
  EXPECT_TRUE(fits("127.0.0.1:8080", row(SocketKind::tcp, "::", 8080)));
  EXPECT_FALSE(fits("127.0.0.1:8080", row(SocketKind::tcp, "127.0.0.2", 8080)));
  EXPECT_FALSE(fits("127.0.0.1:8080", row(SocketKind::tcp, "::1", 8080)));
  EXPECT_TRUE(fits("[::1]:53", row(SocketKind::udp, "::", 53, State::closed)));
  EXPECT_TRUE(fits("tcp/[::1]:53", row(SocketKind::tcp, "::1", 53)));
  EXPECT_TRUE(fits("localhost:53", row(SocketKind::tcp, "::1", 53)));
  EXPECT_TRUE(fits("localhost:53", row(SocketKind::tcp, "127.0.0.1", 53)));
  EXPECT_FALSE(fits("localhost:53", row(SocketKind::tcp, "198.18.0.1", 53)));
  EXPECT_TRUE(fits(":8080", row(SocketKind::tcp, "198.18.0.1", 8080)));
  EXPECT_TRUE(fits("*:http-alt", row(SocketKind::tcp, "198.18.0.1", 8080)));
  EXPECT_EQ(parse("[fe80::1%eth0]:53")->addresses.front().address.zone(), 2U);
}

TEST(Question, AddressesAreReadInEveryFormThatProgramsPrint) {
  const auto asked = [](std::string_view text) {
    const auto question = parse(text);
    EXPECT_TRUE(question.has_value()) << text << ": " << (question ? "" : question.error().message);
    std::string told;
    if (!question) return told;
    for (const AskedAddress& one : question->addresses) {
      told += fmt::format("{}{} ", to_string(one.address.without_zone()), one.named == 0 ? "" : "%eth0");
    }
    if (question->protocol) told += name_of(*question->protocol);
    return fmt::format("{}{}", told, question->only_port() ? question->only_port()->value() : 0);
  };
  const std::pair<const char*, const char*> forms[] = {
      {"0.0.0.0:80", "0.0.0.0 80"},                    // netstat
      {":::3000", ":: 3000"},                          // netstat, Node.js
      {"::1:631", "::1 631"},                          // netstat
      {"::ffff:127.0.0.1:80", "::ffff:127.0.0.1 80"},  // netstat
      {"fe80::1%eth0:546", "fe80::1%eth0 546"},
      {"[fe80::1]%eth0:546", "fe80::1%eth0 546"},  // ss
      {"0.0.0.0%eth0:68", "0.0.0.0%eth0 68"},      // ss
      {"*%eth0:68", "::%eth0 68"},                 // ss
      {"[::]:443", ":: 443"},                      // ss, lsof
      {"*:80", "80"},                              // lsof
      {":8080", "8080"},                           // Go
      {"localhost:80", "127.0.0.1 ::1 80"},
      {"Localhost:http", "127.0.0.1 ::1 80"},
      {"http://127.0.0.1:8000/", "127.0.0.1 tcp8000"},
      {"https://[::1]/x?y", "::1 tcp443"},
      {"tcp://0.0.0.0:2375", "0.0.0.0 tcp2375"},
      {"udp://[::]:53", ":: udp53"},
      {"tcp:3000", "tcp3000"},  // lsof -i
      {"TCP:3000", "tcp3000"},
      {"3000/TCP", "tcp3000"},
      {"Udp/53", "udp53"},
      {"tcp:127.0.0.1:3000", "127.0.0.1 tcp3000"},
      {"udp:[::1]:53", "::1 udp53"},
  };
  for (const auto& [text, told] : forms) EXPECT_EQ(asked(text), told) << text;
  EXPECT_EQ(parse("unix:///run/x.sock")->path, "/run/x.sock");
  EXPECT_EQ(parse("unix:/run/x.sock")->path, "/run/x.sock");
}

TEST(Question, AWildcardAsksForAllThatKeepItFromBeingBound) {
  for (const char* text : {"0.0.0.0:8080", ":::8080", "[::]:8080", "*:8080"}) {
    EXPECT_TRUE(fits(text, row(SocketKind::tcp, "198.18.0.1", 8080))) << text;
    EXPECT_TRUE(fits(text, row(SocketKind::tcp, "0.0.0.0", 8080, State::bound_inactive))) << text;
    EXPECT_TRUE(fits(text, row(SocketKind::tcp, "::", 8080))) << text;
    EXPECT_FALSE(fits(text, row(SocketKind::tcp, "198.18.0.1", 8081))) << text;
  }
  Row six = row(SocketKind::tcp, "::", 8080);
  six.only_v6 = true;
  EXPECT_FALSE(fits("0.0.0.0:8080", six));
  EXPECT_TRUE(fits("[::]:8080", six));
  EXPECT_FALSE(fits("0.0.0.0:8080", row(SocketKind::tcp, "2001:db8::1", 8080)));
  // Bound everywhere and not listening, it keeps one address from others as well.
  EXPECT_TRUE(fits("127.0.0.1:8080", row(SocketKind::tcp, "0.0.0.0", 8080, State::bound_inactive)));
}

TEST(Question, ADeviceAnswersForItselfOnly) {
  Row bound = row(SocketKind::tcp, "0.0.0.0", 8080);
  bound.interface = 3;
  Question question = parse("127.0.0.1:8080").value();
  EXPECT_TRUE(question.is_answered_by(bound)) << "where nothing is known of interfaces";
  question.addresses.front().interfaces = {1};
  EXPECT_FALSE(question.is_answered_by(bound));
  EXPECT_TRUE(question.fits(bound)) << "nobody else can be bound there";
  question.addresses.front().interfaces = {3, 1};
  EXPECT_TRUE(question.is_answered_by(bound));
  EXPECT_FALSE(fits("127.0.0.1%eth0:8080", bound));
  bound.interface = 2;
  EXPECT_TRUE(fits("127.0.0.1%eth0:8080", bound));
}

TEST(Question, ConnectionsHaveOneAddress) {
  EXPECT_TRUE(fits("127.0.0.1:8080", row(SocketKind::tcp, "::ffff:127.0.0.1", 8080, State::established)));
  EXPECT_FALSE(fits("127.0.0.1:8080", row(SocketKind::tcp, "198.18.0.1", 8080, State::established)));
}

TEST(Question, PathsAreUnixSockets) {
  Row one;
  one.protocol = SocketKind::unix_domain;
  one.path = "/run/x.sock";
  EXPECT_TRUE(fits("/run/x.sock", one));
  EXPECT_FALSE(fits("/run/y.sock", one));
  EXPECT_FALSE(fits("8080", one));
  const std::string abstract{"\0hidden", 7};
  one.path = abstract;
  EXPECT_TRUE(fits("@hidden", one));
  one.path = "./here";
  EXPECT_TRUE(fits("./here", one));
}

TEST(Question, TheFileSaysWhichSocketIsMeant) {
  auto question = parse("/var/run/x.sock").value();
  Row one;
  one.protocol = SocketKind::unix_domain;
  one.path = "/run/x.sock";
  one.has_file = true;
  one.file_inode = 5;
  one.file_device = 9;
  EXPECT_FALSE(question.fits(one));
  question.file = {.state = Question::File::State::socket, .inode = 0x1'0000'0005, .device = 9};
  EXPECT_TRUE(question.fits(one)) << "of inodes the kernel tells 32 bits";
  question.file.device = 8;
  EXPECT_FALSE(question.fits(one));
  one.path = "/var/run/x.sock";
  EXPECT_FALSE(question.fits(one));
  EXPECT_TRUE(question.has_only_the_name(one));
  one.has_file = false;
  EXPECT_TRUE(question.fits(one));
  question.file = {.state = Question::File::State::none};
  EXPECT_FALSE(question.fits(one));
}

TEST(Question, WhatCannotBeMeantIsOneSentenceThatQuotesIt) {
  const std::pair<const char*, const char*> wrong[] = {
      {"", "is empty"},
      {"70000", "ports go from 1 to 65535"},
      {"0", "port 0"},
      {"sssh", "no service is registered as 'sssh'; the closest name is ssh"},
      {"1:2:3", "[::1]:53"},
      {"127.0.0.1%nosuch:22", "is not there"},
      {"[::1]%:22", "without an interface"},
      {"http://nosuch/", "no address"},
      {"[::1]", "has a '[' without ']:'"},
      {"[::1]:", "names no port"},
      {"127.0.0.1", "write 127.0.0.1:PORT"},
      {"::1", "[::1]:53"},
      {"example.org:80", "names of hosts are not looked up"},
      {"300.0.0.1:80", "is no address"},
      {"0177.0.0.1:80", "'0177.0.0.1:80' has a number with a zero in front, which is octal to some"},
      {"[010.0.0.1]:80", "has a number with a zero in front"},
      {"http://010.0.0.1/", "has a number with a zero in front"},
      {"010.0.0.1", "has a number with a zero in front"},
      {"icmp/3", "a protocol without ports"},
      {"unix/3", "a protocol without ports"},
      {"foo/bar", "names no protocol"},
      {"tcp/", "names no port"},
      {"tcp/syslog", "names no port of that protocol"},
      {"[fe80::1%nosuch]:22", "nosuch"},
      {"9-3", "runs backwards"},
  };
  for (const auto& [text, sentence] : wrong) {
    const auto question = parse(text);
    ASSERT_FALSE(question) << text;
    EXPECT_EQ(question.error().code, Errc::parse) << text;
    EXPECT_THAT(question.error().message, HasSubstr(sentence)) << text;
    EXPECT_THAT(question.error().message, ::testing::Not(HasSubstr("\n"))) << text;
  }
}

}  // namespace
}  // namespace portolan::sockets
