// Finding out who answers at one UDP port: the answer that the scan got is read first, and a protocol that has a second
// question worth asking is asked it. A port that stayed silent is asked in other protocols. A state machine that is
// told datagrams and times; it owns no socket.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "identify/datagram_openings.h"
#include "identify/datagrams.h"
#include "identify/fingerprints.h"
#include "model/service.h"
#include "net/port.h"

namespace portolan::identify {

class DatagramAgenda {
 public:
  // `first`: the scan's own question and what came back. `only_reads`: nothing is asked.
  // Fingerprints say more of who answers; they outlive the agenda.
  DatagramAgenda(net::Port port, Turn first, bool only_reads, const Fingerprints* fingerprints = nullptr);
  // Of a port that stayed silent: these are put one behind the other, and all of them once more.
  DatagramAgenda(net::Port port, std::vector<DatagramOpening> openings, const Fingerprints* fingerprints = nullptr);

  // A datagram came from the port.
  void on_heard(std::string_view datagram, Instant now);
  // Nobody is there any more, or nothing gets through.
  void on_refused();

  // A datagram that is to be sent now. To be called after anything above, and at wake_at().
  std::optional<std::string> act(Instant now);
  [[nodiscard]] Instant wake_at() const { return over_ ? Instant::max() : wake_at_; }
  [[nodiscard]] bool is_over() const { return over_; }
  // What was said to it and answered, from the first answer on.
  [[nodiscard]] std::span<const Turn> turns() const { return turns_; }
  // `answered` is empty where nothing was heard at all.
  [[nodiscard]] const model::ServiceRecord& found() const { return found_; }

 private:
  void judge();
  void open(std::string_view datagram);
  std::string put_opening(Instant now);
  [[nodiscard]] Duration answer_wait() const;

  net::Port port_;
  bool only_reads_;
  const Fingerprints* fingerprints_;
  std::vector<DatagramOpening> openings_;
  std::size_t opened_ = 0;        // how many of them were put, either time
  std::vector<Turn> turns_;       // none before an opening is answered
  std::size_t sent_ = 0;          // datagrams
  std::size_t sent_of_turn_ = 0;  // of those, with the present question
  Instant sent_at_{};
  Instant wake_at_{};
  std::optional<Duration> round_trip_;
  bool over_ = false;
  model::ServiceRecord found_;
};

}  // namespace portolan::identify
