#include "identify/cpe.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "identify/text.h"

namespace portolan::identify {
namespace {

// NIST IR 7695 §6.2: eleven values behind "cpe:2.3:", of which only quoted marks are none of "a-z0-9._-".
void expect_well_formed(const Cpe& cpe) {
  const std::string text = formatted_string(cpe);
  SCOPED_TRACE(text);
  std::size_t values = 1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ':') ++values;
    if (text[i] == '\\') ++i;
  }
  EXPECT_EQ(values, 13U);
  EXPECT_EQ(read_cpe(text), cpe);
  EXPECT_EQ(text, lower(text));
  EXPECT_FALSE(cpe.vendor.empty());
  EXPECT_FALSE(cpe.product.empty());
}

void expect_ordered(std::span<const NamedCpe> table) {
  const auto out_of_order = std::ranges::adjacent_find(
      table, [](const NamedCpe& one, const NamedCpe& next) { return lower(one.name) >= lower(next.name); });
  EXPECT_EQ(out_of_order, table.end()) << out_of_order->name << " does not stand before what follows it";
}

TEST(Cpe, EachRowOfTheTablesIsWellFormedAndStandsOnce) {
  expect_ordered(product_cpes());
  expect_ordered(system_cpes());
  for (const NamedCpe& row : product_cpes()) {
    SCOPED_TRACE(row.name);
    const auto cpe = cpe_of_product(row.name, "1.2");
    ASSERT_TRUE(cpe);
    expect_well_formed(*cpe);
    EXPECT_TRUE(cpe->part == 'a' || cpe->part == 'o');
  }
  for (const NamedCpe& row : system_cpes()) {
    SCOPED_TRACE(row.name);
    const auto cpe = cpe_of_system(row.name);
    ASSERT_TRUE(cpe);
    expect_well_formed(*cpe);
    EXPECT_EQ(cpe->part, 'o');
  }
}

TEST(Cpe, ProductsAreFoundWhateverTheirLetters) {
  const Cpe openssh{'a', "openbsd", "openssh", "9.2", "p1"};
  EXPECT_EQ(cpe_of_product("OpenSSH", "9.2p1"), openssh);
  EXPECT_EQ(cpe_of_product("openssh", "9.2p1"), openssh);
  EXPECT_EQ(cpe_of_product("OpenSSH for Windows", "9.2p1"), std::nullopt);
  EXPECT_EQ(cpe_of_product("", "9.2p1"), std::nullopt);
}

TEST(Cpe, AVersionThatIsSomethingElsesIsNotTheProducts) {
  EXPECT_EQ(formatted_string(*cpe_of_product("Asterisk Call Manager", "5.0.1")),
            "cpe:2.3:a:digium:asterisk:*:*:*:*:*:*:*:*");
  EXPECT_EQ(formatted_string(*cpe_of_product("Microsoft SQL Server 2008 R2", "10.50.1600.00")),
            "cpe:2.3:a:microsoft:sql_server:2008:r2:*:*:*:*:*:*");
}

TEST(Cpe, VersionsArePartedAsCataloguesHaveThem) {
  EXPECT_EQ(version_parts("9.2p1"), (VersionParts{"9.2", "p1", ""}));
  EXPECT_EQ(version_parts("8.9p1-3ubuntu0.1"), (VersionParts{"8.9", "p1", "3ubuntu0.1"}));
  EXPECT_EQ(version_parts("1.3.5rc3"), (VersionParts{"1.3.5", "rc3", ""}));
  EXPECT_EQ(version_parts("2.0.0-RC1"), (VersionParts{"2.0.0", "rc1", ""}));
  EXPECT_EQ(version_parts("1.0.2k"), (VersionParts{"1.0.2k", "", ""}));
  EXPECT_EQ(version_parts("v1.7.3"), (VersionParts{"1.7.3", "", ""}));
  EXPECT_EQ(version_parts("9.4.51.v20230217"), (VersionParts{"9.4.51", "", ""}));
  EXPECT_EQ(version_parts("9.18.1-1~deb12u3"), (VersionParts{"9.18.1", "", "1~deb12u3"}));
  EXPECT_EQ(version_parts("8.0.35-0ubuntu0.22.04.1"), (VersionParts{"8.0.35", "", "0ubuntu0.22.04.1"}));
  EXPECT_EQ(version_parts("5.5.68-1.el7"), (VersionParts{"5.5.68", "", "1.el7"}));
  EXPECT_EQ(version_parts("2.4.57.el9"), (VersionParts{"2.4.57", "", "el9"}));
  EXPECT_EQ(version_parts("4.17.12-Debian"), (VersionParts{"4.17.12", "", "Debian"}));
  EXPECT_EQ(version_parts("1.1.20+ds"), (VersionParts{"1.1.20", "", ""}));
  EXPECT_EQ(version_parts("6.1.0-18-amd64"), (VersionParts{"6.1.0", "", ""}));
}

