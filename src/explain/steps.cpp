#include "explain/steps.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "base/escape.h"
#include "base/message.h"
#include "base/text.h"
#include "explain/conversation.h"
#include "explain/dns_text.h"
#include "payload/registry.h"
#include "probe/registry.h"
#include "report/packets/icmp_words.h"
#include "report/packets/packet_line.h"
#include "wire/protocol.h"

namespace portolan::explain {
namespace {

constexpr std::size_t shown_bytes = 24;  // of an answer that nobody here can read
constexpr std::uint16_t dns_port = 53;

// What a packet is, as far as it can be told from itself and from what was asked.
struct Reading {
  std::string label;
  std::vector<std::string> details;
  Meaning meaning = Meaning::other;
  std::optional<net::Port> port;
  net::Protocol protocol = net::Protocol::tcp;
  bool again = false;
  std::string words = {};
};

std::string flag_names(std::uint8_t flags) {
  constexpr std::array<std::pair<std::uint8_t, std::string_view>, 6> names{{{wire::syn, "SYN"},
                                                                            {wire::fin, "FIN"},
                                                                            {wire::rst, "RST"},
                                                                            {wire::psh, "PSH"},
                                                                            {wire::ack, "ACK"},
                                                                            {wire::urg, "URG"}}};
  std::string text;
  for (const auto& [flag, name] : names) {
    if ((flags & flag) != 0) append(text, "{}{}", text.empty() ? "" : ", ", name);
  }
  return text.empty() ? std::string{translated("no flag")} : text;
}

bool asks_by(const Question& question, const probe::Probe& probe) { return question.probe == &probe; }

Meaning meaning_of_ours(const Question& question, std::uint8_t flags) {
  if ((flags & wire::syn) != 0) return Meaning::syn;
  if (flags == wire::ack) return asks_by(question, probe::tcp_window) ? Meaning::window_ack : Meaning::lone_ack;
  return flags == (wire::fin | wire::ack) ? Meaning::maimon_flags : Meaning::odd_flags;
}

// `asked`: the flags of the question that was put to the same port.
Meaning meaning_of_answer(const Question& question, std::uint8_t flags, std::uint8_t asked) {
  const bool resets = (flags & wire::rst) != 0;
  if (!resets) return (flags & wire::syn) != 0 ? Meaning::syn_ack : Meaning::other;
  if ((asked & wire::syn) != 0) return Meaning::refusing_reset;
  if (asked == (wire::fin | wire::ack)) return Meaning::reset_to_maimon_flags;
  if (asked != wire::ack) return Meaning::reset_to_odd_flags;
  return asks_by(question, probe::tcp_window) ? Meaning::reset_with_window : Meaning::reset_to_ack;
}

// "ICMP: Echo request"
std::string icmp_label(const wire::Packet& packet) {
  const bool v4 = packet.source.is_v4();
  const std::uint8_t type = packet.transport[0];
  const std::uint8_t code = packet.transport[1];
  const std::string_view words = v4 ? report::icmp_words(type, code) : report::icmpv6_words(type, code);
  const std::string_view protocol = v4 ? "ICMP" : "ICMPv6";
  if (words.empty()) return said("{0}: type {1} code {2}", protocol, type, code);
  return said("{0}: {1}", protocol, translated(words));
}

// What an ICMP error is about: the port that was asked, or the IP protocol where the host does not know it.
struct Subject {
  std::optional<net::Port> port;
  net::Protocol protocol = net::Protocol::tcp;
};
Subject subject_of(const wire::IcmpError& error, Meaning meaning, const Question& question) {
  if (meaning == Meaning::protocol_unreachable) return {net::Port{error.quoted_protocol}, net::Protocol::ip};
  if (question.port && !asks_protocol(question)) return {question.port, probe::protocol_of(question.probe->asks)};
  switch (error.quoted_protocol) {
    case wire::protocol_tcp:
      return {net::Port{error.quoted_u16(2)}, net::Protocol::tcp};
    case wire::protocol_udp:
      return {net::Port{error.quoted_u16(2)}, net::Protocol::udp};
    case wire::protocol_sctp:
      return {net::Port{error.quoted_u16(2)}, net::Protocol::sctp};
    default:
      return {};
  }
}

Meaning meaning_of(const wire::IcmpError& error, bool from_target) {
  using enum wire::IcmpError::Kind;
  switch (error.kind) {
    case proto_unreach:
      return from_target ? Meaning::protocol_unreachable : Meaning::unreachable;
    case unknown_header:
      return from_target ? Meaning::protocol_unreachable : Meaning::parameter_problem;
    case port_unreach:
      // To TCP a port is refused by a reset: this is a filter's.
      return from_target && error.quoted_protocol == wire::protocol_udp ? Meaning::port_unreachable
                                                                        : Meaning::prohibited;
    case net_prohibited:
    case host_prohibited:
    case admin_prohibited:
    case policy_failed:
    case reject_route:
      return Meaning::prohibited;
    case time_exceeded:
      return Meaning::time_exceeded;
    case parameter_problem:
      return Meaning::parameter_problem;
    case net_unreach:
    case host_unreach:
    case no_route:
    case beyond_scope:
    case addr_unreach:
    case other_unreach:
      break;
  }
  return Meaning::unreachable;
}

Meaning meaning_of(const wire::IcmpMessage& icmp, bool v4) {
  constexpr std::uint8_t mask_request = 17;  // RFC 950
  constexpr std::uint8_t mask_reply = 18;
  if (!v4) {
    if (icmp.type == wire::icmpv6_echo_request) return Meaning::echo_request;
    return icmp.type == wire::icmpv6_echo_reply ? Meaning::echo_reply : Meaning::other;
  }
  switch (icmp.type) {
    case wire::icmp_echo_request:
      return Meaning::echo_request;
    case wire::icmp_echo_reply:
      return Meaning::echo_reply;
    case wire::icmp_timestamp_request:
      return Meaning::timestamp_request;
    case wire::icmp_timestamp_reply:
      return Meaning::timestamp_reply;
    case mask_request:
      return Meaning::mask_request;
    case mask_reply:
      return Meaning::mask_reply;
    default:
      return Meaning::other;
  }
}

Meaning meaning_of_chunk(std::uint8_t chunk) {
  switch (chunk) {
    case wire::sctp_init:
      return Meaning::init;
    case wire::sctp_init_ack:
      return Meaning::init_ack;
    case wire::sctp_abort:
      return Meaning::abort;
    case wire::sctp_cookie_echo:
      return Meaning::cookie_echo;
    default:
      return Meaning::other;
  }
}

// The protocol in which a datagram of ours asks; nullptr where it holds nothing, or nothing that is known.
const payload::Payload* protocol_of(const wire::UdpDatagram& datagram) {
  if (datagram.payload.empty()) return nullptr;
  std::array<std::uint8_t, payload::longest> room{};
  for (const payload::Payload* payload : payload::payloads_for(datagram.destination.value())) {
    if (payload->build(0, room) == datagram.payload.size()) return payload;
  }
  return nullptr;
}

std::string beginning_of(wire::Bytes bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes.first(std::min(bytes.size(), shown_bytes))) text += static_cast<char>(byte);
  return escape_terminal(text);
}

// What a program says first is mostly a line of text.
std::string first_line_of(wire::Bytes bytes) {
  constexpr std::size_t shown = 48;
  std::string text;
  for (const std::uint8_t byte : bytes) {
    if (byte == '\n' || byte == '\r' || text.size() == shown) break;
    text += static_cast<char>(byte);
  }
  const bool is_cut = text.size() == shown && bytes.size() > shown;
  return escape_terminal(text) + (is_cut ? "..." : "");
}

// Reads the packets of one story, which know of those before them.
class Reader {
 public:
  explicit Reader(const Story& story) : story_{story} {}

