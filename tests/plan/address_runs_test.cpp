#include "plan/address_runs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace portolan::plan {
namespace {

using net::IpAddress;
using testing::ElementsAre;
using testing::IsEmpty;

IpAddress ip(std::string_view text) { return IpAddress::parse(text).value(); }
AddressRun run(std::string_view first, std::string_view last) { return {.first = ip(first), .last = ip(last)}; }

TEST(AddressRuns, OnlyTheGapsAreMissing) {
  AddressRuns runs;
  EXPECT_THAT(runs.missing_from(run("10.0.0.4", "10.0.0.7")), ElementsAre(run("10.0.0.4", "10.0.0.7")));
  runs.insert(run("10.0.0.4", "10.0.0.7"));
  EXPECT_THAT(runs.missing_from(run("10.0.0.4", "10.0.0.7")), IsEmpty());
  EXPECT_THAT(runs.missing_from(run("10.0.0.5", "10.0.0.6")), IsEmpty());
  EXPECT_THAT(runs.missing_from(run("10.0.0.0", "10.0.0.9")),
              ElementsAre(run("10.0.0.0", "10.0.0.3"), run("10.0.0.8", "10.0.0.9")));
  EXPECT_THAT(runs.missing_from(run("10.0.0.7", "10.0.0.8")), ElementsAre(run("10.0.0.8", "10.0.0.8")));
  EXPECT_TRUE(runs.contains(ip("10.0.0.4")));
  EXPECT_TRUE(runs.contains(ip("10.0.0.7")));
  EXPECT_FALSE(runs.contains(ip("10.0.0.3")));
  EXPECT_FALSE(runs.contains(ip("10.0.0.8")));
}

TEST(AddressRuns, WhatOverlapsOrTouchesIsOneRun) {
  AddressRuns runs;
  for (const auto& one : {run("10.0.0.4", "10.0.0.7"), run("10.0.0.8", "10.0.0.9"), run("10.0.0.3", "10.0.0.3"),
                          run("10.0.0.20", "10.0.0.30"), run("10.0.0.25", "10.0.0.26"), run("10.0.0.1", "10.0.0.1")}) {
    runs.insert(one);
  }
  EXPECT_THAT(runs.missing_from(run("10.0.0.0", "10.0.0.31")),
              ElementsAre(run("10.0.0.0", "10.0.0.0"), run("10.0.0.2", "10.0.0.2"), run("10.0.0.10", "10.0.0.19"),
                          run("10.0.0.31", "10.0.0.31")));
  runs.insert(run("10.0.0.2", "10.0.0.22"));
  EXPECT_THAT(runs.missing_from(run("10.0.0.0", "10.0.0.31")),
              ElementsAre(run("10.0.0.0", "10.0.0.0"), run("10.0.0.31", "10.0.0.31")));
}

TEST(AddressRuns, EndsOfTheFamiliesDoNotWrap) {
  AddressRuns runs;
  runs.insert(run("255.255.255.254", "255.255.255.255"));
  EXPECT_THAT(runs.missing_from(run("255.255.255.255", "255.255.255.255")), IsEmpty());
  EXPECT_THAT(runs.missing_from(run("0.0.0.0", "255.255.255.255")), ElementsAre(run("0.0.0.0", "255.255.255.253")));
  runs.insert(run("0.0.0.0", "0.0.0.0"));
  EXPECT_THAT(runs.missing_from(run("0.0.0.0", "255.255.255.255")), ElementsAre(run("0.0.0.1", "255.255.255.253")));
  EXPECT_THAT(runs.missing_from(run("::", "::1")), ElementsAre(run("::", "::1")));
  runs.insert(run("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
  EXPECT_THAT(runs.missing_from(run("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")), IsEmpty());
  runs.insert(run("0.0.0.0", "255.255.255.255"));
  EXPECT_THAT(runs.missing_from(run("0.0.0.0", "255.255.255.255")), IsEmpty());
}

TEST(AddressRuns, BorrowGoesThroughZeroBytes) {
  AddressRuns runs;
  runs.insert(run("10.1.0.0", "10.1.0.0"));
  runs.insert(run("2001:db8::1:0:0:0", "2001:db8::1:0:0:0"));
  EXPECT_THAT(runs.missing_from(run("10.0.255.255", "10.1.0.0")), ElementsAre(run("10.0.255.255", "10.0.255.255")));
  EXPECT_THAT(runs.missing_from(run("2001:db8::ffff:ffff:ffff", "2001:db8::1:0:0:0")),
              ElementsAre(run("2001:db8::ffff:ffff:ffff", "2001:db8::ffff:ffff:ffff")));
}

TEST(AddressRuns, ZonesAreApart) {
  AddressRuns runs;
  runs.insert(run("fe80::%1", "fe80::ff%1"));
  EXPECT_THAT(runs.missing_from(run("fe80::1%2", "fe80::1%2")), ElementsAre(run("fe80::1%2", "fe80::1%2")));
  EXPECT_FALSE(runs.contains(ip("fe80::1")));
}

}  // namespace
}  // namespace portolan::plan
