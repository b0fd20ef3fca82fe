#include "catalog/ip_protocols.h"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <utility>
#include <vector>

#include "catalog/catalog.h"

namespace portolan::catalog {
namespace {

using net::Port;
using net::Protocol;

TEST(IpProtocols, NamesAreTheRegistrysKeywords) {
  for (const auto& [number, name] : {std::pair{0, "hopopt"},
                                     {1, "icmp"},
                                     {4, "ipv4"},
                                     {6, "tcp"},
                                     {17, "udp"},
                                     {41, "ipv6"},
                                     {58, "ipv6-icmp"},
                                     {89, "ospfigp"},
                                     {103, "pim"},
                                     {107, "a/n"},
                                     {132, "sctp"},
                                     {136, "udplite"},
                                     {145, "nsh"}}) {
    EXPECT_EQ(ip_protocol_name(Port{static_cast<std::uint16_t>(number)}), name) << number;
  }
  for (const std::uint16_t nameless : std::array<std::uint16_t, 10>{61, 63, 68, 99, 114, 146, 253, 255, 256, 65535}) {
    EXPECT_EQ(ip_protocol_name(Port{nameless}), "") << nameless;
  }
}

TEST(IpProtocols, NoNameStandsForTwo) {
  std::set<std::string_view> seen;
  for (std::uint16_t number = 0; number <= highest_ip_protocol; ++number) {
    const auto name = ip_protocol_name(Port{number});
    if (!name.empty()) {
      EXPECT_TRUE(seen.insert(name).second) << name;
    }
  }
  EXPECT_EQ(seen.size(), 141U);
}

TEST(IpProtocols, UsualOnesAreAssignedAndNoneIsThereTwice) {
  std::set<Port> seen;
  for (const Port number : usual_ip_protocols()) {
    EXPECT_TRUE(seen.insert(number).second) << number.value();
    EXPECT_NE(ip_protocol_name(number), "") << number.value();
  }
}

TEST(IpProtocols, TheServicesKnowThem) {
  const auto services = Services::parse("80 tu http\n");
  ASSERT_TRUE(services);
  EXPECT_EQ(services->name_of(Protocol::ip, Port{6}), "tcp");
  EXPECT_EQ(to_string(services->matching(Protocol::ip, "IPv6-*")), "43-44,58-60");
  EXPECT_EQ(to_string(services->registered(Protocol::ip)), "0-145,253-254");
  EXPECT_EQ(services->top(Protocol::ip, 3), (std::vector{Port{1}, Port{6}, Port{17}}));
}

}  // namespace
}  // namespace portolan::catalog
