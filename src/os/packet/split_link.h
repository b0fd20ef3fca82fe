// Raw packets and connections side by side, for a connect scan by somebody who may send both: hosts
// are found by ARP and ICMP as ever, and only the ports are asked through connect().
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "engine/doors.h"
#include "os/packet/connect_link.h"
#include "os/packet/packet_link.h"

namespace portolan::os {

class SplitLink final : public engine::Link {
 public:
  // `raw` was opened with connections->events() as its wake descriptor, so that its wait ends for both.
  SplitLink(std::unique_ptr<PacketLink> raw, std::unique_ptr<ConnectLink> connections);

  Result<std::size_t> send(std::span<const engine::Shot> shots) override;
  Result<std::span<const engine::Received>> receive(Instant deadline) override;
  [[nodiscard]] std::uint64_t dropped() const override { return raw_->dropped(); }
  [[nodiscard]] std::span<const std::size_t> refused_shots() const override { return refused_shots_; }
  [[nodiscard]] engine::Refusals refusals() const override {
    engine::Refusals both = raw_->refusals();
    both.add(connections_->refusals());
    return both;
  }

 private:
  std::unique_ptr<PacketLink> raw_;
  std::unique_ptr<ConnectLink> connections_;
  std::vector<std::size_t> refused_shots_;
};

}  // namespace portolan::os
