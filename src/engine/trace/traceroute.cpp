#include "engine/trace/traceroute.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "probe/cookie.h"
#include "probe/registry.h"

namespace portolan::engine {
namespace {

using namespace std::chrono_literals;

// Hosts whose ways are asked for at a time; each takes some three kilobytes.
constexpr std::size_t most_traces = 1024;
// Routers that are remembered; ways that meet behind others are asked for on their own.
constexpr std::size_t most_junctions = std::size_t{1} << 16U;
// Hops, where nothing tells how many there are.
constexpr std::uint8_t usual_distance = 10;
// So many hops are asked at once beyond the last one that was.
constexpr std::uint8_t stride_up = 4;
// Routers forward by hardware and answer by a processor that has other things to do.
constexpr Duration shortest_wait = 200ms;
constexpr Duration shortest_second_wait = 500ms;
constexpr Duration shortest_last_wait = 1s;
// At each distance so many questions leave at once, and then one in so long. Linux sends 50 errors and then 1,000 a
// second, whoever they are for (icmp_msgs_burst, icmp_msgs_per_sec), and looks at the clock every 20 ms.
constexpr int at_once = 16;
constexpr Duration turn_of_router = 1'050us;
// The same of one that limits its errors more: Linux lets a peer have one a second (after six at once).
constexpr Duration turn_of_limited = 1050ms;
// So long a question may wait for its turn there; else hops nearer by tell as much of a way.
constexpr Duration patience = 10s;
// In the place of a technique's number, so that no cookie of the engine is one of these.
constexpr std::uint8_t cookie_technique = UINT8_MAX;

std::vector<wire::Dress> dresses_of(const wire::Dress& dress) {
  std::vector<wire::Dress> dresses(most_hops + 1, dress);
  for (std::uint8_t ttl = 0; ttl <= most_hops; ++ttl) dresses[ttl].hop_limit = ttl;
  return dresses;
}

bool is_time_exceeded(const wire::Packet& packet) {
  const auto* error = std::get_if<wire::IcmpError>(&packet.content);
  return error != nullptr && error->kind == wire::IcmpError::Kind::time_exceeded;
}

}  // namespace

Traceroute::Traceroute(const EngineSettings& settings, Pacer& pacer)
    : settings_{settings}, pacer_{pacer}, dresses_{dresses_of(settings.dress)}, outbox_{settings.batch} {}

// ---- entering and leaving -----------------------------------------------------------------------

void Traceroute::enter(const Target& target, Instant now) {
  now_ = now;
  ++entered_;
  if (traces_.size() < most_traces) {
    start(target);
  } else {
    waiting_.push_back(target);
  }
}

void Traceroute::start(const Target& target) {
  const std::uint32_t number = traces_.add();
  Trace& trace = traces_[number];
  trace.asked = target;
  trace.serial = ++last_serial_;
  trace.last_sent = now_;
  // Over a link without addresses of its own (a tunnel) everybody is his own next hop.
  const net::Path& path = *target.target.path;
  const bool has_gateway = path.next_hop.without_zone() != target.target.address.without_zone();
  trace.gate = {path.interface, has_gateway ? path.next_hop : net::IpAddress{}};
  by_address_[target.target.address.without_zone()] = number;
  const probe::Probe* technique = target.probe.technique;
  if (std::ranges::find(techniques_, technique) == techniques_.end()) techniques_.push_back(technique);
  const auto [gate, is_first] = gates_.try_emplace(trace.gate, std::uint8_t{0});
  std::uint8_t guess = target.distance;
  if (guess == 0 || guess > most_hops) guess = gate->second;
  if (guess == 0) guess = usual_distance;
  trace.lowest = is_first || guess == 1 ? std::uint8_t{1} : static_cast<std::uint8_t>(guess - 1);
  trace.guess = trace.highest = guess;
  ask(number, trace.lowest, trace.highest);
  go_on(number);
}

void Traceroute::leave(std::uint32_t number) {
  const Trace& trace = traces_[number];
  withdraw(trace.serial);
  by_address_.erase(trace.asked.target.address.without_zone());
  traces_.remove(number);
  if (waiting_.empty()) return;
  const Target next = waiting_.front();
  waiting_.pop_front();
  start(next);
}

// What stands in the outbox refers to the path.
void Traceroute::withdraw(std::uint32_t serial) {
  outbox_.withdraw([serial](const Pending& pending) { return pending.trace.serial == serial; });
}

std::vector<Traceroute::Done> Traceroute::take_done() { return std::exchange(done_, {}); }

void Traceroute::give_up_through(std::uint32_t interface) {
  std::erase_if(waiting_, [&](const Target& target) {
    const bool gone = target.target.path->interface == interface;
    if (gone) done_.push_back({target.host, {}});
    return gone;
  });
  for (const std::uint32_t number : traces_.numbers()) {
    if (traces_[number].serial != 0 && traces_[number].gate.interface == interface) finish(number, 0);
  }
}

// ---- asking -------------------------------------------------------------------------------------

std::uint16_t Traceroute::tag_of(const probe::Probe& technique, std::uint8_t ttl, std::uint8_t attempt) const {
  if (technique.asks == probe::Asks::tcp_ports) return settings_.tag_base;
  return static_cast<std::uint16_t>(settings_.tag_base + attempt * most_hops + ttl);
}

probe::Attempt Traceroute::attempt(const Trace& trace, std::uint8_t ttl, std::uint8_t number) const {
  const HopProbe& probe = trace.asked.probe;
  const net::Path& path = *trace.asked.target.path;
  const net::IpAddress target = trace.asked.target.address.without_zone();
  const std::uint16_t tag = tag_of(*probe.technique, ttl, number);
  const auto variant = static_cast<std::uint8_t>(number * (most_hops + 1) + ttl);
  const auto cookie = probe::cookie_of(settings_.key, {.source = path.source,
                                                       .target = target,
                                                       .port = probe.port,
                                                       .tag = tag,
                                                       .technique = cookie_technique,
                                                       .variant = variant});
  return {.path = path,
          .target = target,
          .port = probe.port,
          .variant = variant,
          .tag = tag,
          .cookie = cookie,
          .dress = dresses_[ttl],
          .number = number};
}

Duration Traceroute::wait_of(const Trace& trace, const Slot& slot) const {
  const plan::Timing& t = settings_.timing;
  const Duration known = std::max(trace.longest, trace.asked.round_trip.value_or(Duration::zero()));
  const Duration most = std::max(t.max_rtt_timeout, shortest_wait);
  const Duration least = std::max(t.min_rtt_timeout, shortest_wait);
  const Duration first = known > Duration::zero() ? std::clamp(3 * known, std::min(least, most), most)
                                                  : std::min(t.initial_rtt_timeout, most);
  if (slot.attempts <= 1) return first;
  return std::min(most, std::max(2 * first, slot.attempts == 2 ? shortest_second_wait : shortest_last_wait));
}

void Traceroute::ask(std::uint32_t number, std::uint8_t first, std::uint8_t last) {
  for (std::uint8_t ttl = first; ttl <= last; ++ttl) want(handle_of(number), ttl);
}

void Traceroute::want(Handle trace, std::uint8_t ttl) {
  const Trace& its = traces_[trace.trace];
  Slot& slot = traces_[trace.trace].slots[ttl];
  slot.state = Slot::State::wanted;
  Level& level = level_of(its, ttl);
  // Where the host itself is to answer, no router's limit matters.
  if (ttl >= its.guess) return wanted_.push_back({trace, ttl});
  const bool limited = level.is_limited();
  const Duration each = limited ? turn_of_limited : turn_of_router;
  const Instant turn = std::max(now_, level.next - (limited ? 0 : at_once - 1) * each);
  if (turn - now_ > patience) {
    slot.state = Slot::State::silent;
    return;
  }
  level.next = std::max(now_, level.next) + each;
  slot.queued = limited;
  if (turn == now_) return wanted_.push_back({trace, ttl});
  wakes_.push({turn, trace, ttl});
}

void Traceroute::advance(Instant now, Instant heard) {
  now_ = now;
  outbox_.forget_sent();
  while (!wakes_.empty() && wakes_.top().at <= std::min(now, heard)) {
    const Wake due = wakes_.top();
    wakes_.pop();
    wake(due);
  }
  if (outbox_.empty()) fill(now);
}

void Traceroute::wake(const Wake& due) {
  if (!is_current(due.trace)) return;
  Slot& slot = traces_[due.trace.trace].slots[due.ttl];
  if (slot.state == Slot::State::wanted) {
    wanted_.push_back({due.trace, due.ttl});
  } else if (slot.state == Slot::State::asked) {
    ++level_of(traces_[due.trace.trace], due.ttl).silent;
    const int most = std::min<int>(hop_attempts, settings_.timing.max_retries + 1);
    if (slot.attempts < most) {
      want(due.trace, due.ttl);
    } else {
      slot.state = Slot::State::silent;
    }
    go_on(due.trace.trace);
  }
}

void Traceroute::fill(Instant now) {
  const std::size_t allowed = pacer_.allowance(now, settings_.batch);
  while (outbox_.size() < allowed && !wanted_.empty()) {
    const Pending next = wanted_.front();
    wanted_.pop_front();
    if (!is_current(next.trace)) continue;
    Trace& trace = traces_[next.trace.trace];
    const Slot& slot = trace.slots[next.ttl];
    if (slot.state != Slot::State::wanted) continue;
    if (const Instant due = trace.last_sent + settings_.timing.scan_delay; due > now) {
      wakes_.push({due, next.trace, next.ttl});
      continue;
    }
    trace.last_sent = now;
    outbox_.push({trace.asked.probe.technique, attempt(trace, next.ttl, slot.attempts)}, next);
  }
}

void Traceroute::on_sent(std::size_t count, Instant now, std::span<const std::size_t> refused) {
  if (count == 0) {
    if (!outbox_.has_left()) pacer_.on_refused(now);
    return;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const Pending& pending = outbox_.pending(i);
    Trace& trace = traces_[pending.trace.trace];
    Slot& slot = trace.slots[pending.ttl];
    slot.sent[slot.attempts++] = now;
    trace.last_sent = now;
    if (slot.state != Slot::State::wanted) continue;
    slot.state = Slot::State::asked;
    wakes_.push({now + wait_of(trace, slot), pending.trace, pending.ttl});
  }
  outbox_.on_sent(count);
  sent_ += count - refused.size();
  refused_ += refused.size();
  pacer_.on_sent(count, now);
}

Instant Traceroute::wake_at(Instant now) const {
  if (empty()) return Instant::max();
  const bool sending = !outbox_.has_left() || !wanted_.empty();
  Instant at = sending ? std::max(now, pacer_.next()) : Instant::max();
  if (!wakes_.empty()) at = std::min(at, wakes_.top().at);
  return at;
}

// ---- answers ------------------------------------------------------------------------------------

bool Traceroute::on_packet(const wire::Packet& packet, const Received& frame) {
  for (const probe::Probe* technique : techniques_) {
    const auto subject = technique->subject(packet);
    if (!subject) continue;
    const auto found = by_address_.find(subject->target.without_zone());
    if (found == by_address_.end()) continue;
    const HopProbe& asked = traces_[found->second].asked.probe;
    if (asked.technique != technique || asked.port != subject->port) continue;
    if (answer(found->second, subject->tag, packet, frame)) return true;
  }
  return false;
}

// Only what gives the cookie of an attempt back, or quotes it, is an answer to it.
bool Traceroute::answer(std::uint32_t number, std::optional<std::uint16_t> tag, const wire::Packet& packet,
                        const Received& frame) {
  const Trace& trace = traces_[number];
  const probe::Probe& technique = *trace.asked.probe.technique;
  for (std::uint8_t ttl = trace.lowest; ttl <= trace.highest; ++ttl) {
    for (std::uint8_t i = 0; i < trace.slots[ttl].attempts; ++i) {
      if (tag && !settings_.dress.source_port && tag_of(technique, ttl, i) != *tag) continue;
      if (!technique.judge(attempt(trace, ttl, i), packet)) continue;
      settle(number, ttl, i, packet, frame);
      return true;
    }
  }
  return false;
}

void Traceroute::settle(std::uint32_t number, std::uint8_t ttl, std::uint8_t attempt, const wire::Packet& packet,
                        const Received& frame) {
  Trace& trace = traces_[number];
  Slot& slot = trace.slots[ttl];
  if (slot.state == Slot::State::router || slot.state == Slot::State::end) return;
  const Duration took = std::max(Duration::zero(), frame.at - slot.sent[attempt]);
  slot.state = is_time_exceeded(packet) ? Slot::State::router : Slot::State::end;
  slot.found = {packet.source, took};
  if (slot.state == Slot::State::router) ++level_of(trace, ttl).answered;
  trace.longest = std::max(trace.longest, took);
  ++answers_;
  pacer_.on_answer();
  go_on(number);
}

// ---- ways ---------------------------------------------------------------------------------------

void Traceroute::go_on(std::uint32_t number) {
  Trace& trace = traces_[number];
  std::uint8_t end = 0;
  for (std::uint8_t ttl = trace.highest; ttl >= trace.lowest; --ttl) {
    if (trace.slots[ttl].state == Slot::State::end) end = ttl;
  }
  if (!meets(number, end)) go_down(number);
  if (end == 0) go_up(number);
  if (is_done(trace, end)) finish(number, end);
}

// Whether a router of this way is one of another, which tells the hops before it, or will tell.
bool Traceroute::meets(std::uint32_t number, std::uint8_t end) {
  Trace& trace = traces_[number];
  if (trace.joined > 0 || trace.waits) return true;
  const auto top = static_cast<std::uint8_t>(end == 0 ? trace.highest : end - 1);
  for (std::uint8_t ttl = top; ttl >= trace.lowest; --ttl) {
    if (trace.slots[ttl].state != Slot::State::router) continue;
    const Junction junction{trace.gate, ttl, *trace.slots[ttl].found.address};
    auto met = junctions_.find(junction);
    if (met == junctions_.end()) {
      if (junctions_.size() < most_junctions) junctions_.emplace(junction, Met{handle_of(number), nullptr});
    } else if (met->second.route) {
      trace.shared = met->second.route;
      trace.joined = ttl;
      return true;
    } else if (ttl == trace.lowest && met->second.first.serial != trace.serial) {
      // Who waits has asked nothing nearer, and the other has: so none waits for one that waits for it.
      traces_[met->second.first.trace].waiting.push_back(handle_of(number));
      trace.waits = true;
      return true;
    }
  }
  return false;
}

void Traceroute::go_up(std::uint32_t number) {
  Trace& trace = traces_[number];
  const Slot& last = trace.slots[trace.highest];
  if (trace.highest == most_hops || !last.is_overdue()) return;
  const auto first = static_cast<std::uint8_t>(trace.highest + 1);
  trace.highest = static_cast<std::uint8_t>(std::min<int>(trace.highest + stride_up, most_hops));
  ask(number, first, trace.highest);
}

// In growing strides where nobody knows the routers, and one by one where they limit what they say.
void Traceroute::go_down(std::uint32_t number) {
  Trace& trace = traces_[number];
  while (trace.lowest > 1 && trace.slots[trace.lowest].is_overdue()) {
    const auto last = static_cast<std::uint8_t>(trace.lowest - 1);
    const bool limited = level_of(trace, trace.lowest).is_limited();
    trace.lowest = static_cast<std::uint8_t>(limited ? last : std::max(1, trace.lowest - trace.stride));
    if (!limited) trace.stride = static_cast<std::uint8_t>(std::min<int>(2 * trace.stride, most_hops));
    ask(number, trace.lowest, last);
  }
}

bool Traceroute::is_done(const Trace& trace, std::uint8_t end) const {
  if (end == 0 && trace.highest < most_hops) return false;
  if (trace.joined == 0 && trace.lowest > 1) return false;
  const std::uint8_t last = end == 0 ? most_hops : end;
  const auto first = trace.slots.begin() + trace.joined + 1;
  return std::all_of(first, trace.slots.begin() + last + 1, [](const Slot& slot) { return slot.is_settled(); });
}

void Traceroute::finish(std::uint32_t number, std::uint8_t end) {
  Trace& trace = traces_[number];
  const bool complete = trace.joined > 0 || trace.lowest == 1;
  const std::uint8_t last = end == 0 ? trace.highest : end;
  Route route(last);
  if (trace.joined > 0) std::copy_n(trace.shared->begin(), trace.joined, route.begin());
  for (std::size_t ttl = trace.joined + 1U; ttl <= last; ++ttl) route[ttl - 1] = trace.slots[ttl].found;
  // A router that says that it cannot reach the host is no hop behind itself.
  const bool twice = end > 1 && route[end - 1U].address == route[end - 2U].address;
  if (twice && route[end - 1U].address != trace.asked.target.address.without_zone()) route.pop_back();

  const auto shared = std::make_shared<const Route>(route);
  for (std::uint8_t ttl = trace.lowest; ttl <= trace.highest; ++ttl) {
    if (trace.slots[ttl].state != Slot::State::router) continue;
    const auto met = junctions_.find({trace.gate, ttl, *trace.slots[ttl].found.address});
    if (met == junctions_.end() || met->second.route || met->second.first.serial != trace.serial) continue;
    if (complete && ttl > trace.joined && ttl <= route.size()) {
      met->second.route = shared;
    } else {
      junctions_.erase(met);
    }
  }
  if (end > 0) gates_[trace.gate] = end;
  done_.push_back({trace.asked.host, std::move(route)});
  const std::vector<Handle> waiting = std::move(trace.waiting);
  leave(number);
  for (const Handle& other : waiting) {
    if (!is_current(other)) continue;
    traces_[other.trace].waits = false;
    go_on(other.trace);
  }
}

}  // namespace portolan::engine
