#include "sockets/port_survey.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace portolan::sockets {
namespace {

using net::Port;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

net::PortSet ports(std::uint16_t first, std::uint16_t last) {
  net::PortSet set;
  set.insert({.first = Port{first}, .last = Port{last}});
  return set;
}

TEST(PortSettings, AreReadAsTheKernelWritesThem) {
  EXPECT_EQ(parse_port_range_setting("32768\t60999\n"), (net::PortRange{.first = Port{32768}, .last = Port{60999}}));
  EXPECT_EQ(parse_unprivileged_setting("1024\n"), 1024U);
  EXPECT_EQ(parse_unprivileged_setting("0\n"), 0U);
  EXPECT_EQ(parse_unprivileged_setting("65536\n"), 65536U);
  EXPECT_EQ(to_string(*parse_reserved_ports_setting("8080,9148-9150\n")), "8080,9148-9150");
  EXPECT_TRUE(parse_reserved_ports_setting("\n")->empty());
}

TEST(PortSettings, NonsenseIsNotKnown) {
  for (const char* text : {"", "1", "1 2 3", "9 3", "x y", "1 70000", "-1 5"}) {
    EXPECT_EQ(parse_port_range_setting(text), std::nullopt) << text;
  }
  for (const char* text : {"", "x", "65537", "-1", "1 2"}) EXPECT_EQ(parse_unprivileged_setting(text), std::nullopt);
  for (const char* text : {"x", "9-3", "1,,2", "1-2-3", "1 2", "70000"}) {
    EXPECT_EQ(parse_reserved_ports_setting(text), std::nullopt) << text;
  }
}

class PortSurvey : public ::testing::Test {
 protected:
  PortSurvey() {
    limits_.ephemeral = net::PortRange{.first = Port{32768}, .last = Port{60999}};
    limits_.first_unprivileged = 1024;
  }
  std::vector<PortEntry> survey(const PortChoice& choice) {
    return survey_ports(choice, {services_, descriptions_}, limits_, listeners_);
  }
  PortEntry tcp(std::uint16_t port) {
    auto entries = survey({.tcp = ports(port, port), .udp = {}, .sctp = {}});
    EXPECT_EQ(entries.size(), 1U);
    return entries.front();
  }

