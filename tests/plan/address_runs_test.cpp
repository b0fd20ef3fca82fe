#include "plan/address_runs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace portolan::plan {
namespace {

using net::IpAddress;
using testing::ElementsAre;
using testing::IsEmpty;

AddressRun run(std::string_view first, std::string_view last) {
  return {.first = IpAddress::parse(first).value(), .last = IpAddress::parse(last).value()};
}

TEST(AddressRuns, OnlyTheGapsAreTaken) {
  AddressRuns runs;
  EXPECT_THAT(runs.take(run("10.0.0.4", "10.0.0.7"), 1), ElementsAre(run("10.0.0.4", "10.0.0.7")));
  EXPECT_THAT(runs.take(run("10.0.0.4", "10.0.0.7"), 2), IsEmpty());
  EXPECT_THAT(runs.take(run("10.0.0.5", "10.0.0.7"), 2), IsEmpty());
  EXPECT_THAT(runs.take(run("10.0.0.0", "10.0.0.9"), 3),
              ElementsAre(run("10.0.0.0", "10.0.0.3"), run("10.0.0.8", "10.0.0.9")));
  EXPECT_EQ(runs.owner_of(IpAddress::parse("10.0.0.7").value()), 1U);
  EXPECT_EQ(runs.owner_of(IpAddress::parse("10.0.0.8").value()), 3U);
  EXPECT_EQ(runs.owner_of(IpAddress::parse("10.0.0.10").value()), std::nullopt);
}

TEST(AddressRuns, EndsOfTheFamiliesDoNotWrap) {
  AddressRuns runs;
  EXPECT_THAT(runs.take(run("255.255.255.254", "255.255.255.255"), 1),
              ElementsAre(run("255.255.255.254", "255.255.255.255")));
  EXPECT_THAT(runs.take(run("255.255.255.255", "255.255.255.255"), 2), IsEmpty());
  EXPECT_THAT(runs.take(run("0.0.0.0", "255.255.255.255"), 3), ElementsAre(run("0.0.0.0", "255.255.255.253")));
  EXPECT_THAT(runs.take(run("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), 4),
              ElementsAre(run("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")));
}

TEST(AddressRuns, BorrowGoesThroughZeroBytes) {
  AddressRuns runs;
  runs.take(run("10.1.0.0", "10.1.0.0"), 1);
  runs.take(run("2001:db8::1:0:0:0", "2001:db8::1:0:0:0"), 1);
  EXPECT_THAT(runs.take(run("10.0.255.255", "10.1.0.0"), 2), ElementsAre(run("10.0.255.255", "10.0.255.255")));
  EXPECT_THAT(runs.take(run("2001:db8::ffff:ffff:ffff", "2001:db8::1:0:0:0"), 2),
              ElementsAre(run("2001:db8::ffff:ffff:ffff", "2001:db8::ffff:ffff:ffff")));
}

TEST(AddressRuns, ZonesAreApart) {
  AddressRuns runs;
  runs.take(run("fe80::%1", "fe80::ff%1"), 1);
  EXPECT_THAT(runs.take(run("fe80::1%2", "fe80::1%2"), 2), ElementsAre(run("fe80::1%2", "fe80::1%2")));
  EXPECT_EQ(runs.owner_of(IpAddress::parse("fe80::1").value()), std::nullopt);
}

}  // namespace
}  // namespace portolan::plan
