#include "engine/scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <map>
#include <utility>

#include "engine/block.h"
#include "engine/engine.h"
#include "engine/pacer.h"
#include "probe/registry.h"

namespace portolan::engine {
namespace {

using namespace std::chrono_literals;
using model::HostState;
using model::Reason;

// A block's ledger takes half a byte a probe, its hosts some 400 bytes each: 8 MiB and 6 MiB.
constexpr std::size_t block_probes = 1U << 24U;
constexpr std::size_t block_hosts = 1U << 14U;
// Reverse names still missing when a block is done are waited for no longer than this, once a scan.
constexpr Duration name_grace = 500ms;
// First wait for ARP and neighbour discovery; a host that sleeps (Wi-Fi) may need a few hundred milliseconds.
constexpr Duration link_timeout = 500ms;

// What a stage is about, as nmap words it: "198.18.0.2 [4 ports]", "12 hosts [1000 ports/host]".
std::string scope_at_begin(const Job& job, std::span<const LaneTarget> targets) {
  const std::size_t ports = job.asks.size();
  const std::string_view word = ports == 1 ? "port" : "ports";
  if (targets.size() == 1) return fmt::format("{} [{} {}]", to_string(targets[0].address), ports, word);
  return fmt::format("{} hosts [{} {}/host]", targets.size(), ports, word);
}

std::string scope_at_end(const Job& job, std::span<const LaneTarget> targets) {
  if (job.goal == Job::Goal::first_sign) return fmt::format("{} total hosts", targets.size());
  return fmt::format("{} total ports", targets.size() * job.asks.size());
}

// Where the hosts of one stage stand in their block.
using HostList = std::vector<std::uint32_t>;

class Scan : public AnswerListener {
 public:
  Scan(const plan::Plan& plan, const World& world, model::Sink& sink)
      : plan_{plan}, world_{world}, sink_{sink}, pacer_{limits(plan)}, seeds_{plan.seed} {
    settings_.timing = plan.timing;
    settings_.seed = seeds_();
    settings_.key = {seeds_(), seeds_()};
    settings_.tag_base = world.tag_base;
  }

  Result<model::ScanFinished> run();

  void on_answer(const Answer& answer) override;

 private:
  // How far a block has been told.
  struct Telling {
    Block& block;
    const Engine* engine = nullptr;
    const Job* job = nullptr;
    HostList lanes{};  // lane -> host of the block
    std::uint32_t next = 0;
    std::uint32_t lane = 0;
  };
  struct Stage {
    Block& block;
    const Job& job;
    const HostList& hosts;  // lane -> host of the block
    const Telling* telling = nullptr;
  };

  static PacerLimits limits(const plan::Plan& plan);

  bool take_block(plan::TargetSet::Cursor& cursor, Block& block);
  Result<void> scan_block(Block& block);
  Result<void> list_block(Block& block);
  Result<void> find_routes(Block& block);
  Result<void> tell_no_route(BlockHost& host, const Error& error);
  Result<void> find_gateways(Block& block);
  Result<void> find_neighbours(Block& block, net::Family family);
  Result<void> ping(Block& block, net::Family family);
  Result<void> scan_ports(Block& block);
  enum class Extent : std::uint8_t { finished, all };
  Result<void> tell(Telling& telling, Extent extent);
  Result<void> tell_block(Block& block);
  [[nodiscard]] bool name_is_pending(const BlockHost& host) const;
  Result<void> tell_host(model::HostRecord record);

  [[nodiscard]] Job ping_job(net::Family family) const;
  [[nodiscard]] Job port_job() const;
  [[nodiscard]] bool wants_ping(const BlockHost& host) const;
  void ask_names(const Block& block);
  void await_names(const Block& block);

