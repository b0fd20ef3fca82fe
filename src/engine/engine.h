// The engine: one list of questions, put to every host that enters, until each is judged. It does no I/O: it is told
// the time and handed packets, it returns frames and answers. os/ and sim/ drive the very same code.
//
// Every host has a walk (host_walk.h): a keyed permutation of the questions, repeated for what is still silent (a
// pass), each pass after a wait of the host's own retransmission timeout. Walks take turns, so neighbouring probes go
// to different hosts; the pacer says how fast. Hosts enter and leave at any time: none waits for another.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "base/permutation.h"
#include "base/time.h"
#include "engine/doors.h"
#include "engine/host_walk.h"
#include "engine/ledger.h"
#include "engine/pace/loss_law.h"
#include "engine/pace/loss_probes.h"
#include "engine/pace/outbox.h"
#include "engine/pace/pacer.h"
#include "engine/pace/passes.h"
#include "engine/pace/send_times.h"
#include "engine/pace/wake_queue.h"
#include "engine/question.h"
#include "net/ip_address.h"
#include "net/mac.h"
#include "net/port.h"
#include "plan/plan.h"
#include "probe/probe.h"
#include "wire/packet.h"

namespace portolan::engine {

struct EngineSettings {
  plan::Timing timing;
  std::uint64_t seed = 0;      // order
  HashKey key;                 // cookies
  std::uint16_t tag_base = 0;  // first of tags_an_engine source ports that are this engine's
  wire::Dress dress{};         // of every packet
  bool ignore_resets = false;  // while hosts are looked for
  Duration silence{};          // so long after it was first asked nothing is told silent
  // How many hosts will enter, about; what may be missed in all is shared out among them.
  std::uint64_t hosts = 1;
  std::size_t batch = 64;  // shots in the outbox, at most (Link::Limits)
};
// Source ports (or ICMP identifiers) of one engine. They say only which attempt an answer is to.
inline constexpr std::uint16_t tags_an_engine = 16;

struct Answer {
  std::uint32_t host = 0;      // as the owner numbers it
  std::uint32_t question = 0;  // index into Job::questions
  probe::Verdict verdict;
  std::uint8_t ttl = 0;
  net::IpAddress from;          // who answered: the target, or a router
  std::optional<net::Mac> mac;  // that the answer names (ARP, ND), else of whoever sent the frame
  bool overrules = false;       // takes the place of an answer told earlier
  // What was asked and what came, for as long as its listener is called; nullptr for what an answer says by the way.
  const probe::Attempt* attempt = nullptr;
  const wire::Packet* packet = nullptr;
};

// Hears of answers as they come. Calls come from inside Engine::on_packet, which is not to be called back.
class AnswerListener {
 public:
  AnswerListener() = default;
  AnswerListener(const AnswerListener&) = delete;
  AnswerListener& operator=(const AnswerListener&) = delete;
  virtual ~AnswerListener() = default;
  // An answer that settles a question: once a question, twice where an ICMP error is overruled by the port itself.
  virtual void on_verdict(const Answer& answer) = 0;
  // Every genuine answer of a host that is in the engine, repetitions too, before its verdict counts.
  virtual void on_reply(const Answer& /*answer*/, const wire::Packet& /*packet*/) {}
};

// How one host fared.
struct WalkOutcome {
  bool done = false;
  bool timed_out = false;  // --host-timeout
  bool up = false;         // an answer proved it
  std::uint32_t answered = 0;
  std::uint32_t never_asked = 0;  // questions that no probe has left for, or none when they were last asked
  std::uint32_t refused = 0;      // of those, by this machine
  RoundTripEstimate round_trip;
  Duration timeout{};  // what is waited for a lost probe
  int passes = 0;
  double limiter_rate = 0;             // answers a second, where the host was found to limit them; else 0
  bool limiter_given_up = false;       // too slow to wait for: silent ports may be closed
  bool errors_are_limited = false;     // ICMP errors, by which closed ports answer: silent ports may be closed
  bool errors_may_be_limited = false;  // too little was asked to know
  bool stopped_answering = false;      // it answered, and then nothing came any more, however slowly it was asked
  // The chance that a port which answers was silent in all passes; nullopt where nothing was measured.
  std::optional<double> hidden;
};

class Engine {
 public:
  // `job`, `pacer` and `listener` outlive the engine.
  Engine(const Job& job, const EngineSettings& settings, Pacer& pacer, AnswerListener& listener);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine() = default;