  catalog::Services services_ =
      catalog::Services::parse("22 tu ssh\n80 tu http\n80 tu www\n6000-6063 tu x11\n").value();
  catalog::Descriptions descriptions_ =
      catalog::Descriptions::parse("0 tu - Reserved\n22 tu ssh Secure Shell\n80 tu http The web\n").value();
  PortLimits limits_;
  std::vector<Service> listeners_;
};

TEST_F(PortSurvey, SaysWhatTheRegistrySays) {
  const auto http = tcp(80);
  EXPECT_THAT(http.names, ElementsAre("http", "www"));
  EXPECT_EQ(http.description, "The web");
  EXPECT_EQ(http.port_class, catalog::PortClass::system);
  ASSERT_EQ(http.encryption.size(), 1U);
  EXPECT_EQ(http.encryption[0].name, "https");
  EXPECT_THAT(tcp(81).names, IsEmpty());
}

TEST_F(PortSurvey, SaysWhatThisMachineDoes) {
  limits_.set_aside = ports(40000, 40000);
  EXPECT_TRUE(tcp(1023).privileged);
  EXPECT_FALSE(tcp(1024).privileged);
  EXPECT_FALSE(tcp(32767).ephemeral);
  EXPECT_TRUE(tcp(32768).ephemeral);
  EXPECT_TRUE(tcp(60999).ephemeral);
  EXPECT_FALSE(tcp(61000).ephemeral);
  EXPECT_FALSE(tcp(40000).ephemeral);
  EXPECT_TRUE(tcp(40000).set_aside);
  EXPECT_FALSE(tcp(40001).set_aside);
}

TEST_F(PortSurvey, PrivilegeIsThisNamespacesSetting) {
  limits_.first_unprivileged = 0;
  EXPECT_FALSE(tcp(22).privileged);
  limits_.first_unprivileged = 65536;
  EXPECT_TRUE(tcp(65535).privileged);
  limits_ = {};
  EXPECT_FALSE(tcp(22).privileged);
  EXPECT_FALSE(tcp(40000).ephemeral);
}

TEST_F(PortSurvey, NobodyNeedsPrivilegeForPortZero) {
  const auto zero = tcp(0);
  EXPECT_EQ(zero.port_class, catalog::PortClass::reserved);
  EXPECT_EQ(zero.description, "Reserved");
  EXPECT_FALSE(zero.privileged);
}

TEST_F(PortSurvey, NamesWhoListens) {
  Service ssh;
  ssh.port = 22;
  Service dns = ssh;
  dns.protocol = SocketKind::udp;
  Service web = ssh;
  web.port = 80;
  listeners_ = {ssh, dns, web};
  EXPECT_THAT(tcp(22).listeners, ElementsAre(&listeners_[0]));
  EXPECT_THAT(tcp(80).listeners, ElementsAre(&listeners_[2]));
  EXPECT_THAT(tcp(81).listeners, IsEmpty());
  listeners_[0].protocol = SocketKind::dccp;
  EXPECT_THAT(tcp(22).listeners, IsEmpty());
}

std::vector<std::string> told(const std::vector<PortEntry>& entries) {
  std::vector<std::string> all;
  for (const PortEntry& entry : entries) {
    all.push_back(std::to_string(entry.ports.first.value()) + "-" + std::to_string(entry.ports.last.value()) + "/" +
                  std::string{net::name_of(entry.protocol)});
  }
  return all;
}

TEST_F(PortSurvey, NeighboursThatDifferInNothingAreOneEntry) {
  EXPECT_THAT(told(survey({.tcp = ports(20, 25), .udp = {}, .sctp = {}})),
              ElementsAre("20-20/tcp", "21-21/tcp", "22-22/tcp", "23-23/tcp", "24-24/tcp", "25-25/tcp"))
      << "ways to encrypt are of one port";
  EXPECT_THAT(told(survey({.tcp = ports(5990, 6070), .udp = {}, .sctp = {}})),
              ElementsAre("5990-5999/tcp", "6000-6063/tcp", "6064-6070/tcp"));
  EXPECT_THAT(told(survey({.tcp = ports(1020, 1030), .udp = {}, .sctp = {}})),
              ElementsAre("1020-1023/tcp", "1024-1030/tcp"));
  EXPECT_THAT(told(survey({.tcp = ports(32760, 32770), .udp = {}, .sctp = {}})),
              ElementsAre("32760-32767/tcp", "32768-32770/tcp"));
  net::PortSet gap = ports(100, 101);
  gap.insert(Port{103});
  EXPECT_THAT(told(survey({.tcp = gap, .udp = {}, .sctp = {}})), ElementsAre("100-101/tcp", "103-103/tcp"));
}

TEST_F(PortSurvey, PortOnWhichSomebodyListensStandsAlone) {
  Service one;
  one.port = 105;
  listeners_ = {one};
  EXPECT_THAT(told(survey({.tcp = ports(103, 107), .udp = {}, .sctp = {}})),
              ElementsAre("103-104/tcp", "105-105/tcp", "106-107/tcp"));
}

TEST_F(PortSurvey, ProgramsGetEveryPort) {
  EXPECT_EQ(survey({.tcp = ports(100, 109), .udp = {}, .sctp = {}, .join_runs = false}).size(), 10U);
}

TEST_F(PortSurvey, ProtocolsOfAPortStandTogether) {
  EXPECT_THAT(told(survey({.tcp = ports(22, 22), .udp = ports(22, 22), .sctp = ports(21, 22), .join_runs = false})),
              ElementsAre("21-21/sctp", "22-22/tcp", "22-22/udp", "22-22/sctp"));
}

}  // namespace
}  // namespace portolan::sockets
