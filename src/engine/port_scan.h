// Asks the ports of hosts that are up. Each transport is a stage of its own, so that none waits for another: hosts
// limit how often they say that a UDP port is closed.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "base/result.h"
#include "engine/driver.h"
#include "engine/findings.h"
#include "engine/host.h"
#include "engine/scan.h"

namespace portolan::engine {

class PortScan {
 public:
  // All outlive it.
  PortScan(const plan::Plan& plan, const World& world, model::Sink& sink, Driver& driver, HostTable& hosts);

  // A host that is up. Where there is no room for what would be known of its ports, it waits until there is.
  void enter(std::uint32_t host);
  [[nodiscard]] bool asks_any() const { return !stages_.empty(); }
  // Of each host.
  [[nodiscard]] std::size_t questions() const { return questions_; }
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  // Who is judged waits for late answers no longer.
  void release_judged();
  // Hosts whose ports are all judged since the last call. They stay until they leave, so that late answers still count.
  std::vector<std::uint32_t> take_done();
  void leave(std::uint32_t host);
  // The scan is over: whoever waits is not asked any more.
  void stop() { waiting_.clear(); }

  // What is known of the host's ports so far; none where it has not entered, or waits.
  [[nodiscard]] std::vector<PortWalk> walks_of(const Host& host) const;
  // What reporting an open port came to, from inside on_verdict.
  [[nodiscard]] const Result<void>& reported() const { return reported_; }

 private:
  // Knows which stage an answer belongs to.
  struct PortStage final : AnswerListener {
    PortStage(PortScan& all, std::size_t place, std::uint32_t first) : scan{all}, number{place}, first_detail{first} {}
    void on_verdict(const Answer& answer) override { scan.on_verdict(*this, answer); }
    PortScan& scan;
    std::size_t number;          // of its walks in Host::port_walks
    std::uint32_t first_detail;  // PortWalk::first_detail
    Stage* stage = nullptr;
  };
  void open(Job job);
  void on_verdict(const PortStage& stage, const Answer& answer);
  void keep_stack(const Job& job, Host& host, const Answer& answer);
  void keep_filter(const Job& job, Host& host, const Answer& answer) const;
  Result<void> report_open(const PortStage& stage, const Host& host, const Answer& answer);
  [[nodiscard]] bool has_room() const;
  void start(std::uint32_t host);

  const World& world_;
  model::Sink& sink_;
  Driver& driver_;
  HostTable& hosts_;
  std::size_t list_limit_;
  bool keeps_datagrams_;  // told with the open port, and forgotten then
  bool keeps_stacks_;     // how open ports answer, for who finds out systems
  bool keeps_filters_;    // how ports answer, for who finds out what filters them
  std::deque<PortStage> stages_;
  std::size_t questions_ = 0;
  std::size_t ledger_bytes_ = 0;  // of one host
  std::size_t inside_ = 0;
  std::deque<std::uint32_t> waiting_;
  Result<void> reported_;
};

// What the ledgers of all hosts whose ports are being asked take together, at most; one host may always be asked.
inline constexpr std::size_t most_ledger_bytes = std::size_t{8} << 20U;

}  // namespace portolan::engine
