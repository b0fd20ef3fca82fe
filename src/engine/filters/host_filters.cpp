#include "engine/filters/host_filters.h"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "engine/findings.h"
#include "engine/trace/hop_probe.h"
#include "net/port_set.h"
#include "probe/registry.h"

namespace portolan::engine {
namespace {

using model::PortState;
using model::StackAnswer;
using model::StackQuestion;
using Kind = StackAnswer::Kind;
using Ports = std::vector<net::Port>;

constexpr std::size_t most_open = 2;
constexpr std::size_t most_closed = 4;
constexpr std::size_t most_silent = 4;
constexpr std::size_t most_rejected = 4;
constexpr std::size_t most_unlikely = 3;
constexpr std::size_t most_short = 2;
constexpr std::size_t packets_for_short = most_short * filter_tries;
// RFC 6335 §6: no service is registered from here on.
constexpr std::uint16_t first_unlikely = 49'152;

// Ports by what the scan's SYN brought.
struct Found {
  Ports open;
  Ports closed;
  Ports silent;
  Ports rejected;
  net::PortSet asked;
};

void sort_in(Found& found, net::Port port, const std::optional<LedgerEntry>& verdict) {
  if (!verdict) return found.silent.push_back(port);
  if (verdict->state == PortState::open) return found.open.push_back(port);
  if (verdict->state == PortState::closed) return found.closed.push_back(port);
  if (verdict->state == PortState::filtered) found.rejected.push_back(port);
}

Found ports_of_host(std::span<const PortWalk> walks) {
  Found found;
  for (const PortWalk& walk : walks) {
    const Job& job = walk.engine.job();
    const WalkOutcome outcome = walk.engine.outcome(walk.walk);
    for (std::uint32_t i = 0; i < job.questions.size(); ++i) {
      const probe::Probe* technique = job.techniques[job.questions[i].technique];
      if (technique != &probe::tcp_syn && technique != &probe::tcp_connect) continue;
      const auto verdict = walk.engine.verdict(walk.walk, i);
      const net::Port port = job.questions[i].port;
      found.asked.insert(port);
      // Who has not been asked to the end has not been silent.
      const bool judged = outcome.done && !outcome.timed_out && !outcome.stopped_answering;
      if (verdict || (judged && !walk.engine.was_refused(walk.walk, i))) sort_in(found, port, verdict);
    }
  }
  return found;
}

std::optional<Duration> round_trip_to(const Host& host, std::span<const PortWalk> walks) {
  for (const PortWalk& walk : walks) {
    if (const auto measured = round_trip_of(walk.engine.outcome(walk.walk))) return measured->smoothed;
  }
  if (host.facts && host.facts->round_trip) return host.facts->round_trip->smoothed;
  return std::nullopt;
}

// Evenly over all of them: neighbours mostly fall under the same rule.
Ports spread(const Ports& all, std::size_t most) {
  if (all.size() <= most) return all;
  Ports some;
  for (std::size_t i = 0; i < most; ++i) some.push_back(all[i * (all.size() - 1) / (most - 1)]);
  return some;
}

// First one of each sort of answer that the scan has kept, then others.
template <class SortOf>
Ports one_of_each(const std::vector<StackAnswer>& kept, Kind kind, const Ports& all, std::size_t least,
                  std::size_t most, SortOf sort_of) {
  Ports chosen;
  std::set<decltype(sort_of(StackAnswer{}))> sorts;
  for (const StackAnswer& answer : kept) {
    if (answer.kind != kind || chosen.size() == most || !sorts.insert(sort_of(answer)).second) continue;
    chosen.push_back(answer.port);
  }
  for (const net::Port port : spread(all, most)) {
    if (chosen.size() >= least) break;
    if (std::ranges::find(chosen, port) == chosen.end()) chosen.push_back(port);
  }
  return chosen;
}

std::vector<StackAsked> questions_about(const Found& found, const std::vector<StackAnswer>& kept, Random& random) {
  using enum StackQuestion;
  std::vector<StackAsked> asked;
  const auto ask_all = [&asked](const Ports& ports, StackQuestion question, std::size_t most = SIZE_MAX) {
    for (std::size_t i = 0; i < std::min(most, ports.size()); ++i) asked.push_back({question, ports[i]});
  };
  const auto by_ttl = [](const StackAnswer& answer) { return answer.ttl; };
  const auto by_who = [](const StackAnswer& answer) { return std::tuple{answer.reason, answer.from, answer.ttl}; };
  const auto by_window = [](const StackAnswer& answer) { return std::tuple{answer.ttl, answer.window == 0}; };
  const Ports open = one_of_each(kept, Kind::syn_ack, found.open, most_open, most_open, by_window);
  const Ports closed = one_of_each(kept, Kind::reset, found.closed, most_closed, most_closed, by_ttl);
  const Ports silent = spread(found.silent, most_silent);
  Ports rejected = one_of_each(kept, Kind::other, found.rejected, most_rejected, most_rejected, by_who);
  ask_all(open, ack);
  ask_all(closed, closed_syn);
  ask_all(silent, ack);
  // Of two: what answers for the first may be a filter.
  ask_all(closed, fin, 2);
  ask_all(closed, ack, 2);
  ask_all(open, syn_full, 1);
  ask_all(open, syn_plain, 1);
  ask_all(rejected, ack);
  ask_all(silent, fin, 1);
  if (open.empty()) return asked;
  // Where the scan has asked them all it knows that they are not all open.
  constexpr std::size_t most_draws = 100;
  Ports unlikely;
  for (std::size_t drawn = 0; drawn < most_draws && unlikely.size() < most_unlikely; ++drawn) {
    const net::Port port{static_cast<std::uint16_t>(first_unlikely + random.below(UINT16_MAX - first_unlikely))};
    if (found.asked.contains(port) || std::ranges::find(unlikely, port) != unlikely.end()) continue;
    unlikely.push_back(port);
  }
  ask_all(unlikely, unlikely_syn);
  return asked;
}

// Resets that seem to come from before the host, or at which it is not seen: a SYN that cannot reach it tells.
std::vector<StackAsked> short_questions(const model::FilterRecord& filter) {
  std::uint8_t away = 0;
  for (const StackAnswer& answer : filter.answers) {
    if (answer.kind == Kind::syn_ack) away = std::max(away, distance_of(answer.ttl));
  }
  if (away == 0) {
    for (const StackAnswer& answer : filter.answers) {
      if (answer.kind == Kind::reset) away = std::max(away, distance_of(answer.ttl));
    }
  }
  std::vector<StackAsked> asked;
  if (away < 2) return asked;
  std::set<std::uint8_t> nearer;
  for (const StackAnswer& answer : filter.answers) {
    const bool is_near = answer.kind == Kind::reset && distance_of(answer.ttl) < away;
    if (answer.question != StackQuestion::closed_syn || !is_near || asked.size() == most_short) continue;
    if (!nearer.insert(answer.ttl).second) continue;
    asked.push_back({StackQuestion::short_syn, answer.port, false, static_cast<std::uint8_t>(away - 1)});
  }
  return asked;
}

}  // namespace

HostFilters::HostFilters(const plan::Plan& plan, const World& world, Driver& driver, HostTable& hosts,
                         const PortScan& ports)
    : plan_{plan}, world_{world}, driver_{driver}, hosts_{hosts}, ports_{ports}, random_{~plan.seed} {}

void HostFilters::ask(std::uint32_t number, std::vector<StackAsked> questions, std::size_t most_packets) {
  Host& host = hosts_[number];
  const auto round_trip = round_trip_to(host, ports_.walks_of(host));
  driver_.filters()->enter({host.target, number, std::move(questions), round_trip, most_packets}, world_.clock.now());
}

void HostFilters::enter(std::uint32_t number) {
  Host& host = hosts_[number];
  const auto walks = ports_.walks_of(host);
  if (!plan_.firewall || host.state != model::HostState::up || walks.empty()) return done_.push_back(number);
  auto& filter = host.known().filter;
  if (!filter) filter.emplace();
  auto questions = questions_about(ports_of_host(walks), filter->answers, random_);
  if (questions.empty()) return done_.push_back(number);
  ask(number, std::move(questions), most_filter_packets - packets_for_short);
}

std::vector<std::uint32_t> HostFilters::take_done() {
  if (StackQuestions* filters = driver_.filters()) {
    for (StackQuestions::Done& done : filters->take_done()) {
      model::FilterRecord& filter = *hosts_[done.host].known().filter;
      for (StackAnswer& answer : done.answers) filter.answers.push_back(std::move(answer));
      auto more = asked_again_.erase(done.host) > 0 ? std::vector<StackAsked>{} : short_questions(filter);
      if (more.empty()) {
        done_.push_back(done.host);
      } else {
        asked_again_.insert(done.host);
        ask(done.host, std::move(more), packets_for_short);
      }
    }
  }
  return std::exchange(done_, {});
}

bool HostFilters::left_out() const {
  const StackQuestions* filters = driver_.filters();
  return filters != nullptr && filters->refused() > 0;
}

}  // namespace portolan::engine
