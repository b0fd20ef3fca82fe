// What has been answered so far: four bits a question. Code 0 is "nothing yet"; the others stand for the verdicts that
// have come up in this scan, which are few.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "model/state.h"

namespace portolan::engine {

struct LedgerEntry {
  model::PortState state = model::PortState::filtered;
  model::Reason reason = model::Reason::none;
  friend bool operator==(const LedgerEntry&, const LedgerEntry&) = default;
};

// Which verdict a code stands for: one table for all hosts of an engine.
class VerdictCodes {
 public:
  using Code = std::uint8_t;
  static constexpr Code unanswered = 0;
  static constexpr Code refused = 15;  // this machine would not send the question: nobody was asked
  [[nodiscard]] static constexpr bool is_verdict(Code code) { return code != unanswered && code != refused; }

  VerdictCodes() { entries_.back().reason = model::Reason::dest_unreach; }

  // The entry behind a code that is a verdict.
  [[nodiscard]] const LedgerEntry& entry(Code code) const { return entries_[code - 1U]; }

  // Fourteen codes. The ICMP errors that filters answer with have more kinds than that: eight of them are told apart,
  // the rest told as the general "dest-unreach", which has the last code. Five codes stay free for what a port itself
  // may answer; should there ever be more, its state is kept.
  Code code_of(const LedgerEntry& entry) {
    for (std::size_t i = 0; i < used_; ++i) {
      if (entries_[i] == entry) return static_cast<Code>(i + 1);
    }
    const bool filtered = entry.state == model::PortState::filtered;
    if (used_ + 1 < entries_.size() && (!filtered || filtered_ < told_apart)) {
      filtered_ += filtered ? 1U : 0U;
      entries_[used_++] = entry;
      return static_cast<Code>(used_);
    }
    for (std::size_t i = 0; !filtered && i < used_; ++i) {
      if (entries_[i].state == entry.state) return static_cast<Code>(i + 1);
    }
    return static_cast<Code>(entries_.size());
  }

 private:
  static constexpr std::size_t told_apart = 8;
  std::array<LedgerEntry, 14> entries_{};
  std::size_t used_ = 0;
  std::size_t filtered_ = 0;  // of those
};

// The codes of one host. Up to sixteen questions need no memory of their own.
class Ledger {
 public:
  using Code = VerdictCodes::Code;

  Ledger() = default;
  explicit Ledger(std::size_t questions) {
    if (questions > few) many_ = std::make_unique<std::uint8_t[]>((questions + 1) / 2);
  }
  // Bytes that a ledger of so many questions takes beyond itself.
  static constexpr std::size_t bytes_of(std::size_t questions) { return questions > few ? (questions + 1) / 2 : 0; }

  [[nodiscard]] Code code(std::size_t question) const {
    if (many_ == nullptr) return static_cast<Code>(few_ >> (4 * question) & 0x0fU);
    return static_cast<Code>(unsigned{many_[question / 2]} >> (question % 2 * 4) & 0x0fU);
  }
  void record(std::size_t question, Code code) {
    if (many_ == nullptr) {
      few_ = (few_ & ~(std::uint64_t{0x0f} << (4 * question))) | std::uint64_t{code} << (4 * question);
      return;
    }
    const unsigned shift = question % 2 * 4;
    std::uint8_t& cell = many_[question / 2];
    cell = static_cast<std::uint8_t>((cell & ~(0x0fU << shift)) | static_cast<unsigned>(code) << shift);
  }

 private:
  static constexpr std::size_t few = 16;
  std::uint64_t few_ = 0;
  std::unique_ptr<std::uint8_t[]> many_;
};

}  // namespace portolan::engine
