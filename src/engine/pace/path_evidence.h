// What many hosts together say about the path to them. Each host has one voice, however often it answers, so that one
// that is slow, full or hostile says nothing about the others' way.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/time.h"
#include "engine/pace/loss_law.h"

namespace portolan::engine {

// Round trips of one epoch.
class RoundTripsByHost {
 public:
  void add(std::uint32_t host, Duration sample, Duration best);
  [[nodiscard]] bool empty() const { return count_ == 0; }
  // Of the middle host: its mean, and its shortest ever. Not to be called while empty.
  struct Typical {
    Duration mean{};
    Duration best{};
  };
  [[nodiscard]] Typical typical() const;
  [[nodiscard]] Duration mean() const { return sum_ / static_cast<std::int64_t>(count_); }  // over all

 private:
  // Hosts that fall into one place share a voice.
  static constexpr std::size_t places = 16;
  struct Place {
    Duration sum{};
    Duration best{};
    std::int64_t count = 0;
  };
  std::array<Place, places> places_{};
  Duration sum_{};
  std::uint64_t count_ = 0;
};

// Fates of loss probes.
class LossByHost {
 public:
  void add(std::uint32_t host, bool lost);
  void clear() { *this = {}; }
  // Whether at least three hosts have spoken, and often enough for something to be seen.
  [[nodiscard]] bool tells() const;
  // Several hosts have been asked, and nothing was lost but by the worst of them.
  [[nodiscard]] bool is_bright() const;
  // The mean of the hosts' shares, without the one that loses most.
  [[nodiscard]] LossWindow weighed() const;

 private:
  [[nodiscard]] bool shows_several() const;

  static constexpr std::size_t places = 32;
  std::array<LossWindow, places> places_{};
};

}  // namespace portolan::engine
