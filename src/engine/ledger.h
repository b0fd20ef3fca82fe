// What has been answered so far: four bits a probe. Code 0 is "nothing yet"; the others stand for the
// verdicts that have come up in this scan, which are few.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/state.h"

namespace portolan::engine {

class Ledger {
 public:
  struct Entry {
    model::PortState state = model::PortState::filtered;
    model::Reason reason = model::Reason::none;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  using Code = std::uint8_t;
  static constexpr Code unanswered = 0;

  Ledger(std::size_t hosts, std::size_t asks) : asks_{asks}, nibbles_((hosts * asks + 1) / 2) {
    entries_.back().reason = model::Reason::dest_unreach;
  }

  [[nodiscard]] Code code(std::size_t host, std::size_t ask) const {
    const std::size_t index = host * asks_ + ask;
    return static_cast<Code>(nibbles_[index / 2] >> (index % 2 * 4) & 0x0fU);
  }
  // The entry behind a code other than `unanswered`.
  [[nodiscard]] const Entry& entry(Code code) const { return entries_[code - 1U]; }

  void record(std::size_t host, std::size_t ask, const Entry& entry) {
    const std::size_t index = host * asks_ + ask;
    const unsigned shift = index % 2 * 4;
    std::uint8_t& cell = nibbles_[index / 2];
    cell = static_cast<std::uint8_t>((cell & ~(0x0fU << shift)) | static_cast<unsigned>(code_of(entry)) << shift);
  }

 private:
  // Fifteen codes. The ICMP errors that filters answer with have more kinds than that: nine of them are told apart,
  // the rest told as the general "dest-unreach", which has the last code. Five codes stay free for what a port itself
  // may answer; should there ever be more, its state is kept.
  Code code_of(const Entry& entry) {
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

  std::size_t asks_;
  std::vector<std::uint8_t> nibbles_;
  static constexpr std::size_t told_apart = 9;
  std::array<Entry, 15> entries_{};
  std::size_t used_ = 0;
  std::size_t filtered_ = 0;  // of those
};

}  // namespace portolan::engine
