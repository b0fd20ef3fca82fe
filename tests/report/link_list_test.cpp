#include "report/link_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>

namespace portolan::report {
namespace {

net::IpAddress address(std::string_view text) { return net::IpAddress::parse(text).value(); }

LinkList example() {
  LinkList list;
  list.interfaces = {{.index = 1,
                      .name = "lo",
                      .type = InterfaceLine::Type::loopback,
                      .up = true,
                      .mtu = 65'536,
                      .mac = {},
                      .addresses = {{address("127.0.0.1"), 8}, {address("::1"), 128}}},
                     {.index = 2,
                      .name = "wire",
                      .type = InterfaceLine::Type::ethernet,
                      .up = true,
                      .mtu = 1500,
                      .mac = net::Mac{{2, 0, 0, 0, 0, 1}},
                      .addresses = {{address("198.18.0.1"), 24}}},
                     {.index = 3,
                      .name = "tun7",
                      .type = InterfaceLine::Type::point_to_point,
                      .up = false,
                      .carrier = false,
                      .mtu = 1400,
                      .mac = {},
                      .addresses = {}}};
  list.routes = {{.destination = net::Prefix::parse("198.18.0.0/24").value(), .interface = "wire", .gateway = {}},
                 {.destination = net::Prefix::parse("198.18.77.0/24").value(),
                  .interface = "",
                  .gateway = {},
                  .kind = "blackhole"},
                 {.destination = net::Prefix::parse("127.0.0.0/8").value(),
                  .interface = "lo",
                  .gateway = {},
                  .kind = "",
                  .local = true},
                 {.destination = net::Prefix::parse("0.0.0.0/0").value(),
                  .interface = "wire",
                  .gateway = address("198.18.0.2"),
                  .metric = 100},
                 {.destination = net::Prefix::parse("::1/128").value(),
                  .interface = "lo",
                  .gateway = {},
                  .kind = "",
                  .local = true}};
  return list;
}

TEST(LinkList, IsTwoTables) {
  EXPECT_EQ(link_list_text(example(), Dialect::portolan),
            "INTERFACE  ADDRESS        TYPE            STATE  MTU    MAC\n"
            "lo         127.0.0.1/8    loopback        up     65536  -\n"
            "lo         ::1/128        loopback        up     65536  -\n"
            "wire       198.18.0.1/24  ethernet        up     1500   02:00:00:00:00:01\n"
            "tun7       -              point-to-point  down   1400   -\n"
            "\n"
            "DESTINATION     GATEWAY     INTERFACE    METRIC\n"
            "198.18.0.0/24   -           wire         0\n"
            "198.18.77.0/24  -           (blackhole)  0\n"
            "0.0.0.0/0       198.18.0.2  wire         100\n");
}

TEST(LinkList, HasNmapsLayoutUnderItsName) {
  EXPECT_EQ(link_list_text(example(), Dialect::nmap),
            "************************INTERFACES************************\n"
            "DEV  (SHORT) IP/MASK       TYPE        UP   MTU   MAC\n"
            "lo   (lo)    127.0.0.1/8   loopback    up   65536\n"
            "lo   (lo)    ::1/128       loopback    up   65536\n"
            "wire (wire)  198.18.0.1/24 ethernet    up   1500  02:00:00:00:00:01\n"
            "tun7 (tun7)  (none)/0      point2point down 1400\n"
            "\n"
            "**************************ROUTES**************************\n"
            "DST/MASK      DEV  METRIC GATEWAY\n"
            "198.18.0.0/24 wire 0\n"
            "0.0.0.0/0     wire 100    198.18.0.2\n"
            "::1/128       lo   0\n"
            "\n");
  EXPECT_EQ(link_list_text({}, Dialect::nmap), "INTERFACES: NONE FOUND(!)\n\nROUTES: NONE FOUND(!)\n\n");
}

TEST(LinkList, NamesStayInert) {
  LinkList list = example();
  list.interfaces.front().name = "a\x1b[31m";
  for (const Dialect dialect : {Dialect::portolan, Dialect::nmap}) {
    EXPECT_EQ(link_list_text(list, dialect).find('\x1b'), std::string::npos);
  }
}

}  // namespace
}  // namespace portolan::report
