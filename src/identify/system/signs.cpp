#include "identify/system/signs.h"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

namespace portolan::identify {
namespace {

using model::StackAnswer;
using model::StackQuestion;
using Kind = StackAnswer::Kind;

// A packet that counts has been followed by others to other hosts in between.
constexpr unsigned most_between = 1024;
// UDP datagrams of ours have so many bytes behind their headers, which are eight more.
constexpr std::uint16_t whole_datagram = 300 + 8;
constexpr std::uint16_t ipv4_header = 20;
constexpr std::uint16_t ipv6_header = 40;
constexpr std::uint8_t asked_tos = 0x04;  // DSCP 1
constexpr std::uint8_t ecn_bits = 0x03;

std::string layout_of(const StackAnswer& answer) { return answer.options.empty() ? "none" : answer.options; }

void read_hops(Signs& signs, const StackAnswer& answer) {
  if (answer.ttl == 0 || !signs.of(Sign::hops).empty()) return;
  signs.set(Sign::hops, std::to_string(first_hop_limit(answer.ttl)));
}

void read_full(Signs& signs, const StackAnswer& answer) {
  signs.set(Sign::options, layout_of(answer));
  signs.set(Sign::window, std::to_string(answer.window));
  if (answer.scale) signs.set(Sign::scale, std::to_string(*answer.scale));
  if (!answer.ipv6) signs.set(Sign::fragments, answer.dont_fragment ? "df" : "may");
}

void read_plain(Signs& signs, const StackAnswer& answer) {
  signs.set(Sign::options_plain, layout_of(answer));
  signs.set(Sign::window_plain, std::to_string(answer.window));
}

void read_reset(Signs& signs, const StackAnswer& answer) {
  const auto tos = static_cast<std::uint8_t>(answer.tos & ~ecn_bits);
  if (tos == asked_tos) signs.set(Sign::reset_tos, "copied");
  if (tos == 0) signs.set(Sign::reset_tos, "zero");
  signs.set(Sign::reset_window, answer.window == 0 ? "zero" : "set");
}

void read_error(Signs& signs, const StackAnswer& answer) {
  if (!answer.ipv6) signs.set(Sign::error_tos, fmt::format("{:02x}", answer.tos & ~unsigned{ecn_bits}));
  const std::uint16_t header = answer.ipv6 ? ipv6_header : ipv4_header;
  if (answer.quoted < header) return;
  const auto behind = static_cast<std::uint16_t>(answer.quoted - header);
  signs.set(Sign::quoted, behind >= whole_datagram ? "all" : std::to_string(behind));
}

}  // namespace

std::uint8_t first_hop_limit(std::uint8_t arrived) {
  if (arrived == 0) return 0;
  return arrived <= 32 ? 32 : arrived <= 64 ? 64 : arrived <= 128 ? 128 : 255;
}

std::string_view identification_class(std::span<const std::uint16_t> came) {
  if (came.size() < 2) return "";
  if (std::ranges::all_of(came, [](std::uint16_t id) { return id == 0; })) return "zero";
  for (std::size_t i = 1; i < came.size(); ++i) {
    const auto step = static_cast<std::uint16_t>(came[i] - came[i - 1]);
    if (step == 0 || step > most_between) return "varying";
  }
  return "counting";
}

Signs signs_of(std::span<const StackAnswer> answers) {
  Signs signs;
  std::vector<std::uint16_t> identifications;
  for (const StackAnswer& answer : answers) {
    const bool open = answer.kind == Kind::syn_ack;
    if (open) {
      read_hops(signs, answer);
      if (!answer.ipv6) identifications.push_back(answer.identification);
    }
    switch (answer.question) {
      case StackQuestion::scan:
      case StackQuestion::ack:
      case StackQuestion::fin:
      case StackQuestion::unlikely_syn:
      case StackQuestion::short_syn:
        break;  // about filters, or too plain
      case StackQuestion::syn_full:
      case StackQuestion::syn_again:
        if (open) read_full(signs, answer);
        break;
      case StackQuestion::syn_plain:
        if (open) read_plain(signs, answer);
        break;
      case StackQuestion::syn_fin:
        if (open) signs.set(Sign::syn_fin, "answered");
        if (answer.kind == Kind::reset) signs.set(Sign::syn_fin, "reset");
        if (answer.kind == Kind::silence) signs.set(Sign::syn_fin, "ignored");
        break;
      case StackQuestion::closed_syn:
        if (answer.kind == Kind::reset) read_reset(signs, answer);
        break;
      case StackQuestion::echo:
        break;
      case StackQuestion::echo_code:
        if (answer.kind == Kind::echo_reply) signs.set(Sign::echo_code, answer.code == 0 ? "zero" : "kept");
        break;
      case StackQuestion::closed_datagram:
        if (answer.kind == Kind::port_unreachable) read_error(signs, answer);
        break;
    }
  }
  // Where no port is open, what else came from the host has to do: all but resets, which filters send as well.
  for (const StackAnswer& answer : answers) {
    if (answer.kind == Kind::echo_reply || answer.kind == Kind::port_unreachable) read_hops(signs, answer);
  }
  signs.set(Sign::identification, std::string{identification_class(identifications)});
  return signs;
}

std::string sign_text(Sign sign, std::string_view word) {
  switch (sign) {
    case Sign::options:
      return fmt::format("SYN-ACK options {}", word);
    case Sign::options_plain:
      return fmt::format("SYN-ACK options without a timestamp {}", word);
    case Sign::window:
      return fmt::format("window {}", word);
    case Sign::window_plain:
      return fmt::format("window without a timestamp {}", word);
    case Sign::scale:
      return fmt::format("window scale {}", word);
    case Sign::hops:
      return fmt::format("first hop limit {}", word);
    case Sign::fragments:
      return word == "df" ? "SYN-ACK not to be fragmented" : "SYN-ACK may be fragmented";
    case Sign::identification:
      return fmt::format("IP identification {}", word);
    case Sign::syn_fin:
      return fmt::format("SYN with FIN {}", word);
    case Sign::reset_tos:
      return fmt::format("type of service in resets {}", word);
    case Sign::reset_window:
      return fmt::format("window in resets {}", word);
    case Sign::echo_code:
      return fmt::format("echo code {}", word);
    case Sign::error_tos:
      return fmt::format("type of service in errors {}", word);
    case Sign::quoted:
      return word == "all" ? "errors quote all of a datagram"
                           : fmt::format("errors quote {} bytes behind the IP header", word);
    case Sign::told:
      return fmt::format("a service says {}", word);
  }
  return {};
}

}  // namespace portolan::identify
