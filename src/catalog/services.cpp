#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdint>
#include <span>

#include "base/escape.h"
#include "catalog/catalog.h"
#include "catalog/ip_protocols.h"
#include "catalog/port_line.h"

namespace portolan::catalog {
namespace {

// One line of names. The text stays where it is; this says where.
struct Entry {
  std::uint16_t first;
  std::uint16_t last;
  std::uint32_t name_begin;
  std::uint8_t name_length;
  std::uint8_t protocols;  // bit i: ported[i]
};

bool is_for(const Entry& entry, std::size_t protocol) { return (std::uint32_t{entry.protocols} >> protocol & 1U) != 0; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Shell wildcards * and ?, without regard to case. On a mismatch only the latest * is tried longer,
// which keeps it linear in practice and free of recursion.
bool matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  for (std::size_t t = 0; t < text.size();) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || lower(pattern[p]) == lower(text[t]))) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', std::min(p, pattern.size())) == std::string_view::npos;
}

net::PortSet ip_protocols_matching(std::string_view pattern) {
  net::PortSet found;
  for (const net::Port number : assigned_ip_protocols().ports()) {
    const std::string_view name = ip_protocol_name(number);
    if (!name.empty() && matches(pattern, name)) found.insert(number);
  }
  return found;
}

}  // namespace

struct Services::Data {
  std::string text;                                      // the whole file; names are views into it
  std::vector<Entry> entries;                            // ascending, not overlapping but for equal ranges
  std::array<std::vector<net::Port>, not_ported> ranks;  // best first

  [[nodiscard]] std::string_view name(const Entry& entry) const {
    return std::string_view{text}.substr(entry.name_begin, entry.name_length);
  }
  bool add_ranks(std::string_view line);
  bool add_names(std::string_view line);
};

// "rank tcp 80 443 22": ports of one protocol, best first, none twice.
bool Services::Data::add_ranks(std::string_view line) {
  const auto name = take_word(line);
  const auto protocol = static_cast<std::size_t>(std::ranges::find(ported, name, net::name_of) - ported.begin());
  if (protocol == not_ported) return false;
  std::bitset<65536> seen;
  for (const net::Port port : ranks[protocol]) seen.set(port.value());
  for (auto word = take_word(line); !word.empty(); word = take_word(line)) {
    std::uint16_t port = 0;
    if (!read_number(word, port) || seen.test(port)) return false;
    seen.set(port);
    ranks[protocol].emplace_back(port);
  }
  return true;
}

// "6000-6063 tu x11"
bool Services::Data::add_names(std::string_view line) {
  PortLine facts;
  if (!read_port_line(line, facts) || !line.empty()) return false;
  if (!entries.empty() && !follows(facts, entries.back().first, entries.back().last)) return false;
  entries.push_back({.first = facts.first,
                     .last = facts.last,
                     .name_begin = static_cast<std::uint32_t>(facts.name.data() - text.data()),
                     .name_length = static_cast<std::uint8_t>(facts.name.size()),
                     .protocols = facts.protocols});
  return true;
}

Services::Services(std::unique_ptr<Data> data) : data_{std::move(data)} {}
Services::~Services() = default;
Services::Services(Services&&) noexcept = default;
Services& Services::operator=(Services&&) noexcept = default;

Result<Services> Services::parse(std::string_view text) {
  auto data = std::make_unique<Data>();
  data->text = text;
  data->entries.reserve(text.size() / 16);  // a little above what a line of the shipped file takes
  std::string_view rest = data->text;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const std::string_view whole = line;
    if (line.empty() || line.front() == '#') continue;
    const bool is_rank = line.starts_with("rank ");
    if (is_rank) line.remove_prefix(5);
    if (!(is_rank ? data->add_ranks(line) : data->add_names(line))) {
      return fail(Errc::parse,
                  fmt::format("line {} of the service list, '{}', cannot be used: expected 'rank tcp PORT...' "
                              "or 'PORT[-PORT] t|u|s NAME' in ascending order (docs/data.md)",
                              number, escape_terminal(whole.substr(0, 64))));
    }
  }
  return Services{std::move(data)};
}

std::string_view Services::name_of(net::Protocol protocol, net::Port port) const {
  if (protocol == net::Protocol::ip) return ip_protocol_name(port);
  const auto index = index_of(protocol);
  if (index == not_ported) return {};
  const auto& entries = data_->entries;
  auto entry = std::ranges::lower_bound(entries, port.value(), {}, &Entry::last);
  for (; entry != entries.end() && entry->first <= port.value(); ++entry) {
    if (is_for(*entry, index)) return data_->name(*entry);
  }
  return {};
}

std::vector<std::string_view> Services::names_of(net::Protocol protocol, net::Port port) const {
  std::vector<std::string_view> found;
  const auto index = index_of(protocol);
  if (index == not_ported) return found;
  const auto& entries = data_->entries;
  auto entry = std::ranges::lower_bound(entries, port.value(), {}, &Entry::last);
  for (; entry != entries.end() && entry->first <= port.value(); ++entry) {
    if (is_for(*entry, index)) found.push_back(data_->name(*entry));
  }
  return found;
}

std::vector<std::string_view> Services::names() const {
  std::vector<std::string_view> all;
  all.reserve(data_->entries.size());
  for (const Entry& entry : data_->entries) all.push_back(data_->name(entry));
  return all;
}

net::PortSet Services::matching(net::Protocol protocol, std::string_view pattern) const {
  const auto index = index_of(protocol);
  net::PortSet found;
  if (protocol == net::Protocol::ip) return ip_protocols_matching(pattern);
  if (index == not_ported) return found;
  for (const Entry& entry : data_->entries) {
    if (is_for(entry, index) && matches(pattern, data_->name(entry))) {
      found.insert({.first = net::Port{entry.first}, .last = net::Port{entry.last}});
    }
  }
  return found;
}

net::PortSet Services::registered(net::Protocol protocol) const {
  return protocol == net::Protocol::ip ? assigned_ip_protocols() : matching(protocol, "*");
}

std::vector<net::Port> Services::top(net::Protocol protocol, std::size_t n) const {
  const auto best = [n](std::span<const net::Port> ranked) {
    const auto first = ranked.first(std::min(n, ranked.size()));
    return std::vector<net::Port>{first.begin(), first.end()};
  };
  if (protocol == net::Protocol::ip) return best(usual_ip_protocols());
  const auto index = index_of(protocol);
  if (index == not_ported) return {};
  return best(data_->ranks[index]);
}

}  // namespace portolan::catalog
