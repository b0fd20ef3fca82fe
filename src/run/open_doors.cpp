#include "run/open_doors.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/escape.h"
#include "base/message.h"
#include "engine/engine.h"
#include "os/net/interfaces.h"
#include "os/net/kernel_routes.h"
#include "os/net/socket_routes.h"
#include "os/packet/connect_link.h"
#include "os/packet/split_link.h"
#include "os/seed.h"
#include "probe/plan_techniques.h"
#include "probe/registry.h"

namespace portolan::run {
namespace {

// Connections get their source ports from the kernel; these only name attempts inside the engine.
constexpr std::uint16_t connect_tags = 40'000;

bool connects(const plan::Plan& plan) {
  return std::ranges::any_of(plan.techniques,
                             [](const plan::Technique& technique) { return probe::find(technique.name)->connects; });
}

bool sends_raw(const plan::Plan& plan) { return plan.privileged && plan.depth != plan::ScanDepth::list; }

Result<std::unique_ptr<os::ConnectLink>> open_connections(const plan::Plan& plan, std::uint16_t tag_base, int wake) {
  return os::ConnectLink::open({.longest_wait = plan.timing.max_rtt_timeout,
                                .patience = plan.timing.initial_rtt_timeout,
                                .repetitions = plan.timing.max_rate ? 0 : os::ConnectOptions{}.repetitions,
                                .max_retries = plan.timing.max_retries,
                                .tag_base = tag_base,
                                .interface = plan.interface,
                                .wake = wake});
}

}  // namespace

OpenDoors::OpenDoors() : key_{os::draw_seed(), os::draw_seed()} {}

Result<OpenDoors> OpenDoors::open(const plan::Plan& plan, const os::ReverseNamesOptions& names, int wake,
                                  bool whole_packets) {
  OpenDoors doors;
  if (const auto done = doors.open_routes(plan); !done) return fail(done.error());
  if (const auto done = doors.open_link(plan, wake, whole_packets); !done) return fail(done.error());
  if (const auto done = doors.open_names(plan, names); !done) return fail(done.error());
  return doors;
}

std::uint16_t OpenDoors::tag_base() const { return source_ports_ ? source_ports_->block().first : connect_tags; }

// -e lo, which a scan of any other machine cannot mean.
Result<void> OpenDoors::check_interface(const plan::Plan& plan) const {
  constexpr std::size_t enough = 256;
  if (plan.depth == plan::ScanDepth::list || !os::is_loopback_interface(plan.interface)) return {};
  std::vector<net::IpAddress> targets;
  plan::TargetSet::Cursor cursor{plan.targets};
  while (targets.size() < enough) {
    const auto target = cursor.next();
    if (!target) break;
    targets.push_back(target->address);
  }
  for (const auto& path : routes_->route(targets)) {
    if (path || path.error().cause != "leads-home") continue;
    return fail(Errc::usage, said("-e {0}: {1}; name the interface that leads there, or leave -e out",
                                  escape_terminal(plan.interface), path.error().message));
  }
  return {};
}

Result<void> OpenDoors::open_routes(const plan::Plan& plan) {
  // Connections need no more than the kernel's own way, and a list needs none.
  if (!sends_raw(plan) && os::KernelRoutes::missing()) {
    auto routes = os::SocketRoutes::open(plan.interface);
    if (!routes) return fail(routes.error());
    routes_ = std::move(*routes);
    return check_interface(plan);
  }
  auto routes = os::KernelRoutes::open(plan.interface);
  if (!routes) return fail(routes.error());
  routes_ = std::move(*routes);
  return check_interface(plan);
}

Result<void> OpenDoors::open_link(const plan::Plan& plan, int wake, bool whole_packets) {
  const bool raw = sends_raw(plan);
  if (raw) {
    auto ports = os::SourcePorts::reserve(os::draw_seed(), engine::tags_of(plan));
    if (!ports) return fail(ports.error());
    source_ports_.emplace(std::move(*ports));
  }
  std::unique_ptr<os::ConnectLink> connections;
  if (!raw || connects(plan)) {
    auto opened = open_connections(plan, tag_base(), wake);
    if (!opened) return fail(opened.error());
    connections = std::move(*opened);
  }
  if (!raw) {
    link_ = std::move(connections);
    return {};
  }
  auto packets = open_packet_link(plan, connections ? connections->events() : wake, whole_packets);
  if (!packets) return fail(packets.error());
  if (connections) {
    link_ = std::make_unique<os::SplitLink>(std::move(*packets), std::move(connections));
  } else {
    link_ = std::move(*packets);
  }
  return {};
}

Result<std::unique_ptr<os::PacketLink>> OpenDoors::open_packet_link(const plan::Plan& plan, int wake,
                                                                    bool whole_packets) const {
  return os::PacketLink::open({.tags = source_ports_->block(),
                               .source_port = plan.dress.source_port,
                               .techniques = probe::techniques_of(plan),
                               .whole = whole_packets},
                              wake, plan.interface);
}

Result<void> OpenDoors::open_names(const plan::Plan& plan, const os::ReverseNamesOptions& options) {
  if (plan.names == plan::NameLookup::never) return {};
  auto names = os::ReverseNames::open(options);
  if (!names) {
    Error error = names.error();
    if (error.code == Errc::parse) error.message = fmt::format("--dns-servers: {}", error.message);
    return fail(std::move(error));
  }
  names_ = std::move(*names);
  return {};
}

}  // namespace portolan::run
