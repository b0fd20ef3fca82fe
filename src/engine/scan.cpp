#include "engine/scan.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/error_name.h"
#include "engine/driver.h"
#include "engine/filters/host_filters.h"
#include "engine/host.h"
#include "engine/host_discovery.h"
#include "engine/host_reporter.h"
#include "engine/name_lookups.h"
#include "engine/port_scan.h"
#include "engine/systems/host_systems.h"
#include "engine/target_stream.h"
#include "engine/trace/host_traces.h"
#include "model/prompt_sink.h"

namespace portolan::engine {
namespace {

// So many hosts may be asked something at any time; more of them would only wait for their turn.
constexpr std::size_t enough_sendable = 1U << 14U;
// So many hosts that are up may wait for room among those whose ports are asked.
constexpr std::size_t most_waiting = 1U << 12U;
// Routes are asked for so many hosts at once, and so many enter before the link has its turn again.
constexpr std::size_t batch = 256;
constexpr std::size_t batches_a_turn = 16;

Error left_out_here(const Refusals& refusals, const std::optional<Error>& fault) {
  if (refusals.probes == 0 && fault) {
    Error error = *fault;
    error.code = Errc::io;
    error.message = fmt::format("not everything was asked: {}", fault->message);
    return error;
  }
  Error error{Errc::io,
              fmt::format("not everything was asked: this machine refused to send {} {} ({})", refusals.probes,
                          refusals.probes == 1 ? "probe" : "probes", words_of_error(refusals.cause)),
              refusals.cause,
              {}};
  if (refusals.target) error.about = {net::to_string(*refusals.target)};
  return error;
}

class Scan {
 public:
  Scan(const plan::Plan& plan, const World& world, model::Sink& sink)
      : plan_{plan},
        targets_{plan, world},
        sink_{sink},
        driver_{plan, world, sink_},
        world_{world},
        discovery_{plan, world, sink_, driver_, hosts_},
        ports_{plan, world, sink_, driver_, hosts_},
        systems_{plan, world, driver_, hosts_, ports_},
        filters_{plan, world, driver_, hosts_, ports_},
        names_{plan, world, hosts_},
        traces_{plan, world, driver_, hosts_, ports_, names_},
        reporter_{plan, world, sink_, driver_, names_, ports_, finished_} {}

  model::ScanFinished run() {
    Result<void> done = ask();
    // What is known by then is told, and all that was done is counted.
    if (!done) driver_.stop();
    if (const auto ended = end(); done && !ended) done = fail(ended.error());
    if (done) return finished_;
    finished_.interrupted = false;
    model::fail_with(finished_, done.error());
    return finished_;
  }

 private:
  Result<void> ask() {
    while (!driver_.stopped()) {
      if (auto done = let_in(); !done) return done;
      if (auto done = pass_on(); !done) return done;
      if (auto done = driver_.end_tasks(!targets_.is_over() || ports_.waiting() > 0); !done) return done;
      if (hosts_.size() == 0 && targets_.is_over()) break;
      const Instant wake = std::min({names_.wake_at(), targets_.wake_at(), discovery_.wake_at()});
      if (auto done = driver_.turn(wake, has_room() ? enough_sendable : 0); !done) return done;
      if (!ports_.reported()) return fail(ports_.reported().error());
    }
    return {};
  }

  [[nodiscard]] bool has_room() const {
    return targets_.has_next() && hosts_.size() < most_hosts && ports_.waiting() < most_waiting && !names_.is_full();
  }

  Result<void> let_in() {
    if (auto done = targets_.look(sink_); !done) return done;
    for (std::size_t i = 0; i < batches_a_turn && has_room() && driver_.sendable() < enough_sendable; ++i) {
      const auto entered = next_hosts();
      if (plan_.depth == plan::ScanDepth::list) {
        for (const std::uint32_t host : entered) {
          hosts_[host].reason = model::Reason::user_set;
          look_up_name(host);
        }
      } else if (auto done = discovery_.enter(entered); !done) {
        return done;
      }
    }
    driver_.found().targets_passed = targets_.passed();
    driver_.found().targets = targets_.total();
    return {};
  }