  std::vector<Step> run() {
    if (story_.connected && was_asked(story_)) connections();
    for (const Moment& moment : story_.moments) add(moment);
    return std::move(steps_);
  }

 private:
  [[nodiscard]] const Question& question() const { return story_.question; }
  [[nodiscard]] bool is_target(const net::IpAddress& address) const {
    return address.without_zone() == question().target.without_zone();
  }

  Reading read(const wire::Packet& packet, bool ours) {
    return std::visit(Overloaded{
                          [&](const wire::TcpSegment& tcp) { return read(packet, tcp, ours); },
                          [&](const wire::UdpDatagram& udp) { return read(udp, ours); },
                          [&](const wire::SctpPacket& sctp) {
                            const std::string_view chunk = report::sctp_chunk_words(sctp.chunk);
                            return Reading{std::string{chunk.empty() ? "SCTP" : chunk},
                                           {said("verification tag {}", sctp.verification_tag)},
                                           meaning_of_chunk(sctp.chunk),
                                           ours ? sctp.destination : sctp.source,
                                           net::Protocol::sctp};
                          },
                          [&](const wire::IcmpMessage& icmp) {
                            return Reading{icmp_label(packet),
                                           {said("id {}", icmp.identifier), said("seq {}", icmp.sequence)},
                                           meaning_of(icmp, packet.source.is_v4()),
                                           std::nullopt};
                          },
                          [&](const wire::IcmpError& error) {
                            const Meaning meaning = meaning_of(error, is_target(packet.source));
                            const Subject about = subject_of(error, meaning, question());
                            return Reading{icmp_label(packet), {}, meaning, about.port, about.protocol};
                          },
                          [](const wire::ArpRequest& arp) {
                            return Reading{std::string{translated("ARP request")},
                                           {said("who has {}?", to_string(arp.target))},
                                           Meaning::arp_request,
                                           std::nullopt};
                          },
                          [&](const wire::ArpReply& arp) {
                            return Reading{std::string{translated("ARP reply")},
                                           {said("{0} is at {1}", to_string(arp.sender), to_string(arp.sender_mac))},
                                           is_target(arp.sender) ? Meaning::arp_reply : Meaning::next_hop,
                                           std::nullopt};
                          },
                          [](const wire::NeighbourSolicitation& neighbour) {
                            return Reading{std::string{translated("neighbour solicitation")},
                                           {said("who has {}?", to_string(neighbour.target.without_zone()))},
                                           Meaning::solicitation,
                                           std::nullopt};
                          },
                          [&](const wire::NeighbourAdvertisement& neighbour) {
                            return Reading{std::string{translated("neighbour advertisement")},
                                           {said("{0} is at {1}", to_string(neighbour.target.without_zone()),
                                                 to_string(neighbour.mac))},
                                           is_target(neighbour.target) ? Meaning::advertisement : Meaning::next_hop,
                                           std::nullopt};
                          },
                          [ours](const wire::Other& other) {
                            return Reading{said("IP protocol {}", other.protocol),
                                           {},
                                           ours ? Meaning::protocol_question : Meaning::protocol_answer,
                                           net::Port{other.protocol},
                                           net::Protocol::ip};
                          },
                      },
                      packet.content);
  }

