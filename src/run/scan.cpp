#include "run/scan.h"

#include <functional>
#include <optional>
#include <utility>

#include "base/version.h"
#include "os/catalogues.h"
#include "os/monotonic_clock.h"
#include "os/privileges.h"
#include "os/process/namespace_thread.h"
#include "os/process/namespaces.h"
#include "os/wall_clock.h"
#include "probe/registry.h"
#include "run/doors.h"

namespace portolan::run {
namespace {

using model::RemarkCode;

// Counts what was said, for the end of a scan that fails on its way.
class HostCount final : public model::Sink {
 public:
  explicit HostCount(model::Sink& sink) : sink_{sink} {}
  Result<void> on(const model::Event& event) override {
    if (const auto* host = std::get_if<model::HostRecord>(&event)) {
      ++(host->state == model::HostState::up ? finished_.hosts_up : finished_.hosts_down);
      ++finished_.hosts_total;
    }
    return sink_.on(event);
  }

  [[nodiscard]] const model::ScanFinished& finished() const { return finished_; }

 private:
  model::Sink& sink_;
  model::ScanFinished finished_;
};

// What this machine kept from the targets.
Result<void> report_losses(const engine::Link& link, model::Sink& sink) {
  if (const std::uint64_t refused = link.refused(); refused > 0) {
    if (const auto done = sink.on(model::Remark{RemarkCode::refused_here, {refused}}); !done) return done;
  }
  if (const std::uint64_t dropped = link.dropped(); dropped > 0) {
    return sink.on(model::Remark{RemarkCode::dropped_here, {dropped}});
  }
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
  std::optional<Doors> doors{};

  void within(const std::function<void()>& work) const { place ? place->perform(work) : work(); }

  Result<void> enter(const std::string& network_namespace) {
    const auto handle = os::open_network_namespace(network_namespace);
    if (!handle) return fail(handle.error());
    auto entered = os::NamespaceThread::enter(*handle);
    if (!entered) return fail(entered.error());
    place = std::move(*entered);
    return {};
  }

  Result<void> open_doors() {
    Result<void> opened;
    within([&] {
      auto found = Doors::open(plan, settings.names, settings.wake);
      if (found) {
        doors.emplace(std::move(*found));
        // Capabilities belong to threads. The caller drops its own.
        if (place) opened = os::drop_privileges();
      } else {
        opened = fail(found.error());
      }
    });
    return opened;
  }

  Result<model::ScanFinished> run(model::Sink& sink) const {
    const engine::World world{.link = doors->link(),
                              .clock = clock,
                              .routes = doors->routes(),
                              .tag_base = doors->tag_base(),
                              .services = services,
                              .vendors = vendors.vendors(),
                              .names = doors->names(),
                              .control = settings.control,
                              .wall_time = os::wall_time};
    auto finished = engine::run_scan(plan, world, sink);
    if (!finished) return finished;
    if (const auto done = report_losses(doors->link(), sink); !done) return fail(done.error());
    return finished;
  }
};

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
  if (const auto opened = parts->open_doors(); !opened) return fail(opened.error());
  return std::unique_ptr<OpenScan>{new OpenScan{std::move(parts)}};
}

model::ScanFinished OpenScan::run(model::Sink& sink) {
  const Instant began = parts_->clock.now();
  HostCount counting{sink};
  Result<model::ScanFinished> finished;
  parts_->within([&] { finished = parts_->run(counting); });
  if (finished) return *finished;
  model::ScanFinished failed = counting.finished();
  failed.time = os::wall_time();
  failed.elapsed = parts_->clock.now() - began;
  failed.success = false;
  failed.error = finished.error().message;
  return failed;
}

}  // namespace portolan::run