  std::vector<std::uint32_t> next_hosts() {
    std::vector<std::uint32_t> entered;
    const model::WallTime now = world_.wall_time();
    while (entered.size() < batch) {
      auto target = targets_.next();
      if (!target) break;
      const std::uint32_t number = hosts_.add();
      Host& host = hosts_[number];
      host.target.address = target->address;
      host.position = target->position;
      host.single = target->single;
      host.started = now;
      if (!target->name.empty()) {
        host.known().name = std::move(target->name);
        host.known().other_addresses = std::move(target->other_addresses);
      }
      entered.push_back(number);
    }
    return entered;
  }

  // Every host whose step is over goes to the next one.
  Result<void> pass_on() {
    const auto decided = discovery_.take_decided();
    if (!decided) return fail(decided.error());
    for (const std::uint32_t host : *decided) {
      names_.ask(hosts_[host]);
      const bool up = hosts_[host].state == model::HostState::up;
      if (up && plan_.depth == plan::ScanDepth::ports && ports_.asks_any()) {
        ports_.enter(host);
      } else {
        systems_.enter(host);
      }
    }
    const bool crowded = ports_.waiting() > 0 || hosts_.size() > most_hosts / 2;
    if (crowded || !driver_.is_working()) ports_.release_judged();
    for (const std::uint32_t host : ports_.take_done()) systems_.enter(host);
    for (const std::uint32_t host : systems_.take_done()) filters_.enter(host);
    for (const std::uint32_t host : filters_.take_done()) traces_.enter(host);
    for (const std::uint32_t host : traces_.take_done()) names_.wait(host);
    for (const std::uint32_t host : names_.take_ready()) {
      if (auto done = report(host); !done) return done;
    }
    return {};
  }

  void look_up_name(std::uint32_t host) {
    names_.ask(hosts_[host]);
    names_.wait(host);
  }

  Result<void> report(std::uint32_t host) {
    auto done = reporter_.report(hosts_[host]);
    ports_.leave(host);
    hosts_.remove(host);
    return done;
  }

  // After a stop request hosts are still under way: what is known of them is told.
  Result<void> end() {
    Result<void> outcome;
    const auto note = [&outcome](const Result<void>& done) {
      if (outcome && !done) outcome = done;
    };
    note(driver_.end_tasks(!targets_.is_over()));
    note(targets_.leave(sink_));
    ports_.stop();
    reporter_.never_entered(targets_.total() - targets_.passed());
    std::vector<std::uint32_t> left = hosts_.numbers();
    std::ranges::sort(left, {}, [this](std::uint32_t host) { return hosts_[host].position; });
    for (const std::uint32_t host : left) note(report(host));
    driver_.sum_up(finished_);
    const bool left_out = reporter_.left_out() || traces_.left_out() || systems_.left_out() || filters_.left_out();
    if (left_out && !finished_.interrupted)
      model::fail_with(finished_, left_out_here(world_.link.refusals(), discovery_.fault()));
    return outcome;
  }

  const plan::Plan& plan_;
  TargetStream targets_;
  HostTable hosts_;
  model::PromptSink sink_;
  Driver driver_;
  const World& world_;
  HostDiscovery discovery_;
  PortScan ports_;
  HostSystems systems_;
  HostFilters filters_;
  NameLookups names_;
  HostTraces traces_;
  model::ScanFinished finished_;
  HostReporter reporter_;
};

}  // namespace

std::uint16_t tags_of(const plan::Plan& plan) {
  return static_cast<std::uint16_t>(2 * tags_an_engine + (plan.traceroute ? hop_tags : 0) +
                                    (plan.systems ? stack_tags : 0) + (plan.firewall ? filter_tags : 0));
}

model::ScanFinished run_scan(const plan::Plan& plan, const World& world, model::Sink& sink) {
  return Scan{plan, world, sink}.run();
}

}  // namespace portolan::engine
