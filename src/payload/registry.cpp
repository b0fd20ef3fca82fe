#include "payload/registry.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace portolan::payload {
namespace {

// By port, those of one port side by side in the order of the registry.
struct Index {
  std::vector<std::uint16_t> ports;
  std::vector<const Payload*> payloads;
};

Index make_index() {
  std::vector<std::pair<std::uint16_t, const Payload*>> all;
  for (const Payload* payload : registry) {
    for (const std::uint16_t port : payload->ports) all.emplace_back(port, payload);
  }
  std::ranges::stable_sort(all, {}, [](const auto& entry) { return entry.first; });
  Index index;
  for (const auto& [port, payload] : all) {
    index.ports.push_back(port);
    index.payloads.push_back(payload);
  }
  return index;
}

}  // namespace

std::span<const Payload* const> payloads_for(std::uint16_t port) {
  static const Index index = make_index();
  const auto range = std::ranges::equal_range(index.ports, port);
  const auto first = static_cast<std::size_t>(range.begin() - index.ports.begin());
  return std::span{index.payloads}.subspan(first, range.size());
}

const Payload* answered_elsewhere(Bytes answer) {
  for (const Payload* payload : registry) {
    if (payload->from_elsewhere && payload->match(0, answer) != Match::other) return payload;
  }
  return nullptr;
}

}  // namespace portolan::payload
