#include "identify/host_agenda.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace portolan::identify {
namespace {

using namespace std::chrono_literals;

// Each port may have so many connections, of which the last is to listen once more; who needs more takes what others
// have left.
// Where few ports are open that is nothing, so that there may be so many in all.
constexpr std::size_t share = 4;
constexpr std::size_t least_in_all = 2 * Agenda::most_connections;
// And together, if they say something or close connections, by which it is worth while to go on.
constexpr std::size_t more_for_who_reacts = 2 * Agenda::most_connections;
constexpr int asks_all = 9;
// One port has so many at once.
constexpr std::size_t most_of_one = 3;
// Where so many ports let questions pass, others may too, and are waited for no longer than this, or than twice the
// host's slowest answer.
constexpr std::size_t many_silent = 4;
constexpr Duration hurried_wait = 250ms;
// Where so many have been listened to in vain, and nobody spoke late, the others are not listened to once more.
constexpr std::size_t many_mute = 6;

// For questions; somebody who has not even closed a connection is listened to once more.
std::size_t own_share(const Agenda& agenda) { return agenda.reacts() ? share : share - 1; }

// a - b, and not less than nothing.
std::size_t less(std::size_t a, std::size_t b) { return a - std::min(a, b); }

// To go on asking is of little use where nobody reacts.
bool is_deaf(const Agenda& agenda) {
  return !agenda.reacts() && agenda.let_pass() > 0 && agenda.opened() >= own_share(agenda);
}

}  // namespace

HostAgenda::HostAgenda(std::string host, const HostSettings& settings) : host_{std::move(host)}, settings_{settings} {
  settings_.connections = std::max<std::size_t>(settings_.connections, 1);
  settings_.listening = std::max(settings_.listening, settings_.connections);
}

void HostAgenda::add(net::Port port, Manner manner, Instant now) {
  (manner == Manner::ask ? waiting_ : machines_).push_back({port, manner});
  ends_ = now + settings_.deadline;
}

Agenda* HostAgenda::find(net::Port port) {
  const auto found = std::ranges::find_if(talks_, [port](const auto& talk) { return talk->port == port; });
  return found == talks_.end() ? nullptr : &(*found)->agenda;
}

void HostAgenda::on_connected(net::Port port, std::uint32_t connection, Instant now,
                              std::optional<model::TlsRecord> tls) {
  if (Agenda* const agenda = find(port)) agenda->on_connected(connection, now, std::move(tls));
}

void HostAgenda::on_heard(net::Port port, std::uint32_t connection, std::string_view bytes, Instant now) {
  if (Agenda* const agenda = find(port)) agenda->on_heard(connection, bytes, now);
}

void HostAgenda::put_off(net::Port port, std::uint32_t connection, Instant now) {
  if (Agenda* const agenda = find(port)) agenda->put_off(connection, now);
}

void HostAgenda::on_end(net::Port port, std::uint32_t connection, Ending ending, Instant now) {
  if (Agenda* const agenda = find(port)) agenda->on_end(connection, ending, now);
}

std::size_t HostAgenda::connections() const {
  std::size_t all = 0;
  for (const auto& talk : talks_) all += talk->agenda.connections();
  return all;
}

// Half of the connections stays for questions while ports are listened to that may have nothing to say.
std::size_t HostAgenda::most_listening() const { return std::max<std::size_t>(settings_.connections / 2, 1); }

std::size_t HostAgenda::listening(Instant now) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(talks_, [now](const auto& talk) { return talk->agenda.idle_since(now).has_value(); }));
}

// Nobody listens once more while there are ports of which nothing is known.
HostAgenda::Room HostAgenda::free_places(Instant now) const {
  const std::size_t open = connections();
  const std::size_t idle = listening(now);
  std::size_t may_listen = most_listening() + settings_.listening - settings_.connections;
  if (!waiting_.empty() || has_need(Need::first)) may_listen = 0;
  if (all_wait()) may_listen = settings_.listening;
  return {.in_all = less(settings_.listening, open),
          .questions = less(settings_.connections, open - idle),
          .listening = less(may_listen, idle)};
}

