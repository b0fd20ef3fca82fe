#include "engine/absent_neighbours.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/hash.h"

namespace portolan::engine {
namespace {

using namespace std::chrono_literals;

constexpr unsigned longest_v4 = 30;
constexpr unsigned longest_v6 = 64;
// Who answers for everybody mostly does so at once.
constexpr Duration moment = 100ms;
// The first address of a network means nobody, but a machine may take it for a broadcast (RFC 1122 §3.3.6) and be
// silent. Addresses that one machine has of its own are fewer, mostly; where they are not, they answer pings.
constexpr std::size_t very_many = 64;

}  // namespace

std::optional<net::IpAddress> absent_address(const net::IpAddress& address, unsigned bits, std::uint64_t drawn) {
  if (bits == 0 || bits > (address.is_v4() ? longest_v4 : longest_v6)) return std::nullopt;
  const net::IpAddress first = net::Prefix::around(address, bits).address;
  return address.is_v4() ? first : first.plus(drawn);
}

AbsentNeighbours::AbsentNeighbours(Driver& driver, const plan::TargetSet& targets, std::uint64_t seed)
    : driver_{driver}, targets_{targets}, drawn_{Random{seed}()} {}

Stage& AbsentNeighbours::stage_for(net::Family family) {
  Stage*& stage = stages_[family == net::Family::v4 ? 0 : 1];
  if (stage == nullptr) stage = &driver_.open("", link_job(family), *this, link_wait);
  return *stage;
}

AbsentNeighbours::Network* AbsentNeighbours::network_of(const net::IpAddress& neighbour, const net::Path& path) {
  if (path.link_prefix == 0) return nullptr;
  const auto found = index_.find({path.interface, net::Prefix::around(neighbour, path.link_prefix)});
  return found == index_.end() ? nullptr : &networks_[found->second];
}

void AbsentNeighbours::ask(const net::IpAddress& neighbour, const net::Path& path, Instant now) {
  const auto absent = absent_address(neighbour, path.link_prefix, drawn_);
  if (!absent || targets_.excluded(*absent)) return;
  const auto number = static_cast<std::uint32_t>(networks_.size());
  if (!index_.try_emplace({path.interface, net::Prefix::around(neighbour, path.link_prefix)}, number).second) return;
  Network& network = networks_.emplace_back();
  network.asked = now;
  network.path = path;
  network.path.next_hop = *absent;
  network.target = {*absent, &network.path};
  stage_for(absent->family()).engine.enter(network.target, number, std::nullopt);
}

AbsentNeighbours::State AbsentNeighbours::answers_for_all(const net::IpAddress& neighbour, const net::Path& path,
                                                          const net::Mac& mac, std::uint32_t host, Instant now) {
  Network* network = network_of(neighbour, path);
  if (network == nullptr) return State::no;
  if (network->mac) return *network->mac == mac ? State::yes : State::no;
  auto& addresses = network->seen[mac];
  addresses.insert(neighbour);
  if (network->over) return addresses.size() >= very_many ? State::yes : State::no;
  // Most machines answer for themselves alone: those need not wait long.
  const bool alone = addresses.size() == 1;
  if (alone && now >= network->asked + moment) return State::no;
  (alone ? network->waiting_a_moment : network->waiting).push_back(host);
  return State::waits;
}

Instant AbsentNeighbours::wake_at() const {
  Instant wake = Instant::max();
  for (const Network& network : networks_) {
    if (!network.waiting_a_moment.empty()) wake = std::min(wake, network.asked + moment);
  }
  return wake;
}

void AbsentNeighbours::release(std::vector<std::uint32_t>& hosts) {
  ready_.insert(ready_.end(), hosts.begin(), hosts.end());
  hosts.clear();
}

std::vector<std::uint32_t> AbsentNeighbours::take_ready(Instant now) {
  for (Stage* stage : stages_) {
    if (stage == nullptr) continue;
    for (const std::uint32_t walk : stage->engine.take_done()) {
      Network& network = networks_[stage->engine.host_of(walk)];
      stage->engine.leave(walk);
      network.over = true;
    }
  }
  for (Network& network : networks_) {
    if (network.over || network.mac || now >= network.asked + moment) release(network.waiting_a_moment);
    if (network.over || network.mac) release(network.waiting);
  }
  return std::exchange(ready_, {});
}

void AbsentNeighbours::on_verdict(const Answer& answer) {
  Network& network = networks_[answer.host];
  if (!answer.mac || network.mac) return;
  network.mac = answer.mac;
  findings_.push_back({network.target.address, *answer.mac});
}

}  // namespace portolan::engine
