// What -O and the options beside it make of a plan.
#include "cli/scan/system_options.h"

#include <gmock/gmock.h>

#include "scan_plans.h"

namespace portolan::cli {
namespace {

TEST(SystemOptions, WhatWasSaidStandsInThePlan) {
  EXPECT_FALSE(prepared({"dual"}).plan.systems);
  const auto usual = prepared({"-O", "dual"}).plan.systems;
  ASSERT_TRUE(usual);
  EXPECT_FALSE(usual->only_with_both);
  EXPECT_FALSE(usual->guess);
  EXPECT_EQ(usual->tries, 2);
  const auto all =
      prepared({"-O2", "--osscan-limit", "--fuzzy", "--max-os-tries", "5", "-sT", "dual"}, nmap).plan.systems;
  ASSERT_TRUE(all);
  EXPECT_TRUE(all->only_with_both);
  EXPECT_TRUE(all->guess);
  EXPECT_EQ(all->tries, 5);
}

TEST(SystemOptions, EverythingIncludesItWhereItCanBeHad) {
  EXPECT_TRUE(prepared({"-A", "--osscan-guess", "dual"}).plan.systems->guess);
  EXPECT_FALSE(prepared({"-A", "dual"}, plain_user).plan.systems);
  EXPECT_EQ(prepared({"-A", "dual"}, plain_user).notices.size(), 2U);
  EXPECT_FALSE(prepared({"-A", "dual"}, nmap_plain_user).plan.systems);
  EXPECT_THAT(prepared({"-A", "dual"}, nmap_plain_user).notices, testing::IsEmpty());
  EXPECT_FALSE(prepared({"-A", "-sn", "dual"}, nmap).plan.systems);
}

TEST(SystemOptions, WithoutItTheOthersAreAMistake) {
  for (const char* option : {"--osscan-limit", "--osscan-guess", "--fuzzy", "--max-os-tries=3"}) {
    EXPECT_THAT(error_of({option, "dual"}), testing::HasSubstr(" is about -O, which is not given")) << option;
    EXPECT_FALSE(prepared({option, "dual"}, nmap).plan.systems) << option;
  }
}

TEST(SystemOptions, WithoutPortsThereIsNothingToAsk) {
  for (const Case& called : {Case{}, nmap}) {
    EXPECT_EQ(error_of({"-O", "-sn", "dual"}, called), "-O asks ports, so it cannot go with -sn");
    EXPECT_EQ(error_of({"-O", "-sL", "dual"}, called), "-O asks ports, so it cannot go with -sL");
  }
}

TEST(SystemOptions, ItIsAskedByRawPackets) {
  EXPECT_EQ(error_of({"-O", "dual"}, plain_user),
            "-O sends raw packets, which needs CAP_NET_RAW; run it as root, or leave it out");
  EXPECT_EQ(error_of({"-O", "--unprivileged", "dual"}, plain_user),
            "-O sends raw packets, which --unprivileged declines; leave one of them out");
  EXPECT_EQ(error_of({"-O", "dual"}, nmap_plain_user), "TCP/IP fingerprinting (for OS scan) requires root privileges.");
  EXPECT_THAT(error_of({"-O", "dual"}, without_routes),
              testing::StartsWith("-O sends raw packets, and the kernel does not tell its routes"));
}

}  // namespace
}  // namespace portolan::cli
