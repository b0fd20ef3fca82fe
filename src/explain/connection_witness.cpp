#include "explain/connection_witness.h"

#include <algorithm>
#include <utility>

#include "probe/answer.h"
#include "report/packets/packet_line.h"
#include "wire/protocol.h"

namespace portolan::explain {
namespace {

constexpr std::size_t checksum_at = 16;  // in a TCP header (RFC 9293 §3.1)

// A packet that is passed on within this machine is seen at each of its interfaces, and some of them fill its checksum
// in.
std::vector<std::uint8_t> without_checksum(const Passed& passed) {
  std::vector<std::uint8_t> bytes = passed.bytes;
  const auto packet = wire::parse(passed.type, passed.bytes);
  if (!packet || !std::holds_alternative<wire::TcpSegment>(packet->content)) return bytes;
  const auto at = static_cast<std::size_t>(packet->transport.data() - passed.bytes.data()) + checksum_at;
  for (std::size_t i = at; i < std::min(at + 2, bytes.size()); ++i) bytes[i] = 0;
  return bytes;
}

}  // namespace

std::optional<bool> ConnectionWitness::sender_of(const Passed& passed, const wire::Packet& packet) {
  const net::IpAddress target = question_.target.without_zone();
  if (const auto* tcp = std::get_if<wire::TcpSegment>(&packet.content)) {
    if (packet.destination.without_zone() == target && tcp->source == own_port_ && tcp->destination == question_.port) {
      return true;
    }
    if (packet.source.without_zone() == target && tcp->source == question_.port && tcp->destination == own_port_) {
      return false;
    }
    return std::nullopt;
  }
  if (const auto* error = std::get_if<wire::IcmpError>(&packet.content)) {
    const bool quotes_us = error->quoted_protocol == wire::protocol_tcp && error->quoted_destination == target &&
                           error->quoted_u16(0) == own_port_.value() && error->quoted_u16(2) == question_.port->value();
    return quotes_us ? std::optional{false} : std::nullopt;
  }
  // How the other end was found on its link belongs to the beginning; later the kernel only makes sure of it.
  if (has_sent_syn_) return std::nullopt;
  const auto* request = std::get_if<wire::ArpRequest>(&packet.content);
  const auto* solicitation = std::get_if<wire::NeighbourSolicitation>(&packet.content);
  if ((request != nullptr && request->target == target) ||
      (solicitation != nullptr && solicitation->target.without_zone() == target)) {
    return passed.leaving ? std::optional{true} : std::nullopt;
  }
  const auto* reply = std::get_if<wire::ArpReply>(&packet.content);
  const auto* advertisement = std::get_if<wire::NeighbourAdvertisement>(&packet.content);
  const bool answers = (reply != nullptr && reply->sender == target) ||
                       (advertisement != nullptr && advertisement->target.without_zone() == target);
  return answers && has_asked_link_ && !passed.leaving ? std::optional{false} : std::nullopt;
}

bool ConnectionWitness::is_seen_twice(const Passed& passed) const {
  const auto bytes = without_checksum(passed);
  return std::ranges::any_of(passed_, [&](const Passed& other) {
    return other.interface != passed.interface && other.bytes.size() == bytes.size() &&
           without_checksum(other) == bytes;
  });
}

void ConnectionWitness::see(Passed passed) {
  if (passed_.size() >= most_moments) return;
  const auto packet = wire::parse(passed.type, passed.bytes);
  if (!packet) return;
  const auto ours = sender_of(passed, *packet);
  if (!ours || is_seen_twice(passed)) return;
  if (const auto* tcp = std::get_if<wire::TcpSegment>(&packet->content)) {
    const auto turn = conversation_.hear({.ours = *ours,
                                          .flags = report::tcp_flags(*packet),
                                          .sequence = tcp->sequence,
                                          .acknowledgement = tcp->acknowledgement,
                                          .length = payload_of(passed.bytes, *packet).length});
    has_sent_syn_ = has_sent_syn_ || turn.meaning == Meaning::syn;
    reset_by_them_ = reset_by_them_ || turn.meaning == Meaning::reset_by_them;
    reset_by_us_ = reset_by_us_ || turn.meaning == Meaning::reset_by_us;
  } else if (*ours) {
    has_asked_link_ = true;
  }
  ours_.push_back(*ours);
  passed_.push_back(std::move(passed));
}

void ConnectionWitness::heard(std::string_view bytes) {
  heard_ += bytes.substr(0, Connection::most_heard - std::min(heard_.size(), Connection::most_heard));
}

Connection::End ConnectionWitness::end_of_connection() const {
  if (reset_by_them_) return Connection::End::reset;
  if (reset_by_us_) return Connection::End::hung_up;
  return is_over() ? Connection::End::in_order : Connection::End::left;
}

// Who said no, or that nobody said anything.
void ConnectionWitness::judge_failure(Story& story, const ConnectOutcome& outcome) const {
  Connection& connection = *story.connection;
  model::HostRecord host;
  host.address = question_.target;
  model::PortRecord port;
  port.port = *question_.port;
  connection.end = Connection::End::not_sent;
  if (!has_sent_syn_) {
    if (!has_asked_link_) return;  // nothing is known of anybody
    connection.end = Connection::End::silent;
    host.state = model::HostState::down;
    host.reason = model::Reason::no_response;
    story.host = std::move(host);
    return;
  }
  connection.end = Connection::End::silent;
  port.state = model::PortState::filtered;
  port.reason = model::Reason::no_response;
  for (std::size_t i = 0; i < passed_.size() && !outcome.cause.empty(); ++i) {
    const auto packet = wire::parse(passed_[i].type, passed_[i].bytes);
    if (ours_[i] || !packet) continue;
    const auto* tcp = std::get_if<wire::TcpSegment>(&packet->content);
    const auto* error = std::get_if<wire::IcmpError>(&packet->content);
    if (tcp != nullptr && tcp->rst) {
      port.state = model::PortState::closed;
      port.reason = model::Reason::reset;
    } else if (error != nullptr) {
      port.reason = probe::reason_of(error->kind);
      if (packet->source.without_zone() != question_.target.without_zone()) port.reason_address = packet->source;
    } else {
      continue;
    }
    port.reason_ttl = packet->ttl;
    connection.end = Connection::End::refused;
  }
  host.state = connection.end == Connection::End::refused && !port.reason_address ? model::HostState::up
                                                                                  : model::HostState::unknown;
  host.reason = port.reason;
  host.ports.push_back(port);
  story.host = std::move(host);
}

Story ConnectionWitness::take(const ConnectOutcome& outcome, std::uint64_t unseen) {
  // Where a reset follows at once, connect() tells of that alone.
  const bool connected = outcome.connected || conversation_.was_connected();
  Story story;
  story.question = question_;
  story.connection = Connection{.end = end_of_connection(),
                                .cause = connected ? "" : outcome.cause,
                                .said = std::move(said_),
                                .heard = std::move(heard_),
                                .unseen = unseen,
                                .hears_nothing = connected && !has_sent_syn_};
  if (connected) {
    model::HostRecord host;
    host.address = question_.target;
    host.state = model::HostState::up;
    host.reason = model::Reason::syn_ack;
    model::PortRecord& port = host.ports.emplace_back();
    port.port = *question_.port;
    port.state = model::PortState::open;
    port.reason = model::Reason::syn_ack;
    story.host = std::move(host);
  } else {
    judge_failure(story, outcome);
  }
  const Instant began = passed_.empty() ? Instant{} : passed_.front().at;
  for (std::size_t i = 0; i < passed_.size(); ++i) {
    story.moments.push_back(
        {.at = passed_[i].at - began, .ours = ours_[i], .type = passed_[i].type, .bytes = std::move(passed_[i].bytes)});
  }
  story.finished.success = true;
  return story;
}

}  // namespace portolan::explain
