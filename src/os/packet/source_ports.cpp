#include "os/packet/source_ports.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <utility>

#include "base/hash.h"
#include "base/message.h"
#include "os/sockets/socket_address.h"
#include "os/system_error.h"

namespace portolan::os {
namespace {

constexpr std::uint16_t first_unprivileged = 1024;
constexpr std::uint16_t last_port = 65'535;
constexpr int draws = 256;

// Errc::limit where no socket was to be had at all; Errc::io where the port is not free.
std::unexpected<Error> bind_failure(int error, std::uint16_t count) {
  if (error == EMFILE || error == ENFILE) {
    return fail(Errc::limit, said("cannot keep {0} source ports: {1}", count, error_text(error)));
  }
  return fail(Errc::io, error_text(error));
}

// A socket bound to the port on all addresses, closed where another one is in the way. An IPv6 socket
// that is not IPV6_V6ONLY collides with sockets of both families, so one try answers for both.
// errno tells why it is closed.
FileDescriptor bind_any(int type, std::uint16_t port) {
  FileDescriptor socket{::socket(AF_INET6, type | SOCK_CLOEXEC, 0)};
  const int off = 0;
  if (socket.is_open() && ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) == 0) {
    const SocketAddress any = socket_address(net::IpAddress::v6({}), net::Port{port});
    if (::bind(socket.get(), any.get(), any.size) == 0) return socket;
    return {};
  }
  FileDescriptor v4{::socket(AF_INET, type | SOCK_CLOEXEC, 0)};  // a kernel without IPv6
  const SocketAddress any = socket_address(net::IpAddress{}, net::Port{port});
  if (v4.is_open() && ::bind(v4.get(), any.get(), any.size) == 0) return v4;
  return {};
}

// Binds every port of the block for a moment. With `hold`, the TCP sockets are kept and handed back.
Result<std::vector<FileDescriptor>> bind_block(TagBlock block, bool hold) {
  std::vector<FileDescriptor> held;
  for (unsigned port = block.first; port < block.first + unsigned{block.count}; ++port) {
    for (const int type : {SOCK_DGRAM, SOCK_STREAM}) {
      FileDescriptor socket = bind_any(type, static_cast<std::uint16_t>(port));
      if (!socket.is_open()) return bind_failure(errno, block.count);
      if (hold && type == SOCK_STREAM) held.push_back(std::move(socket));
    }
  }
  return held;
}

bool meet(TagBlock block, net::PortRange range) {
  return block.first <= range.last.value() && block.first + unsigned{block.count} > range.first.value();
}

// First ports that a block inside [first, last] may have; 0 where it does not fit.
std::uint32_t places(std::uint32_t first, std::uint32_t last, std::uint16_t count) {
  return last + 1 >= first + count ? last + 2 - first - count : 0;
}

std::string read_small_file(const char* path) {
  const FileDescriptor file{::open(path, O_RDONLY | O_CLOEXEC)};
  std::array<char, 64> text{};
  const ssize_t size = file.is_open() ? ::read(file.get(), text.data(), text.size()) : 0;
  return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

}  // namespace

net::PortRange parse_local_port_range(std::string_view text) {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  const auto head = std::from_chars(text.data(), text.data() + text.size(), first);
  const char* rest = head.ptr;
  while (rest != text.data() + text.size() && (*rest == ' ' || *rest == '\t')) ++rest;
  const auto tail = std::from_chars(rest, text.data() + text.size(), last);
  if (head.ec != std::errc{} || tail.ec != std::errc{} || last < first) return {net::Port{32'768}, net::Port{60'999}};
  return {net::Port{first}, net::Port{last}};
}

net::PortRange local_port_range() {
  return parse_local_port_range(read_small_file("/proc/sys/net/ipv4/ip_local_port_range"));
}

Result<SourceBlock> choose_source_block(std::uint64_t seed, std::uint16_t count, net::PortRange local_range,
                                        const std::function<bool(TagBlock)>& is_free) {
  Random random{seed};
  const std::uint32_t range_first = std::max(local_range.first.value(), first_unprivileged);
  const std::uint32_t range_last = std::max<std::uint32_t>(local_range.last.value(), first_unprivileged - 1U);
  const std::uint32_t below = places(first_unprivileged, range_first - 1, count);
  const std::uint32_t above = places(range_last + 1, last_port, count);
  for (int draw = 0; draw < draws && below + above > 0; ++draw) {
    const auto at = static_cast<std::uint32_t>(random.below(below + above));
    const std::uint32_t first = at < below ? first_unprivileged + at : range_last + 1 + (at - below);
    const TagBlock block{static_cast<std::uint16_t>(first), count};
    if (is_free(block)) return SourceBlock{block, false};
  }
  for (int draw = 0; draw < draws; ++draw) {
    const auto at = static_cast<std::uint32_t>(random.below(places(first_unprivileged, last_port, count)));
    const TagBlock block{static_cast<std::uint16_t>(first_unprivileged + at), count};
    if (is_free(block)) return SourceBlock{block, true};
  }
  return fail(Errc::limit, said("no block of {} free source ports was found: too many ports of this machine are in "
                                "use, stop what holds them or scan from another machine",
                                count));
}

Result<SourcePorts> SourcePorts::reserve(std::uint64_t seed, std::uint16_t count) {
  SourcePorts ports;
  const net::PortRange local_range = local_port_range();
  std::optional<Error> out_of_files;
  const auto is_free = [&](TagBlock block) {
    auto held = bind_block(block, meet(block, local_range));
    if (held) {
      ports.held_ = std::move(*held);
    } else if (held.error().code == Errc::limit) {
      out_of_files = held.error();
    }
    return held.has_value();
  };
  const auto chosen = choose_source_block(seed, count, local_range, is_free);
  if (!chosen) return fail(out_of_files.value_or(chosen.error()));
  ports.block_ = chosen->tags;
  return ports;
}

}  // namespace portolan::os
