// The lists of IP sockets: one for each protocol and family.
#include "sockets/sources/inet_diag.h"
#include "sockets/sources/proc_line.h"
#include "sockets/sources/sources.h"

namespace portolan::sockets {
namespace {

template <SocketKind Kind, AddressFamily Version>
constexpr Source inet_source(std::string_view name, std::string_view proc_file) {
  return {
      .name = name,
      .protocol = Kind,
      .family = Version,
      .request = [](std::vector<std::uint8_t>& datagram,
                    const Detail& wanted) { append_inet_request(datagram, Kind, Version, wanted); },
      .parse = [](wire::MessageBytes message, Row& row) { return parse_inet_diag(message, Kind, row); },
      .proc_file = proc_file,
      .parse_line = [](std::span<char> line, Row& row) { return parse_inet_line(text_of(line), Kind, Version, row); },
      .counted_as = "",
  };
}

// No dump of these was ever in the kernel.
template <SocketKind Kind, AddressFamily Version>
constexpr Source text_source(std::string_view name, std::string_view proc_file) {
  Source source = inet_source<Kind, Version>(name, proc_file);
  source.request = nullptr;
  source.parse = nullptr;
  return source;
}

// Its dump walks a large table even where there is nothing in it, and its sockets are counted since Linux 6.3.
template <AddressFamily Version>
constexpr Source mptcp_source(std::string_view name, std::string_view counted_as) {
  Source source = inet_source<SocketKind::mptcp, Version>(name, "");
  source.counted_as = counted_as;
  source.counted_since = 6'003;
  return source;
}

}  // namespace

constinit const Source tcp4 = inet_source<SocketKind::tcp, AddressFamily::v4>("tcp", "tcp");
constinit const Source tcp6 = inet_source<SocketKind::tcp, AddressFamily::v6>("tcp6", "tcp6");
constinit const Source tcp_both{
    .name = "tcp",
    .protocol = SocketKind::tcp,
    .family = AddressFamily::none,
    .request = append_tcp_request,
    .parse = [](wire::MessageBytes message, Row& row) { return parse_inet_diag(message, SocketKind::tcp, row); },
    .proc_file = "",
    .parse_line = nullptr,
    .counted_as = "",
    .parts = {&tcp4, &tcp6},
};
constinit const Source mptcp4 = mptcp_source<AddressFamily::v4>("mptcp", "MPTCP");
constinit const Source mptcp6 = mptcp_source<AddressFamily::v6>("mptcp6", "MPTCPv6");
constinit const Source udp4 = inet_source<SocketKind::udp, AddressFamily::v4>("udp", "udp");
constinit const Source udp6 = inet_source<SocketKind::udp, AddressFamily::v6>("udp6", "udp6");
constinit const Source udplite4 = inet_source<SocketKind::udplite, AddressFamily::v4>("udplite", "udplite");
constinit const Source udplite6 = inet_source<SocketKind::udplite, AddressFamily::v6>("udplite6", "udplite6");
constinit const Source icmp4 = text_source<SocketKind::icmp, AddressFamily::v4>("icmp", "icmp");
constinit const Source icmp6 = text_source<SocketKind::icmp, AddressFamily::v6>("icmp6", "icmp6");
constinit const Source raw4 = inet_source<SocketKind::raw, AddressFamily::v4>("raw", "raw");
constinit const Source raw6 = inet_source<SocketKind::raw, AddressFamily::v6>("raw6", "raw6");
constinit const Source dccp4 = inet_source<SocketKind::dccp, AddressFamily::v4>("dccp", "");
constinit const Source dccp6 = inet_source<SocketKind::dccp, AddressFamily::v6>("dccp6", "");
constinit const Source sctp4 = inet_source<SocketKind::sctp, AddressFamily::v4>("sctp", "");
constinit const Source sctp6 = inet_source<SocketKind::sctp, AddressFamily::v6>("sctp6", "");

}  // namespace portolan::sockets