  // A host enters; `target` outlives its walk, which is what is returned. `round_trip`: from an earlier stage.
  std::uint32_t enter(const WalkTarget& target, std::uint32_t host, std::optional<Duration> round_trip);
  // It leaves, done or not; nothing more is heard of it.
  void leave(std::uint32_t walk);
  // Hosts whose walk has ended since the last call. They stay until they leave.
  std::vector<std::uint32_t> take_done();
  [[nodiscard]] bool has_done() const { return !done_.empty(); }

  // Expires, starts passes, fills the outbox. `heard`: all that had arrived by then has been handed in, so that silence
  // until then is silence.
  void advance(Instant now, Instant heard);
  [[nodiscard]] std::span<const Shot> outbox() const;  // valid until the next call of anything that is not const
  // A prefix of the outbox has left, but for the `refused` of it, in order, which this machine will not send.
  void on_sent(std::size_t count, Instant now, std::span<const std::size_t> refused = {});
  bool on_packet(const wire::Packet& packet, const Received& frame);  // false: no answer to any question of this engine
  [[nodiscard]] Instant wake_at(Instant now) const;                   // nothing to do before, unless a packet arrives

  // Nobody is there, and nothing waits to be sent.
  [[nodiscard]] bool empty() const { return walks_.size() == 0 && outbox_.has_left(); }
  // Hosts that are still asked something.
  [[nodiscard]] std::size_t working() const { return working_; }
  // Hosts that are judged stay for a while, as long as others are at work, so that late answers still count. Nobody is
  // at work any more, or their room is needed: they are done.
  void release_judged();
  [[nodiscard]] bool has_judged() const { return !judged_.empty(); }
  // No way leads through this interface any more: what is unanswered of its hosts counts as refused, and they are done.
  void give_up_through(std::uint32_t interface);
  // Hosts that may be asked something now.
  [[nodiscard]] std::size_t sendable() const { return active_.size(); }

  // The owner's number for the host of a walk.
  [[nodiscard]] std::uint32_t host_of(std::uint32_t walk) const { return walks_[walk].host; }
  [[nodiscard]] WalkOutcome outcome(std::uint32_t walk) const;
  // What is known of one question; nullopt while silent, and where it was not asked.
  [[nodiscard]] std::optional<LedgerEntry> verdict(std::uint32_t walk, std::uint32_t question) const;
  // What silence means for it.
  [[nodiscard]] LedgerEntry on_silence(std::uint32_t question) const;
  [[nodiscard]] const Job& job() const { return job_; }
  // Whether a question that has no verdict was put to anybody when it was its turn last.
  [[nodiscard]] bool was_refused(std::uint32_t walk, std::uint32_t question) const {
    return walks_[walk].refused > 0 && walks_[walk].ledger.code(question) == VerdictCodes::refused;
  }
  // Questions to hosts that have entered and are not judged yet.
  [[nodiscard]] double open_questions() const {
    return static_cast<double>(entered_ * job_.questions.size() - std::min(settled_, entered_ * job_.questions.size()));
  }
  // Whether a port is known that may still be asked for the loss.
  [[nodiscard]] bool can_measure_loss() const { return !loss_probes_.empty(); }
  // Questions settled, of all hosts that have entered. One that is silent counts half once it was asked, and half of
  // the rest with each time more: how often it will be asked nobody knows.
  [[nodiscard]] double settled() const;
  // What hosts that limit their ICMP errors need for the rest of their passes, those at work together.
  [[nodiscard]] Duration left_at_limits() const;
  [[nodiscard]] std::uint64_t entered() const { return entered_; }  // hosts
  [[nodiscard]] const net::IpAddress& first_entered() const { return first_entered_; }
  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  [[nodiscard]] std::uint64_t answers() const { return answers_; }

 private:
  struct Pending {
    WalkHandle walk;
    std::uint32_t question;
    std::uint16_t tag;
    std::optional<std::size_t> loss_probe;  // nullopt: an ordinary probe
  };
  struct Match {
    std::uint32_t walk;
    std::uint32_t question;
    std::uint16_t tag;
  };

