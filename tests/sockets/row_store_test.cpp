#include "sockets/row_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace portolan::sockets {
namespace {

using ::testing::ElementsAre;

TEST(RowStore, KeepsCopiesOfAllThatARowPointsTo) {
  RowStore store;
  std::string text = "path";
  std::vector<std::uint8_t> bytes{1, 2};
  std::vector<Holder> holders{{.pid = 7, .fd = 3}};
  Row row;
  row.inode = 5;
  row.path = row.congestion = row.upper_protocol = row.protocol_name = text;
  row.tcp_info = row.congestion_info = row.memory = bytes;
  row.holders = holders;
  const Row& kept = store.keep(row);
  text = "XXXX";
  std::ranges::fill(bytes, std::uint8_t{9});
  holders.front() = {};
  EXPECT_EQ(kept.inode, 5U);
  for (const std::string_view copy : {kept.path, kept.congestion, kept.upper_protocol, kept.protocol_name}) {
    EXPECT_EQ(copy, "path");
  }
  for (const auto copy : {kept.tcp_info, kept.congestion_info, kept.memory}) EXPECT_THAT(copy, ElementsAre(1, 2));
  EXPECT_THAT(kept.holders, ElementsAre(Holder{.pid = 7, .fd = 3}));
}

TEST(RowStore, RowsStayWhereTheyAre) {
  RowStore store;
  Row row;
  const Row* first = &store.keep(row);
  for (std::uint64_t i = 1; i < 5'000; ++i) {
    row.inode = i;
    store.keep(row);
  }
  EXPECT_EQ(first, &store.rows().front());
  EXPECT_EQ(store.size(), 5'000U);
  EXPECT_EQ(store.rows()[4'999].inode, 4'999U);
}

}  // namespace
}  // namespace portolan::sockets