  Reading read(const wire::Packet& packet, const wire::TcpSegment& tcp, bool ours) {
    const std::uint8_t flags = report::tcp_flags(packet);
    Reading reading{flag_names(flags), {said("seq {}", tcp.sequence)}, Meaning::other, {}};
    if (tcp.ack) reading.details.push_back(said("ack {}", tcp.acknowledgement));
    reading.details.push_back(said("window {}", tcp.window));
    if (const auto options = report::tcp_options_text(tcp.options); !options.empty()) {
      reading.details.push_back(fmt::format("<{}>", options));
    }
    reading.port = ours ? tcp.destination : tcp.source;
    if (question().whole) {
      read_turn(reading, packet, tcp, ours);
    } else if (ours) {
      flags_asked_ = flags;
      reading.meaning = meaning_of_ours(question(), flags);
    } else {
      reading.meaning = meaning_of_answer(question(), flags, asked_flags(*reading.port, flags));
    }
    return reading;
  }

  void read_turn(Reading& reading, const wire::Packet& packet, const wire::TcpSegment& tcp, bool ours) {
    const auto payload = payload_of(whole_, packet);
    const auto turn = conversation_.hear({.ours = ours,
                                          .flags = report::tcp_flags(packet),
                                          .sequence = tcp.sequence,
                                          .acknowledgement = tcp.acknowledgement,
                                          .length = payload.length});
    reading.meaning = turn.meaning;
    reading.again = turn.again;
    if (payload.length == 0) return;
    reading.details.push_back(counted("{0} byte", "{0} bytes", payload.length));
    const bool is_news = reading.meaning != Meaning::more_words && !turn.again;
    if (is_news) reading.words = first_line_of(payload.bytes);
  }

