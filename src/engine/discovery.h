// Which hosts of a block are there, and how they are reached: routes, gateways, neighbours, ping.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "engine/block.h"
#include "engine/driver.h"
#include "engine/scan.h"
#include "net/ip_address.h"
#include "net/mac.h"

namespace portolan::engine {

class Discovery final : private StageListener {
 public:
  // All outlive it.
  Discovery(const plan::Plan& plan, const World& world, model::Sink& sink, Driver& driver)
      : plan_{plan}, world_{world}, sink_{sink}, driver_{driver} {}

  // Afterwards every host is up or down; after a stop request some are still unknown.
  Result<void> run(Block& block);

 private:
  enum class Purpose : std::uint8_t {
    resolve,  // only the link-layer address is wanted
    find,     // an answer means that the host is up
  };

  void on_answer(const Answer& answer) override;

  Result<void> find_routes(Block& block);
  Result<void> tell_no_route(BlockHost& host, const Error& error);
  Result<void> find_gateways(Block& block);
  Result<void> find_neighbours(Block& block, net::Family family);
  Result<void> ping(Block& block, net::Family family);
  [[nodiscard]] Job ping_job(net::Family family) const;
  [[nodiscard]] bool wants_ping(const BlockHost& host) const;
  void mark_up(BlockHost& host, model::Reason reason);

  // Asks `hosts` of `block`; their answers go into the block.
  Result<void> ask(Block& block, const HostList& hosts, const Job& job, std::string_view task, Purpose purpose);
  // The same by ARP or neighbour discovery.
  Result<void> ask_link(Block& block, const HostList& hosts, net::Family family, std::string_view task,
                        Purpose purpose);

  const plan::Plan& plan_;
  const World& world_;
  model::Sink& sink_;
  Driver& driver_;
  // The stage under way.
  Block* block_ = nullptr;
  const HostList* hosts_ = nullptr;  // lane -> host of the block
  Purpose purpose_ = Purpose::find;
  // Of the gateways that have answered so far, by interface and address.
  std::map<std::pair<std::uint32_t, net::IpAddress>, net::Mac> gateways_;
  bool no_route_told_ = false;
};

}  // namespace portolan::engine
