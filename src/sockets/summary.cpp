#include "sockets/summary.h"

#include <fmt/format.h>

#include <iterator>

namespace portolan::sockets {
namespace {

State as_told(State state) { return state == State::new_syn_recv ? State::syn_recv : state; }

}  // namespace

void Summary::add(const Row& row) {
  Count& count = counts_[static_cast<std::size_t>(row.protocol)];
  ++count.total;
  count.v4 += row.family == Family::v4 ? 1U : 0U;
  count.v6 += row.family == Family::v6 ? 1U : 0U;
  ++count.states[as_told(row.state)];
}

std::string Summary::table() const {
  fmt::memory_buffer out;
  const auto at = std::back_inserter(out);
  std::size_t total = 0;
  for (const Count& count : counts_) total += count.total;
  fmt::format_to(at, "{:<10}{:>8}{:>8}{:>8}  {}\n", "KIND", "TOTAL", "IPv4", "IPv6", "STATES");
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    const Count& count = counts_[i];
    if (count.total == 0) continue;
    const auto protocol = static_cast<Protocol>(i);
    const bool ip = count.v4 + count.v6 > 0;
    fmt::format_to(at, "{:<10}{:>8}{:>8}{:>8}  ", name_of(protocol), count.total, ip ? fmt::to_string(count.v4) : "-",
                   ip ? fmt::to_string(count.v6) : "-");
    std::string_view between;
    for (const auto& [state, number] : count.states) {
      fmt::format_to(at, "{}{} {}", between, number, name_of(state, protocol));
      between = ", ";
    }
    fmt::format_to(at, "\n");
  }
  fmt::format_to(at, "{:<10}{:>8}\n", "all", total);
  return fmt::to_string(out);
}

std::string Summary::json() const {
  fmt::memory_buffer out;
  const auto at = std::back_inserter(out);
  fmt::format_to(at, "{{\"record\":\"summary\",\"kinds\":{{");
  std::string_view between;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    const Count& count = counts_[i];
    if (count.total == 0) continue;
    const auto protocol = static_cast<Protocol>(i);
    fmt::format_to(at, "{}\"{}\":{{\"total\":{}", between, name_of(protocol), count.total);
    if (count.v4 + count.v6 > 0) fmt::format_to(at, ",\"ipv4\":{},\"ipv6\":{}", count.v4, count.v6);
    fmt::format_to(at, ",\"states\":{{");
    std::string_view inner;
    for (const auto& [state, number] : count.states) {
      fmt::format_to(at, "{}\"{}\":{}", inner, name_of(state, protocol), number);
      inner = ",";
    }
    fmt::format_to(at, "}}}}");
    between = ",";
  }
  fmt::format_to(at, "}}}}\n");
  return fmt::to_string(out);
}

}  // namespace portolan::sockets
