// Neighbour solicitation (RFC 4861 §4.3): what ARP is for IPv4.
#include <array>

#include "probe/answer.h"
#include "probe/registry.h"
#include "wire/protocol.h"

namespace portolan::probe {
namespace {

constexpr std::array replies{wire::icmpv6_neighbour_advertisement};

std::size_t build(const Attempt& attempt, wire::Buffer out) {
  return wire::build_neighbour_solicitation(attempt.path.source_mac, attempt.path.source, attempt.target, out);
}

net::Mac multicast(const Attempt& attempt) { return wire::solicited_node_mac(attempt.target); }

std::optional<Subject> subject(const wire::Packet& packet) {
  const auto* advertisement = std::get_if<wire::NeighbourAdvertisement>(&packet.content);
  if (advertisement == nullptr) return std::nullopt;
  return Subject{advertisement->target, net::Port{}, 0};
}

// One that is told to the whole link, or to somebody else, was not asked for by us (RFC 4861 §7.2.4).
std::optional<Verdict> judge(const Attempt& attempt, const wire::Packet& packet) {
  const auto* advertisement = std::get_if<wire::NeighbourAdvertisement>(&packet.content);
  // RFC 4861 §7.1.2: hop limit 255 proves that the sender is on the link.
  if (advertisement == nullptr || advertisement->target != attempt.target || packet.ttl != 255) return std::nullopt;
  if (packet.destination != attempt.path.source.without_zone()) return std::nullopt;
  return Verdict{model::PortState::open, model::Reason::nd_response, true};
}

std::size_t answer(const Asked& asked, wire::Buffer out) {
  const auto* solicitation = std::get_if<wire::NeighbourSolicitation>(&asked.packet.content);
  if (solicitation == nullptr) return 0;
  return wire::build_neighbour_advertisement(asked.mac, solicitation->target, asked.packet.source, out);
}

}  // namespace

constinit const Probe neighbour{
    .name = "neighbour",
    .task = "ND Ping Scan",
    .asks = Asks::links,
    .has_tag = false,
    .hears = {.icmpv6 = replies},
    .ether_type = ip_ether_type,
    .link_destination = multicast,
    .build = build,
    .subject = subject,
    .judge = judge,
    .on_silence = silence_is_filtered,
    .answer = answer,
};

}  // namespace portolan::probe
