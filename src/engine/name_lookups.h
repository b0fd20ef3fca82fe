// Reverse names as the plan wants them: asked beside the scan, never holding results up.
#pragma once

#include <string>

#include "engine/block.h"
#include "engine/driver.h"
#include "engine/scan.h"

namespace portolan::engine {

class NameLookups {
 public:
  // All outlive it.
  NameLookups(const plan::Plan& plan, const World& world, Driver& driver)
      : plan_{plan}, world_{world}, driver_{driver} {}

  void ask(const Block& block);
  // Whether the name of a host that will be told may still come.
  [[nodiscard]] bool is_pending(const BlockHost& host) const;
  // Waits briefly for the names of a block that is otherwise done; once a scan, because a name server
  // that was slow for one block is slow for the next.
  void await(const Block& block);
  // "" where there is none, or none yet.
  [[nodiscard]] std::string name_of(const net::IpAddress& address) const;

 private:
  [[nodiscard]] bool wants(const BlockHost& host) const;

  const plan::Plan& plan_;
  const World& world_;
  Driver& driver_;
  bool waited_ = false;
};

}  // namespace portolan::engine
