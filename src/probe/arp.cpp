// Who has this IPv4 address? On a shared link no host that speaks IP can stay silent to this
// (RFC 826), and the answer is needed to send it anything else.
#include "probe/answer.h"
#include "probe/registry.h"

namespace portolan::probe {
namespace {

std::size_t build(const Attempt& attempt, wire::Buffer out) {
  return wire::build_arp_request(attempt.path.source_mac, attempt.path.source, attempt.target, out);
}

net::EtherType ether_type(const Attempt&) { return net::EtherType::arp; }

net::Mac broadcast(const Attempt&) { return net::Mac{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}}; }

std::optional<Subject> subject(const wire::Packet& packet) {
  if (const auto* arp = std::get_if<wire::ArpReply>(&packet.content)) return Subject{arp->sender, net::Port{}, 0};
  return std::nullopt;
}

// ARP has no room for a cookie; that it came from the link is all the proof there is. It must at
// least be an answer to us.
std::optional<Verdict> judge(const Attempt& attempt, const wire::Packet& packet) {
  const auto* arp = std::get_if<wire::ArpReply>(&packet.content);
  if (arp == nullptr || arp->sender != attempt.target || arp->target != attempt.path.source) return std::nullopt;
  return Verdict{model::PortState::open, model::Reason::arp_response, true};
}

std::size_t answer(const Asked& asked, wire::Buffer out) {
  const auto* request = std::get_if<wire::ArpRequest>(&asked.packet.content);
  if (request == nullptr) return 0;
  return wire::build_arp_reply(asked.mac, request->target, request->sender_mac, request->sender, out);
}

}  // namespace

constinit const Probe arp{
    .name = "arp",
    .task = "ARP Ping Scan",
    .asks = Asks::links,
    .has_ipv6 = false,
    .has_tag = false,
    .hears = {.arp = true},
    .ether_type = ether_type,
    .link_destination = broadcast,
    .build = build,
    .subject = subject,
    .judge = judge,
    .on_silence = silence_is_filtered,
    .answer = answer,
};

}  // namespace portolan::probe
