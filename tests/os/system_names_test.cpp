#include "os/names/system_names.h"

#include <gtest/gtest.h>
#include <netdb.h>
#include <pwd.h>

namespace portolan::os {
namespace {

TEST(SystemNames, ServicesAreThoseOfTheSystem) {
  SystemNames names;
  for (const std::uint16_t port : {std::uint16_t{22}, std::uint16_t{53}, std::uint16_t{65535}}) {
    for (const char* protocol : {"tcp", "udp", "none"}) {
      const servent* known = ::getservbyport(htons(port), protocol);
      EXPECT_EQ(names.service(protocol, port), known != nullptr ? known->s_name : "") << protocol << " " << port;
    }
  }
}

TEST(SystemNames, ProtocolsAreThoseOfTheSystem) {
  SystemNames names;
  for (const int number : {1, 6, 58, 253}) {
    const protoent* known = ::getprotobynumber(number);
    EXPECT_EQ(names.ip_protocol(static_cast<std::uint8_t>(number)), known != nullptr ? known->p_name : "") << number;
  }
}

TEST(SystemNames, UsersAreThoseOfTheSystem) {
  SystemNames names;
  for (const uid_t user : {uid_t{0}, uid_t{65534}, uid_t{3'999'999'999}}) {
    const passwd* known = ::getpwuid(user);
    EXPECT_EQ(names.user(user), known != nullptr ? known->pw_name : "") << user;
  }
}

TEST(SystemNames, AreRememberedWhereTheyAre) {
  SystemNames names;
  const std::string_view first = names.user(0);
  for (std::uint32_t id = 1; id < 100; ++id) (void)names.user(id);
  EXPECT_EQ(static_cast<const void*>(names.user(0).data()), static_cast<const void*>(first.data()));
}

TEST(SystemNames, OnlyIPv4HasNetworks) {
  SystemNames names;
  EXPECT_EQ(names.network(net::IpAddress::parse("2001:db8::").value()), "");
  EXPECT_EQ(names.network(net::IpAddress::parse("198.18.0.0").value()), "");
}

}  // namespace
}  // namespace portolan::os