void HostAgenda::count_spare() {
  spare_ = Agenda::any_number;
  if (settings_.agenda.intensity >= asks_all) return;
  const std::size_t ports = ended_ + waiting_.size() + talks_.size();
  const std::size_t all = std::max(least_in_all, share * ports) + more_for_who_reacts;
  std::size_t taken = opened_ + share * waiting_.size();
  for (const auto& talk : talks_) {
    const bool listens_again = talk->agenda.listens_again() && !talk->agenda.reacts();
    const std::size_t own = talk->agenda.opened() + (listens_again ? 1 : 0);
    taken += talk->agenda.only_waits() ? own : std::max(own, share);
  }
  // Nobody takes of it while others have not even begun.
  spare_ = all > taken && waiting_.empty() ? all - taken : 0;
  kept_ = more_for_who_reacts;
  for (const auto& talk : talks_) {
    const Agenda& agenda = talk->agenda;
    const std::size_t left = own_share(agenda) - std::min<std::size_t>(own_share(agenda), agenda.opened());
    if (!is_deaf(agenda)) kept_ += agenda.may_want() - std::min(agenda.may_want(), left);
  }
}

std::size_t HostAgenda::spare_for(const Agenda& agenda) const {
  if (spare_ == Agenda::any_number || agenda.reacts()) return spare_;
  return spare_ - std::min(spare_, kept_);
}

bool HostAgenda::is_starved(const Agenda& agenda) const {
  return agenda.needs() == Need::question && agenda.opened() >= own_share(agenda) && spare_for(agenda) == 0;
}

bool HostAgenda::waits(const Agenda& agenda) const { return agenda.only_waits() || is_starved(agenda); }

bool HostAgenda::has_need(Need need) const {
  return std::ranges::any_of(
      talks_, [&](const auto& talk) { return talk->agenda.needs() == need && !is_starved(talk->agenda); });
}

bool HostAgenda::all_wait() const {
  return waiting_.empty() && std::ranges::all_of(talks_, [this](const auto& talk) { return waits(talk->agenda); });
}

void HostAgenda::begin(std::deque<Waiting>& from, Instant now) {
  const auto [port, manner] = from.front();
  from.pop_front();
  AgendaSettings settings = settings_.agenda;
  settings.only_listens = manner == Manner::listen;
  settings.only_hints = manner == Manner::ask_gently;
  talks_.push_back(
      std::make_unique<PortTalk>(PortTalk{port, manner != Manner::ask, Agenda{port, host_, settings, now}}));
}

// Ports of which only a word may still come leave their turn to others. Whether somebody has entered.
bool HostAgenda::enter(Instant now) {
  auto under_way = static_cast<std::size_t>(
      std::ranges::count_if(talks_, [this](const auto& talk) { return !waits(talk->agenda); }));
  bool has_entered = false;
  const std::size_t listen =
      less(std::min(listening(now), most_listening()), settings_.listening - settings_.connections);
  const std::size_t places = std::max<std::size_t>(less(settings_.connections, listen), 1);
  for (; under_way < places && !waiting_.empty(); ++under_way) {
    begin(waiting_, now);
    has_entered = true;
  }
  const bool has_machine = std::ranges::any_of(talks_, [](const auto& talk) { return talk->is_machine; });
  if (machines_.empty() || has_machine) return has_entered;
  begin(machines_, now);
  return true;
}

