// Random filters against an evaluator that shares nothing with the filter's: the expression is made as a tree of
// lambdas beside its text, out of what the words mean by docs/filters.md.
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "sockets/filter/filter.h"
#include "sockets/unlisted.h"
#include "tests/sockets/cells.h"
#include "tests/sockets/diag_bytecode.h"

namespace portolan::sockets {
namespace {

using testing::address;

// A text, and what it means.
struct Meant {
  std::string text;
  std::function<bool(const Row&)> holds;
};

bool is_internet(const Row& row) { return row.family == AddressFamily::v4 || row.family == AddressFamily::v6; }
bool has_ports(const Row& row) { return is_internet(row) || row.family == AddressFamily::vsock; }

// --- single tests

struct StateName {
  const char* word;
  std::vector<int> numbers;
};
Meant random_state() {
  static const std::vector<StateName> names{
      {"established", {1}},
      {"syn-sent", {2}},
      {"syn-recv", {3, 12}},
      {"fin-wait-1", {4}},
      {"fin-wait-2", {5}},
      {"time-wait", {6}},
      {"closed", {7}},
      {"close-wait", {8}},
      {"last-ack", {9}},
      {"listening", {10}},
      {"closing", {11}},
      {"bound", {13}},
      {"bucket", {3, 6, 12}},
      {"unconn", {7}},
      {"listen", {10}},
      {"connected", {1, 2, 3, 4, 5, 6, 8, 9, 11, 12}},
      {"synchronized", {1, 3, 4, 5, 6, 8, 9, 11, 12}},
  };
  const StateName& name = names[*rc::gen::inRange<std::size_t>(0, names.size())];
  const bool excluded = *rc::gen::arbitrary<bool>();
  return {fmt::format("{} {}", excluded ? "exclude" : "state", name.word), [&name, excluded](const Row& row) {
            const bool in = std::ranges::find(name.numbers, static_cast<int>(row.state)) != name.numbers.end();
            return in != excluded;
          }};
}

bool compare(const std::string& sign, std::uint64_t one, std::uint64_t other) {
  if (sign == "=") return one == other;
  if (sign == "!=") return one != other;
  if (sign == "<") return one < other;
  if (sign == ">") return one > other;
  return sign == "<=" ? one <= other : one >= other;
}
const std::vector<std::string> signs{"=", "!=", "<", ">", "<=", ">="};

Meant random_port() {
  const std::string sign = *rc::gen::elementOf(signs);
  const bool local = *rc::gen::arbitrary<bool>();
  const std::uint32_t port = *rc::gen::element(0U, 1U, 22U, 80U, 8080U, 65535U);
  return {fmt::format("{} {} :{}", local ? "sport" : "dport", sign, port), [=](const Row& row) {
            return has_ports(row) && compare(sign, local ? row.local_port : row.remote_port, port);
          }};
}

// Own words for "lies in": the first `bits` bits are the same. v4-mapped addresses lie in IPv4 networks.
bool lies_in(const net::IpAddress& one, const char* network, unsigned bits) {
  const net::IpAddress whole = address(network);
  const net::IpAddress seen = whole.is_v4() ? one.unmapped() : one;
  if (seen.is_v4() != whole.is_v4()) return false;
  for (unsigned bit = 0; bit < bits; ++bit) {
    const unsigned byte = bit / 8;
    const unsigned mask = 0x80U >> bit % 8;
    if ((seen.bytes()[byte] & mask) != (whole.bytes()[byte] & mask)) return false;
  }
  return true;
}

Meant random_host() {
  struct Network {
    const char* text;
    const char* address;
    unsigned bits;
  };
  static constexpr std::array<Network, 9> networks{{{"10.0.0.1", "10.0.0.1", 32},
                                                    {"10/8", "10.0.0.0", 8},
                                                    {"10.1.0.0/15", "10.0.0.0", 15},
                                                    {"0.0.0.0/0", "0.0.0.0", 0},
                                                    {"2001:db8::/32", "2001:db8::", 32},
                                                    {"[2001:db8::1]", "2001:db8::1", 128},
                                                    {"::1", "::1", 128},
                                                    {"[fe80::]/10", "fe80::", 10},
                                                    {"::/0", "::", 0}}};
  const Network network = networks[*rc::gen::inRange<std::size_t>(0, networks.size())];
  const bool local = *rc::gen::arbitrary<bool>();
  const bool same = *rc::gen::arbitrary<bool>();
  return {fmt::format("{} {} {}", local ? "src" : "dst", same ? "=" : "!=", network.text), [=](const Row& row) {
            if (!is_internet(row)) return false;
            return lies_in(local ? row.local : row.remote, network.address, network.bits) == same;
          }};
}

Meant random_other() {
  switch (*rc::gen::inRange(0, 8)) {
    case 0:
      return {"dev = eth0", [](const Row& row) {
                return (is_internet(row) || row.family == AddressFamily::packet) && row.interface == 2;
              }};
    case 1:
      return {"dev != eth0", [](const Row& row) {
                return (is_internet(row) || row.family == AddressFamily::packet) && row.interface != 2;
              }};
    case 2:
      return {"user = root", [](const Row& row) { return row.has_user && row.user == 0; }};
    case 3:
      return {"user != root", [](const Row& row) { return row.has_user && row.user != 0; }};
    case 4:
      return {"pid = 5", [](const Row& row) { return !row.holders.empty() && row.holders.front().pid == 5; }};
    case 5:
      return {"proto = unix", [](const Row& row) { return row.protocol == SocketKind::unix_domain; }};
    case 6:
      return {"proto != tcp", [](const Row& row) { return row.protocol != SocketKind::tcp; }};
    default:
      return {"src unix:/run/*",
              [](const Row& row) { return row.family == AddressFamily::unix_domain && row.path.starts_with("/run/"); }};
  }
}

Meant random_expression(int depth) {
  const int kind = *rc::gen::inRange(0, depth > 0 ? 8 : 5);
  if (kind == 0) return random_state();
  if (kind == 1) return random_port();
  if (kind == 2) return random_host();
  if (kind < 5) return random_other();
  if (kind == 5) {
    const Meant inside = random_expression(depth - 1);
    return {fmt::format("{} ( {} )", *rc::gen::element("not", "!"), inside.text),
            [inside](const Row& row) { return !inside.holds(row); }};
  }
  const Meant one = random_expression(depth - 1);
  const Meant other = random_expression(depth - 1);
  if (kind == 6) {
    return {fmt::format("( {} {} {} )", one.text, *rc::gen::element("or", "||", "|"), other.text),
            [one, other](const Row& row) { return one.holds(row) || other.holds(row); }};
  }
  // Two of these in a row would be one set of states, so that brackets keep them apart.
  return {fmt::format("( ( {} ) {} ( {} ) )", one.text, *rc::gen::element("and", "&&", ""), other.text),
          [one, other](const Row& row) { return one.holds(row) && other.holds(row); }};
}

// --- rows

Row random_row() {
  Row row;
  row.protocol = static_cast<SocketKind>(*rc::gen::inRange<std::size_t>(0, socket_kind_count));
  row.state = static_cast<State>(*rc::gen::inRange(0, 14));
  row.has_user = *rc::gen::arbitrary<bool>();
  row.user = *rc::gen::element(0U, 1000U);
  static constexpr std::array holder{Holder{.pid = 5, .fd = 3}};
  if (*rc::gen::arbitrary<bool>()) row.holders = holder;
  switch (row.protocol) {
    case SocketKind::unix_domain:
      row.family = AddressFamily::unix_domain;
      row.path = *rc::gen::element<std::string_view>("", "/run/x", "/tmp/x");
      return row;
    case SocketKind::packet:
      row.family = AddressFamily::packet;
      row.interface = *rc::gen::inRange(0U, 4U);
      return row;
    case SocketKind::netlink:
      row.family = AddressFamily::netlink;
      return row;
    case SocketKind::vsock:
      row.family = AddressFamily::vsock;
      row.local_port = *rc::gen::element(0U, 22U, 80'000U);
      row.remote_port = *rc::gen::element(0U, 22U, 80'000U);
      return row;
    case SocketKind::other:
      return row;
    default:
      break;
  }
  if (*rc::gen::inRange(0, 8) == 0) return unlisted_row("TCP");
  static constexpr std::array v4{"10.0.0.1", "10.1.2.3", "0.0.0.0", "198.18.0.1"};
  static constexpr std::array v6{"2001:db8::1", "2001:db9::1", "::", "::1", "fe80::1", "::ffff:10.0.0.1"};
  const bool four = *rc::gen::arbitrary<bool>();
  row.family = four ? AddressFamily::v4 : AddressFamily::v6;
  row.local = address(four ? *rc::gen::elementOf(v4) : *rc::gen::elementOf(v6));
  row.remote = address(four ? *rc::gen::elementOf(v4) : *rc::gen::elementOf(v6));
  row.local_port = *rc::gen::element(0U, 1U, 22U, 80U, 8080U, 40'000U, 65'535U);
  row.remote_port = *rc::gen::element(0U, 22U, 443U, 8080U, 65'535U);
  row.interface = *rc::gen::inRange(0U, 4U);
  return row;
}

FilterNames names() {
  FilterNames some;
  some.interface = [](std::string_view name) { return name == "eth0" ? std::optional{2U} : std::nullopt; };
  some.user = [](std::string_view name) { return name == "root" ? std::optional{0U} : std::nullopt; };
  return some;
}

RC_GTEST_PROP(FilterTruth, EveryRowThatTheWordsDescribeAndNoOther, ()) {
  const Meant meant = random_expression(3);
  RC_LOG(meant.text);
  const auto filter = Filter::parse(meant.text, names());
  RC_ASSERT(filter.has_value());
  const auto program = filter->bytecode();
  for (int i = 0; i < 40; ++i) {
    const Row row = random_row();
    const bool wanted = meant.holds(row);
    RC_LOG(fmt::format("{} state {}", name_of(row.protocol), static_cast<int>(row.state)));
    RC_ASSERT(filter->matches(row) == wanted);
    if (!wanted) continue;
    // And none of what is decided before rows are seen takes it away.
    RC_ASSERT((filter->states() & mask_of(row.state)) != 0);
    RC_ASSERT(filter->may_match(row.protocol));
    if (is_internet(row)) RC_ASSERT(lets_pass(program, row));
    const bool is_unlisted = row.family == AddressFamily::none;
    if (is_unlisted && (row.state == State::closed || !has_list(row.protocol))) {
      RC_ASSERT(filter->may_match_unlisted(row.protocol));
    }
  }
}

}  // namespace
}  // namespace portolan::sockets
