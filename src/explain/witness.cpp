#include "explain/witness.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "probe/registry.h"
#include "wire/packet.h"

namespace portolan::explain {
namespace {

// Whom a question of ours is about, and by what its answers are known.
struct Asked {
  net::IpAddress address;
  std::uint16_t tag = 0;
};

Asked asked_by(const wire::Packet& packet) {
  return std::visit(Overloaded{
                        [&](const wire::TcpSegment& tcp) { return Asked{packet.destination, tcp.source.value()}; },
                        [&](const wire::UdpDatagram& udp) { return Asked{packet.destination, udp.source.value()}; },
                        [&](const wire::SctpPacket& sctp) { return Asked{packet.destination, sctp.source.value()}; },
                        [&](const wire::IcmpMessage& icmp) { return Asked{packet.destination, icmp.identifier}; },
                        [&](const wire::ArpRequest& arp) { return Asked{arp.target, 0}; },
                        [&](const wire::NeighbourSolicitation& neighbour) { return Asked{neighbour.target, 0}; },
                        [&](const auto&) { return Asked{packet.destination, 0}; },
                    },
                    packet.content);
}

bool asks_link(const wire::Packet& packet) {
  return std::holds_alternative<wire::ArpRequest>(packet.content) ||
         std::holds_alternative<wire::NeighbourSolicitation>(packet.content);
}
bool answers_on_link(const wire::Packet& packet) {
  return std::holds_alternative<wire::ArpReply>(packet.content) ||
         std::holds_alternative<wire::NeighbourAdvertisement>(packet.content);
}

// Those that the plan asks by connections.
std::vector<net::Port> connected_ports(const plan::Plan& plan) {
  std::vector<net::Port> ports;
  for (const plan::Technique& technique : plan.techniques) {
    if (probe::find(technique.name)->connects) std::ranges::copy(technique.ports.ports(), std::back_inserter(ports));
  }
  for (const plan::DiscoveryProbe& question : plan.discovery_probes) {
    if (probe::find(question.technique)->connects) ports.push_back(question.port);
  }
  return ports;
}

}  // namespace

Witness::Witness(const Question& question, const plan::Plan& plan, Instant began) : began_{began} {
  story_.question = question;
  story_.ports = connected_ports(plan);
  story_.connected = !story_.ports.empty();
}

Result<void> Witness::sent(const engine::Departure& departure) {
  // What becomes a connect() is no packet, and what was refused has not left.
  const auto bytes = departure.bytes;
  if (bytes.empty() || departure.refused) return {};
  keep({.at = departure.at - began_, .ours = true, .type = departure.head.type, .bytes = {bytes.begin(), bytes.end()}});
  if (const auto packet = wire::parse(departure.head.type, bytes)) {
    const Asked asked = asked_by(*packet);
    asked_.insert(asked.address.without_zone());
    tags_.insert(asked.tag);
    if (asks_link(*packet)) ++link_answers_due_;
  }
  return {};
}

bool Witness::is_for_us(const engine::Received& frame) {
  const auto packet = wire::parse(frame.type, frame.bytes);
  if (!packet) return false;
  // The kernel asks for the same address when it has something to send there, and is answered, too.
  if (answers_on_link(*packet) && link_answers_due_-- == 0) {
    link_answers_due_ = 0;
    return false;
  }
  return std::ranges::any_of(probe::registry, [&](const probe::Probe* probe) {
    const auto subject = probe->subject(*packet);
    if (!subject) return false;
    if (story_.connected) return subject->target.without_zone() == story_.question.target.without_zone();
    return asked_.contains(subject->target.without_zone()) && (!probe->has_tag || tags_.contains(subject->tag));
  });
}

Result<void> Witness::received(const engine::Received& frame) {
  if (!is_for_us(frame)) return {};
  keep({.at = frame.at - began_,
        .ours = false,
        .type = frame.type,
        .bytes = {frame.bytes.begin(), frame.bytes.end()},
        .told = story_.connected});
  return {};
}

// The kernel may have seen an answer before the call that sent the next question came back.
void Witness::keep(Moment moment) {
  if (story_.moments.size() >= most_moments) return;
  const auto behind = std::ranges::upper_bound(story_.moments, moment.at, {}, &Moment::at);
  story_.moments.insert(behind, std::move(moment));
}

Result<void> Witness::on(const model::Event& event) {
  return model::dispatch(
      event,
      [this](const model::HostRecord& host) -> Result<void> {
        story_.host = host;
        return {};
      },
      [this](const model::Remark& remark) -> Result<void> {
        story_.remarks.push_back(remark);
        return {};
      });
}

Story Witness::take(model::ScanFinished finished) {
  // What had to be done before the first packet could leave is of no interest.
  if (!story_.connected && !story_.moments.empty()) {
    const Duration first = story_.moments.front().at;
    for (Moment& moment : story_.moments) moment.at -= first;
  }
  story_.finished = std::move(finished);
  return std::move(story_);
}

}  // namespace portolan::explain
