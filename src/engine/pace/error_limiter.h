// When a host that limits its ICMP errors will say the next one. Closed UDP ports answer by such errors, and Linux
// sends six at once and then one a second (net.ipv4.icmp_ratelimit), others so many a second: a token bucket, from
// which a question that is not answered takes nothing. So questions are timed to the tokens. One that stays unanswered
// is put once more, when there is surely a token: where that is answered it had only come too early, else the port is
// silent, and the token waits for the next one.
// A pure judgement over times. RFC 1812 §4.3.2.8, RFC 4443 §2.4 (f).
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "base/time.h"

namespace portolan::engine {

class ErrorLimiter {
 public:
  // A limit has been seen at `now`: `burst` errors came, and none for the `left` questions that were asked after them.
  ErrorLimiter(std::uint32_t burst, std::size_t left, Instant now);

  // A question has left whose answer would be an error.
  void on_sent(std::uint32_t question, Instant at);
  // It has come, at that time.
  void on_error(std::uint32_t question, Instant at);
  // Something else has: it needed no token.
  void on_other_answer(std::uint32_t question);

  // Answers to what had left earlier are not waited for any more.
  void expire(Instant now, Duration timeout);
  // When the next question may leave, after expire().
  [[nodiscard]] Instant next(Instant now, Duration timeout) const;
  // A question that is to be put again; nullopt where there is none.
  std::optional<std::uint32_t> take_again();
  // Nothing is waited for, and nothing is to be put again.
  [[nodiscard]] bool is_idle() const { return open_.empty() && again_.empty(); }

  // Another walk over the questions begins; `again`: whether each may be put twice.
  void begin_pass(bool again) { puts_again_ = again; }

  // In this one some were, or may still be.
  [[nodiscard]] bool puts_again() const { return puts_again_ && period_.has_value(); }

  // Between two errors; nullopt while that is being found out.
  [[nodiscard]] std::optional<Duration> period() const { return period_; }

 private:
  struct Open {
    std::uint32_t question = 0;
    Instant sent;
    Duration gap{};        // since the question before it left
    Duration usual_gap{};  // the shorter one of this and the one before
    bool again = false;
  };
  void measure(const Open& asked);
  [[nodiscard]] double tokens(Instant at) const;

  bool puts_again_ = true;
  double burst_;
  std::optional<Duration> period_;
  Duration measured_{};    // what it was when it was found out
  double longer_ = 0;      // share by which it grows next
  double tokens_ = 0;      // there were so many
  Instant at_;             // then
  Instant sent_;           // the last question
  Duration gap_{};         // between the last two questions
  std::deque<Open> open_;  // questions whose answer may still come, by the time they left
  std::deque<std::uint32_t> again_;
  std::optional<std::uint32_t> taken_;  // from there, and about to leave

  // While the period is unknown: one question each interval, so that errors come at the pace of the limit.
  Duration interval_;
  std::uint32_t in_a_row_ = 0;  // errors for questions that followed each other
  std::uint32_t without_error_ = 0;
  std::optional<Instant> last_;  // question that drew an error
  bool saved_up_ = false;        // that question had left late: the next error may have been there already
  std::deque<Duration> gaps_;    // between such questions, longer than the interval
};

}  // namespace portolan::engine
