// What --firewall makes of a plan.
#include "cli/scan/firewall_options.h"

#include <gmock/gmock.h>

#include "scan_plans.h"

namespace portolan::cli {
namespace {

TEST(FirewallOptions, WhatWasSaidStandsInThePlan) {
  EXPECT_FALSE(prepared({"dual"}).plan.firewall);
  EXPECT_TRUE(prepared({"--firewall", "dual"}).plan.firewall);
  EXPECT_TRUE(prepared({"--firewall", "-sT", "dual"}, nmap).plan.firewall);
}

TEST(FirewallOptions, EverythingIncludesItWhereItCanBeHad) {
  for (const Case& called : {Case{}, nmap}) EXPECT_TRUE(prepared({"-A", "dual"}, called).plan.firewall);
  EXPECT_FALSE(prepared({"-A", "dual"}, plain_user).plan.firewall);
  EXPECT_FALSE(prepared({"-A", "dual"}, nmap_plain_user).plan.firewall);
  EXPECT_FALSE(prepared({"-A", "-sn", "dual"}, nmap).plan.firewall);
}

TEST(FirewallOptions, WithoutPortsThereIsNothingToAsk) {
  for (const Case& called : {Case{}, nmap}) {
    EXPECT_EQ(error_of({"--firewall", "-sn", "dual"}, called), "--firewall asks ports, so it cannot go with -sn");
    EXPECT_EQ(error_of({"--firewall", "-sL", "dual"}, called), "--firewall asks ports, so it cannot go with -sL");
  }
}

TEST(FirewallOptions, ItIsAskedByRawPackets) {
  EXPECT_EQ(error_of({"--firewall", "dual"}, plain_user),
            "--firewall sends raw packets, which needs CAP_NET_RAW; run it as root, or leave it out");
  EXPECT_EQ(error_of({"--firewall", "--unprivileged", "dual"}, plain_user),
            "--firewall sends raw packets, which --unprivileged declines; leave one of them out");
  EXPECT_EQ(error_of({"--firewall", "dual"}, nmap_plain_user), "Asking what filters packets requires root privileges.");
}

}  // namespace
}  // namespace portolan::cli
