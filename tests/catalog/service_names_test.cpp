#include "catalog/service_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "tests/places.h"

namespace portolan::catalog {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Services small() {
  return Services::parse("22 tus ssh\n53 tu domain\n80 tu http\n443 tu https\n614 tu sshell\n8080 t http-alt\n")
      .value();
}

TEST(ServiceNames, EverydayNamesAreThoseOfTheRegistry) {
  EXPECT_EQ(registered_name_of("dns"), "domain");
  EXPECT_EQ(registered_name_of("postgres"), "postgresql");
  EXPECT_EQ(registered_name_of("ssh"), "ssh");
  std::ifstream file{test::source_directory() + "/data/services", std::ios::binary};
  const auto shipped = Services::parse(std::string{std::istreambuf_iterator<char>{file}, {}}).value();
  for (const char* everyday :
       {"dhcp",      "dns",   "dot",   "ike",   "ircs",      "jetdirect", "kerberos-sec", "ldapssl", "msrpc",
        "memcached", "mongo", "mqtts", "mssql", "portmap",   "postgres",  "rdp",          "rexec",   "rlogin",
        "rpcbind",   "rsh",   "smb",   "smtps", "snmp-trap", "vnc",       "whois"}) {
    const auto name = registered_name_of(everyday);
    EXPECT_NE(name, everyday);
    EXPECT_FALSE(shipped.matching(net::Protocol::tcp, name).empty() &&
                 shipped.matching(net::Protocol::udp, name).empty())
        << name;
    // A registered name means what it says.
    EXPECT_TRUE(shipped.matching(net::Protocol::tcp, everyday).empty()) << everyday;
    EXPECT_TRUE(shipped.matching(net::Protocol::udp, everyday).empty()) << everyday;
  }
}

TEST(ServiceNames, ScannersHaveNamesOfTheirOwnForSomePorts) {
  using enum net::Protocol;
  EXPECT_EQ(scanners_name_of(tcp, net::Port{111}), "rpcbind");
  EXPECT_EQ(scanners_name_of(udp, net::Port{111}), "rpcbind");
  EXPECT_EQ(scanners_name_of(tcp, net::Port{5900}), "vnc");
  EXPECT_EQ(scanners_name_of(udp, net::Port{5900}), "");
  EXPECT_EQ(scanners_name_of(tcp, net::Port{67}), "");
  EXPECT_EQ(scanners_name_of(sctp, net::Port{111}), "");
  EXPECT_EQ(scanners_name_of(ip, net::Port{111}), "");
  EXPECT_EQ(scanners_name_of(tcp, net::Port{27017}), "mongod");
  EXPECT_EQ(scanners_name_of(tcp, net::Port{65535}), "");
  // No name stands there that the registry has as well.
  std::ifstream file{test::source_directory() + "/data/services", std::ios::binary};
  const auto shipped = Services::parse(std::string{std::istreambuf_iterator<char>{file}, {}}).value();
  for (unsigned port = 0; port <= 65'535; ++port) {
    const net::Port number{static_cast<std::uint16_t>(port)};
    if (const auto name = scanners_name_of(tcp, number); !name.empty()) {
      EXPECT_NE(name, shipped.name_of(tcp, number)) << port;
    }
    if (const auto name = scanners_name_of(udp, number); !name.empty()) {
      EXPECT_NE(name, shipped.name_of(udp, number)) << port;
    }
  }
}

TEST(ServiceNames, ClosestComeFirstAndOnce) {
  EXPECT_THAT(names_like("htttp", small()), ElementsAre("http"));
  EXPECT_THAT(names_like("htttps", small()), ElementsAre("https", "http"));
  EXPECT_THAT(names_like("htttps", small(), 1), ElementsAre("https"));
  EXPECT_THAT(names_like("qqqqqqqq", small()), IsEmpty());
}

TEST(ServiceNames, UnknownOneIsQuotedWithThoseLikeIt) {
  EXPECT_EQ(unknown_service("sshh", small()).message, "no service is registered as 'sshh'; the closest name is ssh");
  EXPECT_EQ(unknown_service("htttps", small()).message,
            "no service is registered as 'htttps'; the closest names are https, http");
  EXPECT_THAT(unknown_service("q\x1b", small()).message, HasSubstr("'q\\x1B'; give the port's number"));
  EXPECT_EQ(unknown_service("q", small()).code, Errc::parse);
  EXPECT_LT(unknown_service(std::string(100'000, 'a'), small()).message.size(), 200U);
}

}  // namespace
}  // namespace portolan::catalog
