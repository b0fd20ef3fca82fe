// ICMP address mask request (RFC 950, IPv4 only): obsolete, and for that reason forgotten by filters of hosts and
// devices that still answer it. Linux never does.
#include <array>

#include "probe/answer.h"
#include "probe/icmp_query.h"
#include "probe/registry.h"
#include "wire/protocol.h"

namespace portolan::probe {
namespace {

constexpr IcmpQuery mask{17, 18};
constexpr std::array replies{mask.reply};
constexpr std::array<std::uint8_t, 4> unknown{};  // a request carries no mask

std::size_t build(const Attempt& attempt, wire::Buffer out) { return build_query(attempt, mask.request, unknown, out); }

std::optional<Subject> subject(const wire::Packet& packet) { return query_subject(packet, mask); }

// The reply has the host's mask where others carry a payload back, so identifier and sequence number are all the
// proof there is.
std::optional<Verdict> judge(const Attempt& attempt, const wire::Packet& packet) {
  if (reply_to(attempt, packet, mask) == nullptr) return judge_query_error(attempt, packet);
  return Verdict{model::PortState::open, model::Reason::address_mask_reply, true};
}

std::size_t answer(const Asked& asked, wire::Buffer out) {
  constexpr std::array<std::uint8_t, 4> of_a_24{255, 255, 255, 0};
  return answer_query(asked, mask, of_a_24, out);
}

}  // namespace

constinit const Probe icmp_mask{
    .name = "icmp-mask",
    .task = "Ping Scan",
    .discovery_option = {"-PM", "ask by ICMP address mask request (IPv4 only)"},
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
