#include "sockets/sort.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "sockets/columns/column.h"

namespace portolan::sockets {
namespace {

using ::testing::ElementsAre;

class NoNames final : public RowNames {
 public:
  std::string_view user(std::uint32_t) override { return ""; }
  std::string_view interface(std::uint32_t, std::uint64_t) override { return ""; }
  std::string_view service(SocketKind, std::uint32_t) override { return ""; }
  std::string_view host(const net::IpAddress&) override { return ""; }
  std::string_view cgroup(std::uint64_t) override { return ""; }
  std::string_view network_namespace(std::uint64_t) override { return ""; }
  const Process* process(std::uint32_t) override { return nullptr; }
};

std::vector<std::uint64_t> sorted(std::string_view column, Direction direction, std::deque<Row> rows) {
  std::vector<const Row*> order;
  for (const Row& row : rows) order.push_back(&row);
  NoNames names;
  sort_rows(order, *column_of(column), direction, names);
  std::vector<std::uint64_t> inodes;
  for (const Row* row : order) inodes.push_back(row->inode);
  return inodes;
}

Row row(std::uint64_t inode, std::uint32_t queue, std::string_view path) {
  Row made;
  made.protocol = SocketKind::unix_domain;
  made.family = AddressFamily::unix_domain;
  made.inode = inode;
  made.receive_queue = queue;
  made.path = path;
  return made;
}

TEST(SortRows, NumbersByValueAndEqualOnesInTheirOrder) {
  const std::deque<Row> rows{row(1, 100, ""), row(2, 9, ""), row(3, 100, ""), row(4, 20, "")};
  EXPECT_THAT(sorted("receive_queue", Direction::ascending, rows), ElementsAre(2, 4, 1, 3));
  EXPECT_THAT(sorted("receive_queue", Direction::descending, rows), ElementsAre(1, 3, 4, 2));
}

TEST(SortRows, WhatHasNoValueComesLastEitherWay) {
  const std::deque<Row> rows{row(1, 0, ""), row(2, 0, "/b"), row(3, 0, "/a")};
  EXPECT_THAT(sorted("path", Direction::ascending, rows), ElementsAre(3, 2, 1));
  EXPECT_THAT(sorted("path", Direction::descending, rows), ElementsAre(2, 3, 1));
}

}  // namespace
}  // namespace portolan::sockets
