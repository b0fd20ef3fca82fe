// One cell of one column, as the tests of columns tell it.
#pragma once

#include <string>
#include <string_view>

#include "sockets/columns/column.h"
#include "tests/sockets/cells.h"

namespace portolan::sockets::testing {

inline std::string told(std::string_view column, const Row& row, RowNames& names) {
  const Column* found = column_of(column);
  if (found == nullptr) return "no such column";
  ToldCell cell;
  found->print(cell, row, names);
  return cell.told;
}
inline std::string told(std::string_view column, const Row& row) {
  FakeNames names;
  return told(column, row, names);
}
inline std::string json(std::string_view column, const Row& row, RowNames& names) {
  std::string out;
  column_of(column)->json(out, row, names);
  return out;
}

}  // namespace portolan::sockets::testing
