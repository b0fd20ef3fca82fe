#include "identify/agenda.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <ranges>
#include <utility>

#include "identify/details.h"
#include "identify/refine.h"
#include "identify/registry.h"

namespace portolan::identify {
namespace {

using namespace std::chrono_literals;

// Servers that speak first mostly do within a fifth of a second, those that a port is known for perhaps only after a
// pause against spammers, or after asking who we are.
constexpr Duration usual_silence = 250ms;
constexpr Duration hinted_silence = 1500ms;
constexpr int round_trips_of_silence = 4;
constexpr Duration shortest_wait = 500ms;
constexpr int round_trips_of_wait = 6;
constexpr Duration shortest_round_trip = 1ms;
constexpr Duration connect_wait = 5s;
// Who says something now and then is heard no longer than this for one turn, and all of it no longer than so many times
// the patience.
constexpr Duration longest_turn = 4s;
constexpr int most_patiences = 3;
// Who serves one client at a time hears no question while another connection listens.
constexpr Duration listener_turn = 2s;
// Where nothing is asked, one connection is enough for so long.
constexpr Duration short_listening = 2s;
// Bytes of a question and of its answer that are kept to show what a claim rests on.
constexpr std::size_t most_evidence = 160;
// Connections that ask, beside the one that listens.
constexpr std::size_t most_asking = 2;
constexpr unsigned most_failures = 3;
// A wrapper accepts, looks who we are, and closes.
constexpr Duration wrapped_within = 2s;
constexpr unsigned enough_silent_ends = 2;
// More than this is judged only when an eighth has come to it.
constexpr std::size_t judged_at_once = 4'096;
constexpr std::size_t longest_words = 64;

constexpr int with_tls_and_http = 2;
constexpr int with_second_questions = 7;
constexpr std::string_view commonest = "http";
// Offered to a web server that is known by then; what it chooses is what it would rather speak. Not before: some break
// off over what they do not know, and who chose HTTP/2 would not name himself in what is asked after that.
constexpr std::array<std::string_view, 2> web_protocols{"h2", "http/1.1"};

bool has(std::span<const std::uint16_t> ports, net::Port port) {
  return std::ranges::find(ports, port.value()) != ports.end();
}
// Inside TLS a port that is known for either means the same.
bool is_hinted(const Reader& reader, net::Port port, bool in_tls) {
  return has(reader.ports, port) || (in_tls && has(reader.tls_ports, port));
}

}  // namespace

Agenda::Agenda(net::Port port, std::string host, const AgendaSettings& settings, Instant now)
    : port_{port}, host_{std::move(host)}, settings_{settings}, started_{now}, round_trip_{shortest_round_trip} {
  if (settings_.readers.empty()) settings_.readers = registry;
  listen_until_ = now + silence();
  found_.untouched = settings_.only_listens;
  if (settings_.only_listens) {
    settings_.patience = short_listening;
  } else {
    plan_openings();
  }
}

bool Agenda::hints_at(Speaks first) const {
  return std::ranges::any_of(settings_.readers, [&](const Reader* reader) {
    return reader->first == first && is_hinted(*reader, port_, tls_.has_value());
  });
}

Duration Agenda::silence() const {
  return (hints_at(Speaks::server) ? hinted_silence : usual_silence) + round_trips_of_silence * round_trip_;
}

Duration Agenda::answer_wait() const { return std::max(shortest_wait, round_trips_of_wait * round_trip_); }

// What the port hints at first, then TLS and HTTP, then by how commonly each is met.
void Agenda::plan_openings() {
  openings_.clear();
  next_ = 0;
  const bool in_tls = tls_.has_value();
  const bool tls_hinted =
      std::ranges::any_of(settings_.readers, [&](const Reader* reader) { return has(reader->tls_ports, port_); });
  if (!in_tls && tls_hinted) openings_.push_back({nullptr, true});
  std::vector<const Reader*> others;
  for (const Reader* reader : settings_.readers) {
    if (reader->question == nullptr) continue;
    const bool is_common = reader->name == commonest
                               ? settings_.intensity >= with_tls_and_http
                               : settings_.intensity > with_tls_and_http && reader->rarity <= settings_.intensity;
    if (is_hinted(*reader, port_, in_tls)) {
      openings_.push_back({reader, true});
    } else if (is_common) {
      others.push_back(reader);
    }
  }
  // Who is told in the handshake what shall be spoken tells there whether he does.
  std::ranges::stable_sort(others, {}, [in_tls](const Reader* reader) {
    if (reader->name == commonest) return 0;
    return in_tls && !reader->alpn.empty() ? 1 : int{reader->rarity};
  });
  if (!in_tls && !tls_hinted && settings_.intensity >= with_tls_and_http) openings_.push_back({nullptr, false});
  for (const Reader* reader : others) openings_.push_back({reader, false});
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
  if (connected->upgrading && tls) return go_on_in_tls(*connected, std::move(*tls), now);
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
  listen_until_ = now + silence();
  plan_openings();
}

void Agenda::on_heard(std::uint32_t connection, std::string_view bytes, Instant now) {
  Connection* const heard = find(connection);
  if (heard == nullptr || bytes.empty() || over_) return;
  heard_any_ = true;
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
  if (ended == nullptr || over_) return;
  if (ending == Ending::not_connected) {
    drop(connection, false);
    if (++failed_ >= most_failures) end();
    return;
  }
  if (ending == Ending::no_tls || ended->upgrading) return drop(connection, false);
  const bool was_silent = is_silent(*ended) && !ended->tls && now - ended->opened < wrapped_within;
  if (ended->bytes > 0) read(*ended, true, now);
  // It may be closed by now.
  if (find(connection) != nullptr) {
    note_words(*find(connection));
    drop(connection, false);
  }
  if (was_silent) on_silent_end(now);
}

bool Agenda::is_silent(const Connection& connection) const {
  return connection.asks == nullptr && !connection.only_shakes && connection.bytes == 0 && connection.turns.size() == 1;
}

// Once may be chance.
void Agenda::on_silent_end(Instant now) {
  if (heard_any_ || tls_ || settings_.only_listens) return;
  if (++silent_ends_ < enough_silent_ends) {
    if (may_open()) open(false, nullptr, now);
    return;
  }
  found_.wrapped = true;
  found_.confidence = by_grammar;
  end();
}

// ---- reading ------------------------------------------------------------------------------------

void Agenda::read(Connection& connection, bool is_over, Instant now) {
  const Talk talk{.turns = connection.turns,
                  .is_over = is_over,
                  .host = host_,
                  .in_tls = connection.tls,
                  .may_upgrade = settings_.intensity >= with_second_questions && !settings_.only_listens,
                  .upgraded = connection.upgraded};
  const Reader* best = connection.owner;
  Reading reading;
  if (best != nullptr) {
    reading = best->read(talk);
  } else {
    for (const Reader* reader : settings_.readers) {
      Reading its = reader->read(talk);
      if (its.is != Reading::Is::yes || (best != nullptr && its.confidence <= reading.confidence)) continue;
      best = reader;
      reading = std::move(its);
    }
  }
  if (best == nullptr || reading.is == Reading::Is::no) return;
  if (reading.is == Reading::Is::more && !is_over) return;
  connection.owner = best;
  if (reading.wants_tls && !tls_) {
    wants_tls_ = true;
    return drop(connection.number, true);
  }
  if (reading.is == Reading::Is::yes) claim(*best, reading, talk);
  const bool goes_on = !settings_.only_listens && connection.turns.size() < most_turns && !is_over;
  if (goes_on && (!reading.say.empty() || reading.upgrade)) {
    if (!reading.say.empty()) say(connection, std::move(reading.say), now);
    if (reading.upgrade) upgrade(connection, now);
    return;
  }
  drop(connection.number, true);
  end_if_sure(now);
}

// Whoever has been recognised may still be answering what was asked behind that.
void Agenda::end_if_sure(Instant now) {
  if (found_.confidence >= by_grammar && !has_owned() && !asks_preference(now)) end();
}

// Of a web server inside TLS, once: what it would rather speak. False once there is nothing to wait for.
bool Agenda::asks_preference(Instant now) {
  if (preference_ != 0) return find(preference_) != nullptr;
  const bool is_web = tls_ && found_.tls && tls_->alpn.empty() && found_.name.starts_with(commonest);
  if (!is_web || settings_.intensity < with_second_questions || settings_.only_listens || !may_open()) return false;
  while (!connections_.empty()) drop(connections_.back().number, true);
  Connection& opened = connections_.emplace_back();
  opened.number = preference_ = ++opened_;
  opened.tls = true;
  opened.only_shakes = true;
  opened.opened = opened.last = now;
  actions_.push_back({Action::What::open_tls, opened.number, {}, web_protocols});
  return true;
}

bool Agenda::has_owned() const {
  return std::ranges::any_of(connections_, [](const Connection& one) { return one.owner != nullptr; });
}

void Agenda::claim(const Reader& reader, const Reading& reading, const Talk& talk) {
  if (reading.confidence < found_.confidence) return;
  // Who answered on one connection what he was asked there may have been cut short on another.
  const bool says_less = !found_.version.empty() && reading.facts.version.empty();
  if (reading.confidence == found_.confidence && says_less) return;
  found_ = model::ServiceRecord{};
  found_.name = reading.service.empty() ? std::string{reader.service} : reading.service;
  found_.product = reading.facts.product;
  found_.version = reading.facts.version;
  found_.extra = reading.facts.extra;
  found_.host_name = reading.facts.host_name;
  found_.system = reading.facts.system;
  found_.device = reading.facts.device;
  found_.details = ordered_details(reading.facts.details);
  found_.confidence = reading.confidence;
  found_.tls = talk.in_tls ? tls_ : starttls_;
  found_.untouched = settings_.only_listens;
  refine(found_, fields_said(reader.name, talk, found_), settings_.fingerprints);
  const auto answered =
      std::ranges::find_if(talk.turns | std::views::reverse, [](const Turn& turn) { return !turn.heard.empty(); });
  if (answered == talk.turns.rend()) return;
  found_.asked = answered->said.substr(0, most_evidence);
  found_.answered = answered->heard.substr(0, most_evidence);
}

// What nobody understands is at least shown.
void Agenda::note_words(const Connection& connection) {
  if (connection.owner != nullptr || !found_.words.empty() || !found_.name.empty()) return;
  for (const Turn& turn : connection.turns) {
    if (turn.heard.empty()) continue;
    found_.words = turn.heard.substr(0, std::min(longest_words, turn.heard.find_first_of("\r\n")));
    return;
  }
}

// ---- asking -------------------------------------------------------------------------------------

Agenda::Connection& Agenda::open(bool tls, const Reader* asks, Instant now) {
  Connection& opened = connections_.emplace_back();
  opened.number = ++opened_;
  opened.tls = tls;
  opened.asks = asks;
  opened.opened = now;
  opened.last = now;
  if (asks == nullptr && tls == tls_.has_value()) ++listeners_;
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
  if (!connection.connected) return connection.opened + connect_wait;
  if (connection.upgrading) return connection.asked + connect_wait;
  if (is_silent(connection)) return started_ + settings_.patience;
  return std::min(connection.last + answer_wait(), connection.asked + std::max<Duration>(longest_turn, answer_wait()));
}

void Agenda::expire(Instant now) {
  if (now >= started_ + most_patiences * settings_.patience) {
    for (const Connection& one : connections_) note_words(one);
    return end();
  }
  std::vector<std::uint32_t> late;
  for (const Connection& one : connections_) {
    if (deadline_of(one) <= now) late.push_back(one.number);
  }
  for (const std::uint32_t number : late) {
    Connection* const one = find(number);
    if (one == nullptr) continue;
    if (!one->connected) {
      drop(number, true);
      if (++failed_ >= most_failures) end();
      continue;
    }
    if (one->bytes > 0 && !one->upgrading) read(*one, true, now);
    if (find(number) == nullptr) continue;
    note_words(*find(number));
    drop(number, true);
  }
}

void Agenda::renew_listener(Instant now) {
  if (listeners_ != 1 || next_ >= openings_.size()) return;
  const auto listens = std::ranges::find_if(
      connections_, [this](const Connection& one) { return is_silent(one) && one.tls == tls_.has_value(); });
  if (listens == connections_.end() || now < listens->opened + listener_turn || !may_open()) return;
  drop(listens->number, true);
  open(tls_.has_value(), nullptr, now);
}

void Agenda::open_next(Instant now) {
  if (found_.confidence >= by_grammar) return;
  const bool listens = std::ranges::any_of(connections_, [this](const Connection& one) { return is_silent(one); });
  if (wants_tls_ && !tls_) {
    wants_tls_ = false;
    openings_.insert(openings_.begin() + static_cast<std::ptrdiff_t>(next_), {nullptr, true});
  }
  while (next_ < openings_.size() && asking() < most_asking && may_open()) {
    const Opening& opening = openings_[next_];
    if (!opening.hinted && (listens || asking() > 0) && now < listen_until_) break;
    // Who was asked at once what the port hints at, and is no such thing, may speak first.
    if (!opening.hinted && listeners_ == 0) {
      open(tls_.has_value(), nullptr, now);
      listen_until_ = now + silence();
      break;
    }
    ++next_;
    if (opening.reader == nullptr) {
      open(true, nullptr, now);
    } else {
      open(tls_.has_value(), opening.reader, now);
    }
  }
}

std::vector<Action> Agenda::act(Instant now) {
  if (!over_ && opened_ == 0) {
    // Who waits to be asked is not listened to first.
    const bool asks_at_once = !openings_.empty() && openings_.front().hinted;
    if (!asks_at_once || hints_at(Speaks::server)) open(false, nullptr, now);
  }
  if (!over_) expire(now);
  if (!over_) end_if_sure(now);
  if (!over_) renew_listener(now);
  if (!over_) open_next(now);
  const bool all_asked = next_ >= openings_.size() || !may_open();
  if (!over_ && all_asked && asking() == 0) {
    const bool waits = std::ranges::any_of(connections_, [this](const Connection& one) { return is_silent(one); });
    // A claim that is only inferred is as good as it gets.
    if (connections_.empty() || (waits && found_.confidence > 0)) end();
  }
  if (over_) {
    while (!connections_.empty()) drop(connections_.back().number, true);
  }
  return std::exchange(actions_, {});
}

Instant Agenda::wake_at() const {
  if (over_) return Instant::max();
  Instant at = started_ + most_patiences * settings_.patience;
  for (const Connection& one : connections_) {
    at = std::min(at, deadline_of(one));
    if (listeners_ == 1 && is_silent(one) && next_ < openings_.size()) at = std::min(at, one.opened + listener_turn);
  }
  const bool asks_more = found_.confidence < by_grammar && next_ < openings_.size() && may_open();
  if (asks_more && asking() < most_asking) at = std::min(at, listen_until_);
  return at;
}

}  // namespace portolan::identify
