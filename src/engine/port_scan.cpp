#include "engine/port_scan.h"

#include <cassert>
#include <utility>

#include "probe/registry.h"

namespace portolan::engine {
namespace {

Job job_of(const plan::Plan& plan) {
  Job job;
  job.sequential = plan.sequential_ports;
  for (const plan::Technique& wanted : plan.techniques) {
    const probe::Probe* technique = probe::find(wanted.name);
    assert(technique != nullptr && "a plan names only techniques that are in the registry");
    const auto number = static_cast<std::uint8_t>(job.techniques.size());
    job.techniques.push_back(technique);
    for (const net::Port port : wanted.ports.ports()) {
      const std::uint8_t variants = technique->variants == nullptr ? std::uint8_t{1} : technique->variants(port);
      for (std::uint8_t variant = 0; variant < variants; ++variant) job.questions.push_back({number, variant, port});
    }
  }
  return job;
}

}  // namespace

PortScan::PortScan(const plan::Plan& plan, const World& world, model::Sink& sink, Driver& driver, HostTable& hosts)
    : world_{world}, sink_{sink}, driver_{driver}, hosts_{hosts}, list_limit_{plan.list_limit} {
  Job job = job_of(plan);
  if (job.questions.empty()) return;
  ledger_bytes_ = Ledger::bytes_of(job.questions.size());
  const std::string_view task = job.techniques[0]->name;
  stage_ = &driver.open(task, std::move(job), *this);
}

bool PortScan::has_room() const { return inside_ == 0 || (inside_ + 1) * ledger_bytes_ <= most_ledger_bytes; }

void PortScan::enter(std::uint32_t host) {
  if (has_room()) {
    start(host);
  } else {
    waiting_.push_back(host);
  }
}

void PortScan::start(std::uint32_t number) {
  Host& host = hosts_[number];
  std::optional<Duration> known;
  if (host.facts && host.facts->round_trip && !host.facts->round_trip_of_link) {
    known = host.facts->round_trip->smoothed;
  }
  host.port_walk = stage_->engine.enter(host.target, number, known);
  ++inside_;
}

void PortScan::release_judged() {
  if (stage_ != nullptr) stage_->engine.release_judged();
}

std::vector<std::uint32_t> PortScan::take_done() {
  std::vector<std::uint32_t> done;
  if (stage_ == nullptr) return done;
  for (const std::uint32_t walk : stage_->engine.take_done()) done.push_back(stage_->engine.host_of(walk));
  return done;
}

void PortScan::leave(std::uint32_t number) {
  Host& host = hosts_[number];
  if (!host.port_walk) return;
  stage_->engine.leave(*host.port_walk);
  host.port_walk.reset();
  --inside_;
  while (!waiting_.empty() && has_room()) {
    start(waiting_.front());
    waiting_.pop_front();
  }
}

std::vector<PortWalk> PortScan::walks_of(const Host& host) const {
  if (!host.port_walk) return {};
  return {{stage_->engine, *host.port_walk}};
}

void PortScan::on_verdict(const Answer& answer) {
  Host& host = hosts_[answer.host];
  if (answer.mac && host.target.path->on_link && (!host.facts || !host.facts->mac)) host.known().mac = answer.mac;
  const bool open = answer.verdict.state == model::PortState::open;
  // Only ports that may be listed need details: open ones, and no more of any other state than are listed.
  if (open || host.known().details.may_be_listed(answer.verdict.state, list_limit_) || answer.overrules) {
    const bool foreign = answer.from.without_zone() != host.target.address.without_zone();
    host.known().details.note(answer.question, answer.ttl, foreign ? std::optional{answer.from} : std::nullopt);
  }
  if (!open) return;
  ++driver_.found().open_ports;
  if (auto done = report_open(host, answer); !done) reported_ = done;
}

Result<void> PortScan::report_open(const Host& host, const Answer& answer) {
  const Question& question = stage_->job.questions[answer.question];
  model::PortRecord port = port_record(probe::protocol_of(stage_->job.techniques[question.technique]->asks),
                                       question.port, {answer.verdict.state, answer.verdict.reason}, world_.services);
  port.reason_ttl = answer.ttl;
  return sink_.on(model::OpenPort{host.target.address, std::move(port)});
}

}  // namespace portolan::engine