  [[nodiscard]] probe::Attempt attempt(const WalkTarget& target, std::uint32_t question, std::uint16_t tag) const;
  [[nodiscard]] std::uint32_t question_at(const HostWalk& walk) const;
  [[nodiscard]] Duration timeout_of(const HostWalk& walk) const;
  [[nodiscard]] Duration wait_of(const HostWalk& walk) const;
  [[nodiscard]] bool asks_link() const;
  [[nodiscard]] Instant silence_at(const HostWalk& walk) const;
  [[nodiscard]] Duration silence_of(const HostWalk& walk) const;
  [[nodiscard]] Duration gap_of(const HostWalk& walk) const;
  [[nodiscard]] Duration longest_gap(Duration wanted) const;
  [[nodiscard]] const probe::Probe& probe_of(std::uint32_t question) const {
    return *job_.techniques[job_.questions[question].technique];
  }
  [[nodiscard]] bool finds_hosts() const { return job_.goal == Job::Goal::first_sign; }

  void withdraw(std::uint32_t serial);
  void wake_walks(Instant now);
  void fill(Instant now);
  bool fill_one(Instant now);
  bool fill_loss_probe(Instant now);
  bool fill_loss_probe_of(HostWalk& walk, Instant now);
  bool asks_open_again(HostWalk& walk, Instant now);
  void put_loss_probe(const LossProbes::Chosen& chosen);
  void next_turn(const WalkHandle& handle, Instant now);
  bool fill_by_tokens(const WalkHandle& handle, Instant now);
  bool look_for_error_limit(HostWalk& walk, const PassResult& result, Instant now) const;
  [[nodiscard]] bool may_limit_errors(const HostWalk& walk) const;
  [[nodiscard]] bool is_closed(const HostWalk& walk, std::uint32_t question) const;
  [[nodiscard]] bool has_turns_left(const HostWalk& walk, std::uint32_t question) const;
  [[nodiscard]] bool wants_turns(const HostWalk& walk) const;
  [[nodiscard]] bool wants_token(const HostWalk& walk) const;
  bool asks_for_token(const WalkHandle& handle, Instant now);
  void note_token(HostWalk& walk, const Match& match, const probe::Verdict& verdict) const;
  [[nodiscard]] static bool has_no_token_left(const Acquaintance& known);
  [[nodiscard]] bool is_limit_unknown(const HostWalk& walk) const;
  [[nodiscard]] bool first_errors_were_all(const HostWalk& walk) const;
  // Questions that the present pass has still to put, to a host that has answered.
  [[nodiscard]] std::size_t open_in_pass(const HostWalk& walk) const;
  [[nodiscard]] unsigned attempts_left(const HostWalk& walk) const;
  std::optional<std::uint32_t> next_question(HostWalk& walk) const;
  void put(const WalkTarget& target, const Pending& pending);
  void park(std::uint32_t walk, Instant until);
  void mark(HostWalk& walk, std::uint32_t question, VerdictCodes::Code code);

  void finish_pass(std::uint32_t walk, Instant now);
  void give_up_if_overdue(std::uint32_t walk, Instant now);
  void decide(std::uint32_t walk, Instant now);
  void start_pass(std::uint32_t walk, Instant now);
  void judge_silent(std::uint32_t walk);
  void finish(std::uint32_t walk);
  void leave_work(std::uint32_t walk);

