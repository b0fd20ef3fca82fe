#include "engine/host_discovery.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "engine/findings.h"
#include "probe/registry.h"

namespace portolan::engine {
namespace {

using model::HostState;
using model::Reason;
using net::Family;

// Of fewer targets each is worth a look of its own.
constexpr std::uint64_t many_targets = 16;

constexpr std::array families{Family::v4, Family::v6};

model::Remark no_way(model::RemarkCode code, const net::IpAddress& target, const Error& error) {
  const std::vector<std::string>& about = error.about;
  return {code,
          {cause_of(error), about.empty() ? net::to_string(target) : about.front(),
           about.size() < 2 ? std::string{} : about[1]}};
}

// This machine would not send any of its questions: nothing is known of such a host.
bool asked_nobody(const Stage& stage, const WalkOutcome& outcome) {
  return outcome.refused == stage.job.questions.size();
}

}  // namespace

HostDiscovery::HostDiscovery(const plan::Plan& plan, const World& world, model::Sink& sink, Driver& driver,
                             HostTable& hosts)
    : plan_{plan},
      world_{world},
      sink_{sink},
      driver_{driver},
      hosts_{hosts},
      gateways_{driver},
      absent_{driver, plan.targets, plan.seed},
      only_connects_{!plan.techniques.empty() && std::ranges::all_of(plan.techniques, [](const auto& technique) {
        return probe::find(technique.name)->connects;
      })} {
  for (std::size_t i = 0; i < families.size(); ++i) {
    Job job = link_job(families[i]);
    const std::string_view task = job.techniques[0]->name;
    families_[i].link = &driver.open(task, std::move(job), *this, link_wait);
  }
  for (std::size_t i = 0; i < families.size(); ++i) {
    Job job = ping_job(families[i]);
    if (!job.questions.empty()) families_[i].ping = &driver.open("ping", std::move(job), *this);
  }
}

// ---- routes and gateways ------------------------------------------------------------------------

Result<void> HostDiscovery::enter(std::span<const std::uint32_t> hosts) {
  std::vector<net::IpAddress> addresses;
  addresses.reserve(hosts.size());
  for (const std::uint32_t host : hosts) addresses.push_back(hosts_[host].target.address);
  auto routes = world_.routes.route(addresses);
  const bool all_have_ways = std::ranges::all_of(routes, [](const auto& route) { return route.has_value(); });
  const bool gone = !all_have_ways && ways_are_gone();
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    if (!routes[i] && (gone || routes[i].error().code != Errc::unreachable)) {
      not_asked(hosts[i], routes[i].error());
    } else if (routes[i]) {
      last_with_way_ = addresses[i];
      if (auto done = take_path(hosts[i], *routes[i]); !done) return done;
    } else if (auto done = report_no_route(hosts[i], routes[i].error()); !done) {
      return done;
    }
  }
  return {};
}

// A link was lost in mid-scan: who was reached is not reached any more, so that no way says nothing about a host.
bool HostDiscovery::ways_are_gone() {
  if (!last_with_way_) return false;
  const auto way = world_.routes.route(std::span{&*last_with_way_, 1});
  return !way.front();
}

void HostDiscovery::not_asked(std::uint32_t number, const Error& error) {
  if (!fault_) fault_ = error;
  decide(number, HostState::unknown, Reason::none);
}

// A host that was named by itself carries the reason in its record; of a range, one host stands for all.
Result<void> HostDiscovery::report_no_route(std::uint32_t number, const Error& error) {
  Host& host = hosts_[number];
  decide(number, HostState::down, Reason::no_route);
  if (host.single) {
    host.known().remarks = {no_way(model::RemarkCode::no_way, host.target.address, error)};
    return {};
  }
  if (error.cause == "broadcast") return {};  // every network has one
  if (std::exchange(no_route_reported_, true)) return {};
  return sink_.on(no_way(model::RemarkCode::no_way_to_some, host.target.address, error));
}

Result<void> HostDiscovery::take_path(std::uint32_t number, net::Path path) {
  Host& host = hosts_[number];
  // The kernel finds its neighbours and gateways itself when it connects; so it does for our pings.
  if (only_connects_ && path.by_kernel == net::Path::ByKernel::no) {
    path.by_kernel = net::Path::ByKernel::connections;
  }
  if (auto done = report_way(number, path); !done) return done;
  if (path.source == host.target.address) {
    // An address of this machine is reached from itself; nobody shares that.
    host.own_path = std::make_unique<net::Path>(path);
    host.target.path = host.own_path.get();
  } else {
    host.target.path = paths_.keep(path, host.target.address);
  }
  const net::Path& way = *host.target.path;
  if (way.kind == net::Path::Kind::local) {
    decide(number, HostState::up, Reason::localhost_response);
  } else if (asks_link(host)) {
    ask_neighbour(number);
  } else if (plan_.privileged && way.by_kernel == net::Path::ByKernel::no && !way.next_hop_mac) {
    pass_gateway(number);
  } else {
    ping(number);
  }
  return {};
}

