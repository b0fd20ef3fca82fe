#include "plan/target_set.h"

#include <fmt/core.h>

#include <algorithm>
#include <cassert>
#include <limits>
#include <unordered_map>
#include <utility>
#include <variant>

#include "plan/address_runs.h"
#include "plan/exclusions.h"
#include "plan/quoted.h"
#include "plan/target_expression.h"

namespace portolan::plan {
namespace {

// The shortest IPv6 prefix that is swept: 65,536 addresses, as many as an IPv4 /16 has. A /64 has
// 2^64; no scan of that ends.
constexpr unsigned shortest_v6_sweep = 112;

constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

bool wanted(const net::IpAddress& address, TargetOptions::Families families) {
  return families == TargetOptions::Families::both || (families == TargetOptions::Families::v4) == address.is_v4();
}

// Addresses in a run; at most 2^32, since no longer run is ever enumerated.
std::uint64_t size_of(const AddressRun& run) {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  for (const std::uint8_t byte : run.first.bytes()) first = first << 8U | byte;
  for (const std::uint8_t byte : run.last.bytes()) last = last << 8U | byte;
  return last - first + 1;
}

// Each address once, in the resolver's order.
Result<std::vector<net::IpAddress>> resolve_all(const std::string& name, const Resolve& resolve) {
  if (!resolve) return fail(Errc::unresolved, fmt::format("the name {} is not looked up here", quoted(name)));
  const auto found = resolve(name);
  if (!found) return fail(found.error());
  std::vector<net::IpAddress> addresses;
  for (const net::IpAddress& address : *found) {
    const auto plain = address.unmapped();
    if (std::ranges::find(addresses, plain) == addresses.end()) addresses.push_back(plain);
  }
  if (addresses.empty()) return fail(Errc::unresolved, fmt::format("the name {} has no address", quoted(name)));
  return addresses;
}

std::unexpected<Error> other_family(std::string_view expression, std::string_view has, TargetOptions::Families asked) {
  const auto family = asked == TargetOptions::Families::v4 ? "IPv4 (-4)" : "IPv6 (-6)";
  return fail(Errc::unresolved, fmt::format("{} {}, but only {} was asked for; leave that option out to scan it",
                                            quoted(expression), has, family));
}

std::unexpected<Error> sweep_too_large(std::string_view expression, unsigned length) {
  return fail(Errc::limit,
              fmt::format("{} asks for 2^{} IPv6 addresses, and no scan of that ends; a /{} (65,536 addresses) is the "
                          "most: name single hosts or smaller prefixes (DNS and `ip -6 neigh` know hosts)",
                          quoted(expression), 128 - length, shortest_v6_sweep));
}

// Connecting to it means this machine to Linux, and packets to it mean nobody.
std::unexpected<Error> no_host(std::string_view expression, std::string_view meant) {
  return fail(Errc::parse,
              fmt::format("{} is the address of no host; did you mean {}?", escape_terminal(expression), meant));
}

// A name's prefix that fits none of its addresses.
std::unexpected<Error> no_sweep(std::string_view expression, unsigned length, bool has_v6) {
  if (has_v6) return sweep_too_large(expression, length);
  return fail(Errc::parse,
              fmt::format("{} has a prefix length above 32, the most an IPv4 address has, and the name has "
                          "no other address",
                          quoted(expression)));
}

// Whether "name/length" can mean a prefix around this address that a scan can sweep.
bool can_sweep(const net::IpAddress& address, unsigned length) {
  return address.is_v4() ? length <= 32 : length >= shortest_v6_sweep;
}

}  // namespace

struct TargetSet::Data {
  // Addresses in the order typed: a run, or a pattern of too many runs.
  struct Spec {
    net::IpAddress first;
    std::uint64_t size = 0;
    std::uint64_t position = 0;  // of the first address; the sum of the sizes before
    std::uint32_t pattern = none;
    std::uint32_t patterns_before = 0;  // what they hold is told by them
  };
  // An address that is more than a member of a range.
  struct Known {
    std::uint32_t spec = none;  // the spec of its own; none where an earlier range tells it
    std::uint32_t name = none;
    bool single = false;
  };
  struct Name {
    std::string text;
    std::vector<net::IpAddress> other_addresses;
  };

  std::vector<Spec> specs;
  std::vector<OctetPattern> patterns;
  std::vector<Name> names;
  std::unordered_map<net::IpAddress, Known> known;  // apart from the runs: lists of 100,000 are usual
  AddressRuns runs;                                 // owner: index of the first spec that the run became
  Exclusions exclusions;
  std::uint64_t walk_length = 0;

  void add_spec(const Spec& spec);
  void add_single(const net::IpAddress& address, std::uint32_t name);
  void add_run(const AddressRun& run);
  void add_pattern(const OctetPattern& pattern);
  void add_prefix(const net::Prefix& prefix, std::uint32_t name);
  Result<void> add_name(const NamedTarget& target, std::string_view expression, const TargetOptions& options,
                        const Resolve& resolve);

