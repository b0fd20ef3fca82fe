#include "engine/port_scan.h"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>

#include "probe/kept_datagrams.h"
#include "probe/registry.h"
#include "probe/stack.h"

namespace portolan::engine {
namespace {

// What is asked of one transport.
struct Share {
  probe::Asks asks;
  Job job;
};

constexpr std::size_t all_ports = 65'536;

// Where hosts limit how often they say no, common ports go first: what is open is found at once.
std::vector<net::Port> in_order(const plan::Technique& wanted, const probe::Probe& technique,
                                const catalog::Services& services) {
  std::vector<net::Port> ports = wanted.ports.ports();
  if (!technique.closed_is_error) return ports;
  std::vector<net::Port> likely;
  for (const net::Port port : services.top(probe::protocol_of(technique.asks), all_ports)) {
    if (wanted.ports.contains(port)) likely.push_back(port);
  }
  const std::set<net::Port> known{likely.begin(), likely.end()};
  std::ranges::copy_if(ports, std::back_inserter(likely), [&](net::Port port) { return !known.contains(port); });
  return likely;
}

std::vector<Share> shares_of(const plan::Plan& plan, const catalog::Services& services) {
  std::vector<Share> shares;
  for (const plan::Technique& wanted : plan.techniques) {
    const probe::Probe* technique = probe::find(wanted.name);
    assert(technique != nullptr && "a plan names only techniques that are in the registry");
    auto share = std::ranges::find(shares, technique->asks, &Share::asks);
    if (share == shares.end()) share = shares.insert(share, {technique->asks, {}});
    Job& job = share->job;
    job.sequential = plan.sequential_ports;
    const auto number = static_cast<std::uint8_t>(job.techniques.size());
    job.techniques.push_back(technique);
    job.likely_first = technique->closed_is_error && !plan.sequential_ports;
    for (const net::Port port : plan.sequential_ports ? wanted.ports.ports() : in_order(wanted, *technique, services)) {
      const std::uint8_t variants = technique->variants == nullptr ? std::uint8_t{1} : technique->variants(port);
      for (std::uint8_t variant = 0; variant < variants; ++variant) job.questions.push_back({number, variant, port});
    }
  }
  std::erase_if(shares, [](const Share& share) { return share.job.questions.empty(); });
  return shares;
}

}  // namespace

PortScan::PortScan(const plan::Plan& plan, const World& world, model::Sink& sink, Driver& driver, HostTable& hosts)
    : world_{world},
      sink_{sink},
      driver_{driver},
      hosts_{hosts},
      list_limit_{plan.list_limit},
      keeps_datagrams_{plan.identify.has_value()},
      keeps_stacks_{plan.systems.has_value()},
      keeps_filters_{plan.firewall} {
  for (Share& share : shares_of(plan, world.services)) open(std::move(share.job));
}

void PortScan::open(Job job) {
  assert(stages_.size() < most_port_walks);
  PortStage& opened = stages_.emplace_back(*this, stages_.size(), static_cast<std::uint32_t>(questions_));
  questions_ += job.questions.size();
  ledger_bytes_ += Ledger::bytes_of(job.questions.size());
  const std::string_view task = job.techniques[0]->name;
  opened.stage = &driver_.open(task, std::move(job), opened);
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
  for (const PortStage& asked : stages_) {
    host.port_walks[asked.number] = asked.stage->engine.enter(host.target, number, known);
    ++host.port_walks_left;
  }
  ++inside_;
}

void PortScan::release_judged() {
  for (const PortStage& asked : stages_) asked.stage->engine.release_judged();
}

std::vector<std::uint32_t> PortScan::take_done() {
  std::vector<std::uint32_t> done;
  for (const PortStage& asked : stages_) {
    const Engine& engine = asked.stage->engine;
    for (const std::uint32_t walk : asked.stage->engine.take_done()) {
      const std::uint32_t host = engine.host_of(walk);
      if (--hosts_[host].port_walks_left == 0) done.push_back(host);
    }
  }
  return done;
}

void PortScan::leave(std::uint32_t number) {
  Host& host = hosts_[number];
  if (host.port_walks == no_port_walks) return;
  for (const PortStage& asked : stages_) asked.stage->engine.leave(host.port_walks[asked.number]);
  host.port_walks = no_port_walks;
  --inside_;
  while (!waiting_.empty() && has_room()) {
    start(waiting_.front());
    waiting_.pop_front();
  }
}

std::vector<PortWalk> PortScan::walks_of(const Host& host) const {
  std::vector<PortWalk> walks;
  if (host.port_walks == no_port_walks) return walks;
  for (const PortStage& asked : stages_) {
    walks.push_back({asked.stage->engine, host.port_walks[asked.number], asked.first_detail});
  }
  return walks;
}

void PortScan::on_verdict(const PortStage& stage, const Answer& answer) {
  Host& host = hosts_[answer.host];
  if (answer.mac && host.target.path->on_link && (!host.facts || !host.facts->mac)) host.known().mac = answer.mac;
  const bool open = answer.verdict.state == model::PortState::open;
  // Only ports that may be listed need details: open ones, and no more of any other state than are listed.
  if (open || host.known().details.may_be_listed(answer.verdict.state, list_limit_) || answer.overrules) {
    const bool foreign = answer.from.without_zone() != host.target.address.without_zone();
    host.known().details.note(stage.first_detail + answer.question, answer.ttl,
                              foreign ? std::optional{answer.from} : std::nullopt);
  }
  if (keeps_filters_) keep_filter(stage.stage->job, host, answer);
  if (!open) return;
  if (keeps_stacks_) keep_stack(stage.stage->job, host, answer);
  ++driver_.found().open_ports;
  if (auto done = report_open(stage, host, answer); !done) reported_ = done;
}

// Enough to tell one stack from several.
void PortScan::keep_stack(const Job& job, Host& host, const Answer& answer) {
  constexpr std::size_t enough = 64;
  const Question& question = job.questions[answer.question];
  const probe::Probe& technique = *job.techniques[question.technique];
  if (technique.asks != probe::Asks::tcp_ports || technique.connects || answer.packet == nullptr) return;
  auto& kept = host.known().system;
  if (!kept) kept.emplace();
  if (kept->answers.size() >= enough) return;
  kept->answers.push_back(probe::read_stack_answer(model::StackQuestion::scan, *answer.packet, {}, 0));
}

// Of answers that are alike the first ones.
void PortScan::keep_filter(const Job& job, Host& host, const Answer& answer) const {
  constexpr std::size_t enough_alike = 16;
  constexpr std::size_t enough = 128;
  const probe::Probe& technique = *job.techniques[job.questions[answer.question].technique];
  if (&technique != &probe::tcp_syn || answer.packet == nullptr) return;
  auto& kept = host.known().filter;
  if (!kept) kept.emplace();
  model::StackAnswer read = probe::read_stack_answer(model::StackQuestion::scan, *answer.packet, {}, 0);
  const auto sort_of = [](const model::StackAnswer& one) {
    const bool shut = one.kind == model::StackAnswer::Kind::syn_ack && one.window == 0;
    return std::tuple{one.kind, one.reason, one.from, one.ttl, shut};
  };
  auto& answers = kept->answers;
  const bool is_repeated = std::ranges::any_of(answers, [&](const auto& one) { return one.port == read.port; });
  const auto alike = std::ranges::count(answers, sort_of(read), sort_of);
  if (is_repeated || answers.size() >= enough || static_cast<std::size_t>(alike) >= enough_alike) return;
  answers.push_back(std::move(read));
}

Result<void> PortScan::report_open(const PortStage& stage, const Host& host, const Answer& answer) {
  const Job& job = stage.stage->job;
  const Question& question = job.questions[answer.question];
  model::PortRecord port = port_record(probe::protocol_of(job.techniques[question.technique]->asks), question.port,
                                       {answer.verdict.state, answer.verdict.reason}, world_.services);
  port.reason_ttl = answer.ttl;
  if (keeps_datagrams_ && answer.packet != nullptr) {
    port.identified = probe::kept_datagrams(*job.techniques[question.technique], *answer.attempt, *answer.packet);
  }
  return sink_.on(model::OpenPort{host.target.address, std::move(port)});
}

}  // namespace portolan::engine
