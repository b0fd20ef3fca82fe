// The states of both ends of a TCP connection (RFC 9293 §3.3.2), as its segments tell them to who reads along. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace portolan::explain {

enum class TcpState : std::uint8_t {
  unknown,  // it has not said anything yet
  closed,
  syn_sent,
  syn_received,
  established,
  fin_wait_1,
  fin_wait_2,
  close_wait,
  closing,
  last_ack,
  time_wait,
};
inline constexpr std::size_t tcp_state_count = 11;
std::string_view name_of(TcpState state);  // "SYN-SENT", as the RFC writes it; "" of unknown

struct Segment {
  bool ours = false;
  std::uint8_t flags = 0;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgement = 0;
  std::size_t length = 0;  // bytes of payload
};

class TcpStates {
 public:
  // What holds once the segment has arrived. Whether it has nobody knows who reads along at one end only; what is lost
  // is sent again, and changes nothing then.
  void hear(const Segment& segment);
  [[nodiscard]] TcpState here() const { return here_.state; }
  [[nodiscard]] TcpState there() const { return there_.state; }
  // Whether neither end will say anything more about it.
  [[nodiscard]] bool is_over() const;

 private:
  struct Side {
    TcpState state = TcpState::unknown;
    std::optional<std::uint32_t> behind_fin = {};  // the sequence number that acknowledges its FIN
  };
  static void shake_hands(Side& sender, Side& receiver, std::uint8_t flags);
  static void acknowledge(Side& sender, Side& receiver, std::uint32_t number);
  static void finish(Side& sender, Side& receiver, std::uint32_t behind);

  Side here_;
  Side there_;
};

}  // namespace portolan::explain
