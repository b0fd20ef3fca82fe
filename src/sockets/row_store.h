// Keeps rows beyond the call that brought them: copies of everything that they point to. For sorting, for watching, and
// for rows that wait for a second look.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory_resource>
#include <span>
#include <string_view>

#include "sockets/row.h"

namespace portolan::sockets {

class RowStore {
 public:
  // The copy is good while the store lives.
  Row& keep(const Row& row);
  [[nodiscard]] std::deque<Row>& rows() { return rows_; }
  [[nodiscard]] std::size_t size() const { return rows_.size(); }

 private:
  template <class T>
  std::span<const T> copy(std::span<const T> values);
  std::string_view copy(std::string_view text);

  std::deque<Row> rows_;
  std::pmr::monotonic_buffer_resource bytes_;
};

}  // namespace portolan::sockets
