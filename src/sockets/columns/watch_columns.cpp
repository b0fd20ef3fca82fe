// What --watch adds: what happened to a socket, and when.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <iterator>

#include "sockets/columns/cell_text.h"
#include "sockets/columns/column_lists.h"

namespace portolan::sockets {
namespace {

void print_change(Cell& cell, const Row& row, Names&) {
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

void print_state_before(Cell& cell, const Row& row, Names&) {
  if (row.change != Change::state) return cell.nothing();
  cell.text(name_of(row.state_before, row.protocol));
}

// RFC 3339, in UTC, to the millisecond.
void print_time(Cell& cell, const Row& row, Names&) {
  if (row.changed_at == 0) return cell.nothing();
  const auto seconds = static_cast<std::time_t>(row.changed_at / 1000);
  fmt::basic_memory_buffer<char, 32> text;
  fmt::format_to(std::back_inserter(text), "{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds), row.changed_at % 1000);
  cell.text({text.data(), text.size()});
}

constexpr std::array list{
    Column{"time", "TIME", "when --watch saw the change, in UTC", Kind::text, false, print_time},
    Column{"change", "CHANGE", "what --watch saw: opened, closed or another state", Kind::text, false, print_change},
    Column{"state_before", "BEFORE", "the state that another one took the place of", Kind::text, false,
           print_state_before},
};

}  // namespace

std::span<const Column> watch_column_list() { return list; }

}  // namespace portolan::sockets
