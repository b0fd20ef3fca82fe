#include "explain/witness.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "probe/registry.h"
#include "wire/packet.h"

namespace portolan::explain {
namespace {

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
  // What becomes a connect() is no packet.
  const auto bytes = departure.bytes;
  if (bytes.empty()) return {};
  keep({.at = departure.at - began_,
        .ours = true,
        .type = departure.head.type,
        .bytes = {bytes.begin(), bytes.end()},
        .kept = departure.refused});
  if (departure.refused) return {};
  questions_.remember(departure.shot);
  const auto packet = wire::parse(departure.head.type, bytes);
  if (packet && asks_link(*packet)) ++link_answers_due_;
  return {};
}

bool Witness::is_for_us(const engine::Received& frame) {
  // Of a connection nothing is heard but what came of it.
  if (story_.connected) return true;
  if (!questions_.answers(frame)) return false;
  const auto packet = wire::parse(frame.type, frame.bytes);
  if (!packet || !answers_on_link(*packet)) return true;
  // The kernel asks for the same address when it has something to send there, and is answered, too.
  if (link_answers_due_ == 0) return false;
  --link_answers_due_;
  return true;
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
