#include "probe/kept_datagrams.h"

#include <algorithm>
#include <array>
#include <string>
#include <variant>

#include "wire/build.h"

namespace portolan::probe {
namespace {

std::string kept(wire::Bytes payload) {
  const wire::Bytes part = payload.first(std::min(payload.size(), longest_kept));
  return {part.begin(), part.end()};
}

}  // namespace

// A question is a function of its attempt, so that it need not be kept while its answer is waited for.
std::optional<model::ServiceRecord> kept_datagrams(const Probe& probe, const Attempt& attempt,
                                                   const wire::Packet& answer) {
  const auto* came = std::get_if<wire::UdpDatagram>(&answer.content);
  if (came == nullptr) return std::nullopt;
  std::array<std::uint8_t, wire::longest_packet> room{};
  const std::size_t size = probe.build(attempt, room);
  const auto packet = wire::parse(probe.ether_type(attempt), wire::Bytes{room}.first(size));
  const auto* asked = packet ? std::get_if<wire::UdpDatagram>(&packet->content) : nullptr;
  model::ServiceRecord service;
  if (asked != nullptr) service.asked = kept(asked->payload);
  service.answered = kept(came->payload);
  return service;
}

}  // namespace portolan::probe