  // Of the question to this port that the segment answers: several may have been put, where it is asked who is there.
  [[nodiscard]] std::uint8_t asked_flags(net::Port port, std::uint8_t answer) const {
    if (story_.connected) return wire::syn;
    for (const Step& step : steps_) {
      if (!step.ours || step.port != port) continue;
      if (step.meaning == Meaning::syn) return wire::syn;
      if (step.meaning == Meaning::lone_ack || step.meaning == Meaning::window_ack) return wire::ack;
    }
    return (answer & wire::syn) != 0 ? std::uint8_t{wire::syn} : flags_asked_;
  }

  static Reading read(const wire::UdpDatagram& udp, bool ours) {
    Reading reading{.label = "UDP",
                    .details = {},
                    .meaning = ours ? Meaning::datagram : Meaning::datagram_back,
                    .port = ours ? udp.destination : udp.source,
                    .protocol = net::Protocol::udp};
    const auto size = counted("{0} byte", "{0} bytes", udp.payload.size());
    if (reading.port->value() == dns_port) {
      if (auto dns = dns_details(udp.payload); !dns.empty()) {
        reading.label = ours ? translated("UDP: a DNS question") : translated("UDP: a DNS answer");
        reading.details = std::move(dns);
        return reading;
      }
    }
    if (ours) {
      const payload::Payload* protocol = protocol_of(udp);
      reading.label = protocol != nullptr   ? said("UDP: a question in {}", protocol->name)
                      : udp.payload.empty() ? std::string{translated("UDP: an empty datagram")}
                                            : std::string{"UDP"};
      if (protocol != nullptr) reading.details.emplace_back(protocol->document);
    } else {
      reading.label = translated("UDP: an answer");
    }
    reading.details.push_back(size);
    if (!ours && !udp.payload.empty()) reading.details.push_back(fmt::format("\"{}\"", beginning_of(udp.payload)));
    return reading;
  }

  void add(const Moment& moment) {
    const auto packet = wire::parse(moment.type, moment.bytes);
    if (!packet) return;
    whole_ = moment.bytes;
    Reading reading = read(*packet, moment.ours);
    Step step{.at = moment.at,
              .ours = moment.ours,
              .seen = !moment.told,
              .kept = moment.kept,
              .label = std::move(reading.label),
              .details = {},
              .meaning = moment.kept ? Meaning::kept : reading.meaning,
              .port = reading.port,
              .protocol = reading.protocol,
              .sender = {}};
    const auto same = [&](const Step& other) {
      return other.ours && other.meaning == step.meaning && other.port == step.port && other.protocol == step.protocol;
    };
    const bool is_segment = std::holds_alternative<wire::TcpSegment>(packet->content);
    step.words = std::move(reading.words);
    step.again = question().whole && is_segment ? reading.again : step.ours && std::ranges::any_of(steps_, same);
    if (question().whole && is_segment) {
      step.here = conversation_.states().here();
      step.there = conversation_.states().there();
    }
    const bool names_sender =
        std::holds_alternative<wire::IcmpError>(packet->content) && !moment.ours && !is_target(packet->source);
    if (names_sender) {
      step.sender = packet->source.without_zone();
      step.details.push_back(said("from {}", to_string(*step.sender)));
    }
    if (!moment.told) {
      std::ranges::move(reading.details, std::back_inserter(step.details));
      step.ttl = packet->ttl;
      if (packet->ttl != 0) {
        step.details.push_back(packet->source.is_v4() ? said("ttl {}", packet->ttl)
                                                      : said("hop limit {}", packet->ttl));
      }
    }
    steps_.push_back(std::move(step));
    follow(steps_.back());
  }

  // What this machine's kernel does by itself when that has arrived.
  void follow(const Step& arrived) {
    if (arrived.ours || arrived.meaning != Meaning::syn_ack || question().whole) return;
    const auto port = arrived.port;
    if (story_.connected) {
      unseen("ACK", Meaning::kernel_acknowledges, port);
      unseen("RST, ACK", Meaning::kernel_hangs_up, port);
    } else {
      unseen("RST", Meaning::kernel_resets, port);
    }
  }

  void connections() {
    for (const net::Port port : story_.ports) unseen("SYN", Meaning::syn, port);
  }

  void unseen(std::string label, Meaning meaning, std::optional<net::Port> port) {
    steps_.push_back({.ours = true, .seen = false, .label = std::move(label), .meaning = meaning, .port = port});
  }

