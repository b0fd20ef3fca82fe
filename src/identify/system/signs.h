// What tells systems apart: the answers of a stack, boiled down to one word for each thing that a class of systems is
// known for. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "model/system.h"

namespace portolan::identify {

enum class Sign : std::uint8_t {
  options,         // of the SYN-ACK to all options: "M,S,T,N,W"; "none"
  options_plain,   // the same where no timestamp was offered
  window,          // of the first
  window_plain,    // of the second
  scale,           // of the window
  hops,            // TTL or hop limit that the answer began with: "64"
  fragments,       // "df", or "may" be fragmented on the way
  identification,  // of IPv4 packets: "zero", "counting", "varying"
  syn_fin,         // SYN and FIN together: "answered", "ignored", "reset"
  reset_tos,       // of the reset to a question with DSCP 1: "copied", "zero"
  reset_window,    // of the same: "zero", "set"
  echo_code,       // in the reply to an echo request with a code: "kept", "zero"
  error_tos,       // of the error about a datagram: "c0", "00"
  quoted,          // bytes behind the IP header in that error: "all", "8", ...
  told,            // what services call it: a family
};
inline constexpr std::size_t sign_count = 15;

// A word for each sign, "" where nothing was seen.
class Signs {
 public:
  [[nodiscard]] std::string_view of(Sign sign) const { return words_[static_cast<std::size_t>(sign)]; }
  void set(Sign sign, std::string word) { words_[static_cast<std::size_t>(sign)] = std::move(word); }

 private:
  std::array<std::string, sign_count> words_;
};

// TTLs and hop limits that systems begin with: the next one of 32, 64, 128 and 255; 0 stays 0.
std::uint8_t first_hop_limit(std::uint8_t arrived);

// How identifications of packets that came one after the other, of one kind, hang together: "zero", "counting" (each a
// little more than the one before), "varying"; "" of fewer than two.
std::string_view identification_class(std::span<const std::uint16_t> came);

// `answers`: of one stack.
Signs signs_of(std::span<const model::StackAnswer> answers);

// In words, for people: "the SYN-ACK's options are M,S,T,N,W".
std::string sign_text(Sign sign, std::string_view word);

}  // namespace portolan::identify
