#include "sockets/filter/filter.h"

#include <algorithm>

#include "sockets/filter/filter_node.h"
#include "sockets/unlisted.h"

namespace portolan::sockets {
namespace {

using Kind = Filter::Node::Kind;

FilterNode make_group(Kind kind, std::vector<FilterNode> parts) {
  if (parts.size() == 1) return std::move(parts.front());
  auto node = std::make_unique<Filter::Node>();
  node->kind = kind;
  node->parts = std::move(parts);
  return node;
}

// States that a row can have for which `node` says `wanted`; too many rather than too few.
StateMask states_of(const Filter::Node& node, bool wanted) {
  switch (node.kind) {
    case Kind::test:
      if (const auto* test = std::get_if<StateTest>(&node.test)) return wanted ? test->states : ~test->states;
      return all_states;
    case Kind::negation:
      return states_of(*node.parts.front(), !wanted);
    case Kind::all_of:
    case Kind::any_of:
      break;
  }
  const bool every = (node.kind == Kind::all_of) == wanted;  // not (a and b) is (not a) or (not b)
  StateMask mask = every ? all_states : StateMask{0};
  for (const auto& part : node.parts) {
    const StateMask states = states_of(*part, wanted);
    mask = every ? mask & states : mask | states;
  }
  return mask;
}

template <class Visit>
void for_each_test(const Filter::Node& node, const Visit& visit) {
  if (node.kind == Kind::test) visit(node.test);
  for (const auto& part : node.parts) for_each_test(*part, visit);
}

template <class Wanted>
bool has_test(const Filter::Node* node) {
  bool found = false;
  if (node != nullptr) {
    for_each_test(*node, [&found](const Test& test) { found = found || std::holds_alternative<Wanted>(test); });
  }
  return found;
}

bool speaks_of_one_network(const Filter::Node& root) {
  bool found = false;
  for_each_test(root, [&found](const Test& test) {
    const auto* host = std::get_if<HostTest>(&test);
    const auto* link = std::get_if<LinkTest>(&test);
    found = found || std::holds_alternative<DeviceTest>(test) || std::holds_alternative<AutoboundTest>(test) ||
            (host != nullptr && host->prefix && host->prefix->address.zone() != 0) ||
            (link != nullptr && link->interface);
  });
  return found;
}

// --- which kinds of sockets

enum class Chance : std::uint8_t { never, perhaps, always };

constexpr Chance perhaps_if(bool applies) { return applies ? Chance::perhaps : Chance::never; }

constexpr bool is_ip_protocol(SocketKind protocol) {
  return protocol != SocketKind::unix_domain && protocol != SocketKind::packet && protocol != SocketKind::netlink &&
         protocol != SocketKind::vsock;  // nothing is known of `other`
}

Chance chance_of(const Test& test, SocketKind protocol) {
  const bool ip = is_ip_protocol(protocol);
  return std::visit(
      Overloaded{
          [&](const ProtocolTest& wanted) { return wanted.protocol == protocol ? Chance::always : Chance::never; },
          // With neither, every IP socket passes: it lets `not` and `!=` tell kinds apart.
          [&](const HostTest& host) {
            const bool any = !host.family && !host.prefix && protocol != SocketKind::other;
            return ip && any ? Chance::always : perhaps_if(ip);
          },
          [&](const PortTest&) { return perhaps_if(ip || protocol == SocketKind::vsock); },
          [&](const PathTest&) { return perhaps_if(protocol == SocketKind::unix_domain); },
          [&](const LinkTest&) { return perhaps_if(protocol == SocketKind::packet); },
          [&](const NetlinkTest&) { return perhaps_if(protocol == SocketKind::netlink); },
          [&](const VsockTest&) { return perhaps_if(protocol == SocketKind::vsock); },
          [&](const DeviceTest&) { return perhaps_if(ip || protocol == SocketKind::packet); },
          [&](const MarkTest&) { return perhaps_if(ip); },
          [&](const CgroupTest&) { return perhaps_if(ip); },
          [&](const AutoboundTest&) { return perhaps_if(ip || protocol == SocketKind::unix_domain); },
          [](const auto&) { return Chance::perhaps; },
      },
      test);
}

// Of a closed socket without addresses.
Chance chance_unlisted(const Test& test, SocketKind protocol) {
  return std::visit(
      Overloaded{
          [&](const ProtocolTest& wanted) { return wanted.protocol == protocol ? Chance::always : Chance::never; },
          [](const StateTest& wanted) {
            constexpr StateMask possible = mask_of(State::closed) | mask_of(State::unknown);
            if ((wanted.states & possible) == 0) return Chance::never;
            return (wanted.states & possible) == possible ? Chance::always : Chance::perhaps;
          },
          [](const UserTest&) { return Chance::perhaps; },
          [](const ProcessTest&) { return Chance::perhaps; },
          [](const auto&) { return Chance::never; },
      },
      test);
}

// Of any state.
Chance chance_nameless(const Test& test, SocketKind protocol) {
  return std::holds_alternative<StateTest>(test) ? Chance::perhaps : chance_unlisted(test, protocol);
}

Chance chance_listed(const Test& test, SocketKind protocol) { return chance_of(test, protocol); }

using ChanceOfTest = Chance (*)(const Test& test, SocketKind protocol);

Chance chance_of(const Filter::Node& node, SocketKind protocol, ChanceOfTest chance_of_test) {
  switch (node.kind) {
    case Kind::test:
      return chance_of_test(node.test, protocol);
    case Kind::negation:
      return static_cast<Chance>(2 - static_cast<int>(chance_of(*node.parts.front(), protocol, chance_of_test)));
    case Kind::all_of:
    case Kind::any_of:
      break;
  }
  const bool every = node.kind == Kind::all_of;
  Chance chance = every ? Chance::always : Chance::never;
  for (const auto& part : node.parts) {
    const Chance one = chance_of(*part, protocol, chance_of_test);
    chance = every ? std::min(chance, one) : std::max(chance, one);
  }
  return chance;
}

}  // namespace

FilterNode make_test(Test test) {
  auto node = std::make_unique<Filter::Node>();
  node->test = std::move(test);
  return node;
}

FilterNode make_negation(FilterNode part) {
  auto node = std::make_unique<Filter::Node>();
  node->kind = Kind::negation;
  node->parts.push_back(std::move(part));
  return node;
}

FilterNode make_all_of(std::vector<FilterNode> parts) { return make_group(Kind::all_of, std::move(parts)); }
FilterNode make_any_of(std::vector<FilterNode> parts) { return make_group(Kind::any_of, std::move(parts)); }

Filter::Filter() = default;
Filter::Filter(std::unique_ptr<const Node> root) : root_{std::move(root)} {}
Filter::~Filter() = default;
Filter::Filter(Filter&&) noexcept = default;
Filter& Filter::operator=(Filter&&) noexcept = default;

Result<Filter> Filter::parse(std::string_view text, const FilterNames& names) {
  auto root = parse_filter(text, names);
  if (!root) return fail(std::move(root.error()));
  return Filter{std::move(*root)};
}

bool Filter::matches(const Row& row) const { return root_ == nullptr || matches_node(*root_, row); }

StateMask Filter::states() const { return root_ == nullptr ? all_states : states_of(*root_, true); }

bool Filter::names_states() const { return has_test<StateTest>(root_.get()); }

bool Filter::may_match(SocketKind protocol) const {
  return root_ == nullptr || chance_of(*root_, protocol, chance_listed) != Chance::never;
}

bool Filter::may_match_unlisted(SocketKind protocol) const {
  if (root_ == nullptr) return true;
  if (has_list(protocol)) return chance_of(*root_, protocol, chance_unlisted) != Chance::never;
  // Of sockets of no known kind there is never an address to test.
  return chance_of(*root_, protocol, protocol == SocketKind::other ? chance_nameless : chance_listed) != Chance::never;
}

FilterNeeds Filter::needs() const {
  return {.mark = has_test<MarkTest>(root_.get()),
          .cgroup = has_test<CgroupTest>(root_.get()),
          .holders = has_test<ProcessTest>(root_.get()),
          .one_network = root_ != nullptr && speaks_of_one_network(*root_)};
}

std::string Filter::text() const { return root_ == nullptr ? std::string{} : text_of(*root_); }

}  // namespace portolan::sockets
