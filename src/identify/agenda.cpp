#include "identify/agenda.h"

#include <algorithm>
#include <chrono>
#include <ranges>
#include <utility>

#include "identify/registry.h"

namespace portolan::identify {
namespace {

using namespace std::chrono_literals;

// Servers that speak first mostly do within a fifth of a second, those that a port is known for perhaps only after a
// pause against spammers, or after asking who we are.
constexpr Duration usual_silence = 250ms;
constexpr Duration hinted_silence = 1500ms;
constexpr Duration late_word = hinted_silence;
constexpr int round_trips_of_silence = 4;
constexpr Duration shortest_wait = 500ms;
// Who has let so many questions pass may be mute, and is waited for no longer than silence is listened to.
constexpr unsigned many_unanswered = 4;
constexpr int round_trips_of_wait = 6;
constexpr Duration shortest_round_trip = 1ms;
constexpr Duration connect_wait = 5s;
// Small devices take a second for it.
constexpr Duration handshake_wait = 3s;
// Who says something now and then is heard no longer than this for one turn, and all of it no longer than so many times
// the patience.
constexpr Duration longest_turn = 4s;
constexpr int most_patiences = 3;
// Where nothing is asked, one connection is enough for so long.
constexpr Duration short_listening = 2s;
// Connections that ask, beside the one that listens.
constexpr std::size_t most_asking_at_once = 2;
constexpr unsigned most_failures = 3;
// A wrapper accepts, looks who we are, and closes.
constexpr Duration wrapped_within = 2s;
constexpr unsigned enough_silent_ends = 2;
// More than this is judged only when an eighth has come to it.
constexpr std::size_t judged_at_once = 4'096;

}  // namespace

Agenda::Agenda(net::Port port, std::string host, const AgendaSettings& settings, Instant now)
    : port_{port}, host_{std::move(host)}, settings_{settings}, acted_{now}, round_trip_{shortest_round_trip} {
  if (settings_.readers.empty()) settings_.readers = registry;
  if (!settings_.only_listens) plan_openings();
  if (settings_.only_hints && openings_.is_empty()) settings_.only_listens = true;
  found_.untouched = settings_.only_listens;
  if (settings_.only_listens) settings_.patience = short_listening;
}

bool Agenda::hints_at(Speaks first) const {
  return std::ranges::any_of(settings_.readers, [&](const Reader* reader) {
    return reader->first == first && is_hinted(*reader, port_, tls_.has_value());
  });
}

Duration Agenda::shortest_silence() const { return usual_silence + round_trips_of_silence * round_trip_; }

Duration Agenda::silence() const {
  return hints_at(Speaks::server) ? shortest_silence() + hinted_silence - usual_silence : shortest_silence();
}

Duration Agenda::answer_wait(const Connection& connection) const {
  Duration least = unanswered_ < many_unanswered ? shortest_wait : usual_silence;
  const bool is_hinted_at = connection.asks != nullptr && is_hinted(*connection.asks, port_, connection.tls);
  if (hurried_ && connection.owner == nullptr && connection.bytes == 0 && !is_hinted_at) least = *hurried_;
  return std::max(least, round_trips_of_wait * round_trip_);
}

// A handshake begins with a connection, and ends no later than one would be answered.
Duration Agenda::connect_wait_of(const Connection& connection) const {
  if (!connection.tls || !has_connected_ || is_tls_hinted(settings_.readers, port_)) return connect_wait;
  const Duration least = hurried_ ? 2 * *hurried_ : handshake_wait;
  return std::min<Duration>(connect_wait, std::max(least, round_trips_of_wait * round_trip_));
}

void Agenda::plan_openings() {
  openings_.plan({.port = port_,
                  .readers = settings_.readers,
                  .intensity = settings_.intensity,
                  .only_hints = settings_.only_hints,
                  .in_tls = tls_.has_value()});
}

// ---- what comes ---------------------------------------------------------------------------------

Agenda::Connection* Agenda::find(std::uint32_t connection) {
  const auto found = std::ranges::find(connections_, connection, &Connection::number);
  return found == connections_.end() ? nullptr : &*found;
}

void Agenda::on_connected(std::uint32_t connection, Instant now, std::optional<model::TlsRecord> tls) {
  Connection* const connected = find(connection);
  if (connected == nullptr) return;
  failed_ = 0;
  has_connected_ = true;
  if (connected->upgrading && tls) return go_on_in_tls(*connected, std::move(*tls), now);
  if (connected->tls) slowest_answer_ = std::max(slowest_answer_, now - connected->opened);
  if (!connected->tls || tls_) round_trip_ = std::max(shortest_round_trip, now - connected->opened);
  connected->connected = true;
  connected->last = now;
  connected->asked = now;
  if (tls && !tls_) return begin_tls(connection, std::move(*tls), now);
  if (tls) note_agreed(*tls);
  if (connected->only_shakes) return drop(connection, true);
  if (connected->asks != nullptr) return say(*connected, connected->asks->question(host_), now);
  if (listeners_ == 1) listen_until_ = now + silence();
}

void Agenda::put_off(std::uint32_t connection, Instant now) {
  Connection* const late = find(connection);
  if (late == nullptr || late->connected) return;
  const Duration lost = now - std::exchange(late->opened, now);
  late->last = now;
  for (Instant* const end : {&patience_ends_, &ends_}) *end += lost;
}

void Agenda::upgrade(Connection& connection, Instant now) {
  connection.upgrading = true;
  connection.last = connection.asked = now;
  actions_.push_back({Action::What::begin_tls, connection.number});
}

// What is known stands; who has more to ask inside does.
void Agenda::go_on_in_tls(Connection& connection, model::TlsRecord tls, Instant now) {
  tls.starttls = true;
  starttls_ = std::move(tls);
  if (!found_.tls) found_.tls = starttls_;
  connection.upgrading = false;
  connection.upgraded = true;
  connection.last = connection.asked = now;
  read(connection, false, now);
}

void Agenda::note_agreed(const model::TlsRecord& tls) {
  if (tls.alpn.empty()) return;
  tls_->alpn = tls.alpn;
  if (found_.tls) found_.tls->alpn = tls.alpn;
}

// From here on all is asked inside TLS, and what was asked outside is of no more use.
void Agenda::begin_tls(std::uint32_t connection, model::TlsRecord tls, Instant now) {
  tls_ = std::move(tls);
  found_.tls = tls_;
  std::vector<std::uint32_t> others;
  for (const Connection& open : connections_) {
    if (open.number != connection) others.push_back(open.number);
  }
  for (const std::uint32_t other : others) drop(other, true);
  listeners_ = 1;
  listens_again_ = false;  // this one does
  listen_until_ = now + silence();
  patience_ends_ = now + settings_.patience;
  plan_openings();
  // Who has one connection to give is asked on it.
  Connection* const only = settings_.only_hints && !openings_.is_empty() ? find(connection) : nullptr;
  if (only == nullptr) return;
  only->asks = openings_.take().reader;
  say(*only, only->asks->question(host_), now);
}

void Agenda::on_heard(std::uint32_t connection, std::string_view bytes, Instant now) {
  Connection* const heard = find(connection);
  if (heard == nullptr || bytes.empty() || over_) return;
  if (heard->bytes == 0 && heard->asks != nullptr) slowest_answer_ = std::max(slowest_answer_, now - heard->asked);
  if (is_silent(*heard) && now - heard->opened >= late_word) spoke_late_ = true;
  heard_any_ = true;
  unanswered_ = 0;
  heard->last = now;
  const std::size_t room = most_bytes - heard->bytes;
  bytes = bytes.substr(0, room);
  heard->bytes += bytes.size();
  std::string& text = heard->turns.back().heard;
  text += bytes;
  const bool is_full = heard->bytes == most_bytes;
  if (!is_full && text.size() > judged_at_once && text.size() - heard->judged < text.size() / 8) return;
  heard->judged = text.size();
  read(*heard, is_full, now);
  if (!is_full || find(connection) == nullptr) return;
  note_words(*find(connection));
  drop(connection, true);
}

void Agenda::on_end(std::uint32_t connection, Ending ending, Instant now) {
  Connection* const ended = find(connection);
  if (ended == nullptr || over_) return drop(connection, false);
  if (ending == Ending::not_connected) {
    drop(connection, false);
    if (++failed_ >= most_failures) end();
    return;
  }
  if (ended->asks != nullptr || ending == Ending::no_tls) {
    reacts_ = true;
    const bool has_waited =
        ended->made_way || now - (ended->connected ? ended->asked : ended->opened) >= shortest_silence();
    const Foreign does = has_waited ? Foreign::waits : ending == Ending::reset ? Foreign::resets : Foreign::ends;
    if (ended->bytes == 0) openings_.note_foreign(ended->asks, does);
  }
  if (ending == Ending::no_tls || ended->upgrading) return drop(connection, false);
  const bool at_once = now - ended->opened < shortest_silence();
  const bool was_silent = is_silent(*ended) && !ended->tls && now - ended->opened < wrapped_within;
  if (ended->bytes > 0) read(*ended, true, now);
  // It may be closed by now.
  if (find(connection) != nullptr) {
    note_words(*find(connection));
    drop(connection, false);
  }
  if (was_silent) on_silent_end(at_once);
}

bool Agenda::is_silent(const Connection& connection) const {
  return connection.asks == nullptr && !connection.only_shakes && connection.bytes == 0 && connection.turns.size() == 1;
}

bool Agenda::only_listens(const Connection& connection) const {
  return is_silent(connection) && connection.connected && connection.tls == tls_.has_value();
}

// Once may be chance, and who waited for a question may yet answer one: some wait no longer for it than we do for a
// word.
void Agenda::on_silent_end(bool at_once) {
  if (heard_any_ || tls_ || settings_.only_listens) return;
  if (++silent_ends_ < enough_silent_ends) return openings_.put_first({nullptr, true, true});
  if (at_once) end_asked();
}

// All is asked that was to be.
void Agenda::end_asked() {
  end();
  if (silent_ends_ < enough_silent_ends || heard_any_ || tls_ || found_.confidence > 0) return;
  found_.wrapped = true;
  found_.confidence = by_grammar;
}

// ---- asking -------------------------------------------------------------------------------------

Agenda::Connection& Agenda::open(bool tls, const Reader* asks, Instant now) {
  Connection& opened = connections_.emplace_back();
  opened.number = ++opened_;
  opened.tls = tls;
  opened.asks = asks;
  opened.opened = now;
  opened.last = now;
  if (places_ > 0) --places_;
  if (asks == nullptr && tls == tls_.has_value()) {
    ++listeners_;
    patience_ends_ = now + settings_.patience;
  }
  // Within TLS alone; the first handshake is for all that may be spoken.
  const bool offers = tls && tls_ && asks != nullptr;
  actions_.push_back({tls ? Action::What::open_tls : Action::What::open,
                      opened.number,
                      {},
                      offers ? asks->alpn : std::span<const std::string_view>{}});
  return opened;
}

void Agenda::say(Connection& connection, std::string bytes, Instant now) {
  // What was heard before a question is another turn.
  if (connection.turns.size() == 1 && connection.bytes == 0) {
    connection.turns.front().said = bytes;
  } else {
    connection.turns.push_back({bytes, {}});
  }
  connection.judged = 0;
  connection.last = now;
  connection.asked = now;
  actions_.push_back({Action::What::say, connection.number, std::move(bytes)});
}

void Agenda::drop(std::uint32_t connection, bool is_open) {
  const Connection* const dropped = find(connection);
  if (dropped == nullptr) return;
  if (is_open) {
    if (places_ < any_number) ++places_;
    const bool says = dropped->owner != nullptr && dropped->connected && !settings_.only_listens;
    actions_.push_back({Action::What::close, connection, std::string{says ? dropped->owner->goodbye : ""}});
  }
  std::erase_if(connections_, [connection](const Connection& one) { return one.number == connection; });
}

std::size_t Agenda::asking() const {
  return static_cast<std::size_t>(std::ranges::count_if(connections_, [this](const Connection& one) {
    return one.asks != nullptr || one.only_shakes || one.tls != tls_.has_value();
  }));
}

Instant Agenda::deadline_of(const Connection& connection) const {
  if (!connection.connected) return connection.opened + connect_wait_of(connection);
  if (connection.upgrading) return connection.asked + connect_wait;
  if (is_silent(connection)) return patience_ends_;
  const Duration wait = answer_wait(connection);
  return std::min(connection.last + wait, connection.asked + std::max<Duration>(longest_turn, wait));
}

void Agenda::give_up() {
  for (const Connection& one : connections_) note_words(one);
  end();
}

void Agenda::expire(Instant now) {
  if (now >= ends_) return give_up();
  std::vector<std::uint32_t> late;
  for (const Connection& one : connections_) {
    if (deadline_of(one) <= now) late.push_back(one.number);
  }
  for (const std::uint32_t number : late) {
    Connection* const one = find(number);
    if (one == nullptr || make_way_for(number, now)) continue;
    const bool is_unanswered = one->bytes == 0 && (one->asks != nullptr || one->tls != tls_.has_value());
    if (is_unanswered && has_connected_) {
      ++let_pass_;
      openings_.note_foreign(one->asks, Foreign::waits);
    }
    if (!one->connected) {
      // Of a handshake that hangs it is not known whether there was a connection.
      const bool hangs = one->tls && has_connected_;
      drop(number, true);
      if (!hangs && ++failed_ >= most_failures) end();
      continue;
    }
    if (is_unanswered) ++unanswered_;
    if (only_listens(*one) && !settings_.only_listens) waited_out_ = true;
    if (one->bytes > 0 && !one->upgrading) read(*one, true, now);
    if (find(number) == nullptr) continue;
    note_words(*find(number));
    drop(number, true);
  }
}

// Most who speak when spoken to answer HTTP in some way, so that nothing else is opened before that is known.
bool Agenda::asks_alone() const {
  return std::ranges::any_of(connections_, [](const Connection& one) {
    return one.asks != nullptr && one.asks->name == commonest && one.owner == nullptr;
  });
}

// Whoever serves one client at a time hears a question only when the connection that listens is gone.
bool Agenda::make_way_for(std::uint32_t question, Instant now) {
  const Connection& asking = *find(question);
  const bool is_http = asking.asks != nullptr && asking.asks->name == commonest && asking.bytes == 0;
  const bool is_handshake = asking.tls && !tls_ && !asking.connected && !asking.made_way && reacts_;
  const auto listens = [this](const Connection& one) { return only_listens(one); };
  if ((!is_http && !is_handshake) || std::ranges::none_of(connections_, listens)) return false;
  make_place();
  Connection& goes_on = *find(question);
  goes_on.made_way = true;
  goes_on.opened = goes_on.asked = goes_on.last = now;
  return true;
}

bool Agenda::shakes_hands() const {
  return !tls_ && std::ranges::any_of(connections_, [](const Connection& one) { return one.tls && !one.connected; });
}

bool Agenda::waits_for_others() const {
  if (asks_alone()) return true;
  if (openings_.is_empty() || openings_.next().hinted) return false;
  if (openings_.next().is_alone() && asking() > 0) return true;
  // One connection is kept for what may have to be asked inside TLS.
  return opened_ + 1 >= share_ && shakes_hands();
}

void Agenda::listen_again(Instant now) {
  if (!listens_again_ || !listens_meanwhile_ || is_throttled_ || heard_any_ || asks_alone() || !may_open()) return;
  if (openings_.is_empty() || !takes_place(Need::listening)) return;
  open_listener(now);
}

void Agenda::open_listener(Instant now) {
  has_listened_again_ = true;
  listens_again_ = false;
  open(tls_.has_value(), nullptr, now);
}

bool Agenda::takes_place(Need need) {
  const bool may = places_ > 0 && (need == Need::listening || opened_ < allowed_);
  if (!may) need_ = std::max(need_, need);
  return may;
}

void Agenda::open_next(Instant now) {
  if (comes_back_) {
    if (now < *comes_back_ || !takes_place(Need::question)) return;
    comes_back_ = {};
    open(tls_.has_value(), openings_.take().reader, now);
    return;
  }
  if (found_.confidence >= by_grammar) return;
  const auto listens = [this] {
    return std::ranges::any_of(connections_, [this](const Connection& one) { return is_silent(one); });
  };
  if (wants_tls_ && !tls_) {
    wants_tls_ = false;
    openings_.put_first({nullptr, true});
  }
  while (!openings_.is_empty() && asking() < most_asking() && may_ask()) {
    const Opening opening = openings_.next();
    if (!opening.hinted && (listens() || asking() > 0) && now < listen_until_) break;
    if (waits_for_others()) break;
    if (!takes_place(opened_ == 0 ? Need::first : Need::question)) break;
    // Who was asked at once what the port hints at, and is no such thing, may speak first.
    if (!opening.hinted && listeners_ == 0) {
      open(tls_.has_value(), nullptr, now);
      listen_until_ = now + silence();
      break;
    }
    (void)openings_.take();
    const bool tls = tls_.has_value() || (opening.reader == nullptr && !opening.listens);
    open(tls, opening.reader, now);
  }
}

// Who waits to be asked is not listened to first.
void Agenda::begin(Instant now) {
  if (!takes_place(Need::first)) return;
  patience_ends_ = now + settings_.patience;
  ends_ = now + most_patiences * settings_.patience;
  listen_until_ = now + silence();
  const bool asks_at_once = !openings_.is_empty() && openings_.next().hinted;
  if (!asks_at_once || (hints_at(Speaks::server) && !settings_.only_hints)) open(false, nullptr, now);
}

std::size_t Agenda::most_asking() const { return settings_.only_hints ? 1 : most_asking_at_once; }

std::size_t Agenda::may_want() const {
  if (over_ || found_.confidence >= by_grammar || opened_ >= most_connections) return 0;
  return std::min(most_connections - opened_, openings_.left());
}

bool Agenda::only_waits() const {
  return opened_ > 0 && !comes_back_ && (openings_.is_empty() || !may_ask()) && asking() == 0;
}

void Agenda::conclude(Instant now) {
  if (!only_waits()) return;
  const bool waits = std::ranges::any_of(connections_, [this](const Connection& one) { return is_silent(one); });
  // A claim that is only inferred is as good as it gets.
  if (waits && found_.confidence > 0 && !is_throttled_) return end();
  if (!connections_.empty()) return;
  if (!listens_again_ || heard_any_ || !may_open()) return end_asked();
  if (!takes_place(Need::listening)) return;
  open_listener(now);
  ends_ = std::max(ends_, patience_ends_ + settings_.patience);
}

std::optional<Instant> Agenda::idle_since(Instant now) const {
  if (now < listen_until_) return std::nullopt;
  const auto idle = std::ranges::find_if(connections_, [this](const Connection& one) { return only_listens(one); });
  return idle == connections_.end() ? std::nullopt : std::optional{idle->opened};
}

void Agenda::make_place() {
  const auto idle = std::ranges::find_if(connections_, [this](const Connection& one) { return only_listens(one); });
  if (idle == connections_.end()) return;
  listens_again_ = true;
  drop(idle->number, true);
}

std::vector<Action> Agenda::act(Instant now, std::size_t places) {
  places_ = places;
  // Who waits for a place loses no time by it.
  if (need_ != Need::nothing && ends_ != Instant::max()) ends_ += now - acted_;
  acted_ = now;
  need_ = Need::nothing;
  if (!over_ && opened_ == 0) begin(now);
  if (!over_) expire(now);
  if (!over_) end_if_sure(now);
  if (!over_) listen_again(now);
  if (!over_) open_next(now);
  if (!over_) conclude(now);
  if (over_) {
    need_ = Need::nothing;
    while (!connections_.empty()) drop(connections_.back().number, true);
  }
  return take_actions();
}

Instant Agenda::wake_at() const {
  if (over_) return Instant::max();
  Instant at = need_ == Need::nothing ? ends_ : Instant::max();
  for (const Connection& one : connections_) at = std::min(at, deadline_of(one));
  // From then on it may make place.
  const auto listens = [this](const Connection& one) { return only_listens(one); };
  if (acted_ < listen_until_ && std::ranges::any_of(connections_, listens)) at = std::min(at, listen_until_);
  if (comes_back_ && need_ == Need::nothing) at = std::min(at, *comes_back_);
  const bool asks_more =
      !comes_back_ && !waits_for_others() && found_.confidence < by_grammar && !openings_.is_empty() && may_ask();
  if (asks_more && asking() < most_asking() && need_ == Need::nothing) at = std::min(at, listen_until_);
  return at;
}

}  // namespace portolan::identify
