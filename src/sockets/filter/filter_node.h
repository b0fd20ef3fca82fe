// The tree behind a Filter. Private to filter*.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "net/ip_address.h"
#include "sockets/filter/filter.h"
#include "sockets/row.h"

namespace portolan::sockets {

enum class Side : std::uint8_t { source, destination };

inline constexpr std::uint32_t highest_number = 0xffff'ffff;

// Both ends in; nothing lies in it where `low` is above `high`.
struct Range {
  std::uint32_t low = 0;
  std::uint32_t high = highest_number;
  [[nodiscard]] constexpr bool holds(std::uint32_t value) const { return low <= value && value <= high; }
};

// What can be asked about a row. A socket of a kind that a test is not about does not pass it.

struct StateTest {
  StateMask states;  // has both bits of syn_recv and new_syn_recv, or neither
};
// IP sockets. An IPv4 prefix also holds its v4-mapped addresses, unless `family` forbids it; an IPv6 prefix holds IPv6
// sockets' addresses only. The zone of the prefix, where it has one, is the interface the socket is bound to.
struct HostTest {
  Side side;
  std::optional<net::Family> family;  // of the socket's address
  std::optional<net::Prefix> prefix;  // none: any address
};
// IP and vsock sockets.
struct PortTest {
  Side side;
  Range ports;
};
// UNIX sockets by the path they are bound to, "@" before abstract ones.
struct PathTest {
  std::string pattern;
  // The same for what is shown of a path, where a backslash is one of an escape; "" without a backslash.
  std::string shown = {};
};
// Packet sockets.
struct LinkTest {
  std::optional<std::uint16_t> ether_type;
  std::optional<std::uint32_t> interface;
};
struct NetlinkTest {
  Side side;
  std::optional<std::uint8_t> family;
  std::optional<std::uint32_t> port;
};
struct VsockTest {
  Side side;
  std::optional<std::uint32_t> context;
  std::optional<std::uint32_t> port;
};
// IP and packet sockets.
struct DeviceTest {
  std::uint32_t index;
};
// IP sockets; one that tells no mark has mark 0.
struct MarkTest {
  std::uint32_t mark;
  std::uint32_t mask;
};
// IP sockets; one that tells no control group (TIME-WAIT) has group 0, as the kernel sees it.
struct CgroupTest {
  std::uint64_t id;
};
// IP sockets with a port out of the range that the kernel hands out, UNIX sockets without a name of their own.
struct AutoboundTest {
  Range ports;
};
struct ProtocolTest {
  SocketKind protocol;
};
// Sockets whose user is known.
struct UserTest {
  Range users;
};
struct ProcessTest {
  std::uint32_t pid;
};

using Test = std::variant<StateTest, HostTest, PortTest, PathTest, LinkTest, NetlinkTest, VsockTest, DeviceTest,
                          MarkTest, CgroupTest, AutoboundTest, ProtocolTest, UserTest, ProcessTest>;

struct Filter::Node {
  enum class Kind : std::uint8_t { test, negation, all_of, any_of };
  Kind kind = Kind::test;
  Test test = StateTest{all_states};
  std::vector<std::unique_ptr<const Node>> parts;  // one under a negation, at least two under all_of and any_of
};

using FilterNode = std::unique_ptr<const Filter::Node>;

// The bounds that keep recursion over a tree, and reading a text, short.
inline constexpr std::size_t deepest_filter = 256;          // brackets inside each other
inline constexpr std::size_t longest_filter = 1024 * 1024;  // bytes

FilterNode make_test(Test test);
FilterNode make_negation(FilterNode part);
// `parts` is not empty; one alone is returned as it is.
FilterNode make_all_of(std::vector<FilterNode> parts);
FilterNode make_any_of(std::vector<FilterNode> parts);

// nullptr where the text is blank.
Result<FilterNode> parse_filter(std::string_view text, const FilterNames& names);
bool matches_node(const Filter::Node& node, const Row& row);
std::string text_of(const Filter::Node& node);

}  // namespace portolan::sockets
