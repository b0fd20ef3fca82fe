#include "report/packets/packet_line.h"

#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "base/text.h"
#include "report/packets/icmp_words.h"
#include "wire/cursor.h"
#include "wire/protocol.h"

namespace portolan::report {
namespace {

using wire::Bytes;

// What an IP header says for itself.
struct IpHeader {
  net::IpAddress source;
  net::IpAddress destination;
  std::uint8_t protocol = 0;  // IPv6: what stands behind the fixed header, or behind that of fragments
  std::string text;           // "ttl=64 id=0 iplen=44"
};

std::optional<IpHeader> read_ipv4_header(Bytes bytes) {
  wire::Reader r{bytes};
  const bool is_v4 = r.u8() >> 4U == 4;
  r.skip(1);
  const unsigned length = r.u16();
  const unsigned id = r.u16();
  const unsigned fragment = r.u16();
  const unsigned ttl = r.u8();
  IpHeader header;
  header.protocol = r.u8();
  r.skip(2);
  const Bytes source = r.take(4);
  const Bytes destination = r.take(4);
  if (!r.ok() || !is_v4) return std::nullopt;
  header.source = net::IpAddress::from_bytes(source);
  header.destination = net::IpAddress::from_bytes(destination);
  header.text = fmt::format("ttl={} id={} iplen={}", ttl, id, length);
  constexpr unsigned more_fragments = 0x2000;
  constexpr unsigned place = 0x1fff;  // in units of eight bytes
  if ((fragment & (more_fragments | place)) != 0) {
    append(header.text, " frag={}{}", (fragment & place) * 8, (fragment & more_fragments) != 0 ? "+" : "");
  }
  return header;
}

std::optional<IpHeader> read_ipv6_header(Bytes bytes) {
  wire::Reader r{bytes};
  const std::uint32_t first = r.u32();
  const unsigned length = r.u16();
  IpHeader header;
  header.protocol = r.u8();
  const unsigned hop_limit = r.u8();
  const Bytes source = r.take(16);
  const Bytes destination = r.take(16);
  if (!r.ok() || first >> 28U != 6) return std::nullopt;
  header.source = net::IpAddress::from_bytes(source);
  header.destination = net::IpAddress::from_bytes(destination);
  header.text = fmt::format("hopl={} flow={:x} payloadlen={}", hop_limit, first & 0xfffffU, length);
  constexpr std::uint8_t fragment_header = 44;  // RFC 8200 §4.5
  if (header.protocol != fragment_header) return header;
  const std::uint8_t behind = r.u8();
  r.skip(1);
  const unsigned fragment = r.u16();
  if (!r.ok()) return header;
  header.protocol = behind;
  append(header.text, " frag={}{}", fragment & ~7U, (fragment & 1U) != 0 ? "+" : "");
  return header;
}

std::optional<IpHeader> read_header(Bytes bytes) {
  return !bytes.empty() && bytes[0] >> 4U == 6 ? read_ipv6_header(bytes) : read_ipv4_header(bytes);
}

std::string endpoint(const net::IpAddress& address, net::Port port) {
  const std::string text = to_string(address);
  return address.is_v4() ? fmt::format("{}:{}", text, port.value()) : fmt::format("[{}]:{}", text, port.value());
}

std::string endpoints(const net::IpAddress& source, net::Port from, const net::IpAddress& destination, net::Port to) {
  return fmt::format("{} > {}", endpoint(source, from), endpoint(destination, to));
}

std::string protocol_text(unsigned protocol) {
  switch (protocol) {
    case wire::protocol_icmp:
      return "ICMP";
    case wire::protocol_tcp:
      return "TCP";
    case wire::protocol_udp:
      return "UDP";
    case wire::protocol_icmpv6:
      return "ICMPv6";
    case wire::protocol_sctp:
      return "SCTP";
    default:
      return fmt::format("IP protocol {}", protocol);
  }
}

// In nmap's order: "S", "SA", "RA", "FPU".
std::string flags_text(std::uint8_t flags) {
  constexpr std::array<std::pair<std::uint8_t, char>, 8> letters{
      {{0x02, 'S'}, {0x01, 'F'}, {0x04, 'R'}, {0x08, 'P'}, {0x10, 'A'}, {0x20, 'U'}, {0x40, 'E'}, {0x80, 'C'}}};
  std::string text;
  for (const auto& [bit, letter] : letters) {
    if ((flags & bit) != 0) text += letter;
  }
  return text;
}

std::string option_text(std::uint8_t kind, Bytes body) {
  wire::Reader r{body};
  std::string text;
  if (kind == 2 && body.size() == 2) {  // RFC 9293 §3.2
    text = fmt::format("mss {}", r.u16());
  } else if (kind == 3 && body.size() == 1) {  // RFC 7323
    text = fmt::format("wscale {}", r.u8());
  } else if (kind == 4 && body.empty()) {  // RFC 2018
    text = "sackOK";
  } else if (kind == 5 && !body.empty() && body.size() % 8 == 0) {
    text = "sack";
    while (!r.rest().empty()) {
      const std::uint32_t left = r.u32();
      append(text, " {}-{}", left, r.u32());
    }
  } else if (kind == 8 && body.size() == 8) {  // RFC 7323
    const std::uint32_t value = r.u32();
    text = fmt::format("timestamp {} {}", value, r.u32());
  } else {
    text = fmt::format("option {} of {} bytes", kind, body.size() + 2);
  }
  return text;
}

// The packet that an error quotes: its header, and of what is behind it the eight bytes that everybody quotes.
std::string quoted_text(Bytes quoted, const wire::IcmpError& error) {
  const auto header = read_header(quoted);
  if (!header) return "";
  const std::string protocol = protocol_text(error.quoted_protocol);
  const net::IpAddress& to = error.quoted_destination;
  switch (error.quoted_protocol) {
    case wire::protocol_tcp:
    case wire::protocol_udp:
    case wire::protocol_sctp: {
      std::string text = fmt::format(
          "{} {} {}", protocol,
          endpoints(header->source, net::Port{error.quoted_u16(0)}, to, net::Port{error.quoted_u16(2)}), header->text);
      if (error.quoted_protocol == wire::protocol_tcp) append(text, " seq={}", error.quoted_u32(4));
      return text;
    }
    case wire::protocol_icmp:
    case wire::protocol_icmpv6:
      return fmt::format("{} {} > {} (type={}/code={}) {}", protocol, to_string(header->source), to_string(to),
                         error.quote[0], error.quote[1], header->text);
    default:
      return fmt::format("{} {} > {} {}", protocol, to_string(header->source), to_string(to), header->text);
  }
}

// What an error of ICMP says, with the port or protocol of the packet that it quotes, as nmap says it.
std::string error_words(std::string_view words, const wire::IcmpError& error) {
  using Kind = wire::IcmpError::Kind;
  const bool has_port = error.quoted_protocol == wire::protocol_tcp || error.quoted_protocol == wire::protocol_udp ||
                        error.quoted_protocol == wire::protocol_sctp;
  if (error.kind == Kind::port_unreach && has_port) return fmt::format("Port {} unreachable", error.quoted_u16(2));
  if (error.kind == Kind::proto_unreach) return fmt::format("Protocol {} unreachable", error.quoted_protocol);
  if (words == "Host unreachable") return fmt::format("Host {} unreachable", to_string(error.quoted_destination));
  return std::string{words};
}

std::string message_details(const wire::IcmpMessage& message, bool v4) {
  const bool is_echo = v4 ? message.type == wire::icmp_echo_request || message.type == wire::icmp_echo_reply
                          : message.type == wire::icmpv6_echo_request || message.type == wire::icmpv6_echo_reply;
  const bool is_timestamp =
      v4 && (message.type == wire::icmp_timestamp_request || message.type == wire::icmp_timestamp_reply);
  const bool is_mask = v4 && (message.type == 17 || message.type == 18);  // RFC 950
  if (!is_echo && !is_timestamp && !is_mask) return "";
  std::string text = fmt::format(" id={} seq={}", message.identifier, message.sequence);
  wire::Reader r{message.body};
  if (is_timestamp && message.body.size() >= 12) {
    const std::uint32_t originate = r.u32();
    const std::uint32_t receive = r.u32();
    append(text, " orig={} recv={} trans={}", originate, receive, r.u32());
  }
  if (is_mask && message.body.size() >= 4) append(text, " mask={}", to_string(net::IpAddress::v4(r.u32())));
  return text;
}

// One line a kind of content. Each begins behind what all of IP have in common.
class Line {
 public:
  Line(const wire::Packet& packet, const IpHeader& header) : packet_{packet}, header_{header} {}