// Whether the host's link is asked where it is: because nothing can be sent to it before, or because that finds hosts
// best.
bool HostDiscovery::asks_link(const Host& host) const {
  const net::Path& way = *host.target.path;
  if (!plan_.privileged || way.kind != net::Path::Kind::ethernet || !way.on_link) return false;
  return way.by_kernel != net::Path::ByKernel::connections || (plan_.arp_ping && wants_ping(host));
}

// Once for each reason.
Result<void> HostDiscovery::report_way(std::uint32_t number, const net::Path& path) {
  using enum net::Path::ByKernel;
  const auto why = path.by_kernel;
  if (!plan_.privileged || why == no || why == loopback || why == connections) return {};
  if (!ways_told_.insert(why).second) return {};
  return sink_.on(model::Remark{model::RemarkCode::sent_by_kernel,
                                {std::string{net::name_of(why)}, to_string(hosts_[number].target.address)}});
}

void HostDiscovery::pass_gateway(std::uint32_t number) {
  Host& host = hosts_[number];
  net::Path path = *host.target.path;
  switch (gateways_.look_up(path)) {
    case Gateways::State::asked:
      return gateways_.wait(path, number);
    case Gateways::State::known:
      host.target.path = paths_.keep(path, host.target.address);
      return ping(number);
    case Gateways::State::unasked:
      return decide(number, HostState::unknown, Reason::none);
    case Gateways::State::silent:
      host.known().remarks = {{model::RemarkCode::gateway_silent, {to_string(path.next_hop.without_zone())}}};
      return decide(number, HostState::down, Reason::host_unreach);
  }
}

// ---- neighbours ---------------------------------------------------------------------------------

// On a shared link every host is asked by ARP or neighbour discovery, even under -Pn: without its
// link-layer address nothing can be sent to it.
void HostDiscovery::ask_neighbour(std::uint32_t number) {
  Host& host = hosts_[number];
  if (may_be_answered_for(host)) absent_.ask(host.target.address, *host.target.path, world_.clock.now());
  families_of(host).link->engine.enter(host.target, number, std::nullopt);
}

void HostDiscovery::end_link_walk(Stage& stage, std::uint32_t walk) {
  const std::uint32_t number = stage.engine.host_of(walk);
  Host& host = hosts_[number];
  const WalkOutcome outcome = stage.engine.outcome(walk);
  if (const auto measured = round_trip_of(outcome)) {
    host.known().round_trip = measured;
    host.known().round_trip_of_link = true;
  }
  stage.engine.leave(walk);
  if (asked_nobody(stage, outcome)) return decide(number, HostState::unknown, Reason::none);
  if (!host.facts || !host.facts->mac) {
    if (host.single) {
      const std::string question = host.target.address.is_v4() ? "arp" : "nd";
      host.known().remarks = {{model::RemarkCode::link_address_silent, {question}}};
    }
    return decide(number, HostState::down, Reason::no_response);
  }
  host.own_path = std::make_unique<net::Path>(*host.target.path);
  host.own_path->next_hop = host.target.address;
  host.own_path->next_hop_mac = host.facts->mac;
  host.target.path = host.own_path.get();
  // --disable-arp-ping: ARP is not to decide who is up; the ordinary questions follow.
  if (!plan_.arp_ping) return ping(number);
  weigh_link_answer(number);
}

// One of many addresses, which ARP or neighbour discovery alone would bring up.
bool HostDiscovery::may_be_answered_for(const Host& host) const {
  return plan_.arp_ping && wants_ping(host) && plan_.targets.size() >= many_targets;
}

void HostDiscovery::weigh_link_answer(std::uint32_t number) {
  Host& host = hosts_[number];
  if (host.state != HostState::up) {
    switch (
        absent_.answers_for_all(host.target.address, *host.target.path, *host.facts->mac, number, world_.clock.now())) {
      case AbsentNeighbours::State::waits:
        return;
      case AbsentNeighbours::State::yes:
        host.reason = Reason::none;
        return ping(number);
      case AbsentNeighbours::State::no:
        mark_up(host, host.reason);
    }
  }
  decided_.push_back(number);
}

// ---- ping ---------------------------------------------------------------------------------------