// Who has had fewest connections is first, but for those that have had none. Who has made place listens again when its
// port is asked, or beside that where there are few.
void HostAgenda::act_all(Instant now, std::size_t places, std::vector<Act>& acts) {
  for (const auto& talk : talks_) {
    for (Action& action : talk->agenda.take_actions()) acts.push_back({talk->port, std::move(action)});
  }
  Room room = free_places(now);
  std::vector<PortTalk*> order;
  for (const auto& talk : talks_) {
    const bool only_wants_to_listen = talk->agenda.needs() == Need::listening && talk->agenda.connections() == 0;
    if (room.listening > 0 || !only_wants_to_listen || talk->agenda.is_over()) order.push_back(talk.get());
  }
  // New ports come behind those that have not had their share, and before those that take of others'.
  std::ranges::stable_sort(order, {}, [](const PortTalk* talk) {
    const std::size_t had = talk->agenda.opened();
    if (had == 0) return std::size_t{1};
    return had < own_share(talk->agenda) ? 0 : had;
  });
  // Where there are many, who listens takes what others need to ask.
  const std::size_t at_once =
      places == Agenda::any_number ? settings_.connections : std::min(settings_.connections, connections() + places);
  const std::size_t ports = ended_ + waiting_.size() + talks_.size();
  const bool are_few = ports * most_of_one <= at_once;
  const bool is_alone = ports == 1 || spare_ == Agenda::any_number;
  for (PortTalk* const talk : order) {
    Agenda& agenda = talk->agenda;
    const bool has_waited = waits(agenda);
    std::size_t& free = has_waited ? room.listening : room.questions;
    // Whoever closes connections on which he was asked has hardly a word to say by himself.
    agenda.listen_meanwhile(room.listening > 0 && (are_few || (has_waited && !agenda.reacts())));
    const std::uint32_t had = agenda.opened();
    const bool was_deaf = is_deaf(agenda);
    const std::size_t left = less(own_share(agenda), had);
    const std::size_t others_leave = std::min(spare_for(agenda), Agenda::most_connections);
    agenda.allow(had + left + (is_alone ? others_leave : 0), is_alone ? 0 : others_leave);
    const std::size_t own = agenda.connections();
    const std::size_t may_open = std::min({free, room.in_all, places});
    for (Action& action : agenda.act(now, may_open)) acts.push_back({talk->port, std::move(action)});
    // What was closed is free in the next round.
    const std::size_t taken = less(agenda.connections(), own);
    free = less(free, taken);
    room.in_all = less(room.in_all, taken);
    if (places != Agenda::any_number) places = less(places, taken);
    const std::size_t more = agenda.opened() - had;
    if (more <= left || spare_ == Agenda::any_number) continue;
    spare_ = less(spare_, more - left);
    if (!was_deaf) kept_ = less(kept_, more - left);
  }
}

// But for those that began first, by whom it is learnt whether anybody here speaks late.
Agenda* HostAgenda::idle_for_longest(Instant now, bool whoever) {
  std::size_t stay = std::min(connections(), settings_.connections) / 2;
  Agenda* longest = nullptr;
  Instant since = Instant::max();
  for (const auto& talk : talks_) {
    const auto its = talk->agenda.idle_since(now);
    // Who listens for the second time goes on.
    if (!its || talk->is_machine || talk->agenda.has_listened_again()) continue;
    if (stay > 0) {
      --stay;
      continue;
    }
    if (*its >= since || (!whoever && !waits(talk->agenda))) continue;
    longest = &talk->agenda;
    since = *its;
  }
  return longest;
}

// By a port of which nothing else is asked; by others where nothing would go on without, or hardly anybody answers.
// Whether it was needed.
bool HostAgenda::make_place(Instant now) {
  if (!has_need(Need::first) && !has_need(Need::question)) return false;
  const bool all_are_idle = listening(now) == connections();
  Agenda* const longest = idle_for_longest(now, all_are_idle || is_hurried_);
  if (longest == nullptr) return false;
  longest->make_place();
  return true;
}

// What nobody did at many ports is not waited for at the others.
void HostAgenda::learn() {
  const auto lets_pass = [](const auto& talk) { return talk->agenda.let_pass() > 0 && !talk->agenda.has_heard(); };
  const auto silent = silent_ + static_cast<std::size_t>(std::ranges::count_if(talks_, lets_pass));
  is_hurried_ = silent >= many_silent && settings_.agenda.intensity < asks_all;
  if (!is_hurried_) return;
  Duration slowest = slowest_answer_;
  for (const auto& talk : talks_) slowest = std::max(slowest, talk->agenda.slowest_answer());
  for (const auto& talk : talks_) talk->agenda.hurry(std::max(hurried_wait, 2 * slowest));
}

