// Finds out what filters the packets to hosts, where the plan wants it (--firewall): which of their ports are asked
// what, beside all that the port scan has seen. Who judges it stands behind the engine (identify/filters/).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/hash.h"
#include "engine/driver.h"
#include "engine/host.h"
#include "engine/port_scan.h"
#include "engine/systems/stack_questions.h"
#include "plan/plan.h"

namespace portolan::engine {

// Questions to a host, and packets with those that are repeated, at most. Of the packets the last few are kept for
// questions that only the answers to others make sense of.
inline constexpr std::size_t most_filter_questions = 24;
inline constexpr std::size_t most_filter_packets = 40;
inline constexpr std::uint16_t filter_tags = tags_of_questions(most_filter_questions);
// Of each question: what is lost once is asked again.
inline constexpr int filter_tries = 2;
inline constexpr std::string_view filter_task = "filters";

class HostFilters {
 public:
  // All outlive it.
  HostFilters(const plan::Plan& plan, const World& world, Driver& driver, HostTable& hosts, const PortScan& ports);

  // A host whose ports are judged, where they were asked.
  void enter(std::uint32_t host);
  // Hosts that have been asked, or are not, since the last call.
  std::vector<std::uint32_t> take_done();
  // Whether this machine would not send something that was to be asked.
  [[nodiscard]] bool left_out() const;

 private:
  void ask(std::uint32_t number, std::vector<StackAsked> questions, std::size_t most_packets);

  const plan::Plan& plan_;
  const World& world_;
  Driver& driver_;
  HostTable& hosts_;
  const PortScan& ports_;
  Random random_;
  std::unordered_set<std::uint32_t> asked_again_;  // hosts
  std::vector<std::uint32_t> done_;
};

}  // namespace portolan::engine