bool HostDiscovery::wants_ping(const Host& host) const {
  using plan::DiscoveryPolicy;
  if (plan_.depth == plan::ScanDepth::ping) return plan_.discovery != DiscoveryPolicy::never;
  return plan_.discovery == DiscoveryPolicy::always || (plan_.discovery == DiscoveryPolicy::when_many && !host.single);
}

Job HostDiscovery::ping_job(Family family) const {
  Job job;
  job.goal = Job::Goal::first_sign;
  for (const plan::DiscoveryProbe& wanted : plan_.discovery_probes) {
    const probe::Probe* probe = probe::find(wanted.technique);
    if (probe == nullptr || (family == Family::v6 && !probe->has_ipv6)) continue;
    auto known = std::ranges::find(job.techniques, probe);
    if (known == job.techniques.end()) known = job.techniques.insert(known, probe);
    job.questions.push_back(
        {.technique = static_cast<std::uint8_t>(known - job.techniques.begin()), .port = wanted.port});
  }
  return job;
}

void HostDiscovery::ping(std::uint32_t number) {
  Host& host = hosts_[number];
  Stage* stage = families_of(host).ping;
  // Neither asked nor ruled out: the user said that it is there.
  if (stage == nullptr || !wants_ping(host)) return decide(number, HostState::up, Reason::user_set);
  stage->engine.enter(host.target, number, std::nullopt);
}

void HostDiscovery::end_ping_walk(Stage& stage, std::uint32_t walk) {
  const std::uint32_t number = stage.engine.host_of(walk);
  Host& host = hosts_[number];
  const WalkOutcome outcome = stage.engine.outcome(walk);
  if (const auto measured = round_trip_of(outcome)) {
    host.known().round_trip = measured;
    host.known().round_trip_of_link = false;
  }
  stage.engine.leave(walk);
  if (asked_nobody(stage, outcome)) return decide(number, HostState::unknown, Reason::none);
  if (host.state == HostState::up) return decided_.push_back(number);
  decide(number, HostState::down, host.reason == Reason::none ? Reason::no_response : host.reason);
}

// ---- answers and decisions ----------------------------------------------------------------------

void HostDiscovery::on_verdict(const Answer& answer) {
  Host& host = hosts_[answer.host];
  const bool on_link = host.target.path->on_link;
  if (answer.mac && on_link && (!host.facts || !host.facts->mac)) host.known().mac = answer.mac;
  const bool by_link = answer.verdict.reason == Reason::arp_response || answer.verdict.reason == Reason::nd_response;
  if ((by_link && !plan_.arp_ping) || host.state == HostState::up) return;
  host.reason_ttl = answer.ttl;
  if (answer.verdict.host_is_up && !(by_link && may_be_answered_for(host))) {
    mark_up(host, answer.verdict.reason);
    if (plan_.traceroute && !by_link) {
      const Job& job = families_of(host).ping->job;
      const Question& question = job.questions[answer.question];
      host.known().found_by = HopProbe{job.techniques[question.technique], question.port};
    }
  } else {
    host.reason = answer.verdict.reason;
  }
}

void HostDiscovery::mark_up(Host& host, Reason reason) {
  host.state = HostState::up;
  host.reason = reason;
  ++driver_.found().hosts_up;
}

void HostDiscovery::decide(std::uint32_t number, HostState state, Reason reason) {
  Host& host = hosts_[number];
  if (state == HostState::up) {
    mark_up(host, reason);
  } else {
    host.state = state;
    host.reason = reason;
  }
  decided_.push_back(number);
}

Result<std::vector<std::uint32_t>> HostDiscovery::take_decided() {
  for (const std::uint32_t host : gateways_.take_ready()) pass_gateway(host);
  for (const std::uint32_t host : absent_.take_ready(world_.clock.now())) weigh_link_answer(host);
  for (const AbsentNeighbours::Finding& finding : absent_.take_findings()) {
    const std::string question = finding.asked.is_v4() ? "arp" : "nd";
    const model::Remark remark{model::RemarkCode::answers_for_all,
                               {to_string(finding.mac), to_string(finding.asked.without_zone()), question}};
    if (auto done = sink_.on(remark); !done) return fail(done.error());
  }
  for (const Families& family : families_) {
    for (const std::uint32_t walk : family.link->engine.take_done()) end_link_walk(*family.link, walk);
    if (family.ping == nullptr) continue;
    for (const std::uint32_t walk : family.ping->engine.take_done()) end_ping_walk(*family.ping, walk);
  }
  return std::exchange(decided_, {});
}

}  // namespace portolan::engine
