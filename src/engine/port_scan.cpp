#include "engine/port_scan.h"

#include <algorithm>
#include <cassert>

#include "probe/registry.h"

namespace portolan::engine {
namespace {

// Only silent ports can hide an open one.
double missed_open(const Engine& engine, const Job& job, const BlockHost& host, std::uint32_t lane) {
  const LaneOutcome outcome = engine.outcome(lane);
  const double silent = static_cast<double>(job.asks.size() - outcome.answered);
  const auto open = std::ranges::count_if(host.details, [&](const Detail& detail) {
    const auto verdict = engine.verdict(lane, detail.ask);
    return verdict && verdict->state == model::PortState::open;
  });
  return std::min(silent, expected_missed(static_cast<double>(open), engine.loss(), std::max(1, outcome.passes)));
}

}  // namespace

Job PortScan::job() const {
  Job job;
  job.sequential = plan_.sequential_ports;
  for (const plan::Technique& technique : plan_.techniques) {
    const probe::Probe* probe = probe::find(technique.name);
    assert(probe != nullptr && "a plan has only names that are in the registry");
    const auto number = static_cast<std::uint8_t>(job.techniques.size());
    job.techniques.push_back(probe);
    for (const net::Port port : technique.ports.ports()) {
      const std::uint8_t variants = probe->variants == nullptr ? 1 : probe->variants(port);
      for (std::uint8_t variant = 0; variant < variants; ++variant) job.asks.push_back({number, variant, port});
    }
  }
  return job;
}

Result<double> PortScan::run(Block& block) {
  HostList hosts;
  for (std::uint32_t i = 0; i < block.hosts.size(); ++i) {
    if (block.hosts[i].state == model::HostState::up) hosts.push_back(i);
  }
  const Job ports = job();
  double missed = 0;
  if (hosts.empty() || ports.asks.empty()) {
    names_.await(block);
    if (auto told = teller_.tell_rest(); !told) return fail(told.error());
    return missed;
  }
  const auto targets = lanes_of(block, hosts);
  const Stage stage{ports.techniques[0]->name, ports, targets};
  const auto engine = driver_.engine_for(stage, *this);
  block_ = &block;
  job_ = &ports;
  hosts_ = &hosts;
  lanes_done_ = 0;
  teller_.attach(*engine, ports, hosts);
  if (auto done = driver_.run(*engine, stage, *this); !done) return fail(done.error());
  for (std::uint32_t lane = 0; lane < hosts.size(); ++lane) {
    missed += missed_open(*engine, ports, block.hosts[hosts[lane]], lane);
  }
  names_.await(block);
  if (auto told = teller_.tell_rest(); !told) return fail(told.error());
  return missed;
}

Result<void> PortScan::keep_up(const Engine& engine) {
  if (!told_) return told_;
  if (engine.lanes_done() == lanes_done_) return {};
  lanes_done_ = engine.lanes_done();
  return teller_.tell_finished();
}

void PortScan::on_answer(const Answer& answer) {
  BlockHost& host = block_->hosts[(*hosts_)[answer.host]];
  if (answer.mac && host.path.on_link && !host.mac) host.mac = answer.mac;
  // Later than any wait allows for: the host has been told already.
  if (answer.host < teller_.lanes_told()) return;
  keep_detail(host, answer);
  if (answer.verdict.state != model::PortState::open) return;
  ++driver_.found().open_ports;
  if (auto told = tell_open(host, answer); !told) told_ = told;
}

// Only ports that may be listed need details: open ones, and no more of any other state than are listed.
void PortScan::keep_detail(BlockHost& host, const Answer& answer) {
  const std::uint32_t ask = answer.index;
  if (answer.overrules) std::erase_if(host.details, [ask](const Detail& detail) { return detail.ask == ask; });
  const bool open = answer.verdict.state == model::PortState::open;
  if (!open && host.detail_counts[static_cast<std::size_t>(answer.verdict.state)]++ >= plan_.list_limit) return;
  const bool foreign = answer.from.without_zone() != host.target.address.without_zone();
  host.details.push_back({ask, foreign ? block_->router_number(answer.from) : std::uint16_t{0}, answer.ttl});
}

Result<void> PortScan::tell_open(const BlockHost& host, const Answer& answer) {
  const net::Protocol protocol = probe::protocol_of(job_->techniques[answer.ask.technique]->asks);
  model::PortRecord port =
      port_record(protocol, answer.ask.port, {answer.verdict.state, answer.verdict.reason}, world_.services);
  port.reason_ttl = answer.ttl;
  return sink_.on(model::OpenPort{host.target.address, std::move(port)});
}

}  // namespace portolan::engine
