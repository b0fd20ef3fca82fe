#include "engine/engine.h"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "wire/packet.h"

namespace portolan::engine {
namespace {

using namespace std::chrono_literals;

// A tag says which attempt it is: 14 for passes, and two for control probes, used in turn, so that a late
// answer to one is not taken for an answer to the next.
constexpr unsigned control_slot = tag_count - 2;

// Control probes whose fate is known, before the loss is read off them.
constexpr std::uint64_t enough_controls = 8;
// Of all answering ports of a job, at most this many are expected to be missed when it ends.
constexpr double acceptable_misses = 0.02;

// Link-local addresses are only unique together with their link.
net::IpAddress with_link(const net::IpAddress& address, std::uint32_t interface) {
  const bool needs_link = !address.is_v4() && address.is_link_local();
  return needs_link ? address.with_zone(interface) : address.without_zone();
}

std::uint32_t cookie_of(HashKey key, const net::IpAddress& source, const net::IpAddress& target, const Ask& ask,
                        std::uint16_t tag) {
  std::array<std::uint8_t, 38> text{};
  std::size_t size = 0;
  const auto append = [&](std::span<const std::uint8_t> bytes) {
    std::memcpy(text.data() + size, bytes.data(), bytes.size());
    size += bytes.size();
  };
  append(source.bytes());
  append(target.bytes());
  const std::array<std::uint8_t, 6> question{ask.technique,
                                             ask.variant,
                                             static_cast<std::uint8_t>(ask.port.value() >> 8U),
                                             static_cast<std::uint8_t>(ask.port.value()),
                                             static_cast<std::uint8_t>(tag >> 8U),
                                             static_cast<std::uint8_t>(tag)};
  append(question);
  return static_cast<std::uint32_t>(siphash(key, std::span{text}.first(size)));
}

// What the answer itself says counts more than who put it on the link: proxies and bonds differ.
std::optional<net::Mac> link_address_of(const wire::Packet& packet, const Received& frame) {
  if (const auto* arp = std::get_if<wire::ArpReply>(&packet.content)) return arp->sender_mac;
  if (const auto* nd = std::get_if<wire::NeighbourAdvertisement>(&packet.content)) return nd->mac;
  return frame.from;
}

}  // namespace

struct Engine::Lane {
  enum class Phase : std::uint8_t {
    active,   // in active_: may send
    spaced,   // parked between two probes
    waiting,  // parked after a pass, for the answers
    done,
  };
  RoundTripEstimate round_trip;
  Duration best{};  // shortest round trip seen
  std::optional<Instant> started;
  Instant pass_started;
  Instant last_sent;
  Duration gap{};  // between two probes to this host
  double limiter_rate = 0;
  std::uint32_t position = 0;
  std::uint32_t asked = 0;            // in this pass
  std::uint32_t answered = 0;         // in all
  std::uint32_t answered_before = 0;  // when this pass began
  std::uint32_t answered_last = 0;    // of those, by the pass before
  int passes = 0;                     // finished
  std::uint8_t in_outbox = 0;
  Phase phase = Phase::active;
  bool up = false;
  bool timed_out = false;
  bool limited = false;
  bool limiter_given_up = false;
};

struct Engine::Pending {
  std::uint32_t host;
  std::uint32_t ask;
  std::uint16_t tag;
  std::uint8_t control;  // Controls::Question::control + 1, 0 for an ordinary probe
};

Engine::Engine(const Job& job, std::span<const LaneTarget> targets, const EngineSettings& settings, Pacer& pacer,
               AnswerListener& listener)
    : job_{job},
      targets_{targets},
      settings_{settings},
      pacer_{pacer},
      listener_{listener},
      ledger_{targets.size(), job.asks.size()},
      host_index_{targets.size(), settings.key},
      ask_index_(job.techniques.size()),
      walk_{job.asks.size(), settings.seed,
            job.sequential ? Permutation::Order::sequential : Permutation::Order::shuffled},
      lanes_(targets.size()),
      controls_{settings.seed} {
  assert(!targets.empty() && !job.asks.empty());
  for (std::uint32_t ask = 0; ask < job.asks.size(); ++ask) {
    auto& index = ask_index_[job.asks[ask].technique];
    const std::size_t port = job.asks[ask].port.value();
    if (index.size() <= port) index.resize(port + 1);
    if (index[port] == 0) index[port] = ask + 1;
  }
  active_.reserve(targets.size());
  const Permutation host_order{targets.size(), settings.seed + 1};
  for (std::uint32_t i = 0; i < targets.size(); ++i) {
    const auto host = static_cast<std::uint32_t>(host_order.at(i));
    const LaneTarget& target = targets[host];
    host_index_.insert(with_link(target.address, target.path->interface), host);
    Lane& lane = lanes_[host];
    lane.gap = settings.timing.scan_delay;
    if (target.round_trip) {
      lane.round_trip.add(*target.round_trip);
      lane.best = *target.round_trip;
    }
    active_.push_back(host);
  }
  outbox_.reserve(outbox_size);
  pending_.reserve(outbox_size);
}

Engine::~Engine() = default;

// ---- asking -------------------------------------------------------------------------------------

std::uint16_t Engine::tag_of(unsigned slot) const { return static_cast<std::uint16_t>(settings_.tag_base + slot); }

probe::Attempt Engine::attempt(std::uint32_t host, std::uint32_t ask, std::uint16_t tag) const {
  const net::Path& path = *targets_[host].path;
  const net::IpAddress target = targets_[host].address.without_zone();  // a zone never travels
  const Ask& asked = job_.asks[ask];
  return {path,           target, asked.port,
          asked.variant,  tag,    cookie_of(settings_.key, path.source, target, asked, tag),
          settings_.dress};
}

// Hosts walk the same permutation, each from a place of its own.
std::uint32_t Engine::walk(std::uint32_t host, std::uint32_t position) const {
  if (job_.sequential) return position;
  const std::uint64_t offset = (host * std::uint64_t{0x9e3779b1} + settings_.seed) % walk_.size();
  return static_cast<std::uint32_t>(walk_.at((position + offset) % walk_.size()));
}

Duration Engine::timeout_of(const Lane& lane) const {
  const plan::Timing& t = settings_.timing;
  return lane.round_trip.timeout({t.initial_rtt_timeout, t.min_rtt_timeout, t.max_rtt_timeout});
}

void Engine::advance(Instant now) {
  if (outbox_first_ == outbox_.size()) {
    outbox_.clear();
    pending_.clear();
    outbox_first_ = 0;
  }
  expire_controls(now);
  wake_lanes(now);
  if (outbox_.empty()) fill(now);
}

void Engine::wake_lanes(Instant now) {
  while (!parked_.empty() && parked_.top().at <= now) {
    const std::uint32_t host = parked_.top().host;
    parked_.pop();
    Lane& lane = lanes_[host];
    give_up_if_overdue(lane, now);
    if (lane.phase == Lane::Phase::spaced) {
      lane.phase = Lane::Phase::active;
      active_.push_back(host);
    } else if (lane.phase == Lane::Phase::waiting) {
      decide(host, now);
    }
  }
}

void Engine::fill(Instant now) {
  const std::size_t allowed = pacer_.allowance(now, outbox_size);
  while (outbox_.size() < allowed && !active_.empty()) {
    if (controls_.is_due(pacer_.controls_asked()) && fill_control()) continue;
    if (!fill_one(now)) return;
  }
}

// Puts the next probe of the lane whose turn it is into the outbox; false when no lane has any.
bool Engine::fill_one(Instant now) {
  while (!active_.empty()) {
    if (turn_ >= active_.size()) turn_ = 0;
    const std::uint32_t host = active_[turn_];
    Lane& lane = lanes_[host];
    give_up_if_overdue(lane, now);
    if (lane.phase == Lane::Phase::done) {
      drop_active(turn_);
      continue;
    }
    std::optional<std::uint32_t> ask;
    while (!ask && lane.position < job_.asks.size()) {
      const std::uint32_t candidate = walk(host, lane.position++);
      if (ledger_.code(host, candidate) == Ledger::unanswered) ask = candidate;
    }
    if (!ask) {
      drop_active(turn_);
      finish_pass(host, now);
      continue;
    }
    if (lane.asked++ == 0) lane.pass_started = now;
    if (lane.passes == 0) ++asked_once_;
    put(host, *ask, static_cast<unsigned>(lane.passes) % control_slot);
    controls_.on_probe();
    if (lane.gap > Duration::zero()) {
      drop_active(turn_);
      lane.phase = Lane::Phase::spaced;
      park(host, now + lane.gap);
    } else {
      ++turn_;
    }
    return true;
  }
  return false;
}

void Engine::put(std::uint32_t host, std::uint32_t ask, unsigned slot) {
  const probe::Probe& probe = *job_.techniques[job_.asks[ask].technique];
  const std::uint16_t tag = tag_of(slot);
  const probe::Attempt a = attempt(host, ask, tag);
  auto& buffer = buffers_[outbox_.size()];
  const std::size_t size = probe.build(a, buffer);
  net::Mac to;
  if (probe.link_destination != nullptr) {
    to = probe.link_destination(a);
  } else if (a.path.next_hop_mac) {
    to = *a.path.next_hop_mac;
  }
  outbox_.push_back({&a.path, probe.ether_type(a), to, std::span{buffer}.first(size),
                     probe.connects ? Frame::Way::connect : Frame::Way::raw});
  pending_.push_back({host, ask, tag, 0});
  ++lanes_[host].in_outbox;
}

void Engine::drop_active(std::size_t index) {
  active_[index] = active_.back();
  active_.pop_back();
}

// Nobody sleeps past the time at which the host is given up.
void Engine::park(std::uint32_t host, Instant until) {
  const Lane& lane = lanes_[host];
  const auto& limit = settings_.timing.host_timeout;
  if (limit && lane.started) until = std::min(until, *lane.started + *limit + 1ns);
  parked_.push({until, host});
}

std::span<const Frame> Engine::outbox() const { return std::span{outbox_}.subspan(outbox_first_); }

void Engine::on_sent(std::size_t count, Instant now) {
  if (count == 0) {
    if (outbox_first_ < outbox_.size()) pacer_.on_refused(now);
    return;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const Pending& p = pending_[outbox_first_ + i];
    Lane& lane = lanes_[p.host];
    --lane.in_outbox;
    if (!lane.started) {
      lane.started = now;
      if (settings_.timing.host_timeout) park(p.host, Instant::max());  // only to be woken when overdue
    }
    if (p.control != 0) {
      controls_.on_sent(p.control - 1U, now);
      continue;
    }
    lane.last_sent = now;
    send_times_.note(p.host, p.ask, p.tag, now);
  }
  outbox_first_ += count;
  sent_ += count;
  pacer_.on_sent(count, now);
}

// ---- passes -------------------------------------------------------------------------------------

void Engine::finish_pass(std::uint32_t host, Instant now) {
  Lane& lane = lanes_[host];
  ++lane.passes;
  lane.phase = Lane::Phase::waiting;
  park(host, now + timeout_of(lane));
}

void Engine::give_up_if_overdue(Lane& lane, Instant now) {
  const auto& limit = settings_.timing.host_timeout;
  if (!limit || lane.phase == Lane::Phase::done || !lane.started || now - *lane.started <= *limit) return;
  lane.timed_out = true;
  finish_lane(lane);
}

void Engine::decide(std::uint32_t host, Instant now) {
  Lane& lane = lanes_[host];
  // The last probe may have left later than its pass ended, or still wait for room in the link.
  if (lane.in_outbox > 0) return park(host, now + 1ms);
  const Instant due = lane.last_sent + timeout_of(lane);
  if (now < due) return park(host, due);

  const bool discovery = job_.goal == Job::Goal::first_sign;
  PassResult result{.passes = lane.passes,
                    .answered_before = discovery ? lanes_up_ : lane.answered_before,
                    .answered_last = lane.answered_last,
                    .asked = lane.asked,
                    .answered = discovery ? 0 : std::min(lane.asked, lane.answered - lane.answered_before),
                    .duration = now - lane.pass_started,
                    .limited = lane.limited};
  const PassDecision decision = after_pass(
      result,
      {.max_retries = settings_.timing.max_retries,
       .loss = loss(),
       .acceptable_misses = discovery ? acceptable_misses : acceptable_misses / static_cast<double>(lanes_.size()),
       .patience = settings_.timing.limiter_patience});
  if (decision.limiter_seen) {
    lane.limiter_rate = decision.answers_a_second;
    lane.limiter_given_up = decision.next != PassDecision::Next::again_spaced;
  }
  if (decision.next == PassDecision::Next::stop) return finish_lane(lane);
  lane.limited = decision.next == PassDecision::Next::again_spaced;
  lane.gap = lane.limited ? std::max(settings_.timing.scan_delay, decision.gap) : settings_.timing.scan_delay;
  start_pass(lane);
  active_.push_back(host);
}

void Engine::start_pass(Lane& lane) {
  lane.phase = Lane::Phase::active;
  lane.position = 0;
  lane.asked = 0;
  lane.answered_last = lane.answered - lane.answered_before;
  lane.answered_before = lane.answered;
}

void Engine::finish_lane(Lane& lane) {
  if (lane.phase == Lane::Phase::done) return;
  lane.phase = Lane::Phase::done;
  settled_ += job_.asks.size() - lane.answered;
  ++lanes_done_;
}

// Control probes measure it best. Before there are enough of them, so does the share of answers that
// only a later pass brought.
double Engine::loss() const {
  const double late = (static_cast<double>(late_) + 0.1) / (static_cast<double>(in_time_ + late_) + 1);
  return controls_.empty() || pacer_.controls_asked() < enough_controls ? late : pacer_.loss();
}

// ---- control probes -----------------------------------------------------------------------------

bool Engine::fill_control() {
  controls_.skip_turn();
  const bool gentle = settings_.timing.serial || settings_.timing.scan_delay > Duration::zero();
  if (gentle || job_.goal == Job::Goal::first_sign) return false;
  const auto question =
      controls_.choose([this](std::uint32_t host) { return !lanes_[host].limited && !lanes_[host].timed_out; });
  if (!question) return false;
  put(question->host, question->ask, control_slot + (question->second_tag ? 1U : 0U));
  pending_.back().control = static_cast<std::uint8_t>(question->control + 1);
  return true;
}

void Engine::expire_controls(Instant now) {
  const auto lost = controls_.expire(now, [this](std::uint32_t host) { return timeout_of(lanes_[host]); });
  for (std::uint64_t i = 0; i < lost; ++i) pacer_.on_control(true);
}

void Engine::answer_control(const Match& match, bool second_tag, Instant at) {
  const auto sent = controls_.take(match.host, match.ask, second_tag);
  if (!sent) return;
  pacer_.on_control(false);
  add_round_trip(lanes_[match.host], at - *sent);
}

// ---- answers ------------------------------------------------------------------------------------

void Engine::on_frame(const Received& frame) {
  const auto packet = wire::parse(frame.type, frame.bytes);
  if (!packet) return;
  for (std::size_t technique = 0; technique < job_.techniques.size(); ++technique) {
    const probe::Probe& probe = *job_.techniques[technique];
    const auto subject = probe.subject(*packet);
    if (!subject) continue;
    auto found = match(*subject, technique, frame);
    if (!found) continue;
    for (; is_about(found->ask, technique, subject->port); ++found->ask) {
      const auto verdict = probe.judge(attempt(found->host, found->ask, found->tag), *packet);
      if (verdict) return settle(*found, *verdict, *packet, frame);
    }
  }
}

// Variants of a question stand side by side in the job.
bool Engine::is_about(std::uint32_t ask, std::size_t technique, net::Port port) const {
  return ask < job_.asks.size() && job_.asks[ask].technique == technique && job_.asks[ask].port == port;
}

std::optional<Engine::Match> Engine::match(const probe::Subject& subject, std::size_t technique,
                                           const Received& frame) const {
  if (job_.techniques[technique]->has_tag) {
    const unsigned first = settings_.tag_base;
    if (subject.tag < first || subject.tag >= first + tag_count) return std::nullopt;
  }
  const auto& index = ask_index_[technique];
  const std::size_t port = subject.port.value();
  if (port >= index.size() || index[port] == 0) return std::nullopt;
  const auto host = host_index_.find(with_link(subject.target, frame.interface));
  if (!host) return std::nullopt;
  return Match{*host, index[port] - 1, subject.tag};
}

void Engine::settle(const Match& match, const probe::Verdict& verdict, const wire::Packet& packet,
                    const Received& frame) {
  Lane& lane = lanes_[match.host];
  const Ask& ask = job_.asks[match.ask];
  if (job_.techniques[ask.technique]->has_tag) {
    const unsigned slot = match.tag - tag_of(0);
    if (slot >= control_slot) return answer_control(match, slot != control_slot, frame.at);
  }
  measure(match, lane, frame.at);
  const Ledger::Code before = ledger_.code(match.host, match.ask);
  const bool overrules = before != Ledger::unanswered;
  if (overrules) {
    // A repetition, unless the port itself overrules an ICMP error that came first.
    const bool stronger =
        ledger_.entry(before).state == model::PortState::filtered && verdict.state != model::PortState::filtered;
    if (!stronger) return;
  } else {
    ++answers_;
    ++lane.answered;
    pacer_.on_answer();
    if (lane.phase != Lane::Phase::done) ++settled_;
    if (job_.goal == Job::Goal::every_ask) ++(match.tag == tag_of(0) ? in_time_ : late_);
  }
  ledger_.record(match.host, match.ask, {verdict.state, verdict.reason});
  if (verdict.host_is_up) {
    if (!lane.up && job_.goal == Job::Goal::first_sign) {
      ++lanes_up_;
      ++(asked_once(lane) ? in_time_ : late_);
    }
    lane.up = true;
    // Who limits its errors would pass for a lossy path.
    if (job_.goal == Job::Goal::every_ask && !verdict.by_error)
      controls_.remember(match.host, match.ask, verdict.state == model::PortState::open);
  }
  listener_.on_answer(
      {match.host, match.ask, ask, verdict, packet.ttl, packet.source, link_address_of(packet, frame), overrules});
  if ((job_.goal == Job::Goal::first_sign && lane.up) || lane.answered == job_.asks.size()) finish_lane(lane);
}

void Engine::measure(const Match& match, Lane& lane, Instant at) {
  // ARP and ND do not say which attempt they answer, so theirs count only while there was but one.
  const bool tagged = job_.techniques[job_.asks[match.ask].technique]->has_tag;
  if (!tagged && !asked_once(lane)) return;
  const auto sent = send_times_.take(match.host, match.ask, tagged ? std::optional{match.tag} : std::nullopt);
  if (sent) add_round_trip(lane, at - *sent);
}

// Whether only the first pass has sent anything so far.
bool Engine::asked_once(const Lane& lane) const {
  return lane.passes == 0 || (lane.passes == 1 && (lane.phase == Lane::Phase::waiting || lane.asked == 0));
}

void Engine::add_round_trip(Lane& lane, Duration sample) {
  if (sample < Duration::zero()) sample = Duration::zero();
  lane.best = lane.round_trip.known() ? std::min(lane.best, sample) : sample;
  lane.round_trip.add(sample);
  pacer_.on_round_trip(sample, lane.best);
}

// ---- telling ------------------------------------------------------------------------------------

Instant Engine::wake_at(Instant now) const {
  if (finished()) return now;
  const bool sending = outbox_first_ < outbox_.size() || !active_.empty();
  if (parked_.empty()) return sending ? std::max(now, pacer_.next()) : now;
  return sending ? std::max(now, std::min(pacer_.next(), parked_.top().at)) : parked_.top().at;
}

bool Engine::finished() const { return lanes_done_ == lanes_.size(); }

LaneOutcome Engine::outcome(std::uint32_t host) const {
  const Lane& lane = lanes_[host];
  return {.done = lane.phase == Lane::Phase::done,
          .timed_out = lane.timed_out,
          .up = lane.up,
          .answered = lane.answered,
          .round_trip = lane.round_trip,
          .timeout = timeout_of(lane),
          .passes = lane.passes,
          .limiter_rate = lane.limiter_rate,
          .limiter_given_up = lane.limiter_given_up};
}

std::optional<Ledger::Entry> Engine::verdict(std::uint32_t host, std::uint32_t ask) const {
  const Ledger::Code code = ledger_.code(host, ask);
  if (code == Ledger::unanswered) return std::nullopt;
  return ledger_.entry(code);
}

double Engine::fraction() const {
  const double total = static_cast<double>(lanes_.size()) * static_cast<double>(job_.asks.size());
  const double settled = static_cast<double>(settled_);
  const double asked = std::max(static_cast<double>(asked_once_), settled);
  return std::clamp((settled + (asked - settled) / 2) / total, 0.0, 1.0);
}

}  // namespace portolan::engine
