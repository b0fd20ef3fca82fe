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

  // `tag` tells the attempts of one probe apart.
  void note(std::uint32_t walk, std::uint32_t question, std::uint16_t tag, Instant sent) {
    if (samples_.empty()) samples_.resize(places);
    Sample& sample = place_of(walk, question);
    if (!sample.used || sent - sample.sent > life) sample = {sent, walk, question, tag, true};
  }

  // When the attempt with this tag left, or the one noted, whichever it was, where the answer bears none. Nothing
  // where that was not noted (Karn's rule: the time of another attempt says nothing). Each is handed out once.
  std::optional<Instant> take(std::uint32_t walk, std::uint32_t question, std::optional<std::uint16_t> tag) {
    if (samples_.empty()) return std::nullopt;
    Sample& sample = place_of(walk, question);
    const bool noted = sample.used && sample.walk == walk && sample.question == question;
    if (!noted || (tag && *tag != sample.tag)) return std::nullopt;
    sample.used = false;
    return sample.sent;
  }

 private:
  struct Sample {
    Instant sent;
    std::uint32_t walk = 0;  // its serial number
    std::uint32_t question = 0;
    std::uint16_t tag = 0;
    bool used = false;
  };
  Sample& place_of(std::uint32_t walk, std::uint32_t question) {
    return samples_[(walk * 0x9e3779b1U ^ question * 0x85ebca6bU) >> 7U & (places - 1)];
  }

  std::vector<Sample> samples_;
};

}  // namespace portolan::engine