  // Runs one stage to its end (or to a stop request) with `engine` on the link.
  // Hosts that are done meanwhile are told where `telling` is given.
  Result<void> drive(Engine& engine, std::string_view task, const Job& job, std::span<const LaneTarget> targets,
                     Telling* telling = nullptr);
  // One stage over `hosts` that only looks for signs of life.
  Result<void> discover(Block& block, const Job& job, const HostList& hosts, std::string_view task);
  static double missed_open(const Engine& engine, const Job& job, const BlockHost& host, std::uint32_t lane);
  [[nodiscard]] model::TaskRecord task(std::string_view name, std::string extra = {}) const;
  Result<void> tell_progress(const Engine& engine, std::string_view name, std::size_t hosts, Instant began);
  std::vector<LaneTarget> lanes(const Block& block, const HostList& hosts) const;
  bool stop();

  const plan::Plan& plan_;
  const World& world_;
  model::Sink& sink_;
  Pacer pacer_;
  Random seeds_;
  EngineSettings settings_;
  model::ScanFinished finished_;
  const Block* block_ = nullptr;  // the one whose hosts are targets
  std::optional<Stage> stage_;    // whose answers on_answer hears
  Result<void> sink_error_;       // from inside on_answer
  Instant began_;
  double rate_ = 0;  // probes a second of late
  Instant rate_at_;
  std::uint64_t rate_sent_ = 0;
  std::size_t hosts_done_ = 0;
  std::size_t hosts_up_ = 0;  // of this block, not told yet
  std::size_t open_found_ = 0;
  std::uint64_t sent_before_ = 0;  // by stages that are over
  std::map<std::pair<std::uint32_t, net::IpAddress>, std::optional<net::Mac>> gateways_;
  bool names_waited_for_ = false;
  bool no_route_told_ = false;
};

PacerLimits Scan::limits(const plan::Plan& plan) {
  const plan::Timing& t = plan.timing;
  PacerLimits limits{.min_rate = t.min_rate,
                     .max_rate = t.max_rate,
                     .blind_rate = t.blind_rate,
                     .blind_round_trip = std::min<Duration>(t.initial_rtt_timeout / 10, 100ms)};
  if (t.serial && t.scan_delay > Duration::zero()) {
    const double serial = 1 / seconds_of(t.scan_delay);
    limits.max_rate = limits.max_rate ? std::min(*limits.max_rate, serial) : serial;
  }
  return limits;
}

model::TaskRecord Scan::task(std::string_view name, std::string extra) const {
  return {std::string{name}, world_.wall_time(), std::move(extra)};
}

bool Scan::stop() {
  if (world_.control != nullptr && world_.control->stop_requested()) finished_.interrupted = true;
  return finished_.interrupted;
}

Result<model::ScanFinished> Scan::run() {
  began_ = world_.clock.now();
  rate_at_ = began_;
  plan::TargetSet::Cursor cursor{plan_.targets};
  Block block;
  while (!stop() && take_block(cursor, block)) {
    const auto done = plan_.stage == plan::Stage::list ? list_block(block) : scan_block(block);
    if (!done) return fail(done.error());
    hosts_done_ += block.hosts.size();
  }
  finished_.time = world_.wall_time();
  finished_.elapsed = world_.clock.now() - began_;
  finished_.hosts_total = finished_.hosts_up + finished_.hosts_down;
  finished_.probes_sent = sent_before_;
  finished_.loss = {pacer_.controls_asked(), pacer_.controls_lost()};
  return finished_;
}

bool Scan::take_block(plan::TargetSet::Cursor& cursor, Block& block) {
  block = Block{};
  block.started = world_.wall_time();
  hosts_up_ = 0;
  const std::size_t ports = std::max<std::size_t>(1, plan_.ports.size());
  const std::size_t most = std::clamp<std::size_t>(block_probes / ports, 1, block_hosts);
  while (block.hosts.size() < most) {
    auto target = cursor.next();
    if (!target) break;
    BlockHost host;
    host.target = std::move(*target);
    block.hosts.push_back(std::move(host));
  }
  return !block.hosts.empty();
}

// ---- the stages of a block ------------------------------------------------------------------------

Result<void> Scan::list_block(Block& block) {
  for (BlockHost& host : block.hosts) host.reason = Reason::user_set;
  ask_names(block);
  await_names(block);
  return tell_block(block);
}

Result<void> Scan::scan_block(Block& block) {
  block_ = &block;
  if (auto done = find_routes(block); !done) return done;
  if (plan_.privileged) {
    if (auto done = find_gateways(block); !done) return done;
    for (const net::Family family : {net::Family::v4, net::Family::v6}) {
      if (auto done = find_neighbours(block, family); !done) return done;
    }
  }
  for (const net::Family family : {net::Family::v4, net::Family::v6}) {
    if (auto done = ping(block, family); !done) return done;
  }
  for (BlockHost& host : block.hosts) {
    // Neither asked nor ruled out: the user said that it is there.
    if (host.state != HostState::unknown || finished_.interrupted) continue;
    host.state = HostState::up;
    host.reason = Reason::user_set;
    ++hosts_up_;
  }
  ask_names(block);
  if (plan_.stage == plan::Stage::ports && !finished_.interrupted) return scan_ports(block);
  await_names(block);
  return tell_block(block);
}

Result<void> Scan::find_routes(Block& block) {
  std::vector<net::IpAddress> addresses;
  addresses.reserve(block.hosts.size());
  for (const BlockHost& host : block.hosts) addresses.push_back(host.target.address);
  auto routes = world_.router.route(addresses);
  for (std::size_t i = 0; i < block.hosts.size(); ++i) {
    BlockHost& host = block.hosts[i];
    host.routed = routes[i].has_value();
    if (!host.routed) {
      host.state = HostState::down;
      host.reason = Reason::no_route;
      if (auto told = tell_no_route(host, routes[i].error()); !told) return told;
      continue;
    }
    host.path = *routes[i];
    if (host.path.kind == net::Path::Kind::local) {
      host.state = HostState::up;
      host.reason = Reason::localhost_response;
      ++hosts_up_;
    }
  }
  return {};
}

// A host that was named by itself carries the reason in its record; of a range, one host stands for all.
Result<void> Scan::tell_no_route(BlockHost& host, const Error& error) {
  if (host.target.single) {
    host.note = error.message;
    return {};
  }
  if (std::exchange(no_route_told_, true)) return {};
  return sink_.on_warning(error.message + "; other targets without a way are only counted as down");
}

// Gateways whose link-layer address the kernel does not know are asked once a scan.
Result<void> Scan::find_gateways(Block& block) {
  const auto needs = [](const BlockHost& host) {
    return host.routed && host.path.kind == net::Path::Kind::ethernet && !host.path.on_link && !host.path.next_hop_mac;
  };
  Block gateways;
  gateways.started = block.started;
  for (const BlockHost& host : block.hosts) {
    if (!needs(host) || !gateways_.try_emplace({host.path.interface, host.path.next_hop}).second) continue;
    BlockHost gateway;
    gateway.target.address = host.path.next_hop;
    gateway.path = host.path;
    gateway.path.on_link = true;
    gateway.routed = true;
    gateways.hosts.push_back(std::move(gateway));
  }
  // Everything behind a gateway hangs on its answer, so it is asked twice as often as a target.
  for (int round = 0; round < 2; ++round) {
    for (const net::Family family : {net::Family::v4, net::Family::v6}) {
      HostList list;
      for (std::uint32_t i = 0; i < gateways.hosts.size(); ++i) {
        const BlockHost& gateway = gateways.hosts[i];
        if (gateway.target.address.family() == family && !gateway.mac) list.push_back(i);
      }
      const Job job{
          {family == net::Family::v4 ? &probe::arp : &probe::neighbour}, {Ask{}}, Job::Goal::first_sign, false};
      if (auto done = discover(gateways, job, list, {}); !done) return done;
    }
  }
  for (const BlockHost& gateway : gateways.hosts) {
    gateways_[{gateway.path.interface, gateway.target.address}] = gateway.mac;
  }
  for (BlockHost& host : block.hosts) {
    if (!needs(host)) continue;
    const auto known = gateways_.find({host.path.interface, host.path.next_hop});
    host.path.next_hop_mac = known == gateways_.end() ? std::nullopt : known->second;
    if (host.path.next_hop_mac || finished_.interrupted) continue;
    host.state = HostState::down;
    host.reason = Reason::host_unreach;
    host.note = fmt::format("The gateway {} does not answer on its link.", to_string(host.path.next_hop));
  }
  // One that was silent is asked again for the next block.
  std::erase_if(gateways_, [](const auto& gateway) { return !gateway.second; });
  return {};
}

// On a shared link every host is asked by ARP or neighbour discovery, even under -Pn: without its
// link-layer address nothing can be sent to it.
Result<void> Scan::find_neighbours(Block& block, net::Family family) {
  HostList list;
  for (std::uint32_t i = 0; i < block.hosts.size(); ++i) {
    const BlockHost& host = block.hosts[i];
    if (host.state == HostState::unknown && host.path.kind == net::Path::Kind::ethernet && host.path.on_link &&
        host.target.address.family() == family) {
      list.push_back(i);
    }
  }
  const probe::Probe* technique = family == net::Family::v4 ? &probe::arp : &probe::neighbour;
  const Job job{{technique}, {Ask{}}, Job::Goal::first_sign, false};
  if (auto done = discover(block, job, list, technique->task); !done) return done;
  for (const std::uint32_t i : list) {
    BlockHost& host = block.hosts[i];
    if (host.state == HostState::up) {
      host.path.next_hop_mac = host.mac;
      // The user does not want ARP to decide: the ordinary questions follow.
      if (!plan_.arp_ping) host.state = HostState::unknown;
    } else if (!finished_.interrupted) {
      host.state = HostState::down;
      host.reason = Reason::no_response;
      if (host.target.single) {
        host.note =
            fmt::format("{} does not answer {} on its own link, so nothing can be sent to it.",
                        to_string(host.target.address), family == net::Family::v4 ? "ARP" : "neighbour discovery");
      }
    }
  }
  return {};
}

bool Scan::wants_ping(const BlockHost& host) const {
  if (plan_.stage == plan::Stage::ping) return plan_.discovery != plan::Discovery::never;
  switch (plan_.discovery) {
    case plan::Discovery::never:
      return false;
    case plan::Discovery::always:
      return true;
    case plan::Discovery::when_many:
      return !host.target.single;
  }
  return true;
}

Job Scan::ping_job(net::Family family) const {
  using Kind = plan::DiscoveryProbe::Kind;
  Job job;
  job.goal = Job::Goal::first_sign;
  const auto add = [&job](const probe::Probe& probe, net::Port port) {
    auto known = std::ranges::find(job.techniques, &probe);
    if (known == job.techniques.end()) known = job.techniques.insert(known, &probe);
    job.asks.push_back({static_cast<std::uint8_t>(known - job.techniques.begin()), port});
  };
  for (const plan::DiscoveryProbe& wanted : plan_.discovery_probes) {
    switch (wanted.kind) {
      case Kind::icmp_echo:
        add(probe::icmp_echo, net::Port{});
        break;
      case Kind::icmp_timestamp:
        if (family == net::Family::v4) add(probe::icmp_timestamp, net::Port{});
        break;
      case Kind::tcp_syn:
        add(plan_.privileged ? probe::tcp_syn : probe::tcp_connect, wanted.port);
        break;
      case Kind::tcp_ack:
        add(plan_.privileged ? probe::tcp_ack : probe::tcp_connect, wanted.port);
        break;
    }
  }
  return job;
}

Result<void> Scan::ping(Block& block, net::Family family) {
  const Job job = ping_job(family);
  HostList list;
  for (std::uint32_t i = 0; i < block.hosts.size(); ++i) {
    const BlockHost& host = block.hosts[i];
    if (host.state == HostState::unknown && host.target.address.family() == family && wants_ping(host)) {
      list.push_back(i);
    }
  }
  if (list.empty() || job.asks.empty()) return {};
  if (auto done = discover(block, job, list, "Ping Scan"); !done) return done;
  for (const std::uint32_t i : list) {
    BlockHost& host = block.hosts[i];
    if (host.state == HostState::up || finished_.interrupted) continue;
    host.state = HostState::down;
    if (host.reason == Reason::none) host.reason = Reason::no_response;
  }
  return {};
}

Result<void> Scan::discover(Block& block, const Job& job, const HostList& hosts, std::string_view name) {
  if (hosts.empty() || stop()) return {};
  const auto targets = lanes(block, hosts);
  settings_.seed = seeds_();
  EngineSettings settings = settings_;
  if (job.techniques[0] == &probe::arp || job.techniques[0] == &probe::neighbour) {
    // Nothing on a link is a second away.
    settings.timing.initial_rtt_timeout = std::min(settings.timing.initial_rtt_timeout, link_timeout);
  }
  Engine engine{job, targets, settings, pacer_, *this};
  stage_.emplace(Stage{block, job, hosts});
  auto done = drive(engine, name, job, targets);
  stage_.reset();
  for (std::uint32_t lane = 0; lane < hosts.size(); ++lane) {
    const LaneOutcome outcome = engine.outcome(lane);
    if (!outcome.round_trip.known()) continue;
    block.hosts[hosts[lane]].round_trip =
        model::RoundTrip{outcome.round_trip.smoothed(), outcome.round_trip.variation(), outcome.timeout};
  }
  return done;
}

Job Scan::port_job() const {
  Job job;
  const probe::Probe* technique = probe::find_scan(plan_.technique);
  assert(technique != nullptr && "the command line takes only names that are in the registry");
  job.techniques = {technique};
  job.sequential = plan_.sequential_ports;
  for (const net::Port port : plan_.ports.ports()) job.asks.push_back({0, port});
  return job;
}

Result<void> Scan::scan_ports(Block& block) {
  HostList list;
  for (std::uint32_t i = 0; i < block.hosts.size(); ++i) {
    if (block.hosts[i].state == HostState::up) list.push_back(i);
  }
  const Job job = port_job();
  if (list.empty() || job.asks.empty()) {
    await_names(block);
    return tell_block(block);
  }
  const auto targets = lanes(block, list);
  settings_.seed = seeds_();
  Engine engine{job, targets, settings_, pacer_, *this};
  Telling telling{block, &engine, &job, list};
  stage_.emplace(Stage{block, job, list, &telling});
  auto done = drive(engine, job.techniques[0]->task, job, targets, &telling);
  stage_.reset();
  if (!done) return done;
  for (std::uint32_t lane = 0; lane < list.size(); ++lane) {
    finished_.expected_missed_open += missed_open(engine, job, block.hosts[list[lane]], lane);
  }
  await_names(block);
  return tell(telling, Extent::all);
}

// Only silent ports can hide an open one.
double Scan::missed_open(const Engine& engine, const Job& job, const BlockHost& host, std::uint32_t lane) {
  const LaneOutcome outcome = engine.outcome(lane);
  const double silent = static_cast<double>(job.asks.size() - outcome.answered);
  const auto open = std::ranges::count_if(host.details, [&](const Detail& detail) {
    const auto verdict = engine.verdict(lane, detail.ask);
    return verdict && verdict->state == model::PortState::open;
  });
  return std::min(silent, expected_missed(static_cast<double>(open), engine.loss(), std::max(1, outcome.passes)));
}

std::vector<LaneTarget> Scan::lanes(const Block& block, const HostList& hosts) const {
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

// ---- the loop -------------------------------------------------------------------------------------

Result<void> Scan::drive(Engine& engine, std::string_view name, const Job& job, std::span<const LaneTarget> targets,
                         Telling* telling) {
  const Instant began = world_.clock.now();
  const std::size_t hosts = targets.size();
  std::uint32_t lanes_done = 0;
  if (!name.empty()) {
    if (auto told = sink_.on_task_begin(task(name, scope_at_begin(job, targets))); !told) return told;
  }
  while (!engine.finished() && !stop()) {
    engine.advance(world_.clock.now());
    if (const auto frames = engine.outbox(); !frames.empty()) {
      // The time before the call: should this thread lose the processor inside it, round trips come out
      // too long, which does no harm; too short, they would pass for the best that the path can do.
      const Instant before = world_.clock.now();
      const auto sent = world_.link.send(frames);
      if (!sent) return fail(sent.error());
      engine.on_sent(*sent, before);
    }
    const auto arrived = world_.link.receive(engine.wake_at(world_.clock.now()));
    if (!arrived) return fail(arrived.error());
    for (const Received& frame : *arrived) engine.on_frame(frame);
    if (!sink_error_) return sink_error_;
    if (telling != nullptr && engine.lanes_done() != lanes_done) {
      lanes_done = engine.lanes_done();
      if (auto told = tell(*telling, Extent::finished); !told) return told;
    }
    if (world_.control != nullptr && world_.control->progress_due() && !name.empty()) {
      if (auto told = tell_progress(engine, name, hosts, began); !told) return told;
    }
  }
  sent_before_ += engine.sent();
  finished_.answers_seen += engine.answers();
  if (name.empty()) return {};
  return sink_.on_task_end(task(name, scope_at_end(job, targets)));
}

Result<void> Scan::tell_progress(const Engine& engine, std::string_view name, std::size_t hosts, Instant began) {
  const Instant now = world_.clock.now();
  const std::uint64_t sent = sent_before_ + engine.sent();
  if (now - rate_at_ > 100ms) {
    rate_ = static_cast<double>(sent - rate_sent_) / seconds_of(now - rate_at_);
    rate_at_ = now;
    rate_sent_ = sent;
  }
  model::Progress progress;
  progress.task = task(name);
  progress.fraction = engine.fraction();
  if (progress.fraction > 0.01) {
    const double elapsed = seconds_of(now - began);
    progress.remaining = duration_of(elapsed * (1 - progress.fraction) / progress.fraction);
  }
  progress.elapsed = now - began_;
  progress.rate = rate_;
  progress.hosts_done = hosts_done_;
  progress.hosts_up = finished_.hosts_up + hosts_up_;
  progress.hosts_active = hosts;
  progress.open_found = open_found_;
  return sink_.on_progress(progress);
}

void Scan::on_answer(const Answer& answer) {
  BlockHost& host = stage_->block.hosts[stage_->hosts[answer.host]];
  if (answer.mac && host.path.on_link && !host.mac) host.mac = answer.mac;
  if (stage_->job.goal == Job::Goal::first_sign) {
    if (host.state == HostState::up) return;
    if (answer.verdict.host_is_up) {
      host.state = HostState::up;
      if (&stage_->block == block_) ++hosts_up_;
    }
    host.reason = answer.verdict.reason;
    host.reason_ttl = answer.ttl;
    return;
  }
  // Later than any wait allows for: the host has been told already.
  if (stage_->telling != nullptr && answer.host < stage_->telling->lane) return;
  const auto ask = static_cast<std::uint32_t>(
      std::ranges::lower_bound(stage_->job.asks, answer.ask.port, {}, &Ask::port) - stage_->job.asks.begin());
  if (answer.overrules) std::erase_if(host.details, [ask](const Detail& detail) { return detail.ask == ask; });
  // Only ports that may be listed need details: open ones, and no more of any other state than are listed.
  const bool open = answer.verdict.state == model::PortState::open;
  if (!open && host.detail_counts[static_cast<std::size_t>(answer.verdict.state)]++ >= plan_.list_limit) return;
  const bool foreign = answer.from.bytes().size() != host.target.address.bytes().size() ||
                       !std::ranges::equal(answer.from.bytes(), host.target.address.bytes());
  host.details.push_back({ask, foreign ? stage_->block.router_number(answer.from) : std::uint16_t{0}, answer.ttl});
  if (!open) return;
  ++open_found_;
  model::PortRecord port;
  port.protocol = stage_->job.techniques[answer.ask.technique]->protocol;
  port.port = answer.ask.port;
  port.state = answer.verdict.state;
  port.reason = answer.verdict.reason;
  port.reason_ttl = answer.ttl;
  port.service = world_.services.name_of(port.protocol, port.port);
  if (port.service.empty()) port.service = "unknown";
  if (auto told = sink_.on_open(host.target.address, port); !told) sink_error_ = told;
}

// ---- telling --------------------------------------------------------------------------------------

void Scan::ask_names(const Block& block) {
  if (world_.names == nullptr || plan_.names == plan::NameLookup::never) return;
  for (const BlockHost& host : block.hosts) {
    const bool wanted =
        host.state == HostState::up || plan_.stage == plan::Stage::list || plan_.names == plan::NameLookup::always;
    if (wanted) world_.names->ask(host.target.address);
  }
}

// Names never hold results up: those that are slow are waited for briefly, and only once a scan.
void Scan::await_names(const Block& block) {
  if (world_.names == nullptr || plan_.names == plan::NameLookup::never) return;
  const Instant deadline = world_.clock.now() + (names_waited_for_ ? Duration::zero() : name_grace);
  for (const BlockHost& host : block.hosts) {
    const bool wanted = host.state == HostState::up || plan_.stage == plan::Stage::list;
    while (wanted && !world_.names->answer(host.target.address) && !stop()) {
      const Instant now = world_.clock.now();
      if (now >= deadline) {
        names_waited_for_ = true;
        return;
      }
      (void)world_.link.receive(std::min(deadline, now + 5ms));
      if (world_.control != nullptr) (void)world_.control->progress_due();  // heard, or it would keep waking us
    }
  }
}

// Tells hosts in the order of their block, as far as they are done; at the end of the block, all.
Result<void> Scan::tell(Telling& telling, Extent extent) {
  Block& block = telling.block;
  for (; telling.next < block.hosts.size(); ++telling.next) {
    BlockHost& host = block.hosts[telling.next];
    const bool scanned =
        telling.engine != nullptr && telling.lane < telling.lanes.size() && telling.lanes[telling.lane] == telling.next;
    if (extent == Extent::finished &&
        ((scanned && !telling.engine->outcome(telling.lane).done) || name_is_pending(host))) {
      return {};
    }
    // What was never asked is not told.
    if (host.state == HostState::unknown && plan_.stage != plan::Stage::list) continue;
    const RecordContext context{world_.services, world_.vendors, plan_.list_limit, world_.wall_time()};
    model::HostRecord record = scanned ? port_record(host, block, context, *telling.engine, *telling.job, telling.lane)
                                       : host_record(host, block, context);
    record.interrupted = record.interrupted || (finished_.interrupted && !scanned && host.state == HostState::up &&
                                                plan_.stage == plan::Stage::ports);
    if (scanned) ++telling.lane;
    if (auto told = tell_host(std::move(record)); !told) return told;
  }
  return {};
}

bool Scan::name_is_pending(const BlockHost& host) const {
  if (world_.names == nullptr || plan_.names == plan::NameLookup::never || host.state != HostState::up) return false;
  return !world_.names->answer(host.target.address);
}

Result<void> Scan::tell_block(Block& block) {
  Telling telling{block};
  return tell(telling, Extent::all);
}

Result<void> Scan::tell_host(model::HostRecord record) {
  if (world_.names != nullptr && plan_.names != plan::NameLookup::never) {
    const auto name = world_.names->answer(record.address);
    if (name && !name->empty()) record.names.push_back({*name, model::HostName::Kind::ptr});
  }
  ++(record.state == HostState::up ? finished_.hosts_up : finished_.hosts_down);
  if (record.state == HostState::up && hosts_up_ > 0) --hosts_up_;
  return sink_.on_host(record);
}

}  // namespace

Result<model::ScanFinished> run_scan(const plan::Plan& plan, const World& world, model::Sink& sink) {
  return Scan{plan, world, sink}.run();
}

}  // namespace portolan::engine
