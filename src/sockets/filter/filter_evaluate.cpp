// A filter on one row.
#include <algorithm>

#include "sockets/filter/filter_node.h"
#include "sockets/filter/glob.h"

namespace portolan::sockets {
namespace {

// As the kernel's inet_diag_bc_run (net/ipv4/inet_diag.c) compares addresses.
bool passes(const HostTest& test, const Row& row) {
  if (!is_ip(row)) return false;
  const net::IpAddress& address = test.side == Side::source ? row.local : row.remote;
  if (test.family && address.family() != *test.family) return false;
  if (!test.prefix) return true;
  const std::uint32_t zone = test.prefix->address.zone();
  if (zone != 0 && zone != row.interface) return false;
  return test.prefix->contains(test.prefix->address.is_v4() ? address.unmapped() : address);
}

bool passes(const PortTest& test, const Row& row) {
  if (!is_ip(row) && row.family != AddressFamily::vsock) return false;
  return test.ports.holds(test.side == Side::source ? row.local_port : row.remote_port);
}

// As ss writes them: NUL, which begins the abstract ones and may stand inside, becomes "@".
std::string printed_path(std::string_view path) {
  std::string text{path};
  std::ranges::replace(text, '\0', '@');
  return text;
}

bool passes(const PathTest& test, const Row& row) {
  if (row.family != AddressFamily::unix_domain) return false;
  const bool fits = row.path.contains('\0') ? fits_pattern(test.pattern, printed_path(row.path))
                                            : fits_pattern(test.pattern, row.path);
  return fits || (!test.shown.empty() && fits_pattern(test.shown, shown_path(row.path)));
}

bool passes(const LinkTest& test, const Row& row) {
  return row.family == AddressFamily::packet && (!test.ether_type || *test.ether_type == row.local_port) &&
         (!test.interface || *test.interface == row.interface);
}

bool passes(const NetlinkTest& test, const Row& row) {
  const std::uint32_t port = test.side == Side::source ? row.local_port : row.remote_port;
  return row.family == AddressFamily::netlink && (!test.family || *test.family == row.netlink_family) &&
         (!test.port || *test.port == port);
}

bool passes(const VsockTest& test, const Row& row) {
  const bool source = test.side == Side::source;
  return row.family == AddressFamily::vsock &&
         (!test.context || *test.context == (source ? row.local_cid : row.remote_cid)) &&
         (!test.port || *test.port == (source ? row.local_port : row.remote_port));
}

bool passes(const DeviceTest& test, const Row& row) {
  return (is_ip(row) || row.family == AddressFamily::packet) && row.interface == test.index;
}

bool passes(const MarkTest& test, const Row& row) {
  return is_ip(row) && (row.mark.value_or(0) & test.mask) == test.mark;
}

bool passes(const CgroupTest& test, const Row& row) { return is_ip(row) && row.cgroup.value_or(0) == test.id; }

// An abstract name of five hexadecimal digits is one that the kernel gave (net/unix/af_unix.c, unix_autobind).
bool is_given_name(std::string_view path) {
  const auto is_hexadecimal = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return path.size() == 6 && path.front() == '\0' && std::ranges::all_of(path.substr(1), is_hexadecimal);
}

bool passes(const AutoboundTest& test, const Row& row) {
  if (row.family == AddressFamily::unix_domain) return row.path.empty() || is_given_name(row.path);
  return is_ip(row) && test.ports.holds(row.local_port);
}

bool passes(const StateTest& test, const Row& row) { return (test.states & mask_of(row.state)) != 0; }
bool passes(const ProtocolTest& test, const Row& row) { return row.protocol == test.protocol; }
bool passes(const UserTest& test, const Row& row) { return row.has_user && test.users.holds(row.user); }
bool passes(const ProcessTest& test, const Row& row) {
  return std::ranges::any_of(row.holders, [&test](const Holder& holder) { return holder.pid == test.pid; });
}

}  // namespace

bool matches_node(const Filter::Node& node, const Row& row) {
  const auto matches_part = [&row](const FilterNode& part) { return matches_node(*part, row); };
  switch (node.kind) {
    case Filter::Node::Kind::test:
      return std::visit([&row](const auto& test) { return passes(test, row); }, node.test);
    case Filter::Node::Kind::negation:
      return !matches_part(node.parts.front());
    case Filter::Node::Kind::all_of:
      return std::ranges::all_of(node.parts, matches_part);
    case Filter::Node::Kind::any_of:
      return std::ranges::any_of(node.parts, matches_part);
  }
  return false;
}

}  // namespace portolan::sockets
