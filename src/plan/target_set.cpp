#include "plan/target_set.h"

#include <fmt/core.h>

#include <algorithm>
#include <cassert>
#include <iterator>
#include <limits>
#include <unordered_map>
#include <utility>
#include <variant>

#include "base/message.h"
#include "plan/address_runs.h"
#include "plan/c_address.h"
#include "plan/exclusions.h"
#include "plan/pattern_union.h"
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
std::vector<net::IpAddress> plain(std::span<const net::IpAddress> found) {
  std::vector<net::IpAddress> addresses;
  for (const net::IpAddress& address : found) {
    const auto unmapped = address.unmapped();
    if (std::ranges::find(addresses, unmapped) == addresses.end()) addresses.push_back(unmapped);
  }
  return addresses;
}

Result<std::vector<net::IpAddress>> resolve_all(const std::string& name, const Resolve& resolve) {
  if (const auto address = c_address(name)) return std::vector{*address};
  if (!resolve) {
    return fail({Errc::unresolved, said("the name {} is not looked up here", quoted(name)), "not-looked-up", {name}});
  }
  const auto found = resolve(name);
  if (!found) return fail(found.error());
  std::vector<net::IpAddress> addresses = plain(*found);
  if (addresses.empty()) {
    return fail({Errc::unresolved, said("the name {} has no address", quoted(name)), "no-address", {name}});
  }
  return addresses;
}

std::unexpected<Error> other_family(std::string_view expression, std::string_view has, TargetOptions::Families asked) {
  const auto family = asked == TargetOptions::Families::v4 ? "IPv4 (-4)" : "IPv6 (-6)";
  return fail({Errc::unresolved,
               said("{0} {1}, but only {2} was asked for; leave that option out to scan it", quoted(expression),
                    translated(has), family),
               asked == TargetOptions::Families::v4 ? "only-ipv6" : "only-ipv4",
               {std::string{expression}}});
}

std::unexpected<Error> sweep_too_large(std::string_view expression, unsigned length) {
  return fail(Errc::limit,
              said("{0} asks for 2^{1} IPv6 addresses, and no scan of that ends; a /{2} (65,536 addresses) is the "
                   "most: name single hosts or smaller prefixes (DNS and `ip -6 neigh` know hosts)",
                   quoted(expression), 128 - length, shortest_v6_sweep));
}

std::unexpected<Error> too_many_patterns(std::string_view expression) {
  return fail(Errc::limit, said("{0} and the octet patterns before it overlap in more than {1} pieces; name prefixes "
                                "or fewer patterns",
                                quoted(expression), PatternUnion::most_patterns));
}

// A name's prefix that fits none of its addresses.
std::unexpected<Error> no_sweep(std::string_view expression, unsigned length, bool has_v6) {
  if (has_v6) return sweep_too_large(expression, length);
  return fail(Errc::parse, said("{} has a prefix length above 32, the most an IPv4 address has, and the name has "
                                "no other address",
                                quoted(expression)));
}

// Whether "name/length" can mean a prefix around this address that a scan can sweep.
bool can_sweep(const net::IpAddress& address, unsigned length) {
  return address.is_v4() ? length <= 32 : length >= shortest_v6_sweep;
}

}  // namespace

struct TargetSet::Data {
  // Addresses in the order typed that nothing typed before has and that are not excluded, ascending.
  struct Spec {
    enum class Kind : std::uint8_t {
      run,      // all from `first` on
      members,  // of the patterns, from `first` on
      others,   // all from `first` on but those of the patterns
    };
    net::IpAddress first;
    std::uint64_t position = 0;  // of the first address; the sum of the sizes before
    PatternUnion::Slice patterns;
    Kind kind = Kind::run;
    bool single = false;
  };
  // An address that is more than a member of a range.
  struct Known {
    std::uint32_t name = none;
    bool single = false;
  };
  struct Name {
    std::string text;
    std::vector<net::IpAddress> other_addresses;
  };

  std::vector<Spec> specs;
  std::vector<Name> names;
  std::unordered_map<net::IpAddress, Known> known;
  Exclusions exclusions;
  AddressRuns taken;      // by runs typed so far
  PatternUnion patterns;  // of many runs: first those excluded, then those typed so far
  std::uint64_t size = 0;
  bool added = false;

  void add_spec(const Spec& spec, std::uint64_t addresses);
  void add_single(const net::IpAddress& address, std::uint32_t name);
  bool add_run(const AddressRun& run, bool single = false);
  [[nodiscard]] bool add_pattern(const OctetPattern& pattern);
  void add_prefix(const net::Prefix& prefix, std::uint32_t name);
  Result<void> add_mapped(const net::Prefix& prefix, std::string_view expression);
  Result<void> add_name(const NamedTarget& target, std::string_view expression, const TargetOptions& options,
                        const Resolve& resolve);