  std::string operator()(const wire::TcpSegment& tcp) const {
    std::string text =
        fmt::format("TCP {}", endpoints(packet_.source, tcp.source, packet_.destination, tcp.destination));
    if (const std::string flags = flags_text(tcp_flags(packet_)); !flags.empty()) text += " " + flags;
    append(text, " {} seq={}", header_.text, tcp.sequence);
    if (tcp.ack) append(text, " ack={}", tcp.acknowledgement);
    append(text, " win={}", tcp.window);
    if (const std::string options = tcp_options_text(tcp.options); !options.empty()) append(text, " <{}>", options);
    return text;
  }
  std::string operator()(const wire::UdpDatagram& udp) const {
    return fmt::format("UDP {} {}", endpoints(packet_.source, udp.source, packet_.destination, udp.destination),
                       header_.text);
  }
  std::string operator()(const wire::SctpPacket& sctp) const {
    std::string text =
        fmt::format("SCTP {}", endpoints(packet_.source, sctp.source, packet_.destination, sctp.destination));
    const std::string_view chunk = sctp_chunk_words(sctp.chunk);
    if (chunk.empty()) {
      append(text, " chunk={}", sctp.chunk);
    } else {
      append(text, " {}", chunk);
    }
    return text + " " + header_.text;
  }
  std::string operator()(const wire::IcmpMessage& message) const {
    return icmp("", message_details(message, packet_.source.is_v4()));
  }
  std::string operator()(const wire::IcmpError& error) const {
    std::string text = icmp(error_words(words(), error), "");
    constexpr std::size_t icmp_header = 8;
    const std::string quoted = quoted_text(packet_.transport.subspan(icmp_header), error);
    if (!quoted.empty()) append(text, " about [{}]", quoted);
    return text;
  }
  std::string operator()(const wire::NeighbourSolicitation& asked) const {
    return icmp(fmt::format("{} who has {}", words(), to_string(asked.target)), "");
  }
  std::string operator()(const wire::NeighbourAdvertisement& answer) const {
    return icmp(fmt::format("{} {} is at {}", words(), to_string(answer.target), to_string(answer.mac)), "");
  }
  std::string operator()(const wire::ArpRequest& request) const {
    return fmt::format("ARP who-has {} tell {}", to_string(request.target), to_string(request.sender));
  }
  std::string operator()(const wire::ArpReply& reply) const {
    return fmt::format("ARP reply {} is-at {}", to_string(reply.sender), to_string(reply.sender_mac));
  }
  std::string operator()(const wire::Other& other) const {
    return fmt::format("{} {} > {} {}", protocol_text(other.protocol), to_string(packet_.source),
                       to_string(packet_.destination), header_.text);
  }

