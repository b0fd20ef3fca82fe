// Reverse names as the plan wants them: asked beside the scan. A host that is done waits for its own, nobody else does.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/driver.h"
#include "engine/host.h"
#include "engine/scan.h"

namespace portolan::engine {

class NameLookups {
 public:
  // All outlive it.
  NameLookups(const plan::Plan& plan, const World& world, HostTable& hosts)
      : plan_{plan}, world_{world}, hosts_{hosts} {}

  // The host's name will be wanted. Its state is known.
  void ask(const Host& host);
  // The names of hops on the way to a host, too.
  void ask(const model::Trace& trace);
  // A host that is otherwise done waits until it is known whether it and its hops have names.
  void wait(std::uint32_t host);
  // Hosts that wait no longer.
  std::vector<std::uint32_t> take_ready();
  // Whether so many wait that others had better not enter.
  [[nodiscard]] bool is_full() const { return waiting_.size() >= most_waiting; }
  // When to look again; never where nobody waits.
  [[nodiscard]] Instant wake_at() const;

  // "" where there is none, or none yet.
  [[nodiscard]] std::string name_of(const net::IpAddress& address) const;

 private:
  static constexpr std::size_t most_waiting = 1U << 14U;
  [[nodiscard]] bool looks_up() const;
  [[nodiscard]] bool wants(const Host& host) const;
  [[nodiscard]] bool is_pending(std::uint32_t host) const;

  const plan::Plan& plan_;
  const World& world_;
  HostTable& hosts_;
  std::vector<std::uint32_t> waiting_;
  std::vector<std::uint32_t> ready_;
  Instant looked_at_;
};

}  // namespace portolan::engine
