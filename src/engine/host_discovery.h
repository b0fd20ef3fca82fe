// Finds out which hosts are there and how they are reached: routes, gateways, neighbours, ping.
#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <span>
#include <vector>

#include "base/result.h"
#include "engine/absent_neighbours.h"
#include "engine/driver.h"
#include "engine/gateways.h"
#include "engine/host.h"
#include "engine/scan.h"
#include "net/ip_address.h"

namespace portolan::engine {

class HostDiscovery final : private AnswerListener {
 public:
  // All outlive it.
  HostDiscovery(const plan::Plan& plan, const World& world, model::Sink& sink, Driver& driver, HostTable& hosts);

  // Hosts enter; their routes are asked for at once.
  Result<void> enter(std::span<const std::uint32_t> hosts);
  // Hosts that are known to be up or down since the last call.
  Result<std::vector<std::uint32_t>> take_decided();
  // No host will be among them before, unless an answer comes.
  [[nodiscard]] Instant wake_at() const { return absent_.wake_at(); }
  // Why hosts were not asked although nothing was refused: no way to them can be found, or none is left.
  [[nodiscard]] const std::optional<Error>& fault() const { return fault_; }

 private:
  // By what hosts of each family are found. No stage where it asks nothing.
  struct Families {
    Stage* link = nullptr;
    Stage* ping = nullptr;
  };

  void on_verdict(const Answer& answer) override;

  [[nodiscard]] bool ways_are_gone();
  void not_asked(std::uint32_t host, const Error& error);
  Result<void> report_no_route(std::uint32_t host, const Error& error);
  Result<void> take_path(std::uint32_t host, net::Path path);
  Result<void> report_way(std::uint32_t host, const net::Path& path);
  void pass_gateway(std::uint32_t host);
  void ask_neighbour(std::uint32_t host);
  void end_link_walk(Stage& stage, std::uint32_t walk);
  void weigh_link_answer(std::uint32_t host);
  void ping(std::uint32_t host);
  void end_ping_walk(Stage& stage, std::uint32_t walk);
  void decide(std::uint32_t host, model::HostState state, model::Reason reason);
  void mark_up(Host& host, model::Reason reason);

  [[nodiscard]] Job ping_job(net::Family family) const;
  [[nodiscard]] bool wants_ping(const Host& host) const;
  [[nodiscard]] bool asks_link(const Host& host) const;
  [[nodiscard]] bool may_be_answered_for(const Host& host) const;
  Families& families_of(const Host& host) { return families_[host.target.address.is_v4() ? 0 : 1]; }

  const plan::Plan& plan_;
  const World& world_;
  model::Sink& sink_;
  Driver& driver_;
  HostTable& hosts_;
  PathTable paths_;
  Gateways gateways_;
  AbsentNeighbours absent_;
  std::array<Families, 2> families_;
  std::vector<std::uint32_t> decided_;
  bool no_route_reported_ = false;
  std::optional<net::IpAddress> last_with_way_;
  std::optional<Error> fault_;
  std::set<net::Path::ByKernel> ways_told_;
  bool only_connects_ = false;  // no port is asked by packets of ours
};

}  // namespace portolan::engine
