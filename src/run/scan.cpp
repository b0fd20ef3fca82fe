#include "run/scan.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "base/version.h"
#include "os/bell.h"
#include "os/catalogues.h"
#include "os/monotonic_clock.h"
#include "os/privileges.h"
#include "os/process/namespace_thread.h"
#include "os/process/namespaces.h"
#include "os/wall_clock.h"
#include "probe/registry.h"
#include "run/engine_thread.h"
#include "run/identified_ports.h"
#include "run/judged_filters.h"
#include "run/judged_systems.h"
#include "run/open_doors.h"
#include "run/side_by_side.h"

namespace portolan::run {
namespace {

using model::RemarkCode;

// What this machine kept from the targets.
struct Losses {
  engine::Refusals refused;
  std::uint64_t dropped = 0;
  void add(const engine::Link& link) {
    refused.add(link.refusals());
    dropped += link.dropped();
  }
};

Result<void> report(const Losses& losses, model::Sink& sink) {
  if (const engine::Refusals& refused = losses.refused; refused.probes > 0) {
    const std::string target = refused.target ? net::to_string(*refused.target) : "";
    if (auto done = sink.on(model::Remark{RemarkCode::refused_here, {refused.probes, refused.cause, target}}); !done) {
      return done;
    }
  }
  if (losses.dropped > 0) return sink.on(model::Remark{RemarkCode::dropped_here, {losses.dropped}});
  return {};
}

}  // namespace

struct OpenScan::Parts {
  const plan::Plan& plan;
  const catalog::Services& services;
  ScanSettings settings;
  os::MonotonicClock clock{};
  os::VendorLists vendors{};
  std::unique_ptr<os::NamespaceThread> place{};  // nullptr: the caller's own thread
  std::optional<OpenDoors> doors{};              // of one engine alone
  std::vector<EnginePart> engines{};             // of several
  std::optional<os::Bell> bell{};                // with which they wake the one that hears them
  std::vector<std::unique_ptr<engine::WatchedLink>> watched{};

  void within(const std::function<void()>& work) const { place ? place->perform(work) : work(); }

  Result<void> enter(const std::string& network_namespace) {
    const auto handle = os::open_network_namespace(network_namespace);
    if (!handle) return fail(handle.error());
    auto entered = os::NamespaceThread::enter(*handle);
    if (!entered) return fail(os::cannot_enter(network_namespace, entered.error()));
    place = std::move(*entered);
    return {};
  }

  Result<void> open() {
    Result<void> opened;
    within([&] {
      opened = open_doors();
      // Capabilities belong to threads. The caller drops its own.
      if (opened && place) opened = os::drop_privileges();
    });
    return opened;
  }

  Result<void> open_doors() {
    const unsigned threads = useful_threads(plan, settings.threads);
    if (threads == 1) {
      auto opened = OpenDoors::open(plan, settings.names, settings.wake, settings.whole_packets);
      if (!opened) return fail(opened.error());
      doors.emplace(std::move(*opened));
      return {};
    }
    for (unsigned i = 0; i < threads; ++i) {
      auto opened = EnginePart::open(plan, i, threads, settings.names, settings.whole_packets);
      if (!opened) return fail(i == 0 ? opened.error() : too_many(i, threads, opened.error()));
      engines.push_back(std::move(*opened));
    }
    auto opened = os::Bell::open();
    if (!opened) return fail(too_many(threads - 1, threads, opened.error()));
    bell.emplace(std::move(*opened));
    return {};
  }

  // The link of one engine, or what stands around it for somebody who watches.
  engine::Link& link_of(const OpenDoors& open, const WatchOf& watch_of) {
    if (!watch_of) return open.link();
    return *watched.emplace_back(std::make_unique<engine::WatchedLink>(open.link(), clock, watch_of()));
  }

  [[nodiscard]] engine::World world_of(const OpenDoors& open, engine::Link& link, engine::UserControl* control,
                                       engine::LateTargets* late) const {
    return {.link = link,
            .clock = clock,
            .routes = open.routes(),
            .tag_base = open.tag_base(),
            .services = services,
            .vendors = vendors.vendors(),
            .names = open.names(),
            .control = control,
            .wall_time = os::wall_time,
            .key = open.key(),
            .late = late};
  }

