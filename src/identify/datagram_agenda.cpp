#include "identify/datagram_agenda.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "identify/details.h"

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

std::string words_in(std::string_view answer) {
  return std::string{answer.substr(0, std::min(longest_words, answer.find_first_of("\r\n")))};
}

}  // namespace

DatagramAgenda::DatagramAgenda(net::Port port, Turn first, bool only_reads) : port_{port}, only_reads_{only_reads} {
  turns_.push_back(std::move(first));
  judge();
}

void DatagramAgenda::judge() {
  const Datagrams talk{turns_, port_};
  const DatagramReader* best = nullptr;
  Reading reading;
  for (const DatagramReader* reader : datagram_registry) {
    Reading one = reader->read(talk);
    if (one.is != Reading::Is::yes || (best != nullptr && one.confidence <= reading.confidence)) continue;
    best = reader;
    reading = std::move(one);
  }
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

std::optional<std::string> DatagramAgenda::act(Instant now) {
  if (over_ || now < wake_at_) return std::nullopt;
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
