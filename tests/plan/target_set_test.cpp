#include "plan/target_set.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "peer_nmap.h"
#include "plan/target_expression.h"

namespace portolan::plan {
namespace {

using net::IpAddress;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

IpAddress ip(std::string_view text) { return IpAddress::parse(text).value(); }

Result<std::vector<IpAddress>> resolve(std::string_view name) {
  static const std::map<std::string, std::vector<IpAddress>, std::less<>> table{
      {"localhost", {ip("::1"), ip("127.0.0.1")}},
      {"pair.example", {ip("198.18.0.1"), ip("198.18.0.2"), ip("198.18.0.1"), ip("2001:db8::1")}},
      {"six.example", {ip("2001:db8::6")}},
      {"mapped.example", {ip("::ffff:198.18.0.9")}},
      {"nothing.example", {}},
  };
  const auto found = table.find(name);
  if (found == table.end()) return fail(Errc::unresolved, fmt::format("no address for '{}'", name));
  return found->second;
}

std::uint32_t zone_of(std::string_view interface) { return interface == "eth0" ? 3 : 0; }

TargetSet set_of(std::initializer_list<std::string_view> expressions, const TargetOptions& options = {},
                 std::initializer_list<std::string_view> excluded = {}) {
  TargetSet set;
  for (const auto expression : excluded) {
    const auto added = set.exclude(expression, options, resolve, zone_of);
    EXPECT_TRUE(added) << expression << ": " << (added ? "" : added.error().message);
  }
  for (const auto expression : expressions) {
    const auto added = set.add(expression, options, resolve, zone_of);
    EXPECT_TRUE(added) << expression << ": " << (added ? "" : added.error().message);
  }
  return set;
}

std::vector<Target> targets_of(const TargetSet& set, std::size_t at_most = 100'000) {
  std::vector<Target> targets;
  TargetSet::Cursor cursor{set};
  while (targets.size() < at_most) {
    auto target = cursor.next();
    if (!target) break;
    targets.push_back(std::move(*target));
  }
  return targets;
}

std::vector<std::string> addresses_of(const TargetSet& set, std::size_t at_most = 100'000) {
  std::vector<std::string> texts;
  for (const Target& target : targets_of(set, at_most)) texts.push_back(to_string(target.address));
  return texts;
}

// As under portolan's own name.
Error refusal(std::string_view expression, const TargetOptions& options = {}) {
  if (const auto read = parse_target(expression, zone_of); !read) return read.error();
  TargetSet set;
  const auto added = set.add(expression, options, resolve, zone_of);
  EXPECT_FALSE(added) << expression;
  EXPECT_TRUE(set.empty()) << expression;
  return added ? Error{} : added.error();
}

constexpr TargetOptions only_v4{.families = TargetOptions::Families::v4, .addresses = TargetOptions::Addresses::all};
constexpr TargetOptions only_v6{.families = TargetOptions::Families::v6, .addresses = TargetOptions::Addresses::all};
constexpr TargetOptions as_nmap{.families = TargetOptions::Families::v4, .addresses = TargetOptions::Addresses::first};

TEST(TargetSet, UnderstandsEveryFormOfIpv4) {
  EXPECT_THAT(addresses_of(set_of({"192.168.0.1,12,16"})), ElementsAre("192.168.0.1", "192.168.0.12", "192.168.0.16"));
  EXPECT_THAT(addresses_of(set_of({"192.168.0.7-9"})), ElementsAre("192.168.0.7", "192.168.0.8", "192.168.0.9"));
  EXPECT_THAT(addresses_of(set_of({"192.168.0.2/30"})),
              ElementsAre("192.168.0.0", "192.168.0.1", "192.168.0.2", "192.168.0.3"));
  EXPECT_THAT(addresses_of(set_of({"10.0.0.-1"})), ElementsAre("10.0.0.0", "10.0.0.1"));
  EXPECT_THAT(addresses_of(set_of({"10.0.0.254-"})), ElementsAre("10.0.0.254", "10.0.0.255"));
  EXPECT_THAT(addresses_of(set_of({"10.0-1.0.1,3"})), ElementsAre("10.0.0.1", "10.0.0.3", "10.1.0.1", "10.1.0.3"));
  EXPECT_THAT(addresses_of(set_of({"10.0.0.0,5/31"})), ElementsAre("10.0.0.0", "10.0.0.1", "10.0.0.4", "10.0.0.5"));
}

TEST(TargetSet, WildcardsReachEveryMember) {
  const auto all = addresses_of(set_of({"10.0-3.*.1"}));
  ASSERT_EQ(all.size(), 1024U);
  EXPECT_EQ(all.front(), "10.0.0.1");
  EXPECT_EQ(all.back(), "10.3.255.1");
  EXPECT_EQ(set_of({"10.0-3.*.1"}).size(), 1024U);
}

TEST(TargetSet, LargePrefixIsWalkedWithoutBeingHeld) {
  const auto set = set_of({"10.0.0.0/8", "0.0.0.0/0", "11.*.*.1"});
  EXPECT_EQ(set.size(), 1ULL << 32U);
  EXPECT_THAT(addresses_of(set, 3), ElementsAre("10.0.0.0", "10.0.0.1", "10.0.0.2"));
}

TEST(TargetSet, Ipv6PrefixesUpToA112AreSwept) {
  EXPECT_THAT(addresses_of(set_of({"2001:db8::5/126"})),
              ElementsAre("2001:db8::4", "2001:db8::5", "2001:db8::6", "2001:db8::7"));
  EXPECT_EQ(addresses_of(set_of({"2001:db8::/112"})).size(), 65'536U);
  const auto refused = refusal("2001:db8::/64");
  EXPECT_EQ(refused.code, Errc::limit);
  EXPECT_THAT(refused.message, HasSubstr("'2001:db8::/64'"));
  EXPECT_THAT(refused.message, HasSubstr("2^64"));
  EXPECT_EQ(refusal("2001:db8::/111").code, Errc::limit);
}

TEST(TargetSet, LinkLocalAddressKeepsItsZone) {
  EXPECT_THAT(addresses_of(set_of({"fe80::1%eth0", "fe80::1%4"})), ElementsAre("fe80::1%3", "fe80::1%4"));
  EXPECT_THAT(addresses_of(set_of({"fe80::2%eth0/127"})), ElementsAre("fe80::2%3", "fe80::3%3"));
  EXPECT_THAT(refusal("fe80::1%nosuch").message, HasSubstr("'nosuch'"));
  EXPECT_THAT(refusal("2001:db8::1%eth0").message, HasSubstr("link-local"));
}

TEST(TargetSet, NameGivesAllItsAddressesOfBothFamilies) {
  const auto targets = targets_of(set_of({"localhost"}));
  ASSERT_EQ(targets.size(), 2U);
  EXPECT_EQ(to_string(targets[0].address), "::1");
  EXPECT_EQ(to_string(targets[1].address), "127.0.0.1");
  for (const Target& target : targets) {
    EXPECT_EQ(target.name, "localhost");
    EXPECT_TRUE(target.single);
    EXPECT_THAT(target.other_addresses, IsEmpty());
  }
  EXPECT_THAT(addresses_of(set_of({"pair.example"})), ElementsAre("198.18.0.1", "198.18.0.2", "2001:db8::1"));
}

TEST(TargetSet, FamilyOptionsRestrictNamesAndTellWhatIsLeft) {
  const auto four = targets_of(set_of({"localhost"}, only_v4));
  ASSERT_EQ(four.size(), 1U);
  EXPECT_EQ(four[0].address, ip("127.0.0.1"));
  EXPECT_THAT(four[0].other_addresses, ElementsAre(ip("::1")));
  EXPECT_THAT(addresses_of(set_of({"localhost"}, only_v6)), ElementsAre("::1"));
  const auto first = targets_of(set_of({"pair.example"}, as_nmap));
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].address, ip("198.18.0.1"));
  EXPECT_THAT(first[0].other_addresses, ElementsAre(ip("198.18.0.2"), ip("2001:db8::1")));
}

TEST(TargetSet, WhatHasNoAddressOfTheFamilyIsSkippable) {
  for (const auto& [expression, options] :
       {std::pair{"six.example", only_v4}, {"2001:db8::1", only_v4}, {"198.18.0.0/30", only_v6}}) {
    const auto refused = refusal(expression, options);
    EXPECT_EQ(refused.code, Errc::unresolved) << expression;
    EXPECT_THAT(refused.message, HasSubstr(fmt::format("'{}'", expression)));
  }
  EXPECT_EQ(refusal("nosuch.example").code, Errc::unresolved);
  EXPECT_EQ(refusal("nothing.example").code, Errc::unresolved);
}

TEST(TargetSet, NameWithPrefixLengthSweepsAroundItsAddresses) {
  const auto targets = targets_of(set_of({"localhost/30"}));
  ASSERT_EQ(targets.size(), 4U);
  EXPECT_EQ(targets[1].address, ip("127.0.0.1"));
  EXPECT_EQ(targets[1].name, "localhost");
  EXPECT_EQ(targets[0].name, "");
  for (const Target& target : targets) EXPECT_FALSE(target.single);
  EXPECT_THAT(addresses_of(set_of({"localhost/127"})), ElementsAre("::", "::1"));
  EXPECT_EQ(refusal("six.example/64").code, Errc::limit);
  EXPECT_EQ(refusal("localhost/64").code, Errc::limit);
  EXPECT_EQ(refusal("mapped.example/64").code, Errc::parse);
}

TEST(TargetSet, SingleIsWhatWasNamedByItself) {
  for (const std::string_view expression :
       {"10.0.0.5", "10.0.0.5/32", "2001:db8::5", "2001:db8::5/128", "10.0.0.5-5"}) {
    const auto targets = targets_of(set_of({expression}));
    ASSERT_EQ(targets.size(), 1U) << expression;
    EXPECT_TRUE(targets[0].single) << expression;
  }
  for (const std::string_view expression : {"10.0.0.5-6", "10.0.0.5/31", "10.0.0.5,7", "2001:db8::5/127"}) {
    for (const Target& target : targets_of(set_of({expression}))) EXPECT_FALSE(target.single) << expression;
  }
}

TEST(TargetSet, EachAddressComesOnceWhereItWasTypedFirst) {
  EXPECT_THAT(addresses_of(set_of({"10.0.0.2", "10.0.0.0/30", "10.0.0.2-4", "10.0.0.2", "10.0.0.1"})),
              ElementsAre("10.0.0.2", "10.0.0.0", "10.0.0.1", "10.0.0.3", "10.0.0.4"));
  EXPECT_THAT(
      addresses_of(set_of({"10.0.0.2,6", "10.0.0.0/29", "10.0.0.0/29"})),
      ElementsAre("10.0.0.2", "10.0.0.6", "10.0.0.0", "10.0.0.1", "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.7"));
  EXPECT_THAT(addresses_of(set_of({"2001:db8::1", "2001:db8::/127"})), ElementsAre("2001:db8::1", "2001:db8::"));
}

TEST(TargetSet, MemberOfARangeThatIsAlsoNamedKeepsItsName) {
  const auto targets = targets_of(set_of({"198.18.0.0/30", "pair.example", "198.18.0.3"}));
  ASSERT_EQ(targets.size(), 5U);
  EXPECT_FALSE(targets[0].single);
  EXPECT_EQ(targets[1].name, "pair.example");
  EXPECT_TRUE(targets[1].single);
  EXPECT_TRUE(targets[3].single);
  EXPECT_EQ(targets[3].name, "");
}

TEST(TargetSet, PatternsOfManyRunsAreToldOnceToo) {
  // 0-255 x 0-63 = 16,384 runs: kept as a pattern. Both orders with a prefix, and two patterns.
  const auto plain = [](std::initializer_list<std::string_view> expressions) {
    const auto all = addresses_of(set_of(expressions));
    EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), all.size());
    return all.size();
  };
  EXPECT_EQ(plain({"10.*.0-63.1"}), 16'384U);
  EXPECT_EQ(plain({"10.0.0.0/24", "10.*.0-63.1"}), 256U + 16'383U);
  EXPECT_EQ(plain({"10.*.0-63.1", "10.0.0.0/24"}), 256U + 16'383U);
  EXPECT_EQ(plain({"10.*.0-63.1", "10.*.0-31.1,2", "10.0.0.1", "10.0.0.2", "10.0.0.3"}), 16'384U + 8'192U + 1U);
}

TEST(TargetSet, ExclusionsTakeTheSameGrammar) {
  EXPECT_THAT(addresses_of(set_of({"10.0.0.0/29"}, {}, {"10.0.0.2-4", "10.0.0.6", "10.*.*.7"})),
              ElementsAre("10.0.0.0", "10.0.0.1", "10.0.0.5"));
  EXPECT_THAT(addresses_of(set_of({"127.0.0.0/30", "::1"}, {}, {"localhost"})),
              ElementsAre("127.0.0.0", "127.0.0.2", "127.0.0.3"));
  EXPECT_THAT(addresses_of(set_of({"127.0.0.0/29"}, {}, {"localhost/30"})),
              ElementsAre("127.0.0.4", "127.0.0.5", "127.0.0.6", "127.0.0.7"));
}

TEST(TargetSet, ExclusionsAreNotNarrowedByFamilySizeOrFirstAddress) {
  EXPECT_THAT(addresses_of(set_of({"198.18.0.1-3"}, as_nmap, {"pair.example", "2001:db8::/32"})),
              ElementsAre("198.18.0.3"));
  const auto set = set_of({"2001:db9::1", "2001:db8:1::/120"}, {}, {"2001:db8::/32"});
  EXPECT_THAT(addresses_of(set), ElementsAre("2001:db9::1"));
  EXPECT_TRUE(set.excluded(ip("2001:db8:ffff::1")));
}

TEST(TargetSet, ExclusionCannotBePassedByAnotherSpelling) {
  const auto set = set_of({"198.18.0.8"}, {}, {"198.18.0.9", "fe80::1%eth0", "fe80::2"});
  EXPECT_TRUE(set.excluded(ip("::ffff:198.18.0.9")));
  EXPECT_TRUE(set.excluded(ip("fe80::1%3")));
  EXPECT_TRUE(set.excluded(ip("fe80::1")));  // no zone: it might leave by eth0
  EXPECT_FALSE(set.excluded(ip("fe80::1%4")));
  EXPECT_TRUE(set.excluded(ip("fe80::2%4")));
  EXPECT_FALSE(set.excluded(ip("198.18.0.8")));
  EXPECT_THAT(addresses_of(set_of({"mapped.example"}, {}, {"198.18.0.9"})), IsEmpty());
}

TEST(TargetSet, ExclusionThatCannotBeReadIsAnError) {
  TargetSet set;
  EXPECT_EQ(set.exclude("10.0.0.300", {}, resolve, zone_of).error().code, Errc::parse);
  EXPECT_EQ(set.exclude("nosuch.example", {}, resolve, zone_of).error().code, Errc::unresolved);
}

TEST(TargetSet, MalformedTextIsRefusedWithThePieceQuotedAndAdvice) {
  for (const std::string_view text : {"",
                                      "1.2.3",
                                      "1.2.3.4.5",
                                      "256.1.1.1",
                                      "192.168.0.1-300",
                                      "192.168.0.9-1",
                                      "192.168.0.,1",
                                      "192.168.0.1,",
                                      "10.0.0.**",
                                      "192.168.0.*,5",
                                      "1.2.3.--",
                                      "192.168.0.1/33",
                                      "192.168.0.1/",
                                      "192.168.0.1/3a",
                                      "10.0.0.1/-1",
                                      "10.0.0.1/+3",
                                      "localhost/129",
                                      "2001:db8::/129",
                                      "2001:db8::1-5",
                                      "[::1]",
                                      "host:80",
                                      "http://host/",
                                      "a b",
                                      "-host",
                                      "a..b",
                                      "a/b",
                                      "///",
                                      "a@b",
                                      "12-34",
                                      "::ffff:1.2.3.4",
                                      "10.0.0.1/24/5",
                                      "1.2.3.99999999999999999999"}) {
    const auto refused = refusal(text);
    EXPECT_EQ(refused.code, Errc::parse) << text;
    EXPECT_THAT(refused.message, HasSubstr(text)) << text;
  }
  EXPECT_THAT(refusal("10.0.0.1/24/5").message, HasSubstr("more than one slash"));
  EXPECT_THAT(refusal("::1/129").message, HasSubstr("at 128 for IPv6"));
  EXPECT_THAT(refusal("10.0.0.1/99999999999999999999").message, HasSubstr("too long"));
  EXPECT_THAT(refusal("192.168.0.9-1").message, HasSubstr("write 1-9"));
  EXPECT_THAT(refusal("host:80").message, HasSubstr("-p"));
  EXPECT_FALSE(refusal("a\x1b[2Jb").message.contains('\x1b'));
  EXPECT_LT(refusal(std::string(100'000, '@')).message.size(), 1'000U);
}

TEST(TargetSet, CharactersThatAreNotSeenAreShownAndNotLookedUp) {
  for (const auto& [text, shown] : {std::pair{"local\u200bhost", "'local\\u{200B}host'"},
                                    {"\ufeff10.0.0.1", "'\\u{FEFF}10.0.0.1'"},
                                    {"10.0.0.1\u00a010.0.0.2", "'10.0.0.1\\u{00A0}10.0.0.2'"},
                                    {"2001:db8::1\u200e", "'2001:db8::1\\u{200E}'"},
                                    {"10.0.0.0/24\u00a0", "'10.0.0.0/24\\u{00A0}'"}}) {
    const auto refused = refusal(text);
    EXPECT_EQ(refused.code, Errc::parse) << shown;
    EXPECT_THAT(refused.message, HasSubstr(shown));
    EXPECT_THAT(refused.message, HasSubstr("not seen"));
  }
  EXPECT_THAT(refusal("local\thost").message, HasSubstr("'local\\x09host'"));
}

TEST(TargetSet, DashesThatOnlyLookLikeThoseOfRangesAreNotLookedUp) {
  for (const char* text : {"198.18.0.1\u20135", "\u2212", "a\u2010b.example", "198.18.0.0\u2014198.18.0.9"}) {
    const auto refused = refusal(text);
    EXPECT_EQ(refused.code, Errc::parse) << text;
    EXPECT_THAT(refused.message, HasSubstr(fmt::format("'{}' has a", text)));
    EXPECT_THAT(refused.message, HasSubstr("the '-' of the keyboard"));
  }
}

TEST(TargetSet, CharactersThatOnlyLookLikeTheKeyboardsAreNotLookedUp) {
  for (const char* text : {"\uff11\uff19\uff18.18.0.1", "198\uff0e18.0.1", "\uff45xample.org", "198.18.0.\u0661",
                           "198.18.0.\uff10/24", "198.18.0.1\uff0d5"}) {
    const auto refused = refusal(text);
    EXPECT_EQ(refused.code, Errc::parse) << text;
    EXPECT_THAT(refused.message, HasSubstr(fmt::format("'{}' has a character that only looks like '", text)));
  }
}

TEST(TargetSet, NothingAddedIsEmpty) {
  EXPECT_TRUE(TargetSet{}.empty());
  EXPECT_EQ(TargetSet{}.size(), 0U);
  EXPECT_FALSE(set_of({"10.0.0.1"}).empty());
}

TEST(TargetSet, PositionsAreDenseHoweverMuchIsExcluded) {
  const auto set = set_of({"10.0.0.0/30", "10.0.0.2", "10.0.0.9"}, {}, {"10.0.0.0-1"});
  EXPECT_EQ(set.size(), 3U);
  TargetSet::Cursor cursor{set};
  for (std::uint64_t position = 0; position < 3; ++position) {
    EXPECT_EQ(cursor.passed(), position);
    const auto target = cursor.next();
    ASSERT_TRUE(target);
    EXPECT_EQ(target->position, position);
  }
  EXPECT_TRUE(cursor.at_end());
  EXPECT_FALSE(cursor.next());
  EXPECT_EQ(cursor.passed(), 3U);
}

TEST(TargetSet, WhatIsLeftOfTheWholeInternetIsKnownWithoutAWalk) {
  // Each of these walked over 2^32 addresses, were they passed one by one.
  const auto one =
      set_of({"0.0.0.0/0"}, {}, {"0.0.0.0/1", "128.0.0.1-255", "128.0.1-255.*", "128.1-255.*.*", "129-255.*.*.*"});
  EXPECT_EQ(one.size(), 1U);
  EXPECT_THAT(addresses_of(one), ElementsAre("128.0.0.0"));
  const auto last =
      set_of({"*.*.*.*"}, {}, {"*.*.*.0-127,129-255", "0-254.*.*.128", "255.0-254.*.128", "255.255.0-254.*"});
  EXPECT_THAT(addresses_of(last), ElementsAre("255.255.255.128"));
  EXPECT_EQ(set_of({"0.0.0.0/0"}, {}, {"*.*.*.0,255"}).size(), (1ULL << 32U) - (2ULL << 24U));
  const auto none_left = set_of({"0.0.0.0/0", "*.*.*.7", "10.0.0.1"}, {}, {"0.0.0.0/1", "128.0.0.0/1"});
  EXPECT_EQ(none_left.size(), 0U);
  EXPECT_FALSE(none_left.empty());
  EXPECT_THAT(addresses_of(none_left), IsEmpty());
}

TEST(TargetSet, PatternsThatOverlapInTooManyWaysAreRefused) {
  std::mt19937 random{1};
  const auto any_octet = [&] {
    std::string members = "7";
    for (int value = 8; value < 250; ++value) members += random() % 2 == 0 ? fmt::format(",{}", value) : "";
    return members;
  };
  TargetSet set;
  Result<void> added;
  std::size_t taken = 0;
  for (; added && taken < 100; ++taken) {
    added =
        set.add(fmt::format("{}.{}.{}.{}", any_octet(), any_octet(), any_octet(), any_octet()), {}, resolve, zone_of);
  }
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, Errc::limit);
  EXPECT_THAT(added.error().message, HasSubstr("1024"));
  EXPECT_GT(taken, 3U);
  TargetSet::Cursor cursor{set, {.key = 1}};
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(cursor.next());
}

// Octets from a small corner, so that expressions overlap.
std::string any_expression() {
  const auto octet = [](int most) {
    const int a = *rc::gen::inRange(0, most);
    const int b = *rc::gen::inRange(0, most);
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
        return fmt::format("{}-{}", std::min(a, b), std::max(a, b));
      case 1:
        return fmt::format("{},{}", a, b);
      default:
        return fmt::format("{}", a);
    }
  };
  const auto length = *rc::gen::inRange(0, 3) == 0 ? fmt::format("/{}", *rc::gen::inRange(24, 33)) : std::string{};
  return fmt::format("10.{}.{}.{}{}", octet(2), octet(4), octet(12), length);
}

RC_GTEST_PROP(TargetSetProperty, WalkIsThePlainUnionInOrderWithoutExclusionsAndRepetitions, ()) {
  TargetSet set;
  std::vector<IpAddress> plain;
  std::set<IpAddress> seen;
  std::set<IpAddress> excluded;
  const auto members = [](const std::string& expression) {
    const auto pattern = std::get<OctetPattern>(parse_target(expression, {}).value());
    std::vector<IpAddress> all;
    for (std::uint64_t i = 0; i < pattern.size(); ++i) all.push_back(pattern.at(i));
    return all;
  };
  for (int i = *rc::gen::inRange(0, 3); i > 0; --i) {
    const auto expression = any_expression();
    RC_ASSERT(set.exclude(expression, {}, resolve, zone_of).has_value());
    for (const auto& address : members(expression)) excluded.insert(address);
  }
  for (int i = *rc::gen::inRange(1, 6); i > 0; --i) {
    const auto expression = any_expression();
    RC_ASSERT(set.add(expression, {}, resolve, zone_of).has_value());
    for (const auto& address : members(expression)) {
      if (seen.insert(address).second && !excluded.contains(address)) plain.push_back(address);
    }
  }
  std::vector<IpAddress> walked;
  TargetSet::Cursor cursor{set};
  while (const auto target = cursor.next()) walked.push_back(target->address);
  RC_ASSERT(walked == plain);
  RC_ASSERT(cursor.passed() == set.size());
  RC_ASSERT(set.size() == walked.size());
}

RC_GTEST_PROP(OctetPatternProperty, RunsAndMembersAreTheSameAddresses, ()) {
  const auto pattern = std::get<OctetPattern>(parse_target(any_expression(), {}).value());
  std::vector<IpAddress> from_runs;
  for (const AddressRun& run : pattern.runs()) {
    for (auto address = run.first;; address = address.plus(1)) {
      from_runs.push_back(address);
      if (address == run.last) break;
    }
  }
  RC_ASSERT(from_runs.size() == pattern.size());
  for (std::size_t i = 0; i < from_runs.size(); ++i) {
    RC_ASSERT(from_runs[i] == pattern.at(i));
    RC_ASSERT(pattern.contains(from_runs[i]));
  }
  RC_ASSERT(!pattern.contains(ip("11.0.0.1")));
}

TEST(OctetPattern, NeighboursAreOneRun) {
  const auto runs_of = [](std::string_view text) {
    return std::get<OctetPattern>(parse_target(text, {}).value()).runs();
  };
  EXPECT_EQ(runs_of("10.0.0.1-9").size(), 1U);
  EXPECT_EQ(runs_of("10.0-3.*.*").size(), 1U);
  EXPECT_EQ(runs_of("10.0.0-1.1-9").size(), 2U);
  EXPECT_EQ(runs_of("0.0.0.0/0").size(), 1U);
}

TEST(SplitExpressions, BlanksAndLinesSeparateAndHashesComment) {
  EXPECT_THAT(split_expressions("10.0.0.1 10.0.0.2#c\n# all\n10.0.0.5#x\n\t10.0.0.6 # y\r\n\nhost.example"),
              ElementsAre("10.0.0.1", "10.0.0.2", "10.0.0.5", "10.0.0.6", "host.example"));
  EXPECT_THAT(split_expressions("\xef\xbb\xbf"
                                "10.0.0.1"),
              ElementsAre("10.0.0.1"));
  EXPECT_THAT(split_expressions(" \n#\n"), IsEmpty());
}

TEST(SplitExpressions, CommaInsideAnOctetStaysAndBetweenExpressionsSeparates) {
  EXPECT_THAT(split_expressions("10.0.0.2-4,10.0.0.6"), ElementsAre("10.0.0.2-4", "10.0.0.6"));
  EXPECT_THAT(split_expressions("10.0.0.1,12,16"), ElementsAre("10.0.0.1,12,16"));
  EXPECT_THAT(split_expressions("10.0.1,2.5,7,10.1,2.3.4,a.example,2001:db8::1,::1"),
              ElementsAre("10.0.1,2.5,7", "10.1,2.3.4", "a.example", "2001:db8::1", "::1"));
  EXPECT_THAT(split_expressions("10.0.0.0/8,192.168.0.0/16,10.0.0.1,5/30,9"),
              ElementsAre("10.0.0.0/8", "192.168.0.0/16", "10.0.0.1,5/30", "9"));
  EXPECT_THAT(split_expressions("10.0.0.9, 10.0.0.10,"), ElementsAre("10.0.0.9", "10.0.0.10"));
  EXPECT_THAT(split_expressions("10.0.0.2,,10.0.0.4"), ElementsAre("10.0.0.2,", "10.0.0.4"));
}

std::vector<std::string> nmap_list(const std::string& arguments) {
  const std::string output = output_of("nmap -sL -n -oG - " + arguments + " 2>/dev/null");
  std::vector<std::string> addresses;
  for (auto at = output.find("Host: "); at != std::string::npos; at = output.find("Host: ", at + 1)) {
    addresses.push_back(output.substr(at + 6, output.find(' ', at + 6) - at - 6));
  }
  return addresses;
}

TEST(TargetSet, ListsWhatTheInstalledNmapLists) {
  if (!nmap_is_installed()) GTEST_SKIP() << "nmap is not installed";
  // Disjoint, because nmap lists repeated addresses again; one run for all.
  const std::vector<std::string> expressions{
      "192.168.0.1,12,16", "192.168.1.12,1,1,12", "192.168.2.1-9", "10.0-3.0-1.1",   "10.4.5-6.250-",
      "10.5.0.-3",         "10.6.0.0,5/31",       "10.7.0.3/29",   "10.8.1-2,4.7,9", "10.9.0.1",
      "10.10.0.1/32",      "10.11.0.254/030",     "10.12.0.5-5",   "10.13.0.-",      "10.14.*.1",
      "10.15.0.0-6/31",    "10.16.3.9/22"};
  TargetSet set;
  std::string arguments;
  for (const auto& expression : expressions) {
    ASSERT_TRUE(set.add(expression, {}, resolve, zone_of)) << expression;
    arguments += shell_quoted(expression) + " ";
  }
  EXPECT_EQ(addresses_of(set), nmap_list(arguments));
  EXPECT_EQ(addresses_of(set_of({"2001:db8::5/125"})), nmap_list("-6 2001:db8::5/125"));
}

TEST(TargetSet, ExcludesWhatTheInstalledNmapExcludes) {
  if (!nmap_is_installed()) GTEST_SKIP() << "nmap is not installed";
  const std::string excluded = "10.0.0.2-4,10.0.0.8/30,10.0.*.20,10.0.0.24";
  TargetSet set;
  for (const auto& expression : split_expressions(excluded)) ASSERT_TRUE(set.exclude(expression, {}, resolve, zone_of));
  ASSERT_TRUE(set.add("10.0.0.0/27", {}, resolve, zone_of));
  EXPECT_EQ(addresses_of(set), nmap_list("10.0.0.0/27 --exclude " + shell_quoted(excluded)));
}

TEST(TargetSet, RefusesWhatTheInstalledNmapCannotResolve) {
  if (!nmap_is_installed()) GTEST_SKIP() << "nmap is not installed";
  std::string arguments;
  for (const std::string text : {"192.168.0.1-300", "192.168.0.9-1", "192.168.0.,1", "192.168.0.*,5", "1.2.3.4.5",
                                 "256.1.1.1", "10.0.0.**", "1.2.3.--", "1.2.3.4,", "192.168.0.1/3a", "192.168.0.1/"}) {
    EXPECT_EQ(refusal(text).code, Errc::parse) << text;
    arguments += shell_quoted(text) + " ";
  }
  EXPECT_THAT(nmap_list(arguments), IsEmpty());
}

TEST(TargetExpression, TheUnspecifiedAddressAloneIsTheAddressOfNoHost) {
  const auto check = [](std::string_view text) { return check_names_a_host(text, read_target(text, {}).value()); };
  for (const auto& [text, meant] :
       {std::pair{"0.0.0.0", "127.0.0.1"}, std::pair{"0.0.0.0/32", "127.0.0.1"}, std::pair{"::", "::1"}}) {
    const auto checked = check(text);
    ASSERT_FALSE(checked) << text;
    EXPECT_EQ(checked.error().code, Errc::parse);
    EXPECT_EQ(checked.error().message, fmt::format("{} is the address of no host; did you mean {}?", text, meant));
  }
  for (const char* text : {"0.0.0.0/30", "::1", "0.0.0.1", "localhost"}) EXPECT_TRUE(check(text)) << text;
}

// ---- what nmap takes and portolan refuses under its own name

TEST(TargetSet, AddressesThatCWritesAreNamesOfThem) {
  for (const auto& [text, address] : {std::pair{"10.1", "10.0.0.1"},
                                      {"10.0.0", "10.0.0.0"},
                                      {"10.256", "10.0.1.0"},
                                      {"0x7f.1", "127.0.0.1"},
                                      {"010.1", "8.0.0.1"},
                                      {"167772161", "10.0.0.1"},
                                      {"10.0.0.0x1", "10.0.0.1"},
                                      {"0", "0.0.0.0"}}) {
    EXPECT_FALSE(parse_target(text, {})) << text;
    const auto targets = targets_of(set_of({text}));
    ASSERT_EQ(targets.size(), 1U) << text;
    EXPECT_EQ(to_string(targets.front().address), address);
    EXPECT_EQ(targets.front().name, text);
  }
  EXPECT_THAT(addresses_of(set_of({"10.1/31"})), ElementsAre("10.0.0.0", "10.0.0.1"));
  for (const char* text : {"10.", "10.0.0.", "1.2.3.4.5", "10.16777216", "256.1", "0x", "08.1", "10..1", "10.1-2"}) {
    EXPECT_FALSE(read_target(text, {})) << text;
  }
}

TEST(TargetSet, ZerosBeforeAnOctetMeanNothingToNmapWhereATargetIsMeant) {
  EXPECT_FALSE(parse_target("010.0.0.01", {}));
  EXPECT_THAT(addresses_of(set_of({"010.0.0.01"})), ElementsAre("10.0.0.1"));
  TargetSet set;
  EXPECT_THAT(set.exclude("010.0.0.1", {}, resolve, zone_of).error().message, HasSubstr("zero in front"));
}

TEST(TargetSet, AddressesOfNoHostAndIPv4WrittenAsIPv6CanBeNamed) {
  EXPECT_THAT(addresses_of(set_of({"0.0.0.0", "::", "::ffff:198.18.0.9"})),
              ElementsAre("0.0.0.0", "::", "::ffff:198.18.0.9"));
  EXPECT_THAT(addresses_of(set_of({"::ffff:198.18.0.9", "::ffff:198.18.0.8"}, {}, {"198.18.0.9"})),
              ElementsAre("::ffff:198.18.0.8"));
  EXPECT_THAT(addresses_of(set_of({"198.18.0.8-11"}, {}, {"::ffff:198.18.0.9"})),
              ElementsAre("198.18.0.8", "198.18.0.10", "198.18.0.11"));
  EXPECT_THAT(addresses_of(set_of({"198.18.0.8-11"}, {}, {"::ffff:198.18.0.8/127"})),
              ElementsAre("198.18.0.10", "198.18.0.11"));
  TargetSet set;
  EXPECT_FALSE(set.add("::ffff:198.18.0.8/126", {}, resolve, zone_of));
}

TEST(TargetSet, ListsOddTargetsAsTheInstalledNmapDoes) {
  if (!nmap_is_installed()) GTEST_SKIP() << "nmap is not installed";
  const std::vector<std::string> expressions{"10.1",    "10.0.2",      "10.768",      "0x7f.1",
                                             "010.1",   "0",           "167773185",   "0.0.0.7",
                                             "10.9/31", "010.0.0.090", "10.0.0.0x50", "10.0.5.001-003"};
  TargetSet set;
  std::string arguments;
  for (const auto& expression : expressions) {
    ASSERT_TRUE(set.add(expression, {}, resolve, zone_of)) << expression;
    arguments += shell_quoted(expression) + " ";
  }
  EXPECT_EQ(addresses_of(set), nmap_list(arguments));
  EXPECT_EQ(addresses_of(set_of({"::", "::ffff:198.18.0.9"})), nmap_list("-6 :: ::ffff:198.18.0.9"));
}

// Octal to some, decimal to others: whom it names is for whoever typed it to say, be it a target or excluded.
TEST(TargetExpression, ANumberWithAZeroInFrontIsRefused) {
  for (const char* text : {"0177.0.0.1", "192.168.001.1", "10.0.0.01-3", "10.0.0.1-08", "10.0.0.2,03", "10.00-1.*.1",
                           "10.0.0.00", "010.0.0.0/8"}) {
    const auto read = parse_target(text, {});
    ASSERT_FALSE(read.has_value()) << text;
    EXPECT_EQ(read.error().code, Errc::parse);
    EXPECT_EQ(read.error().message, fmt::format("'{}' has a number with a zero in front, which is octal to some "
                                                "programs and decimal to others; leave the zero out",
                                                text));
  }
  TargetSet set;
  EXPECT_FALSE(set.exclude("010.0.0.1", {}, resolve, zone_of));
  for (const char* text : {"0.0.0.10", "10.0.0.0-0", "10.20.30.100/24"}) EXPECT_TRUE(parse_target(text, {})) << text;
}

// The resolver would take them for addresses that nobody meant.
TEST(TargetExpression, NumbersOfCAreNoNames) {
  for (const char* text : {"127.1", "0x7f.1", "0x7f000001", "0x7f.0.0.1", "0x7f000001/24"}) {
    const auto read = parse_target(text, {});
    ASSERT_FALSE(read.has_value()) << text;
    EXPECT_THAT(read.error().message, testing::HasSubstr("four octets with dots between them")) << text;
  }
}

}  // namespace
}  // namespace portolan::plan
