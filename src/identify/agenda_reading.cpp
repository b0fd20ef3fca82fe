// What is made of words: who has recognised them, what is claimed, and what is asked of somebody who is known.
#include <algorithm>
#include <array>
#include <chrono>
#include <ranges>
#include <utility>

#include "identify/agenda.h"
#include "identify/details.h"
#include "identify/recognise.h"
#include "identify/refine.h"

namespace portolan::identify {
namespace {

using namespace std::chrono_literals;

// Bytes of a question and of its answer that are kept to show what a claim rests on.
constexpr std::size_t most_evidence = 160;
// Who turned us away for having come too often is left alone for so long before each further connection.
constexpr Duration throttle_pause = 1s;
constexpr std::size_t longest_words = 64;

constexpr int with_second_questions = 7;
// Offered to a web server that is known by then; what it chooses is what it would rather speak. Not before: some break
// off over what they do not know, and who chose HTTP/2 would not name himself in what is asked after that.
constexpr std::array<std::string_view, 2> web_protocols{"h2", "http/1.1"};

}  // namespace

void Agenda::read(Connection& connection, bool is_over, Instant now) {
  const Talk talk{
      .turns = connection.turns,
      .is_over = is_over,
      .host = host_,
      .in_tls = connection.tls,
      .may_upgrade = settings_.intensity >= with_second_questions && !settings_.only_listens && !settings_.only_hints,
      .upgraded = connection.upgraded};
  Recognised recognised = connection.owner == nullptr ? recognise(talk, settings_.readers, connection.asks)
                                                      : Recognised{connection.owner, connection.owner->read(talk)};
  const Reader* const best = recognised.reader;
  Reading& reading = recognised.reading;
  if (recognised.is_turned_away && may_come_back()) {
    if (best != nullptr && reading.is == Reading::Is::yes) claim(*best, reading, talk);
    return come_back(connection, now);
  }
  if (best == nullptr || reading.is == Reading::Is::no) return;
  if (reading.is == Reading::Is::more && !is_over) return;
  connection.owner = best;
  if (reading.wants_tls && !tls_) {
    wants_tls_ = true;
    return drop(connection.number, true);
  }
  if (reading.is == Reading::Is::yes) {
    claim(*best, reading, talk);
    if (reading.also != nullptr) also_ = reading.also;
    const bool asks_others = !settings_.only_listens && !settings_.only_hints;
    if (reading.confidence < by_grammar && asks_others) openings_.ask_next(*best);
  }
  // Whom the question was not for is asked no more where questions may harm.
  const bool may_ask = !settings_.only_listens && (!settings_.only_hints || best == connection.asks);
  const bool goes_on = may_ask && connection.turns.size() < most_turns && !is_over;
  if (goes_on && (!reading.say.empty() || reading.upgrade)) {
    if (!reading.say.empty()) say(connection, std::move(reading.say), now);
    if (reading.upgrade) upgrade(connection, now);
    return;
  }
  drop(connection.number, true);
  end_if_sure(now);
}

void Agenda::come_back(const Connection& connection, Instant now) {
  const Reader* const asks = connection.asks;
  while (!connections_.empty()) drop(connections_.back().number, true);
  is_throttled_ = true;
  comes_back_ = now + throttle_pause;
  openings_.drop_rest();
  openings_.put_first({asks, true, asks == nullptr});
}

// Whoever has been recognised may still be answering what was asked behind that.
void Agenda::end_if_sure(Instant now) {
  if (found_.confidence >= by_grammar && !has_owned() && !comes_back_ && !asks_once_more(now)) end();
}

// Of whom all else is known, once, about TLS: a web server inside it what it would rather speak, others whether they
// offer it. False once there is nothing to wait for.
bool Agenda::asks_once_more(Instant now) {
  if (once_more_ != 0) return find(once_more_) != nullptr;
  const bool is_web = tls_ && found_.tls && tls_->alpn.empty() && found_.name.starts_with(commonest);
  if (!is_web && (also_ == nullptr || tls_ || starttls_)) return false;
  if (settings_.intensity < with_second_questions || settings_.only_listens || settings_.only_hints) return false;
  const auto asks_already = std::ranges::find(connections_, also_, &Connection::asks);
  if (!is_web && asks_already != connections_.end()) {
    once_more_ = asks_already->number;
    return true;
  }
  if (!may_open() || opened_ >= allowed_) return false;
  while (!connections_.empty()) drop(connections_.back().number, true);
  if (!takes_place(Need::question)) return true;
  Connection& opened = open(is_web, is_web ? nullptr : also_, now);
  once_more_ = opened.number;
  opened.only_shakes = is_web;
  if (is_web) actions_.back().offers = web_protocols;
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

}  // namespace portolan::identify