 private:
  [[nodiscard]] std::string_view words() const {
    const std::uint8_t type = packet_.transport[0];
    const std::uint8_t code = packet_.transport[1];
    return packet_.source.is_v4() ? icmp_words(type, code) : icmpv6_words(type, code);
  }
  // `said` "": what the type is called.
  [[nodiscard]] std::string icmp(std::string_view said, std::string_view details) const {
    if (said.empty()) said = words();
    return fmt::format("{} [{} > {} {}{}(type={}/code={}){}] IP [{}]", packet_.source.is_v4() ? "ICMP" : "ICMPv6",
                       to_string(packet_.source), to_string(packet_.destination), said, said.empty() ? "" : " ",
                       packet_.transport[0], packet_.transport[1], details, header_.text);
  }

  const wire::Packet& packet_;
  const IpHeader& header_;
};

// A later fragment, or a packet that was cut short, lies about its length, or is no packet at all.
std::string unread_text(net::EtherType type, Bytes bytes) {
  const auto header = type == net::EtherType::arp ? std::nullopt : read_header(bytes);
  if (!header) {
    const std::string_view what = type == net::EtherType::arp ? "ARP" : type == net::EtherType::ipv4 ? "IPv4" : "IPv6";
    return fmt::format("{} cut short or malformed, {} bytes", what, bytes.size());
  }
  const bool is_later_fragment = header->text.find(" frag=") != std::string::npos;
  return fmt::format("{} {} > {} {}{}", protocol_text(header->protocol), to_string(header->source),
                     to_string(header->destination), header->text, is_later_fragment ? "" : " cut short or malformed");
}

}  // namespace

std::string tcp_options_text(wire::Bytes options) {
  constexpr std::uint8_t end = 0;
  constexpr std::uint8_t padding = 1;
  std::string text;
  wire::Reader r{options};
  while (!r.rest().empty()) {
    if (!text.empty()) text += ",";
    const std::uint8_t kind = r.u8();
    if (kind == end) return text + "eol";
    if (kind == padding) {
      text += "nop";
      continue;
    }
    const std::size_t size = r.u8();
    const Bytes body = r.take(size < 2 ? 0 : size - 2);
    if (!r.ok() || size < 2) return text + "malformed";
    text += option_text(kind, body);
  }
  return text;
}

std::uint8_t tcp_flags(const wire::Packet& packet) {
  constexpr std::size_t place = 13;
  return packet.transport.size() > place ? packet.transport[place] : std::uint8_t{0};
}

std::string_view sctp_chunk_words(std::uint8_t chunk) {
  switch (chunk) {
    case wire::sctp_init:
      return "INIT";
    case wire::sctp_init_ack:
      return "INIT-ACK";
    case wire::sctp_abort:
      return "ABORT";
    case wire::sctp_cookie_echo:
      return "COOKIE-ECHO";
    default:
      return "";
  }
}

std::string packet_line(net::EtherType type, wire::Bytes bytes) {
  const auto packet = wire::parse(type, bytes);
  if (!packet) return unread_text(type, bytes);
  const IpHeader header = type == net::EtherType::arp ? IpHeader{} : read_header(bytes).value_or(IpHeader{});
  return std::visit(Line{*packet, header}, packet->content);
}

}  // namespace portolan::report
