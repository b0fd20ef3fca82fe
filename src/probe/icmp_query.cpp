#include "probe/icmp_query.h"

#include "probe/answer.h"
#include "wire/protocol.h"

namespace portolan::probe {
namespace {

std::uint16_t sequence_of(const Attempt& attempt) { return static_cast<std::uint16_t>(attempt.cookie >> 16U); }

}  // namespace

std::size_t build_query(const Attempt& attempt, std::uint8_t type, wire::Bytes body, wire::Buffer out) {
  return wire::build_icmp({.source = attempt.path.source,
                           .destination = attempt.target,
                           .type = type,
                           .identifier = attempt.tag,
                           .sequence = sequence_of(attempt),
                           .body = body,
                           .dress = attempt.dress},
                          out);
}

std::optional<Subject> query_subject(const wire::Packet& packet, const IcmpQuery& query) {
  if (const auto* message = std::get_if<wire::IcmpMessage>(&packet.content)) {
    if (message->type != query.reply) return std::nullopt;
    return Subject{packet.source, net::Port{}, message->identifier};
  }
  // RFC 792: type, code, checksum, identifier, sequence.
  if (const auto* error = std::get_if<wire::IcmpError>(&packet.content)) {
    const bool v4 = error->quoted_destination.is_v4();
    const std::uint8_t protocol = v4 ? wire::protocol_icmp : wire::protocol_icmpv6;
    if (error->quoted_protocol != protocol || error->quote[0] != query.request) return std::nullopt;
    return Subject{error->quoted_destination, net::Port{}, error->quoted_u16(4)};
  }
  return std::nullopt;
}

const wire::IcmpMessage* reply_to(const Attempt& attempt, const wire::Packet& packet, const IcmpQuery& query) {
  const auto* message = std::get_if<wire::IcmpMessage>(&packet.content);
  if (message == nullptr || message->type != query.reply) return nullptr;
  return message->identifier == attempt.tag && message->sequence == sequence_of(attempt) ? message : nullptr;
}

std::optional<Verdict> judge_query_error(const Attempt& attempt, const wire::Packet& packet) {
  const auto* error = std::get_if<wire::IcmpError>(&packet.content);
  if (error == nullptr || error->quoted_u16(6) != sequence_of(attempt)) return std::nullopt;
  return filtered_by(attempt, packet, *error);
}

std::size_t answer_query(const Asked& asked, const IcmpQuery& query, wire::Bytes body, wire::Buffer out) {
  const auto* request = std::get_if<wire::IcmpMessage>(&asked.packet.content);
  if (request == nullptr || request->type != query.request) return 0;
  return wire::build_icmp({.source = asked.packet.destination,
                           .destination = asked.packet.source,
                           .type = query.reply,
                           .identifier = request->identifier,
                           .sequence = request->sequence,
                           .body = body.empty() ? request->body : body},
                          out);
}

}  // namespace portolan::probe