  const Story& story_;
  std::vector<Step> steps_;
  std::uint8_t flags_asked_ = wire::syn;
  wire::Bytes whole_{};  // the packet that is being read
  Conversation conversation_;
};

struct MeaningName {
  Meaning meaning;
  std::string_view name;
};
constexpr std::array meaning_names{
    MeaningName{Meaning::syn, "syn"},
    MeaningName{Meaning::syn_ack, "syn-ack"},
    MeaningName{Meaning::refusing_reset, "refusing-reset"},
    MeaningName{Meaning::kernel_resets, "kernel-resets"},
    MeaningName{Meaning::kernel_acknowledges, "kernel-acknowledges"},
    MeaningName{Meaning::kernel_hangs_up, "kernel-hangs-up"},
    MeaningName{Meaning::lone_ack, "lone-ack"},
    MeaningName{Meaning::window_ack, "window-ack"},
    MeaningName{Meaning::odd_flags, "odd-flags"},
    MeaningName{Meaning::maimon_flags, "maimon-flags"},
    MeaningName{Meaning::reset_to_ack, "reset-to-ack"},
    MeaningName{Meaning::reset_with_window, "reset-with-window"},
    MeaningName{Meaning::reset_to_odd_flags, "reset-to-odd-flags"},
    MeaningName{Meaning::reset_to_maimon_flags, "reset-to-maimon-flags"},
    MeaningName{Meaning::datagram, "datagram"},
    MeaningName{Meaning::datagram_back, "datagram-back"},
    MeaningName{Meaning::port_unreachable, "port-unreachable"},
    MeaningName{Meaning::prohibited, "prohibited"},
    MeaningName{Meaning::unreachable, "unreachable"},
    MeaningName{Meaning::time_exceeded, "time-exceeded"},
    MeaningName{Meaning::parameter_problem, "parameter-problem"},
    MeaningName{Meaning::protocol_question, "protocol-question"},
    MeaningName{Meaning::protocol_answer, "protocol-answer"},
    MeaningName{Meaning::protocol_unreachable, "protocol-unreachable"},
    MeaningName{Meaning::echo_request, "echo-request"},
    MeaningName{Meaning::echo_reply, "echo-reply"},
    MeaningName{Meaning::timestamp_request, "timestamp-request"},
    MeaningName{Meaning::timestamp_reply, "timestamp-reply"},
    MeaningName{Meaning::mask_request, "mask-request"},
    MeaningName{Meaning::mask_reply, "mask-reply"},
    MeaningName{Meaning::arp_request, "arp-request"},
    MeaningName{Meaning::arp_reply, "arp-reply"},
    MeaningName{Meaning::solicitation, "solicitation"},
    MeaningName{Meaning::advertisement, "advertisement"},
    MeaningName{Meaning::next_hop, "next-hop"},
    MeaningName{Meaning::init, "init"},
    MeaningName{Meaning::init_ack, "init-ack"},
    MeaningName{Meaning::abort, "abort"},
    MeaningName{Meaning::cookie_echo, "cookie-echo"},
    MeaningName{Meaning::acknowledges, "acknowledges"},
    MeaningName{Meaning::our_words, "our-words"},
    MeaningName{Meaning::first_words, "first-words"},
    MeaningName{Meaning::more_words, "more-words"},
    MeaningName{Meaning::last_words, "last-words"},
    MeaningName{Meaning::says_end, "says-end"},
    MeaningName{Meaning::ends_too, "ends-too"},
    MeaningName{Meaning::reset_by_them, "reset-by-them"},
    MeaningName{Meaning::reset_by_us, "reset-by-us"},
    MeaningName{Meaning::kept, "kept"},
    MeaningName{Meaning::other, "other"},
};
static_assert(std::ranges::all_of(meaning_names, [](const MeaningName& one) {
  return &one == &meaning_names.at(static_cast<std::size_t>(one.meaning));
}));
static_assert(meaning_names.back().meaning == Meaning::other);

}  // namespace

std::string_view name_of(Meaning meaning) { return meaning_names.at(static_cast<std::size_t>(meaning)).name; }

std::vector<Step> steps_of(const Story& story) { return Reader{story}.run(); }

}  // namespace portolan::explain
