#include "audit/judge.h"

namespace portolan::audit {
namespace {

using model::PortState;

Judgement judged(Verdict verdict, Evidence evidence) {
  return {.verdict = verdict, .evidence = evidence, .reason = std::nullopt};
}

bool is_taken(const Facts& facts) { return facts.taker == Taker::socket || facts.taker == Taker::other_host; }
bool is_open(const Facts& facts) { return facts.outside == PortState::open; }

Judgement reached(const Facts& facts, Evidence evidence) {
  if (facts.meant_for_here) return judged(Verdict::leaks, evidence);
  return judged(facts.taker == Taker::other_host ? Verdict::forwarded : Verdict::reachable, evidence);
}

// Of what nobody takes, and nobody answers for outside.
std::optional<Judgement> untaken(const Facts& facts, bool is_let_in, Evidence evidence) {
  switch (facts.taker) {
    case Taker::loopback:
      return judged(Verdict::local_only, Evidence::told);
    case Taker::elsewhere:
      return judged(Verdict::other_binding, Evidence::told);
    case Taker::dead_end:
      if (is_let_in) return judged(Verdict::dead_end, evidence);
      if (facts.passage == Passage::not_asked) return judged(Verdict::dead_end, Evidence::told);
      return std::nullopt;
    case Taker::nobody:
    case Taker::socket:  // which the kernel's lookup names, and the packet has not found
    case Taker::other_host:
      if (is_let_in) return judged(Verdict::unused_opening, evidence);
      return std::nullopt;
  }
  return std::nullopt;
}

// Nothing was seen of it here, though it was sent.
std::optional<Judgement> judge_unseen(const Facts& facts) {
  if (is_open(facts)) return judged(Verdict::answered_elsewhere, Evidence::witnessed);
  if (!is_taken(facts)) return untaken(facts, facts.passage == Passage::let_in, Evidence::rehearsed);
  // It would not have been let in either, which is what can be mended here.
  if (facts.passage == Passage::stopped) return judged(Verdict::blocked_here, Evidence::rehearsed);
  return judged(Verdict::blocked_before, Evidence::witnessed);
}

std::optional<Judgement> judge_watched(const Facts& facts) {
  constexpr Evidence evidence = Evidence::witnessed;
  switch (facts.fate) {
    case Fate::not_watched:
      return std::nullopt;
    case Fate::never_arrived:
      return judge_unseen(facts);
    case Fate::died:
      if (is_open(facts)) return judged(Verdict::answered_elsewhere, evidence);
      if (is_taken(facts)) return judged(Verdict::blocked_here, evidence);
      return untaken(facts, false, evidence);
    case Fate::no_socket:
      if (is_open(facts)) return judged(Verdict::answered_elsewhere, evidence);
      return untaken(facts, true, evidence);
    case Fate::queue_full:
      return is_open(facts) ? reached(facts, evidence) : judged(Verdict::overloaded, evidence);
    case Fate::taken:
      // Who takes a datagram need not answer it.
      if (!facts.outside || is_open(facts) || facts.outside == PortState::open_filtered)
        return reached(facts, evidence);
      return judged(Verdict::reply_lost, evidence);
    case Fate::answered:
      if (!facts.outside || is_open(facts)) return reached(facts, evidence);
      return judged(Verdict::reply_lost, evidence);
  }
  return std::nullopt;
}

// Asked from outside, and nobody watched here.
std::optional<Judgement> judge_asked(const Facts& facts) {
  if (is_open(facts)) {
    return is_taken(facts) ? reached(facts, Evidence::probed) : judged(Verdict::answered_elsewhere, Evidence::probed);
  }
  if (!is_taken(facts)) return untaken(facts, facts.passage == Passage::let_in, Evidence::rehearsed);
  switch (facts.passage) {
    case Passage::stopped:
      return judged(Verdict::blocked_here, Evidence::rehearsed);
    case Passage::let_in:
      // A datagram without an answer is what was to be expected.
      if (facts.outside == PortState::open_filtered) return reached(facts, Evidence::rehearsed);
      return judged(Verdict::blocked_before, Evidence::rehearsed);
    case Passage::not_asked:
      return Judgement{.verdict = Verdict::unknown, .evidence = Evidence::probed, .reason = facts.hindrance};
  }
  return std::nullopt;
}

std::optional<Judgement> judge_rehearsed(const Facts& facts) {
  if (!is_taken(facts)) return untaken(facts, facts.passage == Passage::let_in, Evidence::rehearsed);
  switch (facts.passage) {
    case Passage::let_in:
      return reached(facts, Evidence::rehearsed);
    case Passage::stopped:
      return judged(Verdict::blocked_here, Evidence::rehearsed);
    case Passage::not_asked:
      return Judgement{.verdict = Verdict::unknown, .evidence = Evidence::told, .reason = facts.hindrance};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Judgement> judge(const Facts& facts) {
  if (facts.fate != Fate::not_watched) return judge_watched(facts);
  return facts.outside ? judge_asked(facts) : judge_rehearsed(facts);
}

}  // namespace portolan::audit
