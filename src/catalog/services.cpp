#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <charconv>
#include <cstdint>

#include "base/escape.h"
#include "catalog/catalog.h"

namespace portolan::catalog {
namespace {

// tcp, udp and sctp have ports with names; the letters that stand for them in the file.
constexpr std::array ported{net::Protocol::tcp, net::Protocol::udp, net::Protocol::sctp};
constexpr std::array letters{'t', 'u', 's'};
constexpr std::size_t not_ported = ported.size();

std::size_t index_of(net::Protocol protocol) {
  return static_cast<std::size_t>(std::ranges::find(ported, protocol) - ported.begin());
}

// One line of names. The text stays where it is; this says where.
struct Entry {
  std::uint16_t first;
  std::uint16_t last;
  std::uint32_t name_begin;
  std::uint8_t name_length;
  std::uint8_t protocols;  // bit i: ported[i]
};

bool is_for(const Entry& entry, std::size_t protocol) { return (std::uint32_t{entry.protocols} >> protocol & 1U) != 0; }

constexpr std::size_t longest_name = 255;  // what Entry::name_length holds

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

// Cuts the next blank-separated word off `line`; "" at its end.
std::string_view take_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const auto word = line.substr(0, line.find(' '));
  line.remove_prefix(word.size());
  return word;
}

bool read_number(std::string_view text, std::uint16_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

bool read_range(std::string_view text, Entry& entry) {
  const auto dash = text.find('-');
  if (!read_number(text.substr(0, dash), entry.first)) return false;
  entry.last = entry.first;
  return dash == std::string_view::npos || (read_number(text.substr(dash + 1), entry.last) && entry.first < entry.last);
}

bool read_protocols(std::string_view text, Entry& entry) {
  entry.protocols = 0;
  for (const char c : text) {
    const auto index = static_cast<std::size_t>(std::ranges::find(letters, c) - letters.begin());
    if (index == letters.size()) return false;
    entry.protocols = static_cast<std::uint8_t>(entry.protocols | 1U << index);
  }
  return entry.protocols != 0;
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= longest_name &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
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
  Entry entry{};
  if (!read_range(take_word(line), entry) || !read_protocols(take_word(line), entry)) return false;
  const auto name_text = take_word(line);
  if (!is_name(name_text) || !line.empty()) return false;
  if (!entries.empty()) {
    const Entry& before = entries.back();
    const bool same_ports = before.first == entry.first && before.last == entry.last;
    if (!same_ports && entry.first <= before.last) return false;
  }
  entry.name_begin = static_cast<std::uint32_t>(name_text.data() - text.data());
  entry.name_length = static_cast<std::uint8_t>(name_text.size());
  entries.push_back(entry);
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
  const auto index = index_of(protocol);
  if (index == not_ported) return {};
  const auto& entries = data_->entries;
  auto entry = std::ranges::lower_bound(entries, port.value(), {}, &Entry::last);
  for (; entry != entries.end() && entry->first <= port.value(); ++entry) {
    if (is_for(*entry, index)) return data_->name(*entry);
  }
  return {};
}

net::PortSet Services::matching(net::Protocol protocol, std::string_view pattern) const {
  const auto index = index_of(protocol);
  net::PortSet found;
  if (index == not_ported) return found;
  for (const Entry& entry : data_->entries) {
    if (is_for(entry, index) && matches(pattern, data_->name(entry))) {
      found.insert({.first = net::Port{entry.first}, .last = net::Port{entry.last}});
    }
  }
  return found;
}

net::PortSet Services::registered(net::Protocol protocol) const { return matching(protocol, "*"); }

std::vector<net::Port> Services::top(net::Protocol protocol, std::size_t n) const {
  const auto index = index_of(protocol);
  if (index == not_ported) return {};
  const auto& ranked = data_->ranks[index];
  return {ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(std::min(n, ranked.size()))};
}

}  // namespace portolan::catalog
