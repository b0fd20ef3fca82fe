// ICMP timestamp request (RFC 792, IPv4 only): some filters that stop echo requests forget it.
#include <array>

#include "probe/answer.h"
#include "probe/icmp_query.h"
#include "probe/registry.h"
#include "wire/cursor.h"
#include "wire/protocol.h"

namespace portolan::probe {
namespace {

constexpr IcmpQuery timestamp{wire::icmp_timestamp_request, wire::icmp_timestamp_reply};
constexpr std::array replies{timestamp.reply};

// Originate, receive and transmit time; the reply carries the first of them back.
std::size_t build(const Attempt& attempt, wire::Buffer out) {
  std::array<std::uint8_t, 12> times{};
  wire::Writer{times}.u32(attempt.cookie);
  return build_query(attempt, timestamp.request, times, out);
}

std::optional<Subject> subject(const wire::Packet& packet) { return query_subject(packet, timestamp); }

std::optional<Verdict> judge(const Attempt& attempt, const wire::Packet& packet) {
  const auto* reply = reply_to(attempt, packet, timestamp);
  if (reply == nullptr) return judge_query_error(attempt, packet);
  if (wire::u32_at(reply->body, 0) != attempt.cookie) return std::nullopt;
  return Verdict{model::PortState::open, model::Reason::timestamp_reply, true};
}

std::size_t answer(const Asked& asked, wire::Buffer out) { return answer_query(asked, timestamp, {}, out); }

}  // namespace

constinit const Probe icmp_timestamp{
    .name = "icmp-timestamp",
    .task = "Ping Scan",
    .discovery_option = {"-PP", "ask by ICMP timestamp request (IPv4 only)"},
    .asks = Asks::hosts,
    .has_ipv6 = false,
    .hears = {.icmp = replies},
    .ether_type = ip_ether_type,
    .build = build,
    .subject = subject,
    .judge = judge,
    .on_silence = silence_is_filtered,
    .answer = answer,
};

}  // namespace portolan::probe