  [[nodiscard]] PassResult result_of_pass(const HostWalk& walk, Instant now) const;
  [[nodiscard]] double loss_of_all() const;
  [[nodiscard]] double usual_answers() const;
  [[nodiscard]] bool met_limit(const HostWalk& walk) const;
  [[nodiscard]] Duration spread_of(const HostWalk& walk) const;
  [[nodiscard]] Duration idle_spread(const HostWalk& walk, Instant now) const;
  [[nodiscard]] double usual_loss(const HostWalk& walk) const;
  [[nodiscard]] double pass_loss(const HostWalk& walk) const;
  [[nodiscard]] LossWindow lost_in_pass(const HostWalk& walk, HostLoss::Kind kind) const;
  [[nodiscard]] bool is_lost_on_limit(const HostWalk& walk) const;
  [[nodiscard]] bool loss_is_known(const HostWalk& walk) const;
  void note_losses_so_far(HostWalk& walk) const;
  void on_fate(const LossProbes::Fate& fate, Instant now);
  void hear(HostWalk& walk, Instant at);
  void weigh_answer(const HostWalk& walk, Instant at);
  void judge_host(const WalkTarget& target, HostLoss& loss, Instant now);
  void set_pace(std::uint32_t walk, HostLoss& loss, double rate, Instant now);
  void suspect_limit(std::uint32_t walk, double rate, Instant now);
  void weigh_late_answers(const PassResult& result, Instant now);
  [[nodiscard]] double rate_of(const HostWalk& walk) const;
  [[nodiscard]] double rate_of_each() const;
  [[nodiscard]] double search_rate_of(const HostWalk& walk) const;
  void stop_asking(std::uint32_t walk);
  bool asks_whether_there(std::uint32_t walk, Instant now);
  bool ask_whether_there(const net::IpAddress& address, Instant now);
  [[nodiscard]] bool comes_back(const HostWalk& walk) const;
  [[nodiscard]] double slow_rate_of(const HostWalk& walk, Instant now) const;
  void give_limiter_up_if_slow(std::uint32_t walk);

  [[nodiscard]] std::pair<std::uint16_t, std::uint16_t> tags_of(const probe::Probe& probe,
                                                                std::optional<std::uint16_t> tag) const;
  bool try_technique(std::size_t technique, const wire::Packet& packet, const Received& frame);
  bool try_question(std::uint32_t first, std::uint16_t tag, const probe::Subject& subject, const wire::Packet& packet,
                    const Received& frame);
  bool answer_walk(const Match& match, const wire::Packet& packet, const Received& frame);
  bool answer_loss_probe(std::uint32_t question, std::uint16_t tag, const probe::Subject& subject,
                         const wire::Packet& packet, const Received& frame);
  void settle(const Match& match, const Answer& answer, const Received& frame);
  void settle_other(const Match& match, const Answer& answer, const wire::Packet& packet, Received frame);
  void note_sign_of_life(const Match& match, const probe::Verdict& verdict);
  void measure(const Match& match, Instant at);
  void expire_loss_probes(Instant now);
  [[nodiscard]] static bool asked_once(const HostWalk& walk);
  void add_round_trip(HostWalk& walk, Duration sample);

  const Job& job_;
  EngineSettings settings_;
  Pacer& pacer_;
  AnswerListener& listener_;

  WalkTable walks_;
  VerdictCodes codes_;
  // technique x port -> index of the first question + 1; its variants follow it
  std::vector<std::vector<std::uint32_t>> question_index_;
  std::vector<std::uint32_t> many_turns_;  // questions with several ways of asking
  // A pass asks in an order of its own, so that a limit does not let the same ones through each time.
  std::vector<Permutation> permutations_;
  std::deque<WalkHandle> active_;  // walks that may send now, the next one first
  WakeQueue parked_;
  std::vector<std::uint32_t> done_;  // since take_done()
  std::deque<WalkHandle> judged_;    // who stays for late answers
  Instant heard_{};

  Outbox<Pending> outbox_;  // and whose question each shot is

  SendTimes send_times_;
  LossProbes loss_probes_;
  Random random_;

  std::size_t working_ = 0;
  std::uint64_t entered_ = 0;
  net::IpAddress first_entered_;
  std::uint64_t sent_ = 0;
  std::uint64_t answers_ = 0;
  std::uint64_t settled_ = 0;  // questions with a verdict, silence included
  std::uint64_t in_time_ = 0;  // answers that the first pass brought
  std::uint64_t late_ = 0;     // answers that only a later pass brought
  std::uint64_t hosts_up_ = 0;
  Duration slowest_neighbour_{};  // answered so long after it was first asked
  // Answers that passes after the first brought, and those that earlier ones had brought to the same hosts, since the
  // rate was last changed for that reason.
  struct Late {
    double before = 0;
    double late = 0;
    double explained = 0;
    std::uint32_t hosts = 0;  // with late ones
  } path_late_;
};

}  // namespace portolan::engine
