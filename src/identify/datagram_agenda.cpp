#include "identify/datagram_agenda.h"

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

#include "identify/details.h"
#include "identify/refine.h"

namespace portolan::identify {
namespace {

using namespace std::chrono_literals;

// As long as nothing was measured; RFC 6298 §2.1 takes as much.
constexpr Duration first_wait = 1s;
constexpr Duration shortest_wait = 300ms;
constexpr int round_trips = 6;
constexpr std::size_t most_of_a_question = 2;  // the question and one repetition
constexpr std::size_t longest_words = 60;
// What is kept as evidence, in bytes of either side.
constexpr std::size_t most_evidence = 160;

// Between two openings: so many packets a second are no burden.
constexpr Duration between_openings = 50ms;

std::string words_in(std::string_view answer) {
  return std::string{answer.substr(0, std::min(longest_words, answer.find_first_of("\r\n")))};
}

// nullptr where nobody understands it.
std::pair<const DatagramReader*, Reading> read_by_all(const Datagrams& talk) {
  std::pair<const DatagramReader*, Reading> best{};
  for (const DatagramReader* reader : datagram_registry) {
    Reading one = reader->read(talk);
    const bool is_surer = best.first == nullptr || one.confidence > best.second.confidence;
    if (one.is == Reading::Is::yes && is_surer) best = {reader, std::move(one)};
  }
  return best;
}

bool is_genuine(const DatagramOpening& opening, std::string_view datagram) {
  const payload::Bytes bytes{reinterpret_cast<const std::uint8_t*>(datagram.data()), datagram.size()};
  return opening.payload->match(opening.cookie, bytes) == payload::Match::genuine;
}

}  // namespace

DatagramAgenda::DatagramAgenda(net::Port port, Turn first, bool only_reads, const Fingerprints* fingerprints)
    : port_{port}, only_reads_{only_reads}, fingerprints_{fingerprints} {
  turns_.push_back(std::move(first));
  judge();
}

DatagramAgenda::DatagramAgenda(net::Port port, std::vector<DatagramOpening> openings, const Fingerprints* fingerprints)
    : port_{port},
      only_reads_{false},
      fingerprints_{fingerprints},
      openings_{std::move(openings)},
      over_{openings_.empty()} {}

void DatagramAgenda::judge() {
  auto [best, reading] = read_by_all({turns_, port_});
  if (best == nullptr) {
    if (found_.name.empty()) found_.words = words_in(turns_.front().heard);
    over_ = true;
    return;
  }
  found_ = model::ServiceRecord{};
  found_.name = reading.service.empty() ? std::string{best->service} : std::move(reading.service);
  found_.product = std::move(reading.facts.product);
  found_.version = std::move(reading.facts.version);
  found_.extra = std::move(reading.facts.extra);
  found_.host_name = std::move(reading.facts.host_name);
  found_.system = std::move(reading.facts.system);
  found_.device = std::move(reading.facts.device);
  found_.details = ordered_details(std::move(reading.facts.details));
  found_.confidence = reading.confidence;
  refine(found_, fields_told(found_), fingerprints_);
  found_.asked = turns_.back().said.substr(0, most_evidence);
  found_.answered = turns_.back().heard.substr(0, most_evidence);
  const bool asked_before = std::ranges::find(turns_, reading.say, &Turn::said) != turns_.end();
  if (reading.say.empty() || only_reads_ || asked_before || sent_ >= most_datagrams) {
    over_ = true;
    return;
  }
  turns_.push_back({std::move(reading.say), {}});
  sent_of_turn_ = 0;
  wake_at_ = Instant{};  // at once
}

Duration DatagramAgenda::answer_wait() const {
  return round_trip_ ? std::max(shortest_wait, round_trips * *round_trip_) : first_wait;
}

// Questions and answers may cross: what an answer is to, its own bytes say.
void DatagramAgenda::open(std::string_view datagram) {
  const std::size_t put = std::min(opened_, openings_.size());
  const DatagramOpening& last = openings_[(opened_ - 1) % openings_.size()];
  std::vector<Turn> candidates;
  for (const DatagramOpening& opening : std::span{openings_}.first(put)) {
    if (is_genuine(opening, datagram)) candidates.push_back({opening.question, std::string{datagram}});
  }
  // Who answers anything may have been asked any of them.
  candidates.push_back({last.question, std::string{datagram}});
  const Turn* best = nullptr;
  std::uint8_t confidence = 0;
  for (const Turn& candidate : candidates) {
    const auto [reader, reading] = read_by_all({{&candidate, 1}, port_});
    if (reader == nullptr || reading.confidence <= confidence) continue;
    best = &candidate;
    confidence = reading.confidence;
  }
  if (best != nullptr) {
    turns_.push_back(*best);
    return judge();
  }
  // It may understand another question better.
  if (!found_.answered.empty()) return;
  found_.words = words_in(datagram);
  found_.asked = last.question.substr(0, most_evidence);
  found_.answered = datagram.substr(0, most_evidence);
}

std::string DatagramAgenda::put_opening(Instant now) {
  const std::string& question = openings_[opened_ % openings_.size()].question;
  ++opened_;
  wake_at_ = now + (opened_ % openings_.size() == 0 ? first_wait : between_openings);
  return question;
}

std::optional<std::string> DatagramAgenda::act(Instant now) {
  if (over_ || now < wake_at_) return std::nullopt;
  if (turns_.empty()) {
    over_ = opened_ == most_of_a_question * openings_.size();
    return over_ ? std::nullopt : std::optional{put_opening(now)};
  }
  if (sent_of_turn_ >= most_of_a_question || sent_ >= most_datagrams) {
    over_ = true;  // what is known from the answers before stands
    return std::nullopt;
  }
  ++sent_;
  ++sent_of_turn_;
  sent_at_ = now;
  wake_at_ = now + answer_wait();
  return turns_.back().said;
}

void DatagramAgenda::on_heard(std::string_view datagram, Instant now) {
  if (!over_ && turns_.empty() && opened_ > 0 && !datagram.empty()) return open(datagram.substr(0, most_bytes));
  if (over_ || sent_of_turn_ == 0 || datagram.empty()) return;
  // The question before was put twice, and answered as often.
  if (std::ranges::find(turns_, datagram, &Turn::heard) != turns_.end()) return;
  // Of a question that was repeated nobody knows which one was answered.
  if (sent_of_turn_ == 1) round_trip_ = std::max(Duration::zero(), now - sent_at_);
  turns_.back().heard = datagram.substr(0, most_bytes);
  judge();
}

void DatagramAgenda::on_refused() { over_ = true; }

}  // namespace portolan::identify