  model::ScanFinished run(model::Sink& sink, const WatchOf& watch_of) {
    if (!plan.firewall) return judge_systems(sink, watch_of);
    JudgedFilters judged{sink};
    return judge_systems(judged, watch_of);
  }

  model::ScanFinished judge_systems(model::Sink& sink, const WatchOf& watch_of) {
    if (!plan.systems) return identify(sink, watch_of);
    // Behind who answers at the ports: what services say of their system counts.
    JudgedSystems judged{plan.systems->guess, sink};
    return identify(judged, watch_of);
  }

  model::ScanFinished identify(model::Sink& sink, const WatchOf& watch_of) {
    if (!plan.identify) return ask(sink, watch_of);
    auto identified = IdentifiedPorts::begin(plan, sink, settings.talk_trace, settings.fingerprints);
    if (!identified) {
      model::ScanFinished failed;
      model::fail_with(failed, identified.error());
      return failed;
    }
    model::ScanFinished finished = ask(**identified, watch_of);
    const auto done = (*identified)->finish(settings.control, settings.wake);
    if (!done && finished.success) model::fail_with(finished, done.error());
    if (done && !*done && finished.success) finished.interrupted = true;
    // It took until now.
    finished.elapsed = {};
    finished.time = {};
    return finished;
  }

  model::ScanFinished ask(model::Sink& sink, const WatchOf& watch_of) {
    Losses losses;
    model::ScanFinished finished;
    if (doors) {
      finished =
          engine::run_scan(plan, world_of(*doors, link_of(*doors, watch_of), settings.control, settings.late), sink);
      losses.add(doors->link());
    } else {
      std::vector<EngineRun> runs;
      for (EnginePart& part : engines) {
        engine::LateTargets* late = runs.empty() ? settings.late : nullptr;
        engine::Link& link = link_of(part.doors, watch_of);
        runs.push_back({*part.control, [this, &part, &link, late](model::Sink& events) {
                          return engine::run_scan(part.plan, world_of(part.doors, link, part.control.get(), late),
                                                  events);
                        }});
      }
      finished = run_side_by_side(runs, settings.control, settings.wake, sink, std::move(*bell));
      for (const EnginePart& part : engines) losses.add(part.doors.link());
    }
    if (const auto done = report(losses, sink); !done && finished.success) model::fail_with(finished, done.error());
    return finished;
  }
};

unsigned useful_threads(const plan::Plan& plan, unsigned wanted) {
  if (plan.depth == plan::ScanDepth::list || plan.timing.serial) return 1;
  const std::uint64_t hosts = plan.targets.size() / plan.shards;
  return static_cast<unsigned>(std::clamp<std::uint64_t>(wanted, 1, std::max<std::uint64_t>(1, hosts)));
}

model::ScanStarted started_of(const plan::Plan& plan) {
  model::ScanStarted started;
  started.version = program_version;
  started.time = os::wall_time();
  started.depth = plan.depth;
  for (const plan::Technique& technique : plan.techniques) {
    const probe::Probe& probe = *probe::find(technique.name);
    started.scans.push_back({std::string{probe.scan_type}, probe::protocol_of(probe.asks), technique.ports});
  }
  return started;
}

OpenScan::OpenScan(std::unique_ptr<Parts> parts) : parts_{std::move(parts)} {}
OpenScan::~OpenScan() = default;

Result<std::unique_ptr<OpenScan>> OpenScan::open(const plan::Plan& plan, const catalog::Services& services,
                                                 const Vantage& vantage, const ScanSettings& settings) {
  auto parts = std::make_unique<Parts>(plan, services, settings);
  if (!vantage.network_namespace.empty()) {
    if (const auto entered = parts->enter(vantage.network_namespace); !entered) return fail(entered.error());
  }
  if (const auto opened = parts->open(); !opened) return fail(opened.error());
  return std::unique_ptr<OpenScan>{new OpenScan{std::move(parts)}};
}

model::ScanFinished OpenScan::run(model::Sink& sink, const WatchOf& watch_of) {
  model::ScanFinished finished;
  parts_->within([&] { finished = parts_->run(sink, watch_of); });
  return finished;
}

}  // namespace portolan::run
