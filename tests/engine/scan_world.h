// A whole scan on a simulated network, with what came out of it. Shared by the engine's tests.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/scan.h"
#include "model/sink.h"
#include "seeds.h"
#include "sim/network.h"

namespace portolan::test {

class Collect : public model::Sink {
 public:
  Result<void> on(const model::Event& event) override {
    if (const auto* found = std::get_if<model::OpenPort>(&event)) open.emplace_back(found->host, found->port.port);
    if (const auto* host = std::get_if<model::HostRecord>(&event)) hosts.push_back(*host);
    return {};
  }
  std::vector<std::pair<net::IpAddress, net::Port>> open;
  std::vector<model::HostRecord> hosts;
};

struct Told {
  model::PortState state;
  model::Reason reason;
  friend bool operator==(const Told&, const Told&) = default;
};

// Every port that the record speaks about, listed or counted. A port told twice is a failure, seen as
// `repeated`.
struct PortTable {
  std::map<std::uint16_t, Told> ports;
  std::size_t repeated = 0;
};
inline PortTable table_of(const model::HostRecord& host) {
  PortTable table;
  const auto add = [&table](net::Port port, Told told) {
    if (!table.ports.emplace(port.value(), told).second) ++table.repeated;
  };
  for (const auto& port : host.ports) add(port.port, {port.state, port.reason});
  for (const auto& extra : host.extra) {
    for (const auto& reason : extra.reasons) {
      for (const net::Port port : reason.ports.ports()) add(port, {extra.state, reason.reason});
    }
  }
  return table;
}

inline net::PortSet ports(std::uint16_t first, std::uint16_t last) {
  net::PortSet set;
  set.insert(net::PortRange{net::Port{first}, net::Port{last}});
  return set;
}
inline net::PortSet ports(std::initializer_list<std::uint16_t> list) {
  net::PortSet set;
  for (const std::uint16_t port : list) set.insert(net::Port{port});
  return set;
}

inline net::IpAddress address(const std::string& text) { return net::IpAddress::parse(text).value(); }

// A plan for `targets`, as the command line would make it.
inline plan::Plan plan_for(const std::vector<std::string>& targets, const net::PortSet& ports, std::uint64_t seed,
                           int timing = 4) {
  plan::Plan plan;
  const auto no_names = [](std::string_view name) -> Result<std::vector<net::IpAddress>> {
    return fail(Errc::unresolved, std::string{name});
  };
  for (const auto& target : targets) {
    const auto added = plan.targets.add(target, {}, no_names, {});
    if (!added) throw std::runtime_error(added.error().message);
  }
  plan.techniques = {{"tcp-syn", ports}};
  plan.timing = plan::timing_template(timing);
  plan.seed = seed;
  plan.discovery_probes = {
      {"icmp-echo", {}}, {"tcp-syn", net::Port{443}}, {"tcp-ack", net::Port{80}}, {"icmp-timestamp", {}}};
  return plan;
}

struct Outcome {
  Collect sink;
  model::ScanFinished finished;
};

// What came of a scan that is to succeed; else its error.
inline Result<model::ScanFinished> success_of(const model::ScanFinished& finished) {
  if (!finished.success) return fail(Errc::io, finished.error);
  return finished;
}

// `link`: what stands before the network, where something does.
inline model::ScanFinished scan_into(const plan::Plan& plan, sim::Network& network, model::Sink& sink,
                                     engine::UserControl* control = nullptr, engine::Link* link = nullptr) {
  static const auto services = catalog::Services::parse("").value();
  static const auto vendors = catalog::Vendors{};
  engine::Link& door = link == nullptr ? network : *link;
  const engine::World world{
      door, network, network, 40'000, services, vendors, nullptr, control, std::chrono::system_clock::now};
  const auto finished = success_of(engine::run_scan(plan, world, sink));
  if (!finished) throw std::runtime_error(finished.error().message);
  return *finished;
}

inline std::unique_ptr<Outcome> scan(const plan::Plan& plan, sim::Network& network,
                                     engine::UserControl* control = nullptr) {
  auto outcome = std::make_unique<Outcome>();
  outcome->finished = scan_into(plan, network, outcome->sink, control);
  return outcome;
}

}  // namespace portolan::test
