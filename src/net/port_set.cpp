#include "net/port_set.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "base/text.h"

namespace portolan::net {
namespace {

// Wider than a port, so that neither 65535 + 1 nor 0 - 1 wraps.
std::int32_t number(Port port) { return port.value(); }
Port port_of(std::int32_t value) { return Port{static_cast<std::uint16_t>(value)}; }

// `range` without `hole`, appended to `out`: none, one or two pieces.
void append_without(std::vector<PortRange>& out, PortRange range, PortRange hole) {
  if (range.first < hole.first) out.push_back({.first = range.first, .last = port_of(number(hole.first) - 1)});
  if (hole.last < range.last) out.push_back({.first = port_of(number(hole.last) + 1), .last = range.last});
}

}  // namespace

void PortSet::insert(PortRange range) {
  // Everything that overlaps or touches the new range melts into it.
  const auto begin =
      std::ranges::lower_bound(ranges_, number(range.first) - 1, {}, [](const PortRange& r) { return number(r.last); });
  auto end = begin;
  while (end != ranges_.end() && number(end->first) <= number(range.last) + 1) {
    range.first = std::min(range.first, end->first);
    range.last = std::max(range.last, end->last);
    ++end;
  }
  ranges_.insert(ranges_.erase(begin, end), range);
}

void PortSet::erase(const PortSet& other) {
  for (const PortRange& hole : other.ranges_) {
    std::vector<PortRange> kept;
    kept.reserve(ranges_.size() + 1);
    for (const PortRange& range : ranges_) {
      if (hole.last < range.first || range.last < hole.first) {
        kept.push_back(range);
      } else {
        append_without(kept, range, hole);
      }
    }
    ranges_ = std::move(kept);
  }
}

bool PortSet::contains(Port port) const {
  const auto it = std::ranges::lower_bound(ranges_, port, {}, &PortRange::last);
  return it != ranges_.end() && it->first <= port;
}

std::size_t PortSet::size() const {
  std::size_t count = 0;
  for (const PortRange& range : ranges_)
    count += static_cast<std::size_t>(number(range.last) - number(range.first) + 1);
  return count;
}

std::vector<Port> PortSet::ports() const {
  std::vector<Port> all;
  all.reserve(size());
  for (const PortRange& range : ranges_) {
    for (std::int32_t p = number(range.first); p <= number(range.last); ++p) all.push_back(port_of(p));
  }
  return all;
}

std::string to_string(const PortSet& set) {
  std::string text;
  for (const PortRange& range : set.ranges()) {
    if (!text.empty()) text += ',';
    append(text, "{}", range.first.value());
    if (range.first != range.last) append(text, "-{}", range.last.value());
  }
  return text;
}

Result<PortSet> parse_port_set(std::string_view text) {
  PortSet set;
  while (!text.empty()) {
    const std::string_view range = text.substr(0, text.find(','));
    const auto first = Port::parse(range.substr(0, range.find('-')));
    if (!first) return fail(first.error());
    const auto last = range.contains('-') ? Port::parse(range.substr(range.find('-') + 1)) : first;
    if (!last) return fail(last.error());
    if (*last < *first)
      return fail(Errc::parse, fmt::format("the range {}-{} runs backwards", first->value(), last->value()));
    set.insert(PortRange{*first, *last});
    text.remove_prefix(range.size());
    if (text == ",") return fail(Errc::parse, "a list of ports ends with a comma");
    if (!text.empty()) text.remove_prefix(1);
  }
  return set;
}

}  // namespace portolan::net
