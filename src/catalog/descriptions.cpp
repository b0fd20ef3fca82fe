#include <fmt/core.h>

#include <algorithm>

#include "base/escape.h"
#include "catalog/catalog.h"
#include "catalog/port_line.h"

namespace portolan::catalog {
namespace {

constexpr std::string_view nameless = "-";

bool is_description(std::string_view text) {
  return !text.empty() && text.front() != ' ' && std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

Result<Descriptions> Descriptions::parse(std::string_view text) {
  Descriptions result;
  result.entries_.reserve(text.size() / 32);  // a little above what a line of the shipped file takes
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::string_view whole = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(whole.size() + 1, text.size()));
    if (whole.empty() || whole.front() == '#') continue;
    std::string_view line = whole;
    PortLine facts;
    bool good = read_port_line(line, facts) && line.starts_with(' ') && is_description(line.substr(1));
    if (good && !result.entries_.empty()) {
      const net::PortRange& before = result.entries_.back().ports;
      good = follows(facts, before.first.value(), before.last.value());
    }
    if (!good) {
      return fail(Errc::parse, fmt::format("line {} of the list of descriptions, '{}', cannot be used: expected "
                                           "'PORT[-PORT] t|u|s NAME TEXT' in ascending order (docs/data.md)",
                                           number, escape_terminal(whole.substr(0, 64))));
    }
    result.entries_.push_back({.ports = {.first = net::Port{facts.first}, .last = net::Port{facts.last}},
                               .protocols = facts.protocols,
                               .name = facts.name,
                               .description = line.substr(1)});
  }
  return result;
}

std::string_view Descriptions::find(net::Protocol protocol, net::Port port, std::string_view name) const {
  const auto index = index_of(protocol);
  if (index == not_ported) return {};
  if (name.empty()) name = nameless;
  auto entry = std::ranges::lower_bound(entries_, port, {}, [](const Entry& one) { return one.ports.last; });
  for (; entry != entries_.end() && entry->ports.first <= port; ++entry) {
    const bool is_for = (std::uint32_t{entry->protocols} >> index & 1U) != 0;
    if (is_for && entry->name == name) return entry->description;
  }
  return {};
}

}  // namespace portolan::catalog