  [[nodiscard]] std::uint32_t next_spec() const { return static_cast<std::uint32_t>(specs.size()); }
  [[nodiscard]] bool in_patterns(const net::IpAddress& address, std::size_t first_so_many) const;
  [[nodiscard]] std::optional<Target> at(std::uint64_t position) const;
};

bool TargetSet::Data::in_patterns(const net::IpAddress& address, std::size_t first_so_many) const {
  for (std::size_t i = 0; i < first_so_many; ++i) {
    if (patterns[i].contains(address)) return true;
  }
  return false;
}

void TargetSet::Data::add_spec(const Spec& spec) {
  specs.push_back(spec);
  specs.back().position = walk_length;
  walk_length += spec.size;
}

void TargetSet::Data::add_single(const net::IpAddress& address, std::uint32_t name) {
  Known& entry = known[address];
  if (entry.name == none) entry.name = name;
  if (std::exchange(entry.single, true)) return;
  if (runs.owner_of(address) || in_patterns(address, patterns.size())) return;
  entry.spec = next_spec();
  add_spec({.first = address, .size = 1});
}

void TargetSet::Data::add_run(const AddressRun& run) {
  const auto patterns_before = static_cast<std::uint32_t>(patterns.size());
  for (const AddressRun& gap : runs.take(run, next_spec())) {
    add_spec({.first = gap.first, .size = size_of(gap), .pattern = none, .patterns_before = patterns_before});
  }
}

void TargetSet::Data::add_pattern(const OctetPattern& pattern) {
  if (pattern.size() == 1) {
    add_single(pattern.at(0), none);
  } else if (pattern.has_few_runs()) {
    for (const AddressRun& run : pattern.runs()) add_run(run);
  } else {
    const auto index = static_cast<std::uint32_t>(patterns.size());
    add_spec({.first = {}, .size = pattern.size(), .pattern = index, .patterns_before = index});
    patterns.push_back(pattern);
  }
}

void TargetSet::Data::add_prefix(const net::Prefix& prefix, std::uint32_t name) {
  if (prefix.length == prefix.address.bytes().size() * 8) {
    add_single(prefix.address, name);
  } else {
    add_run({.first = prefix.address, .last = prefix.last()});
  }
}

Result<void> TargetSet::Data::add_name(const NamedTarget& target, std::string_view expression,
                                       const TargetOptions& options, const Resolve& resolve) {
  const auto addresses = resolve_all(target.name, resolve);
  if (!addresses) return fail(addresses.error());
  const auto is_wanted = [&](const net::IpAddress& a) { return wanted(a, options.families); };
  if (std::ranges::none_of(*addresses, is_wanted)) {
    return other_family(expression, addresses->front().is_v4() ? "has IPv4 addresses only" : "has IPv6 addresses only",
                        options.families);
  }
  std::vector<net::IpAddress> chosen;
  std::vector<net::IpAddress> others;
  for (const net::IpAddress& address : *addresses) {
    // Of a name with both kinds, name/24 means the IPv4 addresses and name/120 the IPv6 ones.
    const bool fits = is_wanted(address) && (!target.length || can_sweep(address, *target.length));
    (fits ? chosen : others).push_back(address);
  }
  if (chosen.empty()) {
    return no_sweep(expression, *target.length,
                    std::ranges::any_of(*addresses, [&](const auto& a) { return is_wanted(a) && !a.is_v4(); }));
  }
  if (options.addresses == TargetOptions::Addresses::first) {
    others.insert(others.begin(), std::next(chosen.begin()), chosen.end());
    chosen.resize(1);
  }
  const auto name = static_cast<std::uint32_t>(names.size());
  names.push_back({.text = target.name, .other_addresses = std::move(others)});
  for (const net::IpAddress& address : chosen) {
    if (target.length) {
      Known& entry = known[address];
      if (entry.name == none) entry.name = name;
      add_prefix(net::Prefix::around(address, *target.length), name);
    } else {
      add_single(address, name);
    }
  }
  return {};
}

// What stands at `position` in the order typed; nothing where the address stands before or is excluded.
std::optional<Target> TargetSet::Data::at(std::uint64_t position) const {
  const auto after = std::ranges::upper_bound(specs, position, {}, &Spec::position);
  const auto spec_index = static_cast<std::uint32_t>(after - specs.begin() - 1);
  const Spec& spec = specs[spec_index];
  const std::uint64_t index = position - spec.position;
  const bool is_pattern = spec.pattern != none;
  const net::IpAddress address = is_pattern ? patterns[spec.pattern].at(index) : spec.first.plus(index);
  const auto entry = known.empty() ? known.end() : known.find(address);
  if (entry != known.end() && entry->second.spec < spec_index) return std::nullopt;
  if (is_pattern && !runs.empty()) {
    if (const auto owner = runs.owner_of(address); owner && *owner < spec_index) return std::nullopt;
  }
  if (in_patterns(address, spec.patterns_before) || exclusions.contains(address)) return std::nullopt;
  Target target{.address = address, .name = {}, .other_addresses = {}, .single = false, .position = position};
  if (entry == known.end()) return target;
  target.single = entry->second.single;
  if (entry->second.name != none) {
    target.name = names[entry->second.name].text;
    target.other_addresses = names[entry->second.name].other_addresses;
  }
  return target;
}

TargetSet::TargetSet() : data_{std::make_shared<Data>()} {}
TargetSet::~TargetSet() = default;
TargetSet::TargetSet(const TargetSet&) = default;
TargetSet& TargetSet::operator=(const TargetSet&) = default;
TargetSet::TargetSet(TargetSet&&) noexcept = default;
TargetSet& TargetSet::operator=(TargetSet&&) noexcept = default;

TargetSet::Data& TargetSet::own_data() {
  if (data_.use_count() > 1) data_ = std::make_shared<Data>(*data_);
  return *data_;
}

Result<void> TargetSet::add(std::string_view expression, const TargetOptions& options, const Resolve& resolve,
                            const ZoneOf& zone_of) {
  const auto parsed = parse_target(expression, zone_of);
  if (!parsed) return fail(parsed.error());
  return std::visit(Overloaded{
                        [&](const OctetPattern& pattern) -> Result<void> {
                          if (options.families == TargetOptions::Families::v6) {
                            return other_family(expression, "is IPv4", options.families);
                          }
                          if (pattern.size() == 1 && pattern.at(0).v4_value() == 0)
                            return no_host(expression, "127.0.0.1");
                          own_data().add_pattern(pattern);
                          return {};
                        },
                        [&](const net::Prefix& prefix) -> Result<void> {
                          if (options.families == TargetOptions::Families::v4) {
                            return other_family(expression, "is IPv6", options.families);
                          }
                          if (prefix.length == 128 && prefix.address == net::IpAddress::v6({}))
                            return no_host(expression, "::1");
                          if (prefix.length < shortest_v6_sweep) return sweep_too_large(expression, prefix.length);
                          own_data().add_prefix(prefix, none);
                          return {};
                        },
                        [&](const NamedTarget& name) -> Result<void> {
                          return own_data().add_name(name, expression, options, resolve);
                        },
                    },
                    *parsed);
}

// Neither family nor size narrows an exclusion: leaving more out than was meant is the safe mistake.
Result<void> TargetSet::exclude(std::string_view expression, const TargetOptions&, const Resolve& resolve,
                                const ZoneOf& zone_of) {
  const auto parsed = parse_target(expression, zone_of);
  if (!parsed) return fail(parsed.error());
  Exclusions& exclusions = own_data().exclusions;
  if (const auto* pattern = std::get_if<OctetPattern>(&*parsed)) {
    if (pattern->size() == 1) {
      exclusions.add(pattern->at(0));
    } else {
      exclusions.add(*pattern);
    }
    return {};
  }
  if (const auto* prefix = std::get_if<net::Prefix>(&*parsed)) {
    exclusions.add(AddressRun{.first = prefix->address, .last = prefix->last()});
    return {};
  }
  const auto& target = std::get<NamedTarget>(*parsed);
  const auto addresses = resolve_all(target.name, resolve);
  if (!addresses) return fail(addresses.error());
  for (const net::IpAddress& address : *addresses) {
    exclusions.add(address);
    if (target.length && *target.length <= address.bytes().size() * 8) {
      const auto prefix = net::Prefix::around(address, *target.length);
      exclusions.add(AddressRun{.first = prefix.address, .last = prefix.last()});
    }
  }
  return {};
}

bool TargetSet::empty() const { return data_->specs.empty(); }
std::uint64_t TargetSet::walk_length() const { return data_->walk_length; }
bool TargetSet::excluded(const net::IpAddress& address) const { return data_->exclusions.contains(address); }

TargetSet::Cursor::Cursor(const TargetSet& set) : Cursor{set, {.kind = TargetOrder::Kind::sequential}} {}

TargetSet::Cursor::Cursor(const TargetSet& set, const TargetOrder& order, std::uint64_t start)
    : set_{&set},
      permutation_{std::max<std::uint64_t>(set.walk_length(), 1), order.key, order.kind},
      shard_{order.shard},
      shards_{order.shards},
      length_{(set.walk_length() + order.shards - 1 - order.shard) / order.shards},
      passed_{start} {
  assert(order.shard < order.shards && start <= length_);
}

std::optional<Target> TargetSet::Cursor::next() {
  while (passed_ < length_) {
    const std::uint64_t position = permutation_.at(shard_ + passed_++ * shards_);
    if (auto target = set_->data_->at(position)) return target;
  }
  return std::nullopt;
}

std::optional<Target> TargetSet::Cursor::next(std::vector<std::uint64_t>& skipped) {
  constexpr std::size_t many = 4096;
  for (std::size_t i = 0; i < many && passed_ < length_; ++i) {
    const std::uint64_t position = permutation_.at(shard_ + passed_++ * shards_);
    if (auto target = set_->data_->at(position)) return target;
    skipped.push_back(position);
  }
  return std::nullopt;
}

}  // namespace portolan::plan
