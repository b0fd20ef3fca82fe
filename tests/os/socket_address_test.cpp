#include "os/sockets/socket_address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cstring>
#include <optional>
#include <vector>

namespace portolan::os {
namespace {

net::IpAddress address(std::string_view text) { return net::IpAddress::parse(text).value(); }

template <class T>
T as(const SocketAddress& address) {
  T value;
  std::memcpy(&value, &address.storage, sizeof value);
  return value;
}

TEST(SocketAddress, OfIpv4IsASockaddrIn) {
  const SocketAddress made = socket_address(address("198.18.0.7"), net::Port{8080});
  ASSERT_EQ(made.size, sizeof(sockaddr_in));
  const auto v4 = as<sockaddr_in>(made);
  EXPECT_EQ(v4.sin_family, AF_INET);
  EXPECT_EQ(v4.sin_port, htons(8080));
  EXPECT_EQ(v4.sin_addr.s_addr, htonl(0xc6120007));
}

TEST(SocketAddress, OfIpv6IsASockaddrIn6WithTheZoneAsItsScope) {
  const SocketAddress made = socket_address(address("fe80::5:1%3"), net::Port{443});
  ASSERT_EQ(made.size, sizeof(sockaddr_in6));
  const auto v6 = as<sockaddr_in6>(made);
  EXPECT_EQ(v6.sin6_family, AF_INET6);
  EXPECT_EQ(v6.sin6_port, htons(443));
  EXPECT_EQ(v6.sin6_scope_id, 3U);
  EXPECT_EQ(v6.sin6_addr.s6_addr[0], 0xfe);
  EXPECT_EQ(v6.sin6_addr.s6_addr[13], 5);
  EXPECT_EQ(v6.sin6_addr.s6_addr[15], 1);
}

TEST(SocketAddress, HasPortNoughtWhereNoneIsNamed) {
  EXPECT_EQ(as<sockaddr_in>(socket_address(address("198.18.0.7"))).sin_port, 0);
  EXPECT_EQ(as<sockaddr_in6>(socket_address(address("2001:db8::7"))).sin6_port, 0);
}

TEST(AddressOf, KnowsNothingOfOtherFamilies) {
  sockaddr_storage local{};
  local.ss_family = AF_UNIX;
  EXPECT_EQ(address_of(reinterpret_cast<const sockaddr*>(&local)), std::nullopt);
  local.ss_family = AF_UNSPEC;
  EXPECT_EQ(address_of(reinterpret_cast<const sockaddr*>(&local)), std::nullopt);
}

RC_GTEST_PROP(AddressOf, GivesBackWhatASocketAddressWasMadeOf, ()) {
  const auto bytes = *rc::gen::container<std::array<std::uint8_t, 16>>(rc::gen::arbitrary<std::uint8_t>());
  const bool v4 = *rc::gen::arbitrary<bool>();
  const auto zone = *rc::gen::arbitrary<std::uint32_t>();
  const auto given = v4 ? net::IpAddress::from_bytes(std::span{bytes}.first(4)) : net::IpAddress::v6(bytes, zone);
  const SocketAddress made = socket_address(given, net::Port{*rc::gen::arbitrary<std::uint16_t>()});
  RC_ASSERT(address_of(made.get()) == std::optional{given});
}

}  // namespace
}  // namespace portolan::os
