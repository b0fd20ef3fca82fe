#include "explain/offline.h"

#include <chrono>

#include "catalog/catalog.h"
#include "engine/scan.h"
#include "explain/plan.h"
#include "explain/witness.h"
#include "sim/network.h"

namespace portolan::explain {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t seed = 1;
constexpr std::uint16_t tags = 40'000;

net::PortSet only(const Question& question, bool wanted) {
  net::PortSet ports;
  if (wanted && question.port) ports.insert(*question.port);
  return ports;
}

sim::HostOptions host_of(const Question& question, World world) {
  const net::PortSet open = only(question, world == World::open);
  return {.open = open,
          .open_udp = open,
          .open_sctp = open,
          .open_protocols = open,
          .dropped = only(question, world == World::silent),
          .rejected = only(question, world == World::refuses),
          .silent = world == World::silent && !question.port,
          .on_link = question.probe != nullptr && question.probe->asks == probe::Asks::links};
}

model::WallTime no_time() { return {}; }

}  // namespace

Result<Story> story_offline(const Question& question, World world) {
  auto plan = plan_of(question, true);
  if (!plan) return fail(plan.error());
  plan->seed = seed;
  sim::Network network{seed, {.delay = 10ms, .jitter = 1ms}};
  network.add_host(question.target, host_of(question, world));
  Witness witness{question, *plan, network.now()};
  engine::WatchedLink link{network, network, witness};
  const auto services = catalog::Services::parse("");
  if (!services) return fail(services.error());
  const catalog::Vendors vendors;
  auto finished = engine::run_scan(*plan,
                                   {.link = link,
                                    .clock = network,
                                    .routes = network,
                                    .tag_base = tags,
                                    .services = *services,
                                    .vendors = vendors,
                                    .wall_time = no_time},
                                   witness);
  Story story = witness.take(std::move(finished));
  story.simulated = true;
  // A link without frames means a kernel elsewhere; here there is none.
  const auto tells_of_a_kernel = [](const model::Remark& remark) {
    return remark.code == model::RemarkCode::sent_by_kernel;
  };
  std::erase_if(story.remarks, tells_of_a_kernel);
  if (story.host) std::erase_if(story.host->remarks, tells_of_a_kernel);
  return story;
}

}  // namespace portolan::explain
