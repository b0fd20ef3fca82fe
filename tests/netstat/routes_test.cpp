// Texts of a kernel, and what net-tools 2.10 printed of them.
#include <gtest/gtest.h>

#include "tests/netstat/machine.h"

namespace portolan::netstat {
namespace {

constexpr const char* route_file =
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
    "v0\t00000000\t020012C6\t0003\t0\t0\t0\t00000000\t0\t0\t0   \n"
    "v0\t000012C6\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0   \n"
    "tun0\t020412C6\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0   \n"
    "*\t003212C6\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0   \n"
    "*\t003312C6\t00000000\t0201\t0\t0\t7\t00FFFFFF\t0\t0\t0   \n"
    "verylongiface0\t003512C6\t020012C6\t0013\t12\t345\t55\t00FFFFFF\t1400\t1000\t300   \n"
    "down\t003712C6\t00000000\t0002\t0\t0\t0\t00FFFFFF\t0\t0\t0   \n";

constexpr const char* ipv6_route_file =
    "20010db8000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 "
    "00000100 00000003 00000000 00000001       v0\n"
    "20010db8000500000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 "
    "00000400 00000002 00000000 00200200       lo\n"
    "00000000000000000000000000000000 00 00000000000000000000000000000000 00 20010db8000000000000000000000001 "
    "00000400 00000003 00000005 00000003       v0\n"
    "20010db8000000000000000000000077 80 00000000000000000000000000000000 00 00000000000000000000000000000000 "
    "00000001 00000001 0000000c 01000001       v0\n"
    "00000000000000000000ffffc6120001 80 00000000000000000000000000000000 00 00000000000000000000000000000000 "
    "ffffffff 0000007b 000004d2 80200001       v0\n";

MadeUpMachine routed() {
  MadeUpMachine made;
  made.files = {{"/proc/net/route", route_file}, {"/proc/net/ipv6_route", ipv6_route_file}};
  return made;
}

TEST(Routes, AreLinedUpAsNetToolsDoes) {
  const View view = routes(routed().machine(), numeric());
  EXPECT_EQ(view.status, 0);
  EXPECT_EQ(view.errors, "");
  EXPECT_EQ(view.output,
            "Kernel IP routing table\n"
            "Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface\n"
            "0.0.0.0         198.18.0.2      0.0.0.0         UG        0 0          0 v0\n"
            "198.18.0.0      0.0.0.0         255.255.255.0   U         0 0          0 v0\n"
            "198.18.4.2      0.0.0.0         255.255.255.255 UH        0 0          0 tun0\n"
            "198.18.50.0     0.0.0.0         255.255.255.0   U         0 0          0 *\n"
            "198.18.51.0     -               255.255.255.0   !         - -          - -\n"
            "198.18.53.0     198.18.0.2      255.255.255.0   UGD    1400 1000     300 verylongiface0\n");
}

TEST(Routes, ShowMoreWithEachE) {
  ViewOptions options = numeric();
  options.extended = 1;
  EXPECT_EQ(routes(routed().machine(), options).output,
            "Kernel IP routing table\n"
            "Destination     Gateway         Genmask         Flags Metric Ref    Use Iface\n"
            "0.0.0.0         198.18.0.2      0.0.0.0         UG    0      0        0 v0\n"
            "198.18.0.0      0.0.0.0         255.255.255.0   U     0      0        0 v0\n"
            "198.18.4.2      0.0.0.0         255.255.255.255 UH    0      0        0 tun0\n"
            "198.18.50.0     0.0.0.0         255.255.255.0   U     0      0        0 *\n"
            "198.18.51.0     -               255.255.255.0   !     7      -        0 -\n"
            "198.18.53.0     198.18.0.2      255.255.255.0   UGD   55     12     345 verylongiface0\n");
  options.extended = 2;
  const std::string uncut = routes(routed().machine(), options).output;
  options.wide = false;
  EXPECT_EQ(routes(routed().machine(), options).output,
            "Kernel IP routing table\n"
            "Destination     Gateway         Genmask         Flags Metric Ref    Use Iface    MSS   Window irtt\n"
            "0.0.0.0         198.18.0.2      0.0.0.0         UG    0      0        0 v0       0     0      0\n"
            "198.18.0.0      0.0.0.0         255.255.255.0   U     0      0        0 v0       0     0      0\n"
            "198.18.4.2      0.0.0.0         255.255.255.255 UH    0      0        0 tun0     0     0      0\n"
            "198.18.50.0     0.0.0.0         255.255.255.0   U     0      0        0 *        0     0      0\n"
            "198.18.51.0     -               255.255.255.0   !     7      -        0 -        -     -      -\n"
            "198.18.53.0     198.18.0.2      255.255.255.0   UGD   55     12     345 verylo   1400  1000   300\n");
  EXPECT_TRUE(uncut.contains(" 345 verylongiface0 1400  1000   300\n")) << uncut;
  options.extended = 5;
  EXPECT_TRUE(routes(routed().machine(), options).output.contains("irtt\n"));
}

TEST(Routes, EveryFlagHasItsLetter) {
  MadeUpMachine made;
  const auto letters = [&](const char* flags) {
    made.files["/proc/net/route"] = "x\t000312C6\t00000000\t" + std::string{flags} + "\t0\t0\t0\t00FFFFFF\t0\t0\t0\n";
    const std::string output = routes(made.machine(), numeric()).output;
    const std::string row = output.substr(output.find("198.18.3.0"));
    return row.substr(48, row.find(' ', 48) - 48);
  };
  EXPECT_EQ(letters("FFFFFDFF"), "UGHRDMdacoecfpluwin");
  EXPECT_EQ(letters("FFFFFFFF"), "!HRDMdacoecfpluwin");  // a route that rejects has no gateway
  EXPECT_EQ(letters("0001"), "U");
  EXPECT_EQ(letters("0041"), "Uu");
}

TEST(Routes, ThoseOfIPv6HaveATableOfTheirOwn) {
  ViewOptions options = numeric();
  options.inet6 = true;
  EXPECT_EQ(routes(routed().machine(), options).output,
            "Kernel IPv6 routing table\n"
            "Destination                    Next Hop                   Flag Met Ref  Use If\n"
            "2001:db8::/64                  ::                         U    256 3      0 v0\n"
            "2001:db8:5::/64                ::                         !n   1024 2      0 lo\n"
            "::/0                           2001:db8::1                UG   1024 3      5 v0\n"
            "198.18.0.1/128                 ::                         Un   -1  123   1234 v0\n");
  options.inet = true;
  const std::string both = routes(routed().machine(), options).output;
  EXPECT_TRUE(both.starts_with("Kernel IP routing table\n"));
  EXPECT_TRUE(both.contains("\nKernel IPv6 routing table\n"));
}

TEST(Routes, OfTheCacheHaveAHeadingAndForIPv6WhatIsMarked) {
  ViewOptions options = numeric();
  options.cache = true;
  EXPECT_EQ(routes(routed().machine(), options).output,
            "Kernel IP routing cache\n"
            "Source          Destination     Gateway         Flags   MSS Window  irtt Iface\n");
  options.extended = 1;
  EXPECT_TRUE(routes(routed().machine(), options)
                  .output.ends_with("Source          Destination     Gateway         Flags Metric Ref    Use Iface\n"));
  options.extended = 2;
  EXPECT_TRUE(
      routes(routed().machine(), options)
          .output.ends_with("Flags Metric Ref    Use Iface    MSS   Window irtt  TOS HHRef HHUptod     SpecDst\n"));
  options.inet6 = true;
  EXPECT_EQ(routes(routed().machine(), options).output,
            "Kernel IPv6 routing cache\n"
            "Destination                    Next Hop                   Flag Met Ref  Use If\n"
            "2001:db8::77/128               ::                         UC   1   1     12 v0\n");
  options = numeric();
  options.fib = options.cache = true;
  const std::string both = routes(routed().machine(), options).output;
  EXPECT_TRUE(both.starts_with("Kernel IP routing table\n"));
  EXPECT_TRUE(both.contains("\nKernel IP routing cache\n"));
}

TEST(Routes, BearNamesUnlessNumbersAreAskedFor) {
  MadeUpMachine made;
  made.files["/proc/net/route"] =
      "e\t00000000\t010012C6\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"   // default
      "e\t000012C6\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n"   // a network
      "e\t070012C6\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0\n"   // a host
      "e\t070012C6\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"   // a host by its address
      "e\t00000000\t00000000\t0001\t0\t0\t0\t00000080\t0\t0\t0\n"   // half of everything
      "e\t000013C6\t090912C6\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n";  // no name
  made.hosts = {{"198.18.0.1", "gateway.example.org"}, {"198.18.0.7", "seven"}};
  made.networks = {{"198.18.0.0", "labnet"}, {"0.0.0.0", "everything"}};
  ViewOptions options;
  options.wide = false;
  EXPECT_EQ(routes(made.machine(), options).output,
            "Kernel IP routing table\n"
            "Destination     Gateway         Genmask         Flags   MSS Window  irtt Iface\n"
            "default         gateway.example 0.0.0.0         UG        0 0          0 e\n"
            "labnet          0.0.0.0         255.255.0.0     U         0 0          0 e\n"
            "seven           0.0.0.0         255.255.255.255 UH        0 0          0 e\n"
            "seven           0.0.0.0         255.255.255.0   U         0 0          0 e\n"
            "0.0.0.0         0.0.0.0         128.0.0.0       U         0 0          0 e\n"
            "198.19.0.0      198.18.9.9      255.255.0.0     U         0 0          0 e\n");
  options.wide = true;
  EXPECT_TRUE(routes(made.machine(), options).output.contains("\ndefault         gateway.example.org 0.0.0.0   "));
}

TEST(Routes, OfIPv6BearNamesToo) {
  MadeUpMachine made = routed();
  made.hosts = {
      {"2001:db8::", "net6"}, {"2001:db8::1", "a-gateway-with-a-long-name.example.org"}, {"::ffff:198.18.0.1", "v4"}};
  const std::string output = routes(made.machine(), {.inet6 = true}).output;
  EXPECT_TRUE(output.contains("\nnet6/64                        [::]                       U    256 3      0 v0\n"));
  EXPECT_TRUE(output.contains(
      "\n[::]/0                         a-gateway-with-a-long-name.example.org UG   1024 3      5 v0\n"))
      << output;
  EXPECT_TRUE(output.contains("\n198.18.0.1/128                 [::]  ")) << output;
}

TEST(Routes, AFileThatIsNotThereIsSaid) {
  const View view = routes(MadeUpMachine{}.machine(), {.inet = true, .inet6 = true});
  EXPECT_EQ(view.output, "");
  EXPECT_EQ(view.status, 1);
  EXPECT_TRUE(view.errors.contains("cannot read '/proc/net/route'")) << view.errors;
  EXPECT_TRUE(view.errors.contains("INET (IPv4) not configured in this system.\n"));
  EXPECT_TRUE(view.errors.contains("INET6 (IPv6) not configured in this system.\n"));
}

TEST(Routes, NamesCannotMoveTheCursor) {
  MadeUpMachine made;
  made.files["/proc/net/route"] = "e\x1b[2J\t000012C6\t010012C6\t0003\t0\t0\t0\t0000FFFF\t0\t0\t0\n";
  made.hosts["198.18.0.1"] = "evil\x1b]0;title\a";
  made.networks["198.18.0.0"] = "net\r";
  const std::string output = routes(made.machine(), {}).output;
  EXPECT_EQ(output.find_first_of("\x1b\a\r"), std::string::npos) << output;
}

}  // namespace
}  // namespace portolan::netstat