  [[nodiscard]] std::vector<AddressRun> new_in(const AddressRun& run) const;
  [[nodiscard]] std::uint64_t count_in(const AddressRun& run, PatternUnion::Slice slice) const;
  [[nodiscard]] net::IpAddress address_at(const Spec& spec, std::uint64_t index) const;
  [[nodiscard]] Target at(std::uint64_t position) const;
};

// A run that goes on where the one before it ends is one with it: lists of neighbours stay small.
void TargetSet::Data::add_spec(const Spec& spec, std::uint64_t addresses) {
  const auto goes_on = [&](const Spec& last) {
    return last.kind == Spec::Kind::run && spec.kind == Spec::Kind::run && last.single == spec.single &&
           last.first.plus(size - last.position) == spec.first;
  };
  if (specs.empty() || !goes_on(specs.back())) {
    specs.push_back(spec);
    specs.back().position = size;
  }
  size += addresses;
}

void TargetSet::Data::add_single(const net::IpAddress& address, std::uint32_t name) {
  const bool is_new = add_run({.first = address, .last = address}, true);
  if (is_new && name == none) return;
  Known& entry = known[address];
  entry.single = true;
  if (entry.name == none) entry.name = name;
}

// The parts of it that no run has, be it typed before or excluded.
std::vector<AddressRun> TargetSet::Data::new_in(const AddressRun& run) const {
  std::vector<AddressRun> parts;
  for (const AddressRun& wanted : exclusions.taken_off(run)) {
    for (const AddressRun& part : taken.missing_from(wanted)) parts.push_back(part);
  }
  return parts;
}

std::uint64_t TargetSet::Data::count_in(const AddressRun& run, PatternUnion::Slice slice) const {
  if (!run.first.is_v4()) return 0;
  return patterns.count_below(slice, std::uint64_t{run.last.v4_value()} + 1) -
         patterns.count_below(slice, run.first.v4_value());
}

// Whether any of it is new.
bool TargetSet::Data::add_run(const AddressRun& run, bool single) {
  const std::uint64_t size_before = size;
  const PatternUnion::Slice before{.begin = 0, .end = patterns.size()};
  for (const AddressRun& part : new_in(run)) {
    const std::uint64_t in_patterns = count_in(part, before);
    const std::uint64_t addresses = size_of(part) - in_patterns;
    if (in_patterns == 0) {
      add_spec({.first = part.first, .patterns = {}, .single = single}, addresses);
    } else if (addresses > 0) {
      add_spec({.first = part.first, .patterns = before, .kind = Spec::Kind::others, .single = single}, addresses);
    }
  }
  taken.insert(run);
  return size > size_before;
}

// False where patterns overlap in too many ways.
bool TargetSet::Data::add_pattern(const OctetPattern& pattern) {
  if (pattern.size() == 1) {
    add_single(pattern.at(0), none);
    return true;
  }
  if (pattern.has_few_runs()) {
    for (const AddressRun& run : pattern.runs()) add_run(run);
    return true;
  }
  PatternUnion::Slice its_own{.begin = patterns.size(), .end = 0};
  if (!patterns.add(pattern)) return false;
  its_own.end = patterns.size();
  for (const AddressRun& part : new_in({.first = pattern.at(0), .last = pattern.at(pattern.size() - 1)})) {
    const std::uint64_t addresses = count_in(part, its_own);
    if (addresses == 0) continue;
    add_spec({.first = part.first, .patterns = its_own, .kind = Spec::Kind::members}, addresses);
  }
  return true;
}

void TargetSet::Data::add_prefix(const net::Prefix& prefix, std::uint32_t name) {
  if (prefix.length == prefix.address.bytes().size() * 8) {
    add_single(prefix.address, name);
  } else {
    add_run({.first = prefix.address, .last = prefix.last()});
  }
}

// Exclusions of the IPv4 address in it hold.
Result<void> TargetSet::Data::add_mapped(const net::Prefix& prefix, std::string_view expression) {
  if (prefix.length != 128) {
    return fail(Errc::parse,
                said("{} are IPv4 addresses written as IPv6; write them with dots alone", quoted(expression)));
  }
  if (!exclusions.contains(prefix.address)) add_single(prefix.address, none);
  added = true;
  return {};
}