TEST(Cpe, WhatIsNoVersionOrARangeHasNoParts) {
  for (const std::string_view said : {"", "v", "ready", "2-4", "10-12", ".1", "Debian"}) {
    EXPECT_EQ(version_parts(said), VersionParts{}) << said;
  }
}

TEST(Cpe, ValuesAreBoundAsTheSpecificationSays) {
  EXPECT_EQ(formatted_string({'a', "erlang", "erlang/otp", "25", ""}),
            "cpe:2.3:a:erlang:erlang\\/otp:25:*:*:*:*:*:*:*");
  EXPECT_EQ(formatted_string({'h', "HP", "LaserJet 4:x", "-", "*"}), "cpe:2.3:h:hp:laserjet_4\\:x:*:*:*:*:*:*:*:*");
  EXPECT_EQ(formatted_string({'a', "v", "p", "1\n2", std::string(65, 'x')}), "cpe:2.3:a:v:p:*:*:*:*:*:*:*:*");
}

TEST(Cpe, BothFormsAreRead) {
  const Cpe openssh{'a', "openbsd", "openssh", "9.2", "p1"};
  EXPECT_EQ(read_cpe("cpe:2.3:a:openbsd:openssh:9.2:p1:*:*:*:*:*:*"), openssh);
  EXPECT_EQ(read_cpe("cpe:/a:openbsd:openssh:9.2:p1"), openssh);
  EXPECT_EQ(read_cpe("cpe:/a:x%2fy:z%3A1:-"), (Cpe{'a', "x/y", "z:1", "", ""}));
  EXPECT_EQ(read_cpe("cpe:/o:linux:linux_kernel"), (Cpe{'o', "linux", "linux_kernel", "", ""}));
  for (const std::string_view wrong :
       {"", "cpe:/", "cpe:/a:openbsd", "cpe:/x:a:b", "cpe:2.3:a:*:b", "a:b:c", "cpe:/aa:b:c"}) {
    EXPECT_EQ(read_cpe(wrong), std::nullopt) << wrong;
  }
  // Cut in the middle of an escape.
  EXPECT_EQ(read_cpe("cpe:/a:x:y%2"), (Cpe{'a', "x", "y%2", "", ""}));
  EXPECT_EQ(read_cpe("cpe:2.3:a:x:y\\"), (Cpe{'a', "x", "y\\", "", ""}));
}

TEST(Cpe, WhatNamesNoProductOnceItIsWrittenIsNotTold) {
  model::ServiceRecord record;
  for (const char* product : {"fo\xc6", "*", "-", ""}) add_cpe(record, {'a', "foo", product, "1", ""});
  EXPECT_TRUE(record.cpes.empty());
}

TEST(Cpe, OfTwoForOneProductTheOneThatSaysMoreStays) {
  model::ServiceRecord record;
  add_cpe(record, {'a', "f5", "nginx", "", ""});
  add_cpe(record, {'o', "linux", "linux_kernel", "", ""});
  add_cpe(record, {'a', "f5", "nginx", "1.22.1", ""});
  add_cpe(record, {'a', "f5", "nginx", "1", ""});
  EXPECT_EQ(record.cpes, (std::vector<std::string>{"cpe:2.3:a:f5:nginx:1.22.1:*:*:*:*:*:*:*",
                                                   "cpe:2.3:o:linux:linux_kernel:*:*:*:*:*:*:*:*"}));
}

}  // namespace
}  // namespace portolan::identify