// Of those who wait and have no more to wait for. Whether there were any.
bool HostAgenda::settle(Instant now) {
  bool has_any = false;
  if (all_wait()) {
    for (const auto& talk : talks_) {
      if (!is_starved(talk->agenda)) continue;
      talk->agenda.ask_no_more();
      has_any = true;
    }
  }
  const auto count = [this](auto&& is) { return static_cast<std::size_t>(std::ranges::count_if(talks_, is)); };
  const std::size_t mute = mute_ + count([](const auto& talk) { return talk->agenda.is_mute(); });
  const std::size_t late = late_ + count([](const auto& talk) { return talk->agenda.spoke_late(); });
  if (mute < many_mute || late > 0 || settings_.agenda.intensity >= asks_all) return has_any;
  for (const auto& talk : talks_) {
    const bool has_done = talk->agenda.only_waits() || (is_starved(talk->agenda) && is_deaf(talk->agenda));
    const bool is_heard = talk->agenda.connections() == 0 || talk->agenda.idle_since(now);
    if (!has_done || !is_heard || talk->agenda.is_over() || talk->is_machine) continue;
    talk->agenda.give_up();
    has_any = true;
  }
  return has_any;
}

void HostAgenda::take_ended() {
  for (auto& talk : talks_) {
    if (!talk->agenda.is_over()) continue;
    done_.push_back({talk->port, talk->agenda.found()});
    ++ended_;
    opened_ += talk->agenda.opened();
    if (talk->agenda.let_pass() > 0 && !talk->agenda.has_heard()) ++silent_;
    slowest_answer_ = std::max(slowest_answer_, talk->agenda.slowest_answer());
    if (talk->agenda.is_mute()) ++mute_;
    if (talk->agenda.spoke_late()) ++late_;
    talk.reset();
  }
  std::erase(talks_, nullptr);
}

void HostAgenda::give_up(std::vector<Act>& acts, Instant now) {
  for (const auto& talk : talks_) {
    talk->agenda.give_up();
    for (Action& action : talk->agenda.act(now, 0)) acts.push_back({talk->port, std::move(action)});
    done_.push_back({talk->port, talk->agenda.found(), talk->agenda.found().confidence == 0});
    ++ended_;
    opened_ += talk->agenda.opened();
  }
  for (auto* const queue : {&waiting_, &machines_}) {
    for (const Waiting& one : *queue) {
      done_.push_back({one.port, {}, true});
      done_.back().service.untouched = one.manner == Manner::listen;
    }
    queue->clear();
  }
  talks_.clear();
  needs_places_ = false;
}

std::vector<HostAgenda::Act> HostAgenda::act(Instant now, std::size_t places) {
  std::vector<Act> acts;
  if (now >= ends_) {
    give_up(acts, now);
    return acts;
  }
  count_spare();
  (void)enter(now);
  learn();
  // Each round has let somebody in, opened or closed a connection, or ended a search.
  for (;;) {
    const std::size_t before = connections();
    const std::size_t acts_before = acts.size();
    act_all(now, places, acts);
    if (places != Agenda::any_number) places = before + places > connections() ? before + places - connections() : 0;
    take_ended();
    count_spare();
    const bool wants = has_need(Need::first) || has_need(Need::question);
    const Room left = free_places(now);
    const bool has_acted = acts.size() > acts_before;
    if (enter(now) || settle(now)) continue;
    const bool is_left = left.in_all > 0 && places > 0;
    const bool may_ask = is_left && wants && left.questions > 0;
    const bool may_listen = is_left && has_need(Need::listening) && left.listening > 0;
    if ((has_acted && (may_ask || may_listen)) || (may_listen && all_wait())) continue;
    if (is_left || left.questions == 0 || !make_place(now)) break;
    if (places != Agenda::any_number) ++places;
  }
  needs_places_ = has_need(Need::first) || has_need(Need::question) || (all_wait() && has_need(Need::listening));
  return acts;
}

Instant HostAgenda::wake_at() const {
  if (is_over()) return Instant::max();
  Instant at = ends_;
  for (const auto& talk : talks_) at = std::min(at, talk->agenda.wake_at());
  return at;
}

}  // namespace portolan::identify
