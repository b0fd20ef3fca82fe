// MGCP: what of an endpoint that you have not? A gateway says that it has it not.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "payload/registry.h"
#include "payload/text.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 1> ports{2427};
constexpr std::string_view command = "AUEP ";
constexpr std::size_t code_size = 3;
constexpr std::uint32_t transactions = 999'999'999;  // from 1 on (§3.2.1.2)

std::string transaction_of(std::uint32_t cookie) { return std::to_string(cookie % transactions + 1); }

std::size_t build(std::uint32_t cookie, Buffer out) {
  return write_text(fmt::format("{}{} nobody@gateway.invalid MGCP 1.0\r\n", command, transaction_of(cookie)), out);
}

Match match(std::uint32_t cookie, Bytes answer) {
  const std::string_view text = as_text(answer);
  const auto is_digit = [](char letter) { return letter >= '0' && letter <= '9'; };
  if (text.size() < code_size + 2 || text[code_size] != ' ' || !is_digit(text[code_size + 1])) return Match::other;
  if (!std::ranges::all_of(text.substr(0, code_size), is_digit)) return Match::other;
  std::string_view transaction = text.substr(code_size + 1);
  transaction = transaction.substr(0, transaction.find_first_of(" \r\n"));
  return transaction == transaction_of(cookie) ? Match::genuine : Match::stale;
}

std::size_t answer(Bytes question, Buffer out) {
  const std::string_view text = as_text(question);
  if (!text.starts_with(command)) return 0;
  const auto end = text.find(' ', command.size());
  if (end == text.npos) return 0;
  const std::string_view transaction = text.substr(command.size(), end - command.size());
  return write_text(fmt::format("500 {} endpoint unknown\r\n", transaction), out);
}

}  // namespace

constinit const Payload mgcp{
    .name = "mgcp", .document = "RFC 3435 §2.3.9", .ports = ports, .build = build, .match = match, .answer = answer};

}  // namespace portolan::payload
