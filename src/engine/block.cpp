#include "engine/block.h"

#include <algorithm>

#include "model/extra_ports.h"

namespace portolan::engine {
namespace {

using model::PortState;
// One an ask; nullopt for what was cut short before it could be judged.
using Verdicts = std::vector<std::optional<Ledger::Entry>>;

Verdicts verdicts_of(const Engine& engine, const Job& job, std::uint32_t lane) {
  // Silence is a verdict only for a host that was asked to the end.
  const bool done = engine.outcome(lane).done;
  Verdicts verdicts;
  verdicts.reserve(job.asks.size());
  for (std::uint32_t ask = 0; ask < job.asks.size(); ++ask) {
    auto verdict = engine.verdict(lane, ask);
    const probe::Verdict& silence = job.techniques[job.asks[ask].technique]->on_silence;
    if (!verdict && done) verdict = Ledger::Entry{silence.state, silence.reason};
    verdicts.push_back(verdict);
  }
  return verdicts;
}

void add_listed(model::HostRecord& record, std::span<const Detail> details, const Block& block,
                const RecordContext& context, const Job& job, std::uint32_t ask, const Ledger::Entry& verdict) {
  const Ask& asked = job.asks[ask];
  model::PortRecord port =
      port_record(probe::protocol_of(job.techniques[asked.technique]->asks), asked.port, verdict, context.services);
  const auto detail = std::ranges::lower_bound(details, ask, {}, &Detail::ask);
  if (detail != details.end() && detail->ask == ask) {
    port.reason_ttl = detail->ttl;
    if (detail->router != 0) port.reason_address = block.routers[detail->router - 1U];
  }
  record.ports.push_back(std::move(port));
}

}  // namespace

std::uint16_t Block::router_number(const net::IpAddress& address) {
  const auto found = std::ranges::find(routers, address);
  if (found != routers.end()) return static_cast<std::uint16_t>(found - routers.begin() + 1);
  constexpr std::size_t most = 1024;
  if (routers.size() >= most) return 0;
  routers.push_back(address);
  return static_cast<std::uint16_t>(routers.size());
}

std::vector<LaneTarget> lanes_of(const Block& block, const HostList& hosts) {
  std::vector<LaneTarget> targets;
  targets.reserve(hosts.size());
  for (const std::uint32_t i : hosts) {
    const BlockHost& host = block.hosts[i];
    std::optional<Duration> known;
    if (host.round_trip) known = host.round_trip->smoothed;
    targets.push_back({host.target.address, &host.path, known});
  }
  return targets;
}

std::optional<model::RoundTrip> round_trip_of(const LaneOutcome& outcome) {
  if (!outcome.round_trip.known()) return std::nullopt;
  return model::RoundTrip{outcome.round_trip.smoothed(), outcome.round_trip.variation(), outcome.timeout};
}

model::PortRecord port_record(net::Protocol protocol, net::Port port, const Ledger::Entry& verdict,
                              const catalog::Services& services) {
  model::PortRecord record;
  record.protocol = protocol;
  record.port = port;
  record.state = verdict.state;
  record.reason = verdict.reason;
  record.service = services.name_of(protocol, port);
  return record;
}

model::HostRecord host_record(const BlockHost& host, const Block& block, const RecordContext& context) {
  model::HostRecord record;
  record.address = host.target.address;
  record.state = host.state;
  record.reason = host.reason;
  record.reason_ttl = host.reason_ttl;
  if (!host.target.name.empty()) record.names.push_back({host.target.name, model::HostName::Kind::user});
  record.other_addresses = host.target.other_addresses;
  record.mac = host.mac;
  if (host.mac) record.vendor = context.vendors.name_of(*host.mac);
  record.round_trip = host.round_trip;
  record.started = block.started;
  record.ended = context.now;
  record.remarks = host.remarks;
  return record;
}

model::HostRecord port_record(const BlockHost& host, const Block& block, const RecordContext& context,
                              const Engine& engine, const Job& job, std::uint32_t lane) {
  model::HostRecord record = host_record(host, block, context);
  const LaneOutcome outcome = engine.outcome(lane);
  record.port_scanned = !outcome.timed_out;
  record.timed_out = outcome.timed_out;
  record.interrupted = !outcome.done;
  if (const auto measured = round_trip_of(outcome)) record.round_trip = measured;
  if (outcome.done && !outcome.up && host.reason == model::Reason::user_set) {
    record.remarks.push_back({model::RemarkCode::nothing_answered});
  }
  const Verdicts verdicts = verdicts_of(engine, job, lane);
  std::array<std::size_t, 6> counts{};
  for (const auto& verdict : verdicts) {
    if (verdict) ++counts[static_cast<std::size_t>(verdict->state)];
  }
  const auto listed = [&](PortState state) {
    return state == PortState::open || counts[static_cast<std::size_t>(state)] <= context.list_limit;
  };
  std::vector<Detail> details = host.details;
  std::ranges::sort(details, {}, &Detail::ask);
  for (std::uint32_t ask = 0; ask < verdicts.size(); ++ask) {
    if (!verdicts[ask]) continue;
    if (listed(verdicts[ask]->state)) {
      add_listed(record, details, block, context, job, ask, *verdicts[ask]);
    } else {
      const Ask& asked = job.asks[ask];
      const net::Protocol protocol = probe::protocol_of(job.techniques[asked.technique]->asks);
      model::count(record.extra, verdicts[ask]->state, verdicts[ask]->reason, protocol, asked.port);
    }
  }
  model::sort_by_count(record.extra);
  if (outcome.limiter_given_up) {
    record.remarks.push_back({model::RemarkCode::limits_answers, {outcome.limiter_rate}});
  }
  return record;
}

}  // namespace portolan::engine
