#include "net/ip_address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <set>
#include <unordered_set>

namespace portolan::net {
namespace {

using testing::HasSubstr;

IpAddress read(std::string_view text) {
  const auto address = IpAddress::parse(text, [](std::string_view name) { return name == "eth0" ? 7U : 0U; });
  EXPECT_TRUE(address) << text << ": " << (address ? "" : address.error().message);
  return address.value_or(IpAddress{});
}

IpAddress any_address() {
  if (*rc::gen::arbitrary<bool>()) return IpAddress::v4(*rc::gen::arbitrary<std::uint32_t>());
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < 16; i += 2) {
    // Zero groups often, or "::" would never be printed.
    if (*rc::gen::arbitrary<bool>()) continue;
    bytes[i] = *rc::gen::arbitrary<std::uint8_t>();
    bytes[i + 1] = *rc::gen::arbitrary<std::uint8_t>();
  }
  return IpAddress::v6(bytes, *rc::gen::element(0U, 0U, 3U));
}

TEST(IpAddress, TextIsTheCanonicalOneOfRfc5952) {
  EXPECT_EQ(to_string(read("192.168.0.1")), "192.168.0.1");
  EXPECT_EQ(to_string(read("2001:0DB8:0:0:0:0:0:1")), "2001:db8::1");
  EXPECT_EQ(to_string(read("::")), "::");
  EXPECT_EQ(to_string(read("::1")), "::1");
  EXPECT_EQ(to_string(read("2001:db8::")), "2001:db8::");
  EXPECT_EQ(to_string(read("0:1:2:3:4:5:6:7")), "0:1:2:3:4:5:6:7");         // §4.2.2: not over one group
  EXPECT_EQ(to_string(read("2001:0:0:1:0:0:0:1")), "2001:0:0:1::1");        // §4.2.3: the longest run
  EXPECT_EQ(to_string(read("2001:db8:0:0:1:0:0:1")), "2001:db8::1:0:0:1");  // §4.2.3: the first of equals
  EXPECT_EQ(to_string(read("::ffff:1.2.3.4")), "::ffff:1.2.3.4");           // §5
  EXPECT_EQ(to_string(read("::102:304")), "::102:304");                     // no prefix says IPv4
  EXPECT_EQ(to_string(read("fe80::1%3")), "fe80::1%3");
}

TEST(IpAddress, TheLongestTextFitsIntoTheRoomThatIsPromised) {
  const IpAddress longest = read("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff").with_zone(0xffff'ffff);
  EXPECT_EQ(to_string(longest).size(), longest_address_text);
  std::array<char, longest_address_text> text{};
  EXPECT_EQ(print(longest, text.data()), text.data() + text.size());
}

TEST(IpAddress, ZoneIsANumberOrTheNameOfAnInterface) {
  EXPECT_EQ(read("fe80::1%eth0").zone(), 7U);
  EXPECT_EQ(read("fe80::1%12").zone(), 12U);
  const auto unknown = IpAddress::parse("fe80::1%nosuch", [](std::string_view) { return 0U; });
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message, HasSubstr("'nosuch'"));
  EXPECT_FALSE(IpAddress::parse("fe80::1%eth0"));
  EXPECT_FALSE(IpAddress::parse("fe80::1%"));
  EXPECT_FALSE(IpAddress::parse("fe80::1%0"));
}

TEST(IpAddress, WhatIsNoAddressIsRefusedWithTheTextQuoted) {
  for (const std::string_view text : {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4 ", "010.1.1.1", "1.2.3.4/8",
                                      ":::", "1::2::3", "12345::", "::1%", "g::", "[::1]", "localhost"}) {
    const auto address = IpAddress::parse(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().code, Errc::parse);
    EXPECT_THAT(address.error().message, HasSubstr(text.substr(0, text.find('%'))));
  }
  EXPECT_FALSE(IpAddress::parse(std::string_view{"1.2.3.4\0", 8}));
}

TEST(IpAddress, NumbersOfCAreToldFromNames) {
  for (const char* text : {"1", "127.1", "0x7f.1", "0X7F000001", "0177.0.0.1", "1.2.3.0x", "127.0.0.1"}) {
    EXPECT_TRUE(is_c_address(text)) << text;
  }
  for (const char* text : {"", ".", "1.", "a.1", "0xg", "x7f.1", "1.2.example", "12a"}) {
    EXPECT_FALSE(is_c_address(text)) << text;
  }
}

TEST(IpAddress, PlusCarriesAndWrapsInsideItsFamily) {
  EXPECT_EQ(read("10.0.0.255").plus(1), read("10.0.1.0"));
  EXPECT_EQ(read("255.255.255.255").plus(1), read("0.0.0.0"));
  EXPECT_EQ(read("2001:db8::ffff:ffff").plus(1), read("2001:db8::1:0:0"));
  EXPECT_EQ(read("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff").plus(2), read("::1"));
  EXPECT_EQ(read("fe80::1%3").plus(1), read("fe80::2%3"));
}

TEST(IpAddress, KnowsWhatIsSpecialAboutIt) {
  EXPECT_TRUE(read("127.1.2.3").is_loopback());
  EXPECT_TRUE(read("::1").is_loopback());
  EXPECT_FALSE(read("::2").is_loopback());
  EXPECT_TRUE(read("fe80::1").is_link_local());
  EXPECT_TRUE(read("169.254.1.1").is_link_local());
  EXPECT_TRUE(read("::ffff:1.2.3.4").is_v4_mapped());
  EXPECT_EQ(read("::ffff:1.2.3.4").unmapped(), read("1.2.3.4"));
  EXPECT_EQ(read("2001:db8::1").unmapped(), read("2001:db8::1"));
}

RC_GTEST_PROP(IpAddressProperty, ParsingWhatWasPrintedGivesTheAddressBack, ()) {
  const IpAddress address = any_address();
  const auto back = IpAddress::parse(to_string(address));
  RC_ASSERT(back.has_value());
  RC_ASSERT(*back == address);
}

RC_GTEST_PROP(IpAddressProperty, BytesGiveTheAddressBack, ()) {
  const IpAddress address = any_address();
  RC_PRE(address.zone() == 0U);
  RC_ASSERT(IpAddress::from_bytes(address.bytes()) == address);
}

TEST(IpAddress, HashTellsNeighboursAndFamiliesApart) {
  std::unordered_set<std::size_t> hashes;
  for (std::uint32_t i = 0; i < 10'000; ++i) {
    hashes.insert(std::hash<IpAddress>{}(IpAddress::v4(0x0a000000U + i)));
    hashes.insert(std::hash<IpAddress>{}(read("2001:db8::").plus(i)));
  }
  EXPECT_EQ(hashes.size(), 20'000U);
  EXPECT_NE(std::hash<IpAddress>{}(read("fe80::1%1")), std::hash<IpAddress>{}(read("fe80::1%2")));
  EXPECT_NE(std::hash<IpAddress>{}(read("::")), std::hash<IpAddress>{}(read("0.0.0.0")));
}

TEST(Prefix, HostBitsAreCleared) {
  EXPECT_EQ(to_string(Prefix::parse("10.1.2.3/8").value()), "10.0.0.0/8");
  EXPECT_EQ(to_string(Prefix::parse("10.1.2.3").value()), "10.1.2.3/32");
  EXPECT_EQ(to_string(Prefix::parse("0.0.0.0/0").value()), "0.0.0.0/0");
  EXPECT_EQ(to_string(Prefix::parse("2001:db8:1:2::1/61").value()), "2001:db8:1::/61");
}

TEST(Prefix, LengthBeyondTheFamilyIsRefused) {
  for (const std::string_view text :
       {"10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "/8", "10.0.0.0/8/8"}) {
    EXPECT_FALSE(Prefix::parse(text)) << text;
  }
}

RC_GTEST_PROP(PrefixProperty, HoldsFirstAndLastAndNotTheirNeighbours, ()) {
  const IpAddress address = any_address();
  const auto bits = static_cast<unsigned>(address.bytes().size() * 8);
  const unsigned length = *rc::gen::inRange(1U, bits + 1);
  const Prefix prefix = Prefix::around(address, length);
  RC_ASSERT(prefix.contains(address));
  RC_ASSERT(prefix.contains(prefix.address));
  RC_ASSERT(prefix.contains(prefix.last()));
  RC_ASSERT(!prefix.contains(prefix.last().plus(1)));
  RC_ASSERT(prefix.address <= address && address <= prefix.last());
  RC_ASSERT(Prefix::parse(to_string(prefix)).value() == prefix);
}

TEST(Prefix, NeverHoldsTheOtherFamily) {
  EXPECT_FALSE(Prefix::parse("::/0").value().contains(read("1.2.3.4")));
  EXPECT_FALSE(Prefix::parse("0.0.0.0/0").value().contains(read("::1")));
}

}  // namespace
}  // namespace portolan::net
