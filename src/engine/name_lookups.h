// Reverse names as the plan wants them: asked beside the scan, never holding results up for long.
#pragma once

#include <cstdint>
#include <deque>
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
  // A host that is otherwise done waits for its name, if one may still come.
  void wait(std::uint32_t host);
  // Hosts whose name is known, or that have waited long enough: half a second in which no name came at all. That is
  // waited for once a scan, because a name server that is silent stays silent.
  std::vector<std::uint32_t> take_ready();
  // When to look again; never where nobody waits.
  [[nodiscard]] Instant wake_at() const;

  // "" where there is none, or none yet.
  [[nodiscard]] std::string name_of(const net::IpAddress& address) const;

 private:
  struct Waiting {
    std::uint32_t host;
    Instant until;
  };
  [[nodiscard]] bool wants(const Host& host) const;
  [[nodiscard]] bool is_pending(std::uint32_t host) const;
  void give_up();

  const plan::Plan& plan_;
  const World& world_;
  HostTable& hosts_;
  std::deque<Waiting> waiting_;
  std::vector<std::uint32_t> ready_;
  Instant looked_at_;
  Instant answered_at_;  // when a name came last
  bool server_is_slow_ = false;
};

}  // namespace portolan::engine
