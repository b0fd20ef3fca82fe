// When probes have left: what round trips are measured from. A fixed number of places, so that no scan remembers
// every probe; one whose place is taken is simply not measured.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"

namespace portolan::engine {

class SendTimes {
 public:
  static constexpr std::size_t places = 8'192;
  static constexpr Duration life = std::chrono::seconds{3};  // then the place may be given to another probe

  SendTimes() : samples_(places) {}

  // `tag` tells the attempts of one probe apart.
  void note(std::uint32_t host, std::uint32_t ask, std::uint16_t tag, Instant sent) {
    Sample& sample = place_of(host, ask);
    if (!sample.used || sent - sample.sent > life) sample = {sent, host, ask, tag, true};
  }

  // When the attempt with this tag left, or the one noted, whichever it was, where the answer bears none. Nothing
  // where that was not noted (Karn's rule: the time of another attempt says nothing). Each is handed out once.
  std::optional<Instant> take(std::uint32_t host, std::uint32_t ask, std::optional<std::uint16_t> tag) {
    Sample& sample = place_of(host, ask);
    const bool noted = sample.used && sample.host == host && sample.ask == ask;
    if (!noted || (tag && *tag != sample.tag)) return std::nullopt;
    sample.used = false;
    return sample.sent;
  }

 private:
  struct Sample {
    Instant sent;
    std::uint32_t host = 0;
    std::uint32_t ask = 0;
    std::uint16_t tag = 0;
    bool used = false;
  };
  Sample& place_of(std::uint32_t host, std::uint32_t ask) {
    return samples_[(host * 0x9e3779b1U ^ ask * 0x85ebca6bU) >> 7U & (places - 1)];
  }

  std::vector<Sample> samples_;
};

}  // namespace portolan::engine
