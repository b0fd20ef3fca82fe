// What --watch adds: what happened to a socket, and when.

#include <fmt/core.h>

#include <array>
#include <ctime>

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

// RFC 3339, in UTC, to the millisecond.
void print_time(Cell& cell, const Row& row, RowNames&) {
  if (row.changed_at == 0) return cell.nothing();
  const auto seconds = static_cast<std::time_t>(row.changed_at / 1000);
  std::tm tm{};
  gmtime_r(&seconds, &tm);
  cell.text(fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                        tm.tm_hour, tm.tm_min, tm.tm_sec, row.changed_at % 1000));
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
