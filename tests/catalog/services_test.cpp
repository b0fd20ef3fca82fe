#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "catalog/catalog.h"
#include "tests/places.h"

namespace portolan::catalog {
namespace {

using net::Port;
using net::Protocol;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string shipped_text() {
  std::ifstream file{test::source_directory() + "/data/services", std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

const Services& shipped() {
  static const auto services = Services::parse(shipped_text());
  EXPECT_TRUE(services) << (services ? "" : services.error().message);
  return *services;
}

Services small() {
  return Services::parse(
             "# a comment\n\nrank tcp 80 443 22\nrank udp 53\n22 tus ssh\n80 tus http\n80 tu www\n443 tu https\n512 t "
             "exec\n"
             "512 u comsat\n512 u biff\n6000-6063 tu x11\n8080 t http-alt\n")
      .value();
}

TEST(Services, FirstNameOfAPortIsItsName) {
  const auto services = small();
  EXPECT_EQ(services.name_of(Protocol::tcp, Port{80}), "http");
  EXPECT_EQ(services.name_of(Protocol::udp, Port{512}), "comsat");
  EXPECT_EQ(services.name_of(Protocol::tcp, Port{512}), "exec");
  EXPECT_EQ(services.name_of(Protocol::tcp, Port{6000}), "x11");
  EXPECT_EQ(services.name_of(Protocol::tcp, Port{6063}), "x11");
}

TEST(Services, AllNamesOfAPortComeInTheirOrder) {
  const auto services = small();
  EXPECT_THAT(services.names_of(Protocol::tcp, Port{80}), ElementsAre("http", "www"));
  EXPECT_THAT(services.names_of(Protocol::sctp, Port{80}), ElementsAre("http"));
  EXPECT_THAT(services.names_of(Protocol::udp, Port{512}), ElementsAre("comsat", "biff"));
  EXPECT_THAT(services.names_of(Protocol::tcp, Port{6001}), ElementsAre("x11"));
  EXPECT_THAT(services.names_of(Protocol::tcp, Port{81}), IsEmpty());
  EXPECT_THAT(services.names_of(Protocol::arp, Port{80}), IsEmpty());
  EXPECT_THAT(services.names(),
              ElementsAre("ssh", "http", "www", "https", "exec", "comsat", "biff", "x11", "http-alt"));
}

TEST(Services, UnregisteredPortHasNoName) {
  const auto services = small();
  EXPECT_EQ(services.name_of(Protocol::tcp, Port{0}), "");
  EXPECT_EQ(services.name_of(Protocol::tcp, Port{81}), "");
  EXPECT_EQ(services.name_of(Protocol::tcp, Port{6064}), "");
  EXPECT_EQ(services.name_of(Protocol::udp, Port{8080}), "");
  EXPECT_EQ(services.name_of(Protocol::sctp, Port{512}), "");
  EXPECT_EQ(services.name_of(Protocol::icmp, Port{80}), "");
}

TEST(Services, PatternMatchesEveryNameOfAPort) {
  const auto services = small();
  EXPECT_EQ(to_string(services.matching(Protocol::tcp, "http*")), "80,443,8080");
  EXPECT_EQ(to_string(services.matching(Protocol::tcp, "www")), "80");
  EXPECT_EQ(to_string(services.matching(Protocol::tcp, "http?")), "443");
  EXPECT_EQ(to_string(services.matching(Protocol::tcp, "*t*p*")), "80,443,8080");
  EXPECT_EQ(to_string(services.matching(Protocol::tcp, "H*T")), "8080");
  EXPECT_EQ(to_string(services.matching(Protocol::tcp, "s*h")), "22");
  EXPECT_EQ(to_string(services.matching(Protocol::udp, "x1?")), "6000-6063");
  EXPECT_EQ(to_string(services.matching(Protocol::tcp, "htt")), "");
  EXPECT_EQ(to_string(services.matching(Protocol::tcp, "")), "");
  EXPECT_EQ(services.registered(Protocol::tcp), services.matching(Protocol::tcp, "*"));
  EXPECT_EQ(to_string(services.registered(Protocol::sctp)), "22,80");
}

TEST(Services, TopIsInTheOrderOfRank) {
  const auto services = small();
  EXPECT_THAT(services.top(Protocol::tcp, 2), ElementsAre(Port{80}, Port{443}));
  EXPECT_THAT(services.top(Protocol::tcp, 1'000), ElementsAre(Port{80}, Port{443}, Port{22}));
  EXPECT_THAT(services.top(Protocol::sctp, 3), IsEmpty());
  EXPECT_THAT(services.top(Protocol::arp, 3), IsEmpty());
}

TEST(Services, MalformedLineIsRefusedWithItsNumber) {
  for (const std::string_view line :
       {"80", "80 t", "80 t http x", "80 x http", "65536 t http", "90-80 t http", "rank", "rank ip 1", "rank tcp 80 80",
        "rank tcp x", "http t 80", "9 t late", "10-12 t overlap", "80  \t"}) {
    const auto services = Services::parse("# first\n10 t ten\n" + std::string{line} + "\n");
    ASSERT_FALSE(services) << line;
    EXPECT_THAT(services.error().message, HasSubstr("line 3")) << line;
  }
}

TEST(Services, EmptyTextKnowsNothing) {
  const auto services = Services::parse("").value();
  EXPECT_EQ(services.name_of(Protocol::tcp, Port{80}), "");
  EXPECT_TRUE(services.registered(Protocol::tcp).empty());
}

TEST(Services, SurviveBeingMoved) {
  auto services = small();
  const Services moved = std::move(services);
  EXPECT_EQ(moved.name_of(Protocol::tcp, Port{80}), "http");
}

TEST(ShippedServices, HaveTheNamesThatPeopleKnow) {
  const std::pair<std::uint16_t, std::string_view> known[] = {{21, "ftp"},          {22, "ssh"},
                                                              {23, "telnet"},       {25, "smtp"},
                                                              {53, "domain"},       {80, "http"},
                                                              {110, "pop3"},        {143, "imap"},
                                                              {443, "https"},       {445, "microsoft-ds"},
                                                              {465, "submissions"}, {993, "imaps"},
                                                              {3306, "mysql"},      {3389, "ms-wbt-server"},
                                                              {5432, "postgresql"}, {6063, "x11"},
                                                              {8080, "http-alt"}};
  for (const auto& [port, name] : known) EXPECT_EQ(shipped().name_of(Protocol::tcp, Port{port}), name) << port;
  EXPECT_EQ(shipped().name_of(Protocol::udp, Port{53}), "domain");
  EXPECT_EQ(shipped().name_of(Protocol::sctp, Port{38412}), "ng-control");
  EXPECT_TRUE(shipped().matching(Protocol::tcp, "www").contains(Port{80}));
}

TEST(ShippedServices, RankAThousandTcpPortsEachOnce) {
  const auto top = shipped().top(Protocol::tcp, 1'000);
  EXPECT_EQ(top.size(), 1'000U);
  EXPECT_EQ(std::set<Port>(top.begin(), top.end()).size(), 1'000U);
  EXPECT_EQ(top.front(), Port{80});
  EXPECT_FALSE(shipped().top(Protocol::udp, 100).empty());
  EXPECT_FALSE(shipped().top(Protocol::sctp, 10).empty());
}

TEST(ShippedServices, KnowThousandsOfPorts) {
  EXPECT_GT(shipped().registered(Protocol::tcp).size(), 5'500U);
  EXPECT_GT(shipped().registered(Protocol::udp).size(), 5'000U);
  EXPECT_FALSE(shipped().registered(Protocol::tcp).contains(Port{0}));
}

}  // namespace
}  // namespace portolan::catalog
