#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "catalog/catalog.h"

namespace portolan::catalog {
namespace {

constexpr std::string_view large_blocks =
    "OUI/MA-L                                                    Organization\r\n"
    "company_id                                                  Organization\r\n"
    "\r\n"
    "70-B3-D5   (hex)\t\tIEEE Registration Authority\r\n"
    "70B3D5     (base 16)\t\tIEEE Registration Authority\r\n"
    "\t\t\t\tPiscataway  NJ  08554\r\n"
    "\t\t\t\tUS\r\n"
    "\r\n"
    "00-22-72   (hex)\t\tAmerican Micro-Fuel Device Corp. \r\n"
    "002272     (base 16)\t\tAmerican Micro-Fuel Device Corp.\r\n"
    "\t\t\t\tFerndale  (hex) street\r\n";
constexpr std::string_view small_blocks =
    "70-B3-D5   (hex)\t\t2M Technology\r\n"
    "719000-719FFF     (base 16)\t\t2M Technology\r\n"
    "\r\n"
    "70-B3-D5   (hex)\t\tTELEPLATFORMS\r\n"
    "F2F000-F2FFFF     (base 16)\t\tTELEPLATFORMS\r\n";

net::Mac mac(std::uint64_t value) {
  net::Mac address;
  for (std::size_t i = 6; i-- > 0; value >>= 8U) address.bytes[i] = static_cast<std::uint8_t>(value);
  return address;
}

TEST(Vendors, FirstThreeBytesNameTheVendor) {
  const auto vendors = Vendors::parse(large_blocks);
  EXPECT_EQ(vendors.name_of(mac(0x002272'000000)), "American Micro-Fuel Device Corp.");
  EXPECT_EQ(vendors.name_of(mac(0x002272'ffffff)), "American Micro-Fuel Device Corp.");
  EXPECT_EQ(vendors.name_of(mac(0x002273'000000)), "");
  EXPECT_EQ(vendors.name_of(mac(0)), "");
  EXPECT_EQ(vendors.name_of(mac(0xffffff'ffffff)), "");
}

TEST(Vendors, SmallestBlockThatHoldsTheAddressNamesIt) {
  for (const bool small_first : {true, false}) {
    auto vendors = Vendors::parse(small_first ? small_blocks : large_blocks);
    vendors.add(small_first ? large_blocks : small_blocks);
    EXPECT_EQ(vendors.name_of(mac(0x70b3d5'719000)), "2M Technology");
    EXPECT_EQ(vendors.name_of(mac(0x70b3d5'719fff)), "2M Technology");
    EXPECT_EQ(vendors.name_of(mac(0x70b3d5'71a000)), "IEEE Registration Authority");
    EXPECT_EQ(vendors.name_of(mac(0x70b3d5'f2f123)), "TELEPLATFORMS");
  }
}

TEST(Vendors, WithoutListsNobodyIsKnown) {
  EXPECT_EQ(Vendors::parse("").name_of(mac(0x002272'000000)), "");
  EXPECT_EQ(Vendors{}.name_of(mac(0x002272'000000)), "");
}

TEST(Vendors, DamagedTextIsReadAsFarAsItGoes) {
  for (const std::string_view text : {"(hex)", "x(hex)", "\n00-22-7(hex)", "00-22-72   (hex)", "00-22-72   (hex)\n",
                                      "00-22-72(hex)\n7", "00-22-72   (hex)\tA\n00-00-(hex)"}) {
    const auto vendors = Vendors::parse(text);
    EXPECT_EQ(vendors.name_of(mac(0x010203'000000)), "") << text;
  }
  EXPECT_EQ(Vendors::parse("00-22-72   (hex)\tA\n00-00-(hex)").name_of(mac(0x002272'000001)), "A");
}

TEST(Vendors, MayBeAskedByManyThreads) {
  const auto vendors = Vendors::parse(large_blocks);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { EXPECT_EQ(vendors.name_of(mac(0x002272'000000)), "American Micro-Fuel Device Corp."); });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace portolan::catalog
