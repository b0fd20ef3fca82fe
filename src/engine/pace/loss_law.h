// What a rate does about loss. Chance loses the same share at any rate; a limit (a policer, a full queue, a firewall
// that accepts so many a second) lets the same number through a second, however many are sent. So where more is lost
// than is explained, the rate falls to what came through, and another look tells which of the two it is: where a slower
// rate mends nothing, it was chance and costs no speed; else the rate stays below the limit and feels its way up. A
// pure judgement: it is used for the path as a whole and for single hosts.
#pragma once

#include <cstdint>
#include <optional>

namespace portolan::engine {

// Loss probes whose fate is known. Shares of a probe where several hosts are weighed against each other.
struct LossWindow {
  double asked = 0;
  double lost = 0;
  // Questions a second when the fastest of them left; 0 where that is what it is now.
  double rate = 0;
  void add(bool is_lost, double at_rate);
  [[nodiscard]] double share() const { return asked > 0 ? lost / asked : 0; }
  // Whether it tells enough to be looked at: soon where most is lost.
  [[nodiscard]] bool tells() const;
};

class LossLaw {
 public:
  enum class State : std::uint8_t {
    watching,  // nothing but chance
    trying,    // at a slower rate: does that mend it?
    limited,   // it does
  };

  // Where nothing at all came through and then everything does: a path was down, and goes on near its old rate. A host
  // that counts who talks to it looks the same where it was silent as well; its rate doubles as long as nothing is
  // lost.
  enum class Outages : std::uint8_t { no, yes };
  // `lowest`: questions a second that it never goes below.
  explicit LossLaw(double lowest, Outages outages = Outages::no) : lowest_{lowest}, outages_{outages} {}

  // The rate from now on, in questions a second; nullopt where it stays. `rate` is the present one; `explained` is the
  // share that is lost for reasons known elsewhere.
  std::optional<double> judge(const LossWindow& window, double rate, double explained);
  // Nothing more can be asked that would tell: what is tried now is kept.
  void give_up_search();
  // Other evidence says that a limit is at work, and the caller slows down. `rate` is the present one: where it was
  // chance, that is gone back to.
  void suspect(double rate);

  [[nodiscard]] State state() const { return state_; }
  // Nothing comes through at present: the first that does tells much.
  [[nodiscard]] bool is_dark() const { return state_ == State::trying && nothing_came_; }
  // Meanwhile no answer of any kind came for a while: no limit does that, however low.
  void note_silence() { was_silent_ = is_dark(); }
  // Everything came back after that: the rate doubles as long as nothing is lost.
  [[nodiscard]] bool recovers() const { return recovers_; }
  // That is so, or is about to be.
  [[nodiscard]] bool comes_back() const { return recovers_ || (is_dark() && was_silent_ && !was_outage_); }
  // It has been so: what came late then came late for that reason.
  [[nodiscard]] bool was_down() const { return was_outage_; }
  // Whether a limit was ever found beyond doubt.
  [[nodiscard]] bool was_limited() const { return was_limited_; }
  // Share that is lost by chance.
  [[nodiscard]] double chance() const { return chance_; }

 private:
  std::optional<double> in_order(const LossWindow& window, double rate);
  std::optional<double> too_much(const LossWindow& window, double rate);
  void begin_search(double rate, double through, const LossWindow& first);
  void weigh_doubt(const LossWindow& window);

  double lowest_;
  Outages outages_;
  State state_ = State::watching;
  bool was_limited_ = false;
  double chance_ = 0;
  bool shows_limit_ = false;     // beyond doubt, by what has been tried since the first cut
  bool nothing_came_ = false;    // at the rate that was tried last
  bool always_nothing_ = false;  // at any rate that has been tried since the first cut
  bool was_outage_ = false;      // that was taken for an outage once
  bool was_silent_ = false;      // meanwhile
  bool recovers_ = false;        // after that
  int cuts_ = 0;                 // in a row, of a limited rate
  double estimate_ = 0;          // what came through when too much was lost last, in questions a second
  double step_ = 0;              // by which a limited rate grows next
  double tried_from_ = 0;        // the rate before the first cut
  double came_through_ = 0;      // at that rate, the share of what was asked
  LossWindow first_{};           // what was too much before the first cut; empty where other evidence told of a limit
  LossWindow below_{};           // all that is known since a limit was taken for the reason
};

}  // namespace portolan::engine
