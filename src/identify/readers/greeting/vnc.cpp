// VNC: "RFB 003.008" greets, and behind the answer to it come the security types (RFC 6143 §7.1.1 and §7.1.2).
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string>

#include "identify/details.h"
#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 8> ports{5900, 5901, 5902, 5903, 5904, 5905, 5909, 5910};
constexpr std::string_view pattern = "RFB ddd.ddd\n";
constexpr std::size_t most_types = 16;

bool may_be_greeting(std::string_view heard) {
  const std::size_t size = std::min(heard.size(), pattern.size());
  for (std::size_t i = 0; i < size; ++i) {
    const bool fits = pattern[i] == 'd' ? heard[i] >= '0' && heard[i] <= '9' : heard[i] == pattern[i];
    if (!fits) return false;
  }
  return true;
}

// IANA's list of RFB security types.
std::string name_of(std::uint8_t type) {
  switch (type) {
    case 1:
      return "None";
    case 2:
      return "VNC Authentication";
    case 5:
      return "RA2";
    case 6:
      return "RA2ne";
    case 16:
      return "Tight";
    case 17:
      return "Ultra";
    case 18:
      return "TLS";
    case 19:
      return "VeNCrypt";
    case 20:
      return "SASL";
    case 21:
      return "MD5";
    case 22:
      return "xvp";
    case 30:
      return "Diffie-Hellman";
    case 129:
      return "RSA-AES-256";
    default:
      return std::to_string(type);
  }
}

// A refusal is a length and a text.
std::string_view reason_at(std::string_view answer, std::size_t offset) {
  const auto length = u32_at(answer, offset);
  if (!length || answer.size() - offset - 4 < *length) return {};
  const std::string_view reason = answer.substr(offset + 4, *length);
  return is_printable(reason) ? reason : std::string_view{};
}

// What version 3.3 says: one type, of four bytes. False while it is cut short.
bool read_one_type(std::string_view answer, Facts& facts) {
  const auto type = u32_at(answer, 0);
  if (!type) return false;
  constexpr std::uint32_t highest = 255;
  if (*type == 0) {
    add_extra(facts, reason_at(answer, 4));
  } else if (*type <= highest) {
    add_extra(facts, "security types: " + name_of(static_cast<std::uint8_t>(*type)));
    add_detail(facts, "vnc-info", "security_types", name_of(static_cast<std::uint8_t>(*type)));
  }
  return true;
}

bool read_types(std::string_view answer, Facts& facts) {
  const auto count = u8_at(answer, 0);
  if (!count) return false;
  if (*count == 0) {
    const auto length = u32_at(answer, 1);
    if (!length || answer.size() - 5 < *length) return false;
    add_extra(facts, reason_at(answer, 1));
    return true;
  }
  if (answer.size() < 1U + *count) return false;
  std::string types;
  for (std::size_t i = 1; i <= std::min<std::size_t>(*count, most_types); ++i) {
    types += (i == 1 ? "" : ", ") + name_of(u8_at(answer, i).value_or(0));
  }
  add_extra(facts, "security types: " + types);
  add_detail(facts, "vnc-info", "security_types", types);
  return true;
}

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  if (!may_be_greeting(first)) return {};
  if (first.size() < pattern.size()) return cut_short(talk);
  const std::string_view version = first.substr(4, 7);
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  // Both numbers without their leading zeros.
  reading.facts.extra = fmt::format("protocol {}.{}", std::stoi(std::string{version.substr(0, 3)}),
                                    std::stoi(std::string{version.substr(4)}));
  add_detail(reading.facts, "vnc-info", "protocol", version);
  // RFC 6143 §7.1.1: who names another version is to be taken for one of 3.3.
  const bool is_new = version == "003.008" || version == "003.007" || version == "003.889" || version >= "004.000";
  const std::string answer = is_new ? (version == "003.007" ? "RFB 003.007\n" : "RFB 003.008\n") : "RFB 003.003\n";
  if (talk.turns.size() == 1) {
    reading.say = answer;
    return reading;
  }
  if (talk.turns[1].said != answer) return reading;
  const std::string_view types = talk.turns[1].heard;
  const bool whole = is_new ? read_types(types, reading.facts) : read_one_type(types, reading.facts);
  if (!whole && !talk.is_over) return {.is = Reading::Is::more};
  return reading;
}

}  // namespace

constinit const Reader vnc{
    .name = "vnc",
    .service = "vnc",
    .document = "RFC 6143",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
};

}  // namespace portolan::identify
