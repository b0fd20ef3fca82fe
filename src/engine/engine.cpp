#include "engine/engine.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <utility>

#include "engine/passes.h"
#include "probe/cookie.h"

namespace portolan::engine {
namespace {

using namespace std::chrono_literals;

// Of the tags, 14 are for passes, which tells the attempts of one question apart, and two for loss probes, used in
// turn, so that a late answer to one is not taken for an answer to the next.
constexpr unsigned first_loss_tag = tags_an_engine - 2;

// Loss probes whose fate is known, before the loss is read off them.
constexpr std::uint64_t enough_loss_probes = 8;
// Of all answering ports of so many hosts, at most this many are expected to be missed when the scan ends.
constexpr double acceptable_misses = 0.02;
constexpr std::uint64_t most_sharers = 1U << 14U;

// What the answer itself says counts more than who put it on the link: proxies and bonds differ.
std::optional<net::Mac> link_address_of(const wire::Packet& packet, const Received& frame) {
  if (const auto* arp = std::get_if<wire::ArpReply>(&packet.content)) return arp->sender_mac;
  if (const auto* nd = std::get_if<wire::NeighbourAdvertisement>(&packet.content)) return nd->mac;
  return frame.from;
}

// Whether what is on the asked link can have sent this. Who stands there answers over it: ARP and neighbour discovery
// are of a link, and ICMP from elsewhere is of somebody who answers for everyone. A TCP answer proves by its cookie
// that the question has arrived, whatever way it took back; and what lies behind a gateway may answer over any link.
bool came_from_asked_link(const net::Path& path, const wire::Packet& packet, const Received& frame) {
  if (frame.interface == path.interface || path.kind != net::Path::Kind::ethernet) return true;
  const bool of_the_link = std::holds_alternative<wire::ArpReply>(packet.content) ||
                           std::holds_alternative<wire::NeighbourAdvertisement>(packet.content);
  const bool icmp = std::holds_alternative<wire::IcmpMessage>(packet.content) ||
                    std::holds_alternative<wire::IcmpError>(packet.content);
  return !of_the_link && !(icmp && path.on_link);
}

std::vector<std::vector<std::uint32_t>> index_of(const Job& job) {
  std::vector<std::vector<std::uint32_t>> all(job.techniques.size());
  for (std::uint32_t i = 0; i < job.questions.size(); ++i) {
    auto& index = all[job.questions[i].technique];
    const std::size_t port = job.questions[i].port.value();
    if (index.size() <= port) index.resize(port + 1);
    if (index[port] == 0) index[port] = i + 1;
  }
  return all;
}

}  // namespace

Engine::Engine(const Job& job, const EngineSettings& settings, Pacer& pacer, AnswerListener& listener)
    : job_{job},
      settings_{settings},
      pacer_{pacer},
      listener_{listener},
      walks_{settings.key},
      question_index_{index_of(job)},
      permutation_{job.questions.size(), settings.seed,
                   job.sequential ? Permutation::Order::sequential : Permutation::Order::shuffled},
      loss_probes_{settings.seed} {
  assert(!job.questions.empty());
  settings_.hosts = std::clamp<std::uint64_t>(settings.hosts, 1, most_sharers);
  outbox_.reserve(settings_.batch);
  pending_.reserve(settings_.batch);
}

// ---- entering and leaving -----------------------------------------------------------------------

std::uint32_t Engine::enter(const WalkTarget& target, std::uint32_t host, std::optional<Duration> round_trip) {
  const WalkHandle handle = walks_.add(target);
  HostWalk& walk = walks_[handle.walk];
  walk.host = host;
  walk.ledger = Ledger{job_.questions.size()};
  walk.phase = HostWalk::Phase::active;
  // Hosts walk the same permutation, each from a place of its own.
  if (!job_.sequential && permutation_.size() > 1) {
    walk.offset =
        static_cast<std::uint32_t>(siphash({settings_.seed, 0}, target.address.bytes()) % permutation_.size());
  }
  if (round_trip) {
    walk.known().round_trip.add(*round_trip);
    walk.known().best = *round_trip;
  }
  active_.push_back(handle);
  if (entered_++ == 0) first_entered_ = target.address;
  ++working_;
  return handle.walk;
}

void Engine::leave(std::uint32_t walk) {
  const HostWalk& leaving = walks_[walk];
  // What stands in the outbox for it refers to its target.
  if (leaving.in_outbox > 0) withdraw(leaving.serial);
  if (leaving.phase != HostWalk::Phase::done) --working_;
  walks_.remove(walk);
  // Whoever is left there has left; nobody would come by to drop them.
  if (walks_.size() == 0) active_.clear();
  parked_.tidy(walks_);
}

// Shots cannot be assigned, because they refer to what they ask: those that stay move into a new outbox.
void Engine::withdraw(std::uint32_t serial) {
  std::vector<Shot> shots;
  std::vector<Pending> pending;
  shots.reserve(settings_.batch);
  pending.reserve(settings_.batch);
  for (std::size_t i = outbox_first_; i < outbox_.size(); ++i) {
    if (!pending_[i].loss_probe && pending_[i].walk.serial == serial) continue;
    shots.push_back(outbox_[i]);
    pending.push_back(pending_[i]);
  }
  outbox_.swap(shots);
  pending_.swap(pending);
  outbox_first_ = 0;
}

std::vector<std::uint32_t> Engine::take_done() { return std::exchange(done_, {}); }

// ---- asking -------------------------------------------------------------------------------------

probe::Attempt Engine::attempt(const WalkTarget& target, std::uint32_t question, std::uint16_t tag) const {
  const net::IpAddress address = target.address.without_zone();  // a zone never travels
  const Question& asked = job_.questions[question];
  const auto cookie = probe::cookie_of(settings_.key, {.source = target.path->source,
                                                       .target = address,
                                                       .port = asked.port,
                                                       .tag = tag,
                                                       .technique = asked.technique,
                                                       .variant = asked.variant});
  return {.path = *target.path,
          .target = address,
          .port = asked.port,
          .variant = asked.variant,
          .tag = tag,
          .cookie = cookie,
          .dress = settings_.dress};
}

std::uint32_t Engine::question_at(const HostWalk& walk) const {
  if (job_.sequential) return walk.position;
  const std::uint64_t place = std::uint64_t{walk.position} + walk.offset;
  return static_cast<std::uint32_t>(permutation_.at(place % permutation_.size()));
}

Duration Engine::timeout_of(const HostWalk& walk) const {
  const plan::Timing& t = settings_.timing;
  const TimeoutBounds bounds{t.initial_rtt_timeout, t.min_rtt_timeout, t.max_rtt_timeout};
  return walk.acquaintance ? walk.acquaintance->round_trip.timeout(bounds) : RoundTripEstimate{}.timeout(bounds);
}

Duration Engine::gap_of(const HostWalk& walk) const {
  const Duration delay = settings_.timing.scan_delay;
  return walk.limited() ? std::max(delay, walk.acquaintance->gap) : delay;
}

void Engine::advance(Instant now) {
  if (outbox_first_ == outbox_.size()) {
    outbox_.clear();
    pending_.clear();
    outbox_first_ = 0;
  }
  expire_loss_probes(now);
  wake_walks(now);
  if (outbox_.empty()) fill(now);
}

void Engine::wake_walks(Instant now) {
  while (const auto handle = parked_.pop(now)) {
    if (!walks_.is_current(*handle)) continue;
    HostWalk& walk = walks_[handle->walk];
    give_up_if_overdue(handle->walk, now);
    if (walk.phase == HostWalk::Phase::spaced) {
      walk.phase = HostWalk::Phase::active;
      active_.push_back(*handle);
    } else if (walk.phase == HostWalk::Phase::waiting) {
      decide(handle->walk, now);
    }
  }
}

void Engine::fill(Instant now) {
  const std::size_t allowed = pacer_.allowance(now, settings_.batch);
  while (outbox_.size() < allowed && !active_.empty()) {
    if (loss_probes_.is_due(pacer_.loss_probes_asked()) && fill_loss_probe()) continue;
    if (!fill_one(now)) return;
  }
}

std::optional<std::uint32_t> Engine::next_question(HostWalk& walk) const {
  while (walk.position < job_.questions.size()) {
    const std::uint32_t question = question_at(walk);
    ++walk.position;
    if (walk.ledger.code(question) == VerdictCodes::unanswered) return question;
  }
  return std::nullopt;
}

// Puts the next probe of the walk whose turn it is into the outbox; false when no walk has any.
bool Engine::fill_one(Instant now) {
  while (!active_.empty()) {
    const WalkHandle handle = active_.front();
    active_.pop_front();
    HostWalk& walk = walks_[handle.walk];
    if (walks_.is_current(handle)) give_up_if_overdue(handle.walk, now);
    if (!walks_.is_current(handle) || walk.phase != HostWalk::Phase::active) continue;
    const auto question = next_question(walk);
    if (!question) {
      finish_pass(handle.walk, now);
      continue;
    }
    if (walk.asked++ == 0) walk.pass_started = now;
    if (walk.passes == 0) ++asked_once_;
    const auto tag = static_cast<std::uint16_t>(settings_.tag_base + walk.passes % first_loss_tag);
    ++walk.in_outbox;
    put(*walk.target, {.walk = handle, .question = *question, .tag = tag, .loss_probe = std::nullopt});
    loss_probes_.on_probe();
    if (walk.position == job_.questions.size()) {
      finish_pass(handle.walk, now);
    } else if (const Duration gap = gap_of(walk); gap > Duration::zero()) {
      walk.phase = HostWalk::Phase::spaced;
      park(handle.walk, now + gap);
    } else {
      active_.push_back(handle);
    }
    return true;
  }
  return false;
}

void Engine::put(const WalkTarget& target, const Pending& pending) {
  outbox_.push_back({&probe_of(pending.question), attempt(target, pending.question, pending.tag)});
  pending_.push_back(pending);
}

// Nobody sleeps past the time at which the host is given up.
void Engine::park(std::uint32_t walk, Instant until) {
  const HostWalk& parked = walks_[walk];
  const auto& limit = settings_.timing.host_timeout;
  if (limit && parked.has_started) until = std::min(until, parked.started + *limit + 1ns);
  parked_.push(until, {walk, parked.serial});
}

std::span<const Shot> Engine::outbox() const { return std::span{outbox_}.subspan(outbox_first_); }

void Engine::on_sent(std::size_t count, Instant now) {
  if (count == 0) {
    if (outbox_first_ < outbox_.size()) pacer_.on_refused(now);
    return;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const Pending& p = pending_[outbox_first_ + i];
    if (p.loss_probe) {
      loss_probes_.on_sent(*p.loss_probe, now);
      continue;
    }
    HostWalk& walk = walks_[p.walk.walk];
    --walk.in_outbox;
    if (!walk.has_started) {
      walk.has_started = true;
      walk.started = now;
      if (settings_.timing.host_timeout) park(p.walk.walk, Instant::max());  // only to be woken when overdue
    }
    walk.last_sent = now;
    send_times_.note(p.walk.serial, p.question, p.tag, now);
  }
  outbox_first_ += count;
  sent_ += count;
  pacer_.on_sent(count, now);
}

// ---- passes -------------------------------------------------------------------------------------

void Engine::finish_pass(std::uint32_t walk, Instant now) {
  ++walks_[walk].passes;
  walks_[walk].phase = HostWalk::Phase::waiting;
  park(walk, now + timeout_of(walks_[walk]));
}

void Engine::give_up_if_overdue(std::uint32_t walk, Instant now) {
  const auto& limit = settings_.timing.host_timeout;
  HostWalk& late = walks_[walk];
  if (!limit || late.phase == HostWalk::Phase::done || !late.has_started || now - late.started <= *limit) return;
  late.timed_out = true;
  loss_probes_.forget(late.target->address);
  finish(walk);
}

void Engine::decide(std::uint32_t walk, Instant now) {
  HostWalk& asked = walks_[walk];
  // The last probe may have left later than its pass ended, or still wait for room in the link.
  if (asked.in_outbox > 0) return park(walk, now + 1ms);
  const Instant due = asked.last_sent + timeout_of(asked);
  if (now < due) return park(walk, due);

  const Acquaintance nobody;
  const Acquaintance& known = asked.acquaintance ? *asked.acquaintance : nobody;
  PassResult result{.passes = asked.passes,
                    .answered_before = known.answered_before,
                    .answered_last = known.answered_last,
                    .asked = asked.asked,
                    .answered = std::min(asked.asked, known.answered - known.answered_before),
                    .duration = now - asked.pass_started,
                    .limited = known.limited};
  PassLimits limits{.max_retries = settings_.timing.max_retries,
                    .loss = loss(),
                    .acceptable_misses = acceptable_misses / static_cast<double>(settings_.hosts),
                    .patience = settings_.timing.limiter_patience};
  if (finds_hosts()) {
    // Here hosts are what may be missed: as many as loss hides among those that were found.
    result.answered_before = static_cast<std::uint32_t>(std::min(hosts_up_, most_sharers));
    result.answered = 0;
    limits.acceptable_misses = acceptable_misses;
  }
  const PassDecision decision = after_pass(result, limits);
  const bool spaced = decision.next == PassDecision::Next::again_spaced;
  if (decision.limiter_seen) {
    asked.known().limiter_rate = decision.answers_a_second;
    asked.known().limiter_given_up = !spaced;
  }
  if (decision.next == PassDecision::Next::stop) return finish(walk);
  if (spaced) {
    asked.known().gap = decision.gap;
    loss_probes_.forget(asked.target->address);
  }
  if (asked.acquaintance) asked.acquaintance->limited = spaced;
  start_pass(walk);
}

void Engine::start_pass(std::uint32_t walk) {
  HostWalk& again = walks_[walk];
  again.phase = HostWalk::Phase::active;
  again.position = 0;
  again.asked = 0;
  if (again.acquaintance) {
    Acquaintance& known = *again.acquaintance;
    known.answered_last = known.answered - known.answered_before;
    known.answered_before = known.answered;
  }
  active_.push_back({walk, again.serial});
}

void Engine::finish(std::uint32_t walk) {
  HostWalk& finished = walks_[walk];
  if (finished.phase == HostWalk::Phase::done) return;
  finished.phase = HostWalk::Phase::done;
  --working_;
  settled_ += job_.questions.size() - finished.answered();
  done_.push_back(walk);
}

// Loss probes measure it best. Before there are enough of them, so does the share of answers that
// only a later pass brought.
double Engine::loss() const {
  const double late = (static_cast<double>(late_) + 0.1) / (static_cast<double>(in_time_ + late_) + 1);
  return loss_probes_.empty() || pacer_.loss_probes_asked() < enough_loss_probes ? late : pacer_.loss();
}

// ---- loss probes --------------------------------------------------------------------------------

bool Engine::fill_loss_probe() {
  loss_probes_.skip_turn();
  const bool gentle = settings_.timing.serial || settings_.timing.scan_delay > Duration::zero();
  if (gentle || finds_hosts()) return false;
  const auto chosen = loss_probes_.choose();
  if (!chosen) return false;
  const unsigned slot = first_loss_tag + (chosen->second_tag ? 1U : 0U);
  put(loss_probes_.target_of(chosen->probe), {.walk = {},
                                              .question = chosen->question,
                                              .tag = static_cast<std::uint16_t>(settings_.tag_base + slot),
                                              .loss_probe = chosen->probe});
  return true;
}

void Engine::expire_loss_probes(Instant now) {
  const auto lost = loss_probes_.expire(now);
  for (std::uint64_t i = 0; i < lost; ++i) pacer_.on_loss_probe(true);
}

// ---- answers ------------------------------------------------------------------------------------

bool Engine::on_packet(const wire::Packet& packet, const Received& frame) {
  for (std::size_t technique = 0; technique < job_.techniques.size(); ++technique) {
    if (try_technique(technique, packet, frame)) return true;
  }
  return false;
}

// The tags that an answer may be to: the one that it bears, unless all attempts leave from one port (--source-port).
std::pair<std::uint16_t, std::uint16_t> Engine::tags_of(const probe::Probe& probe, std::uint16_t tag) const {
  const std::uint16_t first = settings_.tag_base;
  const std::uint16_t last = settings_.tag_base + tags_an_engine - 1;
  if (!probe.has_tag) return {tag, tag};
  if (settings_.dress.source_port && settings_.dress.source_port->value() == tag) return {first, last};
  if (tag < first || tag > last) return {1, 0};
  return {tag, tag};
}

bool Engine::try_technique(std::size_t technique, const wire::Packet& packet, const Received& frame) {
  const probe::Probe& probe = *job_.techniques[technique];
  const auto subject = probe.subject(packet);
  if (!subject) return false;
  const auto& index = question_index_[technique];
  const std::size_t port = subject->port.value();
  if (port >= index.size() || index[port] == 0) return false;
  const auto [first, last] = tags_of(probe, subject->tag);
  for (unsigned tag = first; tag <= last; ++tag) {
    if (try_question(index[port] - 1, static_cast<std::uint16_t>(tag), *subject, packet, frame)) return true;
  }
  return false;
}

// All variants of a question share its port; the cookie tells them apart.
bool Engine::try_question(std::uint32_t first, std::uint16_t tag, const probe::Subject& subject,
                          const wire::Packet& packet, const Received& frame) {
  const std::uint8_t technique = job_.questions[first].technique;
  const bool measures_loss = job_.techniques[technique]->has_tag && tag >= settings_.tag_base + first_loss_tag;
  const auto walk = measures_loss ? std::nullopt : walks_.find(subject.target, frame.interface);
  for (std::uint32_t i = first; i < job_.questions.size(); ++i) {
    const Question& question = job_.questions[i];
    if (question.technique != technique || question.port != subject.port) break;
    if (measures_loss && answer_loss_probe(i, tag, subject, packet, frame)) return true;
    if (walk && answer_walk({*walk, i, tag}, packet, frame)) return true;
  }
  return false;
}

bool Engine::answer_walk(const Match& match, const wire::Packet& packet, const Received& frame) {
  const HostWalk& walk = walks_[match.walk];
  if (!came_from_asked_link(*walk.target->path, packet, frame)) return false;
  const auto verdict = probe_of(match.question).judge(attempt(*walk.target, match.question, match.tag), packet);
  if (!verdict) return false;
  const Answer answer{.host = walk.host,
                      .question = match.question,
                      .verdict = *verdict,
                      .ttl = packet.ttl,
                      .from = packet.source,
                      .mac = link_address_of(packet, frame)};
  listener_.on_reply(answer, packet);
  settle(match, answer, frame);
  return true;
}

bool Engine::answer_loss_probe(std::uint32_t question, std::uint16_t tag, const probe::Subject& subject,
                               const wire::Packet& packet, const Received& frame) {
  const bool second_tag = tag != settings_.tag_base + first_loss_tag;
  const auto found = loss_probes_.find(subject.target, frame.interface, question, second_tag);
  if (!found) return false;
  const WalkTarget target = loss_probes_.target_of(*found);
  if (!came_from_asked_link(*target.path, packet, frame)) return false;
  const auto verdict = probe_of(question).judge(attempt(target, question, tag), packet);
  if (!verdict) return false;
  const Duration sample = std::max(Duration::zero(), frame.at - loss_probes_.take(*found));
  pacer_.on_loss_probe(false);
  if (const auto walk = walks_.find(subject.target, frame.interface)) {
    add_round_trip(walks_[*walk], sample);
    listener_.on_reply({.host = walks_[*walk].host,
                        .question = question,
                        .verdict = *verdict,
                        .ttl = packet.ttl,
                        .from = packet.source,
                        .mac = link_address_of(packet, frame)},
                       packet);
  }
  return true;
}

void Engine::settle(const Match& match, const Answer& answer, const Received& frame) {
  HostWalk& walk = walks_[match.walk];
  // What is told to everybody may be an announcement, or the answer to somebody else's question.
  if (!frame.to_everybody) measure(match, frame.at);
  Acquaintance& known = walk.known();
  const auto before = walk.ledger.code(match.question);
  const bool overrules = before != VerdictCodes::unanswered;
  if (overrules) {
    // A repetition, unless the port itself overrules an ICMP error that came first.
    const bool stronger =
        codes_.entry(before).state == model::PortState::filtered && answer.verdict.state != model::PortState::filtered;
    if (!stronger) return;
  } else {
    ++answers_;
    ++known.answered;
    pacer_.on_answer();
    if (walk.phase != HostWalk::Phase::done) ++settled_;
    if (!finds_hosts()) ++(match.tag == settings_.tag_base ? in_time_ : late_);
  }
  walk.ledger.record(match.question, codes_.code_of({answer.verdict.state, answer.verdict.reason}));
  if (answer.verdict.host_is_up) note_sign_of_life(match, answer.verdict);
  Answer settled = answer;
  settled.overrules = overrules;
  listener_.on_verdict(settled);
  if ((finds_hosts() && walk.up) || known.answered == job_.questions.size()) finish(match.walk);
}

void Engine::note_sign_of_life(const Match& match, const probe::Verdict& verdict) {
  HostWalk& walk = walks_[match.walk];
  if (!walk.up && finds_hosts()) {
    ++hosts_up_;
    ++(asked_once(walk) ? in_time_ : late_);
  }
  walk.up = true;
  // Who refuses by ICMP mostly limits how often (RFC 1812 §4.3.2.8); that would pass for loss. The same goes for a host
  // that limits its answers.
  if (finds_hosts() || verdict.by_error || walk.limited()) return;
  loss_probes_.remember(*walk.target, match.question, verdict.state == model::PortState::open, timeout_of(walk));
}

void Engine::measure(const Match& match, Instant at) {
  HostWalk& walk = walks_[match.walk];
  // ARP and ND do not say which attempt they answer, so theirs count only while there was but one.
  const bool tagged = probe_of(match.question).has_tag;
  if (!tagged && !asked_once(walk)) return;
  const auto sent = send_times_.take(walk.serial, match.question, tagged ? std::optional{match.tag} : std::nullopt);
  if (sent) add_round_trip(walk, at - *sent);
}

// Whether only the first pass has sent anything so far.
bool Engine::asked_once(const HostWalk& walk) {
  return walk.passes == 0 || (walk.passes == 1 && (walk.phase == HostWalk::Phase::waiting || walk.asked == 0));
}

void Engine::add_round_trip(HostWalk& walk, Duration sample) {
  if (sample < Duration::zero()) sample = Duration::zero();
  Acquaintance& known = walk.known();
  known.best = known.round_trip.known() ? std::min(known.best, sample) : sample;
  known.round_trip.add(sample);
  pacer_.on_round_trip(sample, known.best);
}

// ---- telling ------------------------------------------------------------------------------------

Instant Engine::wake_at(Instant now) const {
  if (empty()) return Instant::max();
  const bool sending = outbox_first_ < outbox_.size() || !active_.empty();
  Instant at = sending ? std::max(now, pacer_.next()) : Instant::max();
  if (!parked_.empty()) at = std::min(at, parked_.first());
  return at;
}

WalkOutcome Engine::outcome(std::uint32_t walk) const {
  const HostWalk& asked = walks_[walk];
  WalkOutcome outcome{
      .done = asked.phase == HostWalk::Phase::done,
      .timed_out = asked.timed_out,
      .up = asked.up,
      .answered = asked.answered(),
      .never_asked = asked.passes == 0 ? static_cast<std::uint32_t>(job_.questions.size()) - asked.asked : 0,
      .round_trip = {},
      .timeout = timeout_of(asked),
      .passes = asked.passes};
  if (!asked.acquaintance) return outcome;
  outcome.round_trip = asked.acquaintance->round_trip;
  outcome.limiter_rate = asked.acquaintance->limiter_rate;
  outcome.limiter_given_up = asked.acquaintance->limiter_given_up;
  return outcome;
}

std::optional<LedgerEntry> Engine::verdict(std::uint32_t walk, std::uint32_t question) const {
  const auto code = walks_[walk].ledger.code(question);
  if (code == VerdictCodes::unanswered) return std::nullopt;
  return codes_.entry(code);
}

double Engine::settled() const {
  const double settled = static_cast<double>(settled_);
  const double asked = std::max(static_cast<double>(asked_once_), settled);
  return settled + (asked - settled) / 2;
}

}  // namespace portolan::engine