Result<void> TargetSet::Data::add_name(const NamedTarget& target, std::string_view expression,
                                       const TargetOptions& options, const Resolve& resolve) {
  const auto addresses = resolve_all(target.name, resolve);
  if (!addresses) return fail(addresses.error());
  const auto is_wanted = [&](const net::IpAddress& a) { return wanted(a, options.families); };
  if (std::ranges::none_of(*addresses, is_wanted)) {
    return other_family(
        expression,
        addresses->front().is_v4() ? message("has IPv4 addresses only") : message("has IPv6 addresses only"),
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
  added = true;
  return {};
}

net::IpAddress TargetSet::Data::address_at(const Spec& spec, std::uint64_t index) const {
  switch (spec.kind) {
    case Spec::Kind::members:
      return net::IpAddress::v4(patterns.member(spec.patterns, spec.first.v4_value(), index));
    case Spec::Kind::others:
      return net::IpAddress::v4(patterns.other(spec.patterns, spec.first.v4_value(), index));
    case Spec::Kind::run:
      break;
  }
  return spec.first.plus(index);
}

// What stands at `position`, below size(), in the order typed.
Target TargetSet::Data::at(std::uint64_t position) const {
  const Spec& spec = *std::prev(std::ranges::upper_bound(specs, position, {}, &Spec::position));
  Target target{.address = address_at(spec, position - spec.position),
                .name = {},
                .other_addresses = {},
                .single = spec.single,
                .position = position};
  assert(!exclusions.contains(target.address));
  const auto entry = known.empty() ? known.end() : known.find(target.address);
  if (entry == known.end()) return target;
  target.single = target.single || entry->second.single;
  if (entry->second.name != none) {
    target.name = names[entry->second.name].text;
    target.other_addresses = names[entry->second.name].other_addresses;
  }
  return target;
}

std::vector<net::IpAddress> targets_among(std::span<const net::IpAddress> addresses, const TargetOptions& options) {
  std::vector<net::IpAddress> chosen = plain(addresses);
  std::erase_if(chosen, [&](const net::IpAddress& address) { return !wanted(address, options.families); });
  if (options.addresses == TargetOptions::Addresses::first && chosen.size() > 1) chosen.resize(1);
  return chosen;
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
  const auto parsed = read_target(expression, zone_of);
  if (!parsed) return fail(parsed.error());
  return std::visit(Overloaded{
                        [&](const OctetPattern& pattern) -> Result<void> {
                          if (options.families == TargetOptions::Families::v6) {
                            return other_family(expression, message("is IPv4"), options.families);
                          }
                          if (!own_data().add_pattern(pattern)) return too_many_patterns(expression);
                          own_data().added = true;
                          return {};
                        },
                        [&](const net::Prefix& prefix) -> Result<void> {
                          if (options.families == TargetOptions::Families::v4) {
                            return other_family(expression, message("is IPv6"), options.families);
                          }
                          if (prefix.length < shortest_v6_sweep) return sweep_too_large(expression, prefix.length);
                          if (prefix.address.is_v4_mapped()) return own_data().add_mapped(prefix, expression);
                          own_data().add_prefix(prefix, none);
                          own_data().added = true;
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
  const auto parsed = read_exclusion(expression, zone_of);
  if (!parsed) return fail(parsed.error());
  Data& data = own_data();
  assert(!data.added);
  Exclusions& exclusions = data.exclusions;
  if (const auto* pattern = std::get_if<OctetPattern>(&*parsed)) {
    if (!exclusions.add(*pattern)) return too_many_patterns(expression);
    data.patterns = exclusions.patterns();
    return {};
  }
  if (const auto* prefix = std::get_if<net::Prefix>(&*parsed)) {
    const bool mapped = prefix->address.is_v4_mapped();
    exclusions.add(AddressRun{.first = mapped ? prefix->address.unmapped() : prefix->address,
                              .last = mapped ? prefix->last().unmapped() : prefix->last()});
    return {};
  }
  const auto& target = std::get<NamedTarget>(*parsed);
  const auto addresses = resolve_all(target.name, resolve);
  if (!addresses) return fail(addresses.error());
  for (const net::IpAddress& address : *addresses) {
    exclusions.add(AddressRun{.first = address, .last = address});
    if (target.length && *target.length <= address.bytes().size() * 8) {
      const auto prefix = net::Prefix::around(address, *target.length);
      exclusions.add(AddressRun{.first = prefix.address, .last = prefix.last()});
    }
  }
  return {};
}

bool TargetSet::empty() const { return !data_->added; }
std::uint64_t TargetSet::size() const { return data_->size; }
bool TargetSet::has_v4() const {
  return std::ranges::any_of(data_->specs, [](const Data::Spec& spec) { return spec.first.is_v4(); });
}
bool TargetSet::excluded(const net::IpAddress& address) const { return data_->exclusions.contains(address); }

TargetSet::Cursor::Cursor(const TargetSet& set) : Cursor{set, {.kind = TargetOrder::Kind::sequential}} {}

TargetSet::Cursor::Cursor(const TargetSet& set, const TargetOrder& order, std::uint64_t start)
    : set_{&set},
      permutation_{std::max<std::uint64_t>(set.size(), 1), order.key, order.kind},
      shard_{order.shard},
      shards_{order.shards},
      length_{(set.size() + order.shards - 1 - order.shard) / order.shards},
      passed_{start} {
  assert(order.shard < order.shards && start <= length_);
}

std::optional<Target> TargetSet::Cursor::next() {
  if (passed_ == length_) return std::nullopt;
  return set_->data_->at(permutation_.at(shard_ + passed_++ * shards_));
}

}  // namespace portolan::plan
