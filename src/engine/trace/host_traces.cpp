#include "engine/trace/host_traces.h"

#include <string>
#include <utility>

#include "engine/trace/hop_probe.h"

namespace portolan::engine {
namespace {

std::optional<Duration> round_trip_of(const Host& host, std::span<const PortWalk> walks) {
  for (const PortWalk& walk : walks) {
    if (const auto measured = round_trip_of(walk.engine.outcome(walk.walk))) return measured->smoothed;
  }
  if (!host.facts || !host.facts->round_trip) return std::nullopt;
  return host.facts->round_trip->smoothed;
}

model::Trace trace_by(const HopProbe& probe, const net::IpAddress& target) {
  if (!asks_ports(probe.technique->asks)) return {target.is_v4() ? "icmp" : "ipv6-icmp", {}, {}};
  return {std::string{net::name_of(protocol_of(probe.technique->asks))}, probe.port, {}};
}

}  // namespace

void HostTraces::enter(std::uint32_t number) {
  Host& host = hosts_[number];
  if (!plan_.traceroute || host.state != model::HostState::up) return done_.push_back(number);
  const net::Path& path = *host.target.path;
  // Nothing lies on the way from here to here.
  if (path.kind == net::Path::Kind::local) return done_.push_back(number);
  const auto walks = ports_.walks_of(host);
  const auto round_trip = round_trip_of(host, walks);
  if (path.on_link) {
    keep(host, {{}, {}, {{1, host.target.address, {}, round_trip}}});
    return done_.push_back(number);
  }
  const HopQuestion question = hop_question(host, walks, plan_.dress.source_port.has_value());
  host.known().trace = trace_by(question.probe, host.target.address);
  driver_.traceroute()->enter({host.target, number, question.probe, question.distance, round_trip}, world_.clock.now());
}

std::vector<std::uint32_t> HostTraces::take_done() {
  if (Traceroute* traceroute = driver_.traceroute()) {
    for (const Traceroute::Done& done : traceroute->take_done()) {
      Host& host = hosts_[done.host];
      model::Trace trace = *host.facts->trace;
      for (const HopFound& hop : done.route) {
        trace.hops.push_back({static_cast<std::uint8_t>(trace.hops.size() + 1), hop.address, {}, hop.round_trip});
      }
      keep(host, std::move(trace));
      done_.push_back(done.host);
    }
  }
  return std::exchange(done_, {});
}

void HostTraces::keep(Host& host, model::Trace trace) {
  names_.ask(trace);
  host.known().trace = std::move(trace);
}

bool HostTraces::left_out() const {
  const Traceroute* traceroute = driver_.traceroute();
  return traceroute != nullptr && traceroute->refused() > 0;
}

}  // namespace portolan::engine
