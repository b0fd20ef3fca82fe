#include "sockets/summary.h"

#include <iterator>

#include "base/text.h"

namespace portolan::sockets {
namespace {

State as_shown(State state) { return state == State::new_syn_recv ? State::syn_recv : state; }

}  // namespace

void Summary::add(const Row& row) {
  Count& count = counts_[static_cast<std::size_t>(row.protocol)];
  ++count.total;
  count.v4 += row.family == AddressFamily::v4 ? 1U : 0U;
  count.v6 += row.family == AddressFamily::v6 ? 1U : 0U;
  ++count.states[as_shown(row.state)];
}

std::size_t Summary::total() const {
  std::size_t total = 0;
  for (const Count& count : counts_) total += count.total;
  return total;
}

std::string Summary::table() const {
  std::string out;
  append(out, "{:<10}{:>8}{:>8}{:>8}  {}\n", "KIND", "TOTAL", "IPv4", "IPv6", "STATES");
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    const Count& count = counts_[i];
    if (count.total == 0) continue;
    const auto protocol = static_cast<SocketKind>(i);
    const bool ip = count.v4 + count.v6 > 0;
    append(out, "{:<10}{:>8}{:>8}{:>8}  ", name_of(protocol), count.total, ip ? std::to_string(count.v4) : "-",
           ip ? std::to_string(count.v6) : "-");
    std::string_view between;
    for (const auto& [state, number] : count.states) {
      append(out, "{}{} {}", between, number, name_of(state, protocol));
      between = ", ";
    }
    append(out, "\n");
  }
  append(out, "{:<10}{:>8}\n", "all", total());
  return out;
}

void Summary::write(JsonWriter& json) const {
  json.name("kinds");
  json.begin_object();
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    const Count& count = counts_[i];
    if (count.total == 0) continue;
    const auto kind = static_cast<SocketKind>(i);
    json.name(name_of(kind));
    json.begin_object();
    json.member("total", count.total);
    if (count.v4 + count.v6 > 0) {
      json.member("ipv4", count.v4);
      json.member("ipv6", count.v6);
    }
    json.name("states");
    json.begin_object();
    for (const auto& [state, number] : count.states) json.member(name_of(state, kind), number);
    json.end_object();
    json.end_object();
  }
  json.end_object();
}

}  // namespace portolan::sockets
