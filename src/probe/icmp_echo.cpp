// ICMP and ICMPv6 echo request: the ordinary ping.
#include <array>

#include "probe/answer.h"
#include "probe/icmp_query.h"
#include "probe/registry.h"
#include "wire/cursor.h"
#include "wire/protocol.h"

namespace portolan::probe {
namespace {

constexpr IcmpQuery echo{wire::icmp_echo_request, wire::icmp_echo_reply};
constexpr IcmpQuery echo_v6{wire::icmpv6_echo_request, wire::icmpv6_echo_reply};
constexpr std::array replies{echo.reply};
constexpr std::array replies_v6{echo_v6.reply};

const IcmpQuery& query_for(const net::IpAddress& address) { return address.is_v4() ? echo : echo_v6; }

// The reply carries the whole payload back (RFC 792), so the whole cookie stands in it.
std::size_t build(const Attempt& attempt, wire::Buffer out) {
  std::array<std::uint8_t, 8> body{};
  wire::Writer{body}.u32(attempt.cookie);
  return build_query(attempt, query_for(attempt.target).request, body, out);
}

std::optional<Subject> subject(const wire::Packet& packet) {
  return query_subject(packet, query_for(packet.destination));
}

std::optional<Verdict> judge(const Attempt& attempt, const wire::Packet& packet) {
  const auto* reply = reply_to(attempt, packet, query_for(attempt.target));
  if (reply == nullptr) return judge_query_error(attempt, packet);
  if (wire::u32_at(reply->body, 0) != attempt.cookie) return std::nullopt;
  return Verdict{model::PortState::open, model::Reason::echo_reply, true};
}

std::size_t answer(const Asked& asked, wire::Buffer out) {
  return answer_query(asked, query_for(asked.packet.destination), {}, out);
}

}  // namespace

constinit const Probe icmp_echo{
    .name = "icmp-echo",
    .task = "Ping Scan",
    .discovery_option = {"-PE", "ask by ICMP echo request"},
    .asks = Asks::hosts,
    .hears = {.icmp = replies, .icmpv6 = replies_v6},
    .ether_type = ip_ether_type,
    .build = build,
    .subject = subject,
    .judge = judge,
    .on_silence = silence_is_filtered,
    .answer = answer,
};

}  // namespace portolan::probe
