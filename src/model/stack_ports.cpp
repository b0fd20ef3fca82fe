#include "model/stack_ports.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace portolan::model {

std::vector<std::vector<net::Port>> ports_by_stack(const std::vector<StackAnswer>& answers) {
  std::map<std::pair<std::uint8_t, std::string>, std::vector<net::Port>> groups;
  for (const StackAnswer& answer : answers) {
    if (answer.question != StackQuestion::scan || answer.kind != StackAnswer::Kind::syn_ack) continue;
    groups[{answer.ttl, answer.options}].push_back(answer.port);
  }
  std::vector<std::vector<net::Port>> ports;
  for (auto& [signature, group] : groups) {
    std::ranges::sort(group);
    group.erase(std::ranges::unique(group).begin(), group.end());
    ports.push_back(std::move(group));
  }
  std::ranges::sort(ports, [](const auto& one, const auto& other) {
    return std::tuple{other.size(), one.front()} < std::tuple{one.size(), other.front()};
  });
  return ports;
}

}  // namespace portolan::model
