// Engine: what loss probes tell, and what follows for a single host. What follows for all is the pacer's affair.
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <utility>

#include "engine/engine.h"

namespace portolan::engine {
namespace {

using namespace std::chrono_literals;

// Loss probes, before the loss is read off them alone.
constexpr std::uint32_t enough_of_a_host = 4;
constexpr std::uint32_t enough_of_the_path = 8;
// Answers, before those that came late tell of the loss.
constexpr std::uint64_t enough_answers = 8;
// One question in so many to a host that answers is a loss probe: about six a pass, and never more than one in eight
// nor fewer than one in 64. At a pace of its own it has more of them, most while that pace is looked for.
constexpr std::size_t wanted_a_pass = 6;
constexpr std::size_t least_gap = 8;
constexpr std::size_t most_gap = 64;
constexpr std::size_t every_while_trying = 4;
constexpr std::size_t every_when_found = 10;
// Questions a second to a host whose pace cannot be found, at least.
constexpr double slow_guess = 10;
// While a pace is looked for, the open questions are to last so long, at no less than this rate.
constexpr double search_seconds = 2;
constexpr double slow_to_any = 50;
// Of a host that answered: whoever counts connections forgets the ones that were refused in less (10 s in Linux).
constexpr Duration long_silence = std::chrono::seconds{15};
// Whether a host is still there is asked after such waits, in all as long as it takes until somebody who counts
// connections forgets the ones that were refused (10 s in Linux); by so many ports at once.
constexpr std::array<Duration, 5> waits_whether_there{500ms, 2s, 4s, 8s, 0s};
constexpr std::size_t asked_at_once = 2;
// Open ports that are asked again in each pass after the first.
constexpr std::uint8_t asked_open = 2;
// Between two answers, of whatever a limit lets through.
constexpr Duration no_limit = 500ms;
// What comes up so seldom is not taken for chance.
constexpr double no_chance = 0.01;
// Taken for the loss where nothing was measured; no statement is made then.
constexpr double unmeasured = 0.05;
// Over which the second pass is spread where most of the first was lost.
constexpr Duration first_spread = 1s;
// So many questions in a row may meet a limit of the host that is asked; fewer meet the path's alone.
constexpr std::size_t many_questions = 16;
// Share that is lost where nothing is wrong.
constexpr double little = 0.2;
// So many hosts speak for the path.
constexpr std::uint32_t several = 3;

// Counts since an earlier look; an answer that came late may have taken a loss back.
std::uint32_t since(std::uint32_t now, std::uint32_t before) { return now - std::min(now, before); }

// The same of a host, which begins anew where it has lost its place among the measured ones meanwhile.
LossWindow since(const HostLoss::Balance& now, std::uint32_t asked_before, std::uint32_t lost_before) {
  const bool same = now.asked >= asked_before;
  return {static_cast<double>(now.asked - (same ? asked_before : 0)),
          static_cast<double>(same ? since(now.lost, lost_before) : now.lost)};
}

}  // namespace

// ---- asking -------------------------------------------------------------------------------------

bool Engine::fill_loss_probe(Instant now) {
  loss_probes_.skip_turn();
  if (settings_.timing.serial || settings_.timing.scan_delay > Duration::zero()) return false;
  const auto chosen = loss_probes_.choose(now);
  if (chosen) put_loss_probe(*chosen);
  return chosen.has_value();
}

// Takes the place of a question to the same host, so that its pace is kept.
bool Engine::fill_loss_probe_of(HostWalk& walk, Instant now) {
  if (settings_.timing.serial) return false;
  Acquaintance& known = *walk.acquaintance;
  if (asks_open_again(walk, now)) return true;
  const std::size_t every = std::clamp(job_.questions.size() / wanted_a_pass, least_gap, most_gap);
  if (++known.turns < (walk.paced() ? every_while_trying : every)) return false;
  const HostLoss* loss = loss_probes_.of(walk.target->address);
  if (loss == nullptr) {
    known.turns = 0;
    return false;
  }
  if (loss->law.state() == LossLaw::State::limited && known.turns < every_when_found) return false;
  known.turns = 0;
  const auto chosen = loss_probes_.choose_of(walk.target->address, now);
  if (chosen) put_loss_probe(*chosen);
  if (!chosen && walk.paced() && !loss_probes_.can_measure(walk.target->address)) {
    // Nothing will tell how fast it may be asked but its answers so far.
    known.gap = std::min(known.gap, duration_of(1 / std::max(slow_rate_of(walk, now), slow_guess)));
  }
  return chosen.has_value();
}

// In the middle of each pass after the first, ports known to be open (else others) are asked again: whether the silent
// ones are may be told by the pace at which open ones answer, and by nothing else where a limit is about those alone.
bool Engine::asks_open_again(HostWalk& walk, Instant now) {
  Acquaintance& known = *walk.acquaintance;
  const std::size_t middle = (job_.questions.size() - walk.answered()) / 2;
  if (walk.passes == 0 || finds_hosts() || walk.asked < middle || known.open_asked == asked_open) return false;
  // Where most of a pass is answered, it is not the last one.
  if (2 * (known.answered - known.answered_before) > walk.asked) return false;
  ++known.open_asked;
  auto chosen = loss_probes_.choose_of(walk.target->address, now, true, HostLoss::Kind::open);
  if (!chosen) chosen = loss_probes_.choose_of(walk.target->address, now, true);
  if (chosen) put_loss_probe(*chosen);
  return chosen.has_value();
}

void Engine::put_loss_probe(const LossProbes::Chosen& chosen) {
  const auto tag = static_cast<std::uint16_t>(settings_.tag_base + chosen.attempt % tags_an_engine);
  put(loss_probes_.target_of(chosen.probe),
      {.walk = {}, .question = chosen.question, .tag = tag, .loss_probe = chosen.probe});
}

// ---- fates --------------------------------------------------------------------------------------

void Engine::expire_loss_probes(Instant now) {
  for (const auto& fate : loss_probes_.take_fates(now)) on_fate(fate, now);
}

void Engine::on_fate(const LossProbes::Fate& fate, Instant now) {
  const WalkTarget target = loss_probes_.target_of(fate.probe);
  HostLoss& loss = loss_probes_.of(fate.probe);
  const bool hosts_own = loss.law.state() != LossLaw::State::watching;
  const auto number = static_cast<std::uint32_t>(siphash(settings_.key, target.address.bytes()));
  pacer_.on_loss_probe({.host = number, .lost = fate.lost, .sent = fate.sent, .hosts_own = hosts_own}, now);
  // While the path is at fault, no host is.
  if (pacer_.is_searching() || fate.sent < pacer_.rate_since()) {
    loss.window = {};
    return;
  }
  judge_host(target, loss, now);
}

void Engine::hear(HostWalk& walk, Instant at) {
  Acquaintance& known = walk.known();
  HostLoss* loss = walk.paced() ? loss_probes_.of(walk.target->address) : nullptr;
  if (loss != nullptr && at - known.last_answer >= no_limit) loss->law.note_silence();
  known.last_answer = at;
}

// A host that answers again after nothing came of it: loss probes are few and slow by then, and each answer tells as
// much.
void Engine::weigh_answer(const HostWalk& walk, Instant at) {
  HostLoss* loss = loss_probes_.of(walk.target->address);
  if (loss == nullptr || !loss->is_coming_back() || at - loss->rate_since < timeout_of(walk)) return;
  loss->window[static_cast<std::size_t>(HostLoss::Kind::other)].asked += 1;
  judge_host(*walk.target, *loss, at);
}

void Engine::judge_host(const WalkTarget& target, HostLoss& loss, Instant now) {
  auto window = loss.worst();
  if (!window) return;
  loss.window = {};
  const auto walk = walks_.find(target.address, target.path->interface);
  if (!walk || !walks_[*walk].at_work() || walks_[*walk].known().limiter_given_up) return;
  const HostWalk& asked = walks_[*walk];
  const double rate = rate_of(asked);
  if (asked.paced()) window->rate = 0;
  const auto next = loss.law.judge(*window, rate, pacer_.path_loss());
  const bool slowest = loss.law.state() == LossLaw::State::trying && rate <= HostLoss::lowest_rate;
  if (slowest && now - asked.acquaintance->last_answer > long_silence) return stop_asking(*walk);
  if (next) set_pace(*walk, loss, *next, now);
}

// Questions a second to it: a pace of its own, or its share of all.
double Engine::rate_of(const HostWalk& walk) const {
  return walk.paced() ? 1 / seconds_of(walk.acquaintance->gap) : rate_of_each();
}

double Engine::rate_of_each() const {
  return pacer_.rate() / static_cast<double>(std::max<std::size_t>(1, active_.size()));
}

double Engine::search_rate_of(const HostWalk& walk) const {
  return std::max(slow_to_any, static_cast<double>(job_.questions.size() - walk.answered()) / search_seconds);
}

// A host that limits what it answers, or what reaches it, is asked at a pace of its own.
void Engine::set_pace(std::uint32_t walk, HostLoss& loss, double rate, Instant now) {
  Acquaintance& known = walks_[walk].known();
  const bool limited = loss.law.state() != LossLaw::State::watching;
  loss.rate_since = now;
  // Each attempt that is made while the pace is looked for is one that may be lost.
  if (loss.law.state() == LossLaw::State::trying) {
    rate = std::min(rate, search_rate_of(walks_[walk]));
  }
  known.gap = limited ? longest_gap(duration_of(1 / rate)) : Duration::zero();
  known.limiter_rate = limited ? rate : 0;
  if (loss.law.state() == LossLaw::State::limited && !loss.law.recovers()) give_limiter_up_if_slow(walk);
}

// It answered, and does no more.
void Engine::stop_asking(std::uint32_t walk) {
  walks_[walk].known().stopped = true;
  loss_probes_.forget(walks_[walk].target->address);
  finish(walk);
}

// Silence says something about the ports of a host only as long as it still answers. Where no answer has shown that
// lately, it is asked for one before its silence counts. True while that is to be waited for.
bool Engine::asks_whether_there(std::uint32_t walk, Instant now) {
  HostWalk& asked = walks_[walk];
  const net::IpAddress& address = asked.target->address;
  const HostLoss* loss = asked.acquaintance ? loss_probes_.of(address) : nullptr;
  if (loss == nullptr || finds_hosts() || settings_.timing.serial || asked.answered() == 0) return false;
  // Nothing is silent: this machine did not send what is unanswered.
  if (asked.answered() + asked.refused == job_.questions.size()) return false;
  Acquaintance& known = *asked.acquaintance;
  if (known.last_answer >= asked.pass_started || loss->last_good >= asked.pass_started) return false;
  const std::size_t times = known.asked_whether_there;
  const bool waits = loss_probes_.waits_for(address);
  if (!waits && times == waits_whether_there.size()) {
    stop_asking(walk);
    return true;
  }
  if (waits || (times > 0 && now < known.ask_again)) {
    park(walk, waits ? now + 1ms : known.ask_again);
    return true;
  }
  if (outbox_.size() + asked_at_once > settings_.batch) {
    park(walk, now + 1ms);
    return true;
  }
  if (!ask_whether_there(address, now) && times == 0) return false;  // nobody can be asked
  known.ask_again = now + waits_whether_there[times];
  ++known.asked_whether_there;
  park(walk, now + 1ms);
  return true;
}

bool Engine::ask_whether_there(const net::IpAddress& address, Instant now) {
  bool asks = false;
  const std::size_t most = settings_.timing.scan_delay > Duration::zero() ? 1 : asked_at_once;
  for (std::size_t i = 0; i < most; ++i) {
    const auto chosen = loss_probes_.choose_of(address, now, true);
    if (!chosen) break;
    put_loss_probe(*chosen);
    asks = true;
  }
  return asks;
}

// It answered again after a pause: it lets only so many through, and the passes have run into that.
bool Engine::comes_back(const HostWalk& walk) const {
  return walk.acquaintance && walk.acquaintance->asked_whether_there > 1 &&
         walk.passes <= settings_.timing.max_retries && walk.acquaintance->last_answer >= walk.pass_started;
}

// As many questions a second as it has answered so far.
double Engine::slow_rate_of(const HostWalk& walk, Instant now) const {
  return walk.answered() / std::max(seconds_of(now - walk.started), 1.0);
}

// Answers came late that loss does not explain.
void Engine::suspect_limit(std::uint32_t walk, double rate, Instant now) {
  HostWalk& asked = walks_[walk];
  if (asked.known().limiter_given_up || pacer_.is_limited()) return;
  HostLoss* loss = loss_probes_.of(asked.target->address);
  if (loss != nullptr) {
    if (loss->law.state() != LossLaw::State::watching || loss->law.was_down()) return;
    loss->law.suspect(rate_of(asked));
    loss->window = {};
    loss->rate_since = now;
  }
  asked.known().gap = longest_gap(duration_of(1 / rate));
  asked.known().limiter_rate = rate;
  give_limiter_up_if_slow(walk);
}

// Late answers of many hosts, a few each, tell of a limit on the path.
void Engine::weigh_late_answers(const PassResult& result, Instant now) {
  if (result.passes < 2 || result.limited) return;
  path_late_.before += result.answered_before;
  path_late_.late += result.answered;
  path_late_.explained += expected_missed(result.answered_before, result.hidden_before);
  if (result.answered > 0) ++path_late_.hosts;
  if (path_late_.hosts < several || !unexplained(path_late_.late, path_late_.explained)) return;
  pacer_.suspect_limit(path_late_.before / (path_late_.before + path_late_.late), now);
  path_late_ = {};
}

void Engine::give_limiter_up_if_slow(std::uint32_t walk) {
  HostWalk& asked = walks_[walk];
  Acquaintance& known = asked.known();
  const auto silent = static_cast<std::int64_t>(job_.questions.size() - asked.answered());
  if (known.gap <= settings_.timing.limiter_patience / std::max<std::int64_t>(1, silent)) return;
  known.gap = {};
  known.limiter_given_up = true;
  loss_probes_.forget(asked.target->address);
}

// ---- what is lost -------------------------------------------------------------------------------

void Engine::note_losses_so_far(HostWalk& walk) const {
  walk.path_asked = pacer_.path().asked;
  walk.path_lost = pacer_.path().lost;
  if (!walk.acquaintance) return;
  const HostLoss* own = loss_probes_.of(walk.target->address);
  for (std::size_t kind = 0; kind < HostLoss::kinds; ++kind) {
    walk.acquaintance->loss_asked[kind] = own == nullptr ? 0 : own->all[kind].asked;
    walk.acquaintance->loss_lost[kind] = own == nullptr ? 0 : own->all[kind].lost;
  }
}

// Share of round trips that the path loses, over the whole scan.
double Engine::loss_of_all() const {
  const Pacer::Balance path = pacer_.path();
  double asked = path.asked;
  double lost = path.lost;
  if (path.asked < enough_of_the_path) {
    asked += static_cast<double>(in_time_ + late_);
    lost += static_cast<double>(late_);
  }
  if (asked == 0) return unmeasured;
  return (lost + 0.5) / (asked + 1);
}

// Answers that a host of this scan gives. Of one that has given none, so many may be hidden.
double Engine::usual_answers() const {
  return finds_hosts() ? 0 : (static_cast<double>(in_time_ + late_) + 0.5) / (static_cast<double>(entered_) + 1);
}

// Share of round trips to a host that were lost in all of its passes, for open ports as far as these have told it. What
// the others tell, and before them the path, stands for a few more.
double Engine::usual_loss(const HostWalk& walk) const {
  const HostLoss* own = walk.acquaintance ? loss_probes_.of(walk.target->address) : nullptr;
  if (own == nullptr) return 0;
  const auto& [open, other] = own->all;
  const double of_others = (other.lost + 2 * loss_of_all()) / (other.asked + 2.0);
  return (open.lost + of_others) / (open.asked + 1.0);
}

// The same in its present pass.
double Engine::pass_loss(const HostWalk& walk) const {
  const Pacer::Balance path = pacer_.path();
  const double on_the_path =
      (since(path.lost, walk.path_lost) + 2 * loss_of_all()) / (since(path.asked, walk.path_asked) + 2.0);
  double share = on_the_path;
  if (walk.acquaintance) {
    for (const auto kind : {HostLoss::Kind::other, HostLoss::Kind::open}) {
      const LossWindow in_pass = lost_in_pass(walk, kind);
      const double seen = (in_pass.lost + share) / (in_pass.asked + 1);
      // Few may tell of more loss, not of less.
      share = in_pass.asked < enough_of_a_host ? std::max(share, seen) : seen;
    }
  }
  return std::min(1.0, share);
}

// Loss probes of one kind to a host since its present pass began.
LossWindow Engine::lost_in_pass(const HostWalk& walk, HostLoss::Kind kind) const {
  const HostLoss* own = walk.acquaintance ? loss_probes_.of(walk.target->address) : nullptr;
  if (own == nullptr) return {};
  const auto place = static_cast<std::size_t>(kind);
  return since(own->all[place], walk.acquaintance->loss_asked[place], walk.acquaintance->loss_lost[place]);
}

// Whether passes of this host have run into a limit, its own or that of the path.
bool Engine::met_limit(const HostWalk& walk) const {
  if (pacer_.was_limited()) return true;
  const HostLoss* own = walk.acquaintance ? loss_probes_.of(walk.target->address) : nullptr;
  return walk.acquaintance && (walk.acquaintance->spreads > 0 || (own != nullptr && own->law.was_limited()));
}

// Over what time the next pass is spread. Where most of the last one was lost, and not by chance, another one as fast
// would be lost as well: each takes twice as long as the one before.
Duration Engine::spread_of(const HostWalk& walk) const {
  const bool open_are_late = walk.acquaintance && walk.acquaintance->open_are_late;
  if (!open_are_late && !is_lost_on_limit(walk)) return {};
  // Where the whole path has been asked more slowly since then, what was lost says nothing about the next pass.
  const HostLoss* own = walk.acquaintance ? loss_probes_.of(walk.target->address) : nullptr;
  const bool is_own = open_are_late || (own != nullptr && own->law.state() != LossLaw::State::watching);
  if (!is_own && pacer_.is_limited() && pacer_.rate_since() > walk.pass_started) return first_spread;
  const unsigned earlier = walk.acquaintance ? walk.acquaintance->spreads : 0;
  return first_spread * (std::int64_t{1} << std::min(earlier, 5U));
}

bool Engine::is_lost_on_limit(const HostWalk& walk) const {
  const HostLoss* own = walk.acquaintance ? loss_probes_.of(walk.target->address) : nullptr;
  const double chance = std::max(pacer_.path_chance(), own != nullptr ? own->law.chance() : 0);
  const auto is_limit = [&](const LossWindow& window, double least, double usual) {
    if (window.lost < least || window.share() < std::min(0.9, 2 * chance + 0.6)) return false;
    return chance_of(static_cast<std::uint32_t>(window.lost), window.asked * std::max(chance, usual)) < no_chance;
  };
  const Pacer::Balance path = pacer_.path();
  const LossWindow on_path{static_cast<double>(since(path.asked, walk.path_asked)),
                           static_cast<double>(since(path.lost, walk.path_lost))};
  if (own == nullptr) return is_limit(on_path, 3, 0);
  LossWindow open = lost_in_pass(walk, HostLoss::Kind::open);
  const LossWindow other = lost_in_pass(walk, HostLoss::Kind::other);
  const LossWindow both{open.asked + other.asked, open.lost + other.lost};
  // Few as they are, chance may have taken them all where it takes much.
  double before = 0;
  if (walk.acquaintance->spreads == 0) {
    const auto& all = own->all;
    before = (all[0].lost + all[1].lost - both.lost) / (all[0].asked + all[1].asked - both.asked + 1);
  }
  // Where there is but one of them it takes several passes.
  if (open.lost == 1) open = since(own->all[0], 0, 0);
  // Of a host that has answered once or twice there is no more to be had; where others lose as well, it is the path.
  const LossWindow others{on_path.asked - both.asked, on_path.lost - both.lost};
  const bool is_own = others.asked < several ? entered_ <= several : others.share() < little;
  const double least = walk.acquaintance->spreads > 0 ? 1 : walk.answered();
  if (walk.answered() < several && both.asked > 0 && is_own) return is_limit(both, least, before);
  return is_limit(open, 2, before) || is_limit(both.asked < 2 ? on_path : both, 3, before);
}

// Whether enough was measured for a statement about this host.
bool Engine::loss_is_known(const HostWalk& walk) const {
  if (walk.acquaintance && (walk.acquaintance->limiter_given_up || walk.acquaintance->stopped)) return false;
  // What stands before a host that was asked much and answered nothing, nobody knows.
  const bool asks_many = job_.questions.size() >= many_questions;
  if (walk.answered() == 0 && asks_many) return false;
  // Nor, where no port was found open, what stands before the open ones alone.
  if (asks_many && !finds_hosts() && walk.acquaintance->open == 0 && walk.answered() < job_.questions.size()) {
    return false;
  }
  if (pacer_.path().asked >= enough_of_a_host || in_time_ + late_ >= enough_answers) return true;
  const HostLoss* own = loss_probes_.of(walk.target->address);
  return own != nullptr && own->all[0].asked + own->all[1].asked >= enough_of_a_host;
}

}  // namespace portolan::engine
