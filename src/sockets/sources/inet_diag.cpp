#include "sockets/sources/inet_diag.h"

#include <linux/inet_diag.h>

#include <algorithm>
#include <array>
#include <bit>

#include "sockets/sources/diag_request.h"
#include "sockets/sources/proc_line.h"

namespace portolan::sockets {
namespace {

// AF_* and IPPROTO_* are numbers of the kernel's interface; the headers that name them are for talking to it.
constexpr std::uint8_t family_v4 = 2;
constexpr std::uint8_t family_v6 = 10;

constexpr std::uint32_t number_of(SocketKind protocol) {
  switch (protocol) {
    case SocketKind::tcp:
      return 6;
    case SocketKind::udp:
      return 17;
    case SocketKind::dccp:
      return 33;
    case SocketKind::sctp:
      return 132;
    case SocketKind::udplite:
      return 136;
    case SocketKind::raw:
      return 255;
    case SocketKind::mptcp:
      return 262;
    default:
      return 0;
  }
}

constexpr unsigned ask_for(int extension) { return 1U << (extension - 1); }

std::uint8_t extensions(const Detail& wanted) {
  unsigned bits = 0;
  if (wanted.tcp_info) bits |= ask_for(INET_DIAG_INFO) | ask_for(INET_DIAG_CONG) | ask_for(INET_DIAG_VEGASINFO);
  if (wanted.memory) bits |= ask_for(INET_DIAG_SKMEMINFO);
  if (wanted.details) bits |= ask_for(INET_DIAG_TOS) | ask_for(INET_DIAG_TCLASS);
  return static_cast<std::uint8_t>(bits);
}

constexpr std::uint16_t from_network(std::uint16_t value) {
  return std::endian::native == std::endian::little ? static_cast<std::uint16_t>(value >> 8U | value << 8U) : value;
}

template <class T>
void take(std::span<const std::uint8_t> payload, std::optional<T>& into) {
  if (const auto value = wire::read_struct<T>(payload)) into = value;
}

net::IpAddress address_of(const std::uint32_t (&words)[4],
                          AddressFamily family,  // NOLINT(*-avoid-c-arrays): the kernel's
                          std::uint32_t interface) {
  std::array<std::uint8_t, 16> bytes;
  std::memcpy(bytes.data(), words, sizeof bytes);
  if (family == AddressFamily::v4) return net::IpAddress::from_bytes(std::span{bytes}.first(4));
  const net::IpAddress address = net::IpAddress::v6(bytes);
  return address.is_link_local() ? address.with_zone(interface) : address;
}

void take_upper_protocol(std::span<const std::uint8_t> nested, Row& row) {
  wire::for_each_attribute(nested, [&row](std::uint16_t type, std::span<const std::uint8_t> payload) {
    if (type == INET_ULP_INFO_NAME) row.upper_protocol = wire::netlink_text(payload);
  });
}

void take_congestion(std::uint16_t type, std::span<const std::uint8_t> payload, Row& row) {
  switch (type) {
    case INET_DIAG_CONG:
      row.congestion = wire::netlink_text(payload);
      break;
    case INET_DIAG_VEGASINFO:
    case INET_DIAG_DCTCPINFO:
    case INET_DIAG_BBRINFO:
      row.congestion_info = payload;
      row.congestion_info_kind = type;
      break;
    default:
      break;
  }
}

void take_attribute(std::uint16_t type, std::span<const std::uint8_t> payload, Row& row) {
  switch (type) {
    case INET_DIAG_SHUTDOWN:
      row.shutdown = payload.empty() ? std::uint8_t{0} : payload.front();
      break;
    case INET_DIAG_SKV6ONLY:
      row.only_v6 = !payload.empty() && payload.front() != 0;
      break;
    case INET_DIAG_TOS:
      take(payload, row.type_of_service);
      break;
    case INET_DIAG_TCLASS:
      take(payload, row.traffic_class);
      break;
    case INET_DIAG_MARK:
      take(payload, row.mark);
      break;
    case INET_DIAG_CGROUP_ID:
      take(payload, row.cgroup);
      break;
    case INET_DIAG_SOCKOPT:
      take(payload, row.socket_options);
      break;
    case INET_DIAG_INFO:
      row.tcp_info = payload;
      break;
    case INET_DIAG_SKMEMINFO:
      row.memory = payload;
      break;
    case INET_DIAG_ULP_INFO:
      take_upper_protocol(payload, row);
      break;
    default:
      take_congestion(type, payload, row);
  }
}

// --- the text form

// "0100007F:1F90": 32-bit words as this machine has them in memory, then the port.
void read_endpoint(ProcLine& line, AddressFamily family, net::IpAddress& address, std::uint32_t& port) {
  const std::string_view text = line.word();
  const std::size_t digits = family == AddressFamily::v4 ? 8 : 32;
  if (text.size() != digits + 5 || text[digits] != ':') return line.spoil();
  std::uint32_t words[4]{};  // NOLINT(*-avoid-c-arrays): as sock_diag has them
  for (std::size_t i = 0; i < digits / 8; ++i) line.read(text.substr(i * 8, 8), words[i], 16);
  address = address_of(words, family, 0);
  line.read(text.substr(digits + 1), port, 16);
}

constexpr std::uint32_t ms_per_tick = 10;  // USER_HZ is 100 on every architecture that Linux shows to programs

}  // namespace

void append_inet_request(std::vector<std::uint8_t>& datagram, SocketKind protocol, AddressFamily family,
                         const Detail& wanted) {
  inet_diag_req_v2 body{};
  body.sdiag_family = family == AddressFamily::v4 ? family_v4 : family_v6;
  const std::uint32_t number = number_of(protocol);
  body.sdiag_protocol = static_cast<std::uint8_t>(std::min(number, 255U));
  body.idiag_ext = extensions(wanted);
  body.idiag_states = wanted.states;
  const std::size_t begin = begin_request(datagram, body);
  if (number > 255) {
    append_attribute(datagram, INET_DIAG_REQ_PROTOCOL, {reinterpret_cast<const std::uint8_t*>(&number), sizeof number});
  }
  if (!wanted.bytecode.empty()) append_attribute(datagram, INET_DIAG_REQ_BYTECODE, wanted.bytecode);
  end_request(datagram, begin);
}

void append_tcp_request(std::vector<std::uint8_t>& datagram, const Detail& wanted) {
  inet_diag_req body{};
  body.idiag_ext = extensions(wanted);
  body.idiag_states = wanted.states;
  const std::size_t begin = begin_request(datagram, body, TCPDIAG_GETSOCK);
  if (!wanted.bytecode.empty()) append_attribute(datagram, INET_DIAG_REQ_BYTECODE, wanted.bytecode);
  end_request(datagram, begin);
}

bool parse_inet_diag(wire::MessageBytes message, SocketKind protocol, Row& row) {
  const auto body = body_of<inet_diag_msg>(message);
  if (!body || (body->idiag_family != family_v4 && body->idiag_family != family_v6)) return false;
  row = Row{};
  row.protocol = protocol;
  row.family = body->idiag_family == family_v4 ? AddressFamily::v4 : AddressFamily::v6;
  row.state = static_cast<State>(body->idiag_state);
  // Closed TCP sockets are listed where the mask asks for those that are bound and no more (since Linux 6.8).
  if (protocol == SocketKind::tcp && row.state == State::closed) row.state = State::bound_inactive;
  row.interface = body->id.idiag_if;
  row.local = address_of(body->id.idiag_src, row.family, row.interface);
  row.remote = address_of(body->id.idiag_dst, row.family, row.interface);
  row.local_port = from_network(body->id.idiag_sport);
  row.remote_port = from_network(body->id.idiag_dport);
  // Raw sockets have their protocol where others have the port, in network order too (net/ipv4/af_inet.c, inet_create).
  row.receive_queue = body->idiag_rqueue;
  row.send_queue = body->idiag_wqueue;
  row.user = body->idiag_uid;
  row.inode = body->idiag_inode;
  row.has_user = is_user_known(row);
  row.cookie = cookie_of(body->id.idiag_cookie);
  row.timer = static_cast<Timer>(body->idiag_timer);
  row.retransmits = body->idiag_retrans;
  row.timer_ms = body->idiag_expires;
  wire::for_each_attribute(
      attributes_of<inet_diag_msg>(message),
      [&row](std::uint16_t type, std::span<const std::uint8_t> payload) { take_attribute(type, payload, row); });
  return true;
}

bool parse_inet_line(std::string_view line, SocketKind protocol, AddressFamily family, Row& row) {
  row = Row{};
  row.protocol = protocol;
  row.family = family;
  ProcLine words{line};
  words.skip(1);  // number of the line
  read_endpoint(words, family, row.local, row.local_port);
  read_endpoint(words, family, row.remote, row.remote_port);
  std::uint8_t state = 0;
  std::uint8_t timer = 0;
  std::uint64_t ticks = 0;
  std::uint32_t retransmits = 0;
  words.number(state, 16).pair(row.send_queue, row.receive_queue).pair(timer, ticks).number(retransmits, 16);
  words.number(row.user).skip(1).number(row.inode);  // between them: keepalives that nobody answered
  row.has_user = is_user_known(row);
  row.state = static_cast<State>(state);
  row.timer = static_cast<Timer>(timer);
  row.timer_ms = static_cast<std::uint32_t>(std::min<std::uint64_t>(ticks * ms_per_tick, UINT32_MAX));
  row.retransmits = static_cast<std::uint8_t>(std::min(retransmits, 255U));
  const std::string_view references = words.word();
  if (!references.empty()) words.read(references, row.references, 10);
  return words.good();
}

}  // namespace portolan::sockets
