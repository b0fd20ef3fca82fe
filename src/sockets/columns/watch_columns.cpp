// What --watch adds: what happened to a socket, and when.

#include <array>
#include <chrono>
#include <cstdint>

#include "model/wall_time.h"
#include "sockets/columns/cell_text.h"
#include "sockets/columns/column_lists.h"

namespace portolan::sockets {
namespace {

void print_change(Cell& cell, const Row& row, RowNames&) {
  switch (row.change) {
    case Change::none:
      return cell.nothing();
    case Change::opened:
      return cell.text("opened");
    case Change::closed:
      return cell.text("closed");
    case Change::state:
      return cell.text("state");
  }
}

void print_state_before(Cell& cell, const Row& row, RowNames&) {
  if (row.change != Change::state) return cell.nothing();
  cell.text(name_of(row.state_before, row.protocol));
}

void print_time(Cell& cell, const Row& row, RowNames&) {
  if (row.changed_at == 0) return cell.nothing();
  cell.text(model::rfc3339_text(model::WallTime{std::chrono::milliseconds{static_cast<std::int64_t>(row.changed_at)}}));
}

constexpr std::array list{
    Column{"time", "TIME", "when --watch saw the change, in UTC", Kind::time, false, print_time},
    Column{"change", "CHANGE", "what --watch saw: opened, closed or another state", Kind::word, false, print_change},
    Column{"state_before", "BEFORE", "the state that another one took the place of", Kind::word, false,
           print_state_before},
};

}  // namespace

std::span<const Column> watch_column_list() { return list; }

}  // namespace portolan::sockets
