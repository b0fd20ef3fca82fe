// What is kept about single answers beyond the ledger: the TTL they came with and who sent them. Nearly all answers of
// a host are alike, so only what differs is kept.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "model/state.h"
#include "net/ip_address.h"

namespace portolan::engine {

class AnswerDetails {
 public:
  struct Detail {
    std::uint8_t ttl = 0;                // as it arrived; 0 where it is not known
    std::optional<net::IpAddress> from;  // who answered, where it was not the host
  };

  // An answer to `question` came from the host itself, or from `router`. A later one takes the place of an earlier.
  void note(std::uint32_t question, std::uint8_t ttl, const std::optional<net::IpAddress>& router);
  // Whether an answer of this state is one of the first `most` and so may be listed.
  bool may_be_listed(model::PortState state, std::size_t most) {
    return counts_[static_cast<std::size_t>(state)]++ < most;
  }
  // Of a question that was noted.
  [[nodiscard]] Detail of(std::uint32_t question) const;

 private:
  // A host whose answers all differ costs 32 KiB at the most; what comes then has no TTL.
  static constexpr std::size_t most_exceptions = 4096;
  static constexpr std::size_t most_routers = 255;
  struct Exception {
    std::uint32_t question = 0;
    std::uint8_t ttl = 0;
    std::uint8_t router = 0;  // index + 1 into routers_
  };
  std::uint8_t number_of(const net::IpAddress& router);

  std::optional<std::uint8_t> usual_ttl_;  // of the host's own answers
  std::vector<Exception> exceptions_;      // by question
  std::vector<net::IpAddress> routers_;
  std::array<std::uint32_t, 6> counts_{};  // by state
  bool full_ = false;
};

}  // namespace portolan::engine
