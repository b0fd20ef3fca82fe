#include "engine/findings.h"

#include <algorithm>
#include <array>

#include "engine/pace/passes.h"
#include "model/extra_ports.h"

namespace portolan::engine {
namespace {

using model::PortState;

// Where so much is hidden, the few that were seen say nothing about the others.
constexpr double most_hidden = 0.9;

struct Finding {
  Question question;
  std::uint32_t index = 0;  // of the question among all
  net::Protocol protocol{};
  LedgerEntry verdict;
  bool answered = false;
};

// One a question; none for what was cut short before it could be judged.
void add_findings(std::vector<Finding>& findings, const PortWalk& walk) {
  const Job& job = walk.engine.job();
  // Silence is a verdict only for a host that was asked to the end; one that stopped answering, or ran out of time, may
  // have been left before.
  const WalkOutcome outcome = walk.engine.outcome(walk.walk);
  const bool left_early = outcome.stopped_answering && outcome.never_asked > outcome.refused;
  const bool done = outcome.done && !left_early && !outcome.timed_out;
  for (std::uint32_t i = 0; i < job.questions.size(); ++i) {
    const Question& question = job.questions[i];
    const probe::Probe& probe = *job.techniques[question.technique];
    const auto verdict = walk.engine.verdict(walk.walk, i);
    if (!verdict && (!done || walk.engine.was_refused(walk.walk, i))) continue;
    findings.push_back({.question = question,
                        .index = walk.first_detail + i,
                        .protocol = probe::protocol_of(probe.asks),
                        .verdict = verdict ? *verdict : walk.engine.on_silence(i),
                        .answered = verdict.has_value()});
  }
}

void add_listed(model::HostRecord& record, const Host& host, const Finding& finding, const RecordContext& context) {
  model::PortRecord port = port_record(finding.protocol, finding.question.port, finding.verdict, context.services);
  if (finding.answered && host.facts) {
    const AnswerDetails::Detail detail = host.facts->details.of(finding.index);
    port.reason_ttl = detail.ttl;
    port.reason_address = detail.from;
  }
  record.ports.push_back(std::move(port));
}

void add_ports(model::HostRecord& record, const Host& host, std::span<const PortWalk> walks,
               const RecordContext& context) {
  std::vector<Finding> findings;
  for (const PortWalk& walk : walks) add_findings(findings, walk);
  std::ranges::stable_sort(findings, {}, [](const Finding& f) { return std::pair{f.protocol, f.question.port}; });
  std::array<std::size_t, 6> counts{};
  for (const Finding& finding : findings) ++counts[static_cast<std::size_t>(finding.verdict.state)];
  for (const Finding& finding : findings) {
    const PortState state = finding.verdict.state;
    if (state == PortState::open || counts[static_cast<std::size_t>(state)] <= context.list_limit) {
      add_listed(record, host, finding, context);
    } else {
      model::count(record.extra, state, finding.verdict.reason, finding.protocol, finding.question.port);
    }
  }
  model::sort_by_count(record.extra);
}

void add_outcome(model::HostRecord& record, const Host& host, const PortWalk& walk) {
  const WalkOutcome outcome = walk.engine.outcome(walk.walk);
  const bool asked = outcome.never_asked < walk.engine.job().questions.size();
  record.port_scanned = record.port_scanned && asked && !outcome.timed_out;
  record.timed_out = record.timed_out || outcome.timed_out;
  record.interrupted = record.interrupted || !outcome.done;
  if (const auto measured = round_trip_of(outcome)) record.round_trip = measured;
  const auto add = [&record](model::RemarkCode code) {
    if (std::ranges::find(record.remarks, code, &model::Remark::code) == record.remarks.end()) {
      record.remarks.push_back({code});
    }
  };
  if (outcome.done && asked && !outcome.up && host.reason == model::Reason::user_set) {
    add(model::RemarkCode::nothing_answered);
  }
  if (outcome.stopped_answering) add(model::RemarkCode::stopped_answering);
  const bool silent = outcome.answered < walk.engine.job().questions.size();
  if (silent && outcome.errors_are_limited) {
    record.remarks.push_back({model::RemarkCode::limits_errors, {outcome.limiter_rate}});
  }
  if (silent && asked && outcome.errors_may_be_limited) add(model::RemarkCode::may_limit_errors);
  if (outcome.limiter_given_up) {
    record.remarks.push_back({model::RemarkCode::limits_answers, {outcome.limiter_rate}});
  }
}

void add_facts(model::HostRecord& record, const HostFacts& facts, const RecordContext& context) {
  if (!facts.name.empty()) record.names.push_back({facts.name, model::HostName::Kind::user});
  record.other_addresses = facts.other_addresses;
  record.mac = facts.mac;
  if (facts.mac) record.vendor = context.vendors.name_of(*facts.mac);
  record.round_trip = facts.round_trip;
  record.remarks = facts.remarks;
  record.trace = facts.trace;
  record.system = facts.system;
  record.filter = facts.filter;
}

}  // namespace

std::optional<model::RoundTrip> round_trip_of(const WalkOutcome& outcome) {
  if (!outcome.round_trip.known()) return std::nullopt;
  return model::RoundTrip{outcome.round_trip.smoothed(), outcome.round_trip.variation(), outcome.timeout};
}

model::PortRecord port_record(net::Protocol protocol, net::Port port, const LedgerEntry& verdict,
                              const catalog::Services& services) {
  model::PortRecord record;
  record.protocol = protocol;
  record.port = port;
  record.state = verdict.state;
  record.reason = verdict.reason;
  record.service = services.name_of(protocol, port);
  return record;
}

model::HostRecord host_record(const Host& host, const RecordContext& context, std::span<const PortWalk> walks) {
  model::HostRecord record;
  record.address = host.target.address;
  record.position = host.position;
  record.state = host.state;
  record.reason = host.reason;
  record.reason_ttl = host.reason_ttl;
  record.started = host.started;
  record.ended = context.now;
  if (host.facts) add_facts(record, *host.facts, context);
  record.port_scanned = !walks.empty();
  for (const PortWalk& walk : walks) add_outcome(record, host, walk);
  // Of two transports one may have answered.
  const auto up = [](const PortWalk& walk) { return walk.engine.outcome(walk.walk).up; };
  if (std::ranges::any_of(walks, up)) {
    std::erase_if(record.remarks,
                  [](const auto& remark) { return remark.code == model::RemarkCode::nothing_answered; });
  }
  add_ports(record, host, walks, context);
  return record;
}

Missed missed_open(const PortWalk& walk, double usual) {
  const Job& job = walk.engine.job();
  const WalkOutcome outcome = walk.engine.outcome(walk.walk);
  Missed missed;
  for (std::uint32_t i = 0; i < job.questions.size(); ++i) {
    if (!job.techniques[job.questions[i].technique]->open_answers) continue;
    const auto verdict = walk.engine.verdict(walk.walk, i);
    missed.silent += verdict ? 0U : 1U;
    missed.open += verdict && verdict->state == PortState::open ? 1U : 0U;
  }
  // Only silent ports can hide an open one, and of those only what was asked.
  missed.silent -= std::min(missed.silent, outcome.never_asked);
  if (missed.silent == 0) {
    missed.expected = 0;
  } else if (outcome.hidden && *outcome.hidden <= most_hidden) {
    const double open = std::max<double>(missed.open, usual);
    missed.expected = std::min<double>(missed.silent, expected_missed(open, *outcome.hidden));
  }
  return missed;
}

}  // namespace portolan::engine
