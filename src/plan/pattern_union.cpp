#include "plan/pattern_union.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace portolan::plan {
namespace {

// What of `pattern` is not in `other`, into `out`: up to four patterns, by the first octet that differs.
void subtract(OctetPattern pattern, const OctetPattern& other, std::vector<OctetPattern>& out) {
  for (std::size_t i = 0; i < pattern.octets.size(); ++i) {
    if (pattern.octets[i].common(other.octets[i]).size() == 0) {
      out.push_back(pattern);
      return;
    }
  }
  for (std::size_t i = 0; i < pattern.octets.size(); ++i) {
    OctetPattern rest = pattern;
    rest.octets[i] = pattern.octets[i].without(other.octets[i]);
    if (rest.octets[i].size() > 0) out.push_back(rest);
    pattern.octets[i] = pattern.octets[i].common(other.octets[i]);
  }
}

// The least address of [first, 2^32) up to and with which `count_through` gives more than `index`.
template <typename CountThrough>
std::uint32_t seek(std::uint32_t first, std::uint64_t index, const CountThrough& count_through) {
  std::uint64_t low = first;
  std::uint64_t high = std::numeric_limits<std::uint32_t>::max();
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (count_through(middle) > index) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return static_cast<std::uint32_t>(low);
}

}  // namespace

bool PatternUnion::add(const OctetPattern& pattern) {
  std::vector<OctetPattern> rest{pattern};
  for (const OctetPattern& before : patterns_) {
    std::vector<OctetPattern> left;
    for (const OctetPattern& piece : rest) subtract(piece, before, left);
    rest = std::move(left);
    if (patterns_.size() + rest.size() > most_patterns) return false;
  }
  patterns_.insert(patterns_.end(), rest.begin(), rest.end());
  return patterns_.size() <= most_patterns;
}

bool PatternUnion::contains(const net::IpAddress& address) const {
  return std::ranges::any_of(patterns_, [&](const OctetPattern& pattern) { return pattern.contains(address); });
}

std::uint64_t PatternUnion::count_below(Slice slice, std::uint64_t value) const {
  std::uint64_t count = 0;
  for (std::uint32_t i = slice.begin; i < slice.end; ++i) count += patterns_[i].count_below(value);
  return count;
}

std::uint32_t PatternUnion::member(Slice slice, std::uint32_t first, std::uint64_t index) const {
  const std::uint64_t before = count_below(slice, first);
  return seek(first, index, [&](std::uint64_t value) { return count_below(slice, value + 1) - before; });
}

std::uint32_t PatternUnion::other(Slice slice, std::uint32_t first, std::uint64_t index) const {
  const std::uint64_t before = count_below(slice, first);
  return seek(first, index,
              [&](std::uint64_t value) { return value + 1 - first - (count_below(slice, value + 1) - before); });
}

}  // namespace portolan::plan
