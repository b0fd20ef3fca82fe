#include "cli/scan/route_question.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace portolan::cli {
namespace {

net::IpAddress address(std::string_view text) { return net::IpAddress::parse(text).value(); }

net::Path path_of(std::string_view source, std::string_view next_hop) {
  net::Path path;
  path.source = address(source);
  path.next_hop = address(next_hop);
  return path;
}

TEST(RouteQuestion, TellsOfTheLinkTheGatewayAndThisMachine) {
  net::Path path = path_of("198.18.0.1", "198.18.0.254");
  EXPECT_EQ(way_text(address("198.18.5.7"), "wire", path, Dialect::portolan),
            "198.18.5.7 is behind the gateway 198.18.0.254: through wire from 198.18.0.1\n");
  path.on_link = true;
  EXPECT_EQ(way_text(address("198.18.0.7"), "wire", path, Dialect::portolan),
            "198.18.0.7 is on the link of wire: from 198.18.0.1\n");
  path.kind = net::Path::Kind::local;
  EXPECT_EQ(way_text(address("198.18.0.1"), "lo", path, Dialect::portolan),
            "198.18.0.1 is an address of this machine itself: through lo from 198.18.0.1\n");
}

// As nmap 7.93 prints it.
TEST(RouteQuestion, HasNmapsLayoutUnderItsName) {
  net::Path path = path_of("198.18.0.1", "198.18.0.254");
  EXPECT_EQ(way_text(address("198.18.5.7"), "wire", path, Dialect::nmap),
            "198.18.5.7\nwire wire srcaddr 198.18.0.1 nexthop 198.18.0.254\n");
  path.on_link = true;
  EXPECT_EQ(way_text(address("198.18.0.7"), "wire", path, Dialect::nmap),
            "198.18.0.7\nwire wire srcaddr 198.18.0.1 direct\n");
}

TEST(RouteQuestion, AHostileNameOfALinkDoesNothingToATerminal) {
  const std::string text =
      way_text(address("198.18.5.7"), "a\x1b[2J", path_of("198.18.0.1", "198.18.0.254"), Dialect::portolan);
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("\x1b")));
}

}  // namespace
}  // namespace portolan::cli
