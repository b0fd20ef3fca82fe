#include "probe/sctp_answer.h"

#include "wire/cursor.h"

namespace portolan::probe {

std::optional<Subject> sctp_subject(const wire::Packet& packet) {
  if (const auto* sctp = std::get_if<wire::SctpPacket>(&packet.content)) {
    return Subject{packet.source, sctp->source, sctp->destination.value()};
  }
  if (const auto* error = std::get_if<wire::IcmpError>(&packet.content);
      error != nullptr && error->quoted_protocol == wire::protocol_sctp) {
    return Subject{error->quoted_destination, net::Port{error->quoted_u16(2)}, error->quoted_u16(0)};
  }
  return std::nullopt;
}

std::optional<Verdict> judge_sctp_error(const Attempt& attempt, std::uint32_t verification_tag,
                                        const wire::Packet& packet) {
  const auto* error = std::get_if<wire::IcmpError>(&packet.content);
  if (error == nullptr || error->quoted_u32(4) != verification_tag) return std::nullopt;
  return filtered_by(attempt, packet, *error);
}

std::size_t answer_sctp(const Asked& asked, wire::Buffer out) {
  const auto* sctp = std::get_if<wire::SctpPacket>(&asked.packet.content);
  if (sctp == nullptr) return 0;
  wire::SctpFields back{.source = asked.packet.destination,
                        .destination = asked.packet.source,
                        .source_port = sctp->destination,
                        .destination_port = sctp->source};
  if (sctp->chunk == wire::sctp_init) {
    back.verification_tag = wire::u32_at(sctp->body, 0);  // the initiate tag
    back.chunk = asked.open ? wire::sctp_init_ack : wire::sctp_abort;
    if (asked.open) back.body = sctp->body;  // the fields are the same
  } else if (sctp->chunk == wire::sctp_cookie_echo && !asked.open) {
    back.verification_tag = sctp->verification_tag;
    back.chunk = wire::sctp_abort;
    back.flags = 1;  // T: the tag is the one that came
  } else {
    return 0;  // a cookie that is none of its own is dropped (RFC 9260 §5.1.5)
  }
  return wire::build_sctp(back, out);
}

}  // namespace portolan::probe
