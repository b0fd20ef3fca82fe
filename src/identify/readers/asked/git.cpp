// git's own protocol: a request in a pkt-line is answered in pkt-lines, by an error or by references and capabilities
// (Documentation/gitprotocol-pack, "Git Transport" and "Reference Discovery"; gitprotocol-common, "pkt-line Format").
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "identify/readers/asked/head.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{9418};
constexpr std::size_t length_digits = 4;
constexpr std::size_t object_digits = 40;
constexpr unsigned sixteen = 16;

std::optional<std::size_t> hex_in(std::string_view digits) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, sixteen);
  if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

bool is_object(std::string_view text) {
  return text.size() == object_digits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// "agent=git/2.39.5" among the capabilities.
std::string_view agent_in(std::string_view capabilities) {
  constexpr std::string_view key = "agent=";
  for (const std::string_view word : words_of(capabilities)) {
    if (word.starts_with(key)) return word.substr(key.size());
  }
  return {};
}

Reading read(const Talk& talk) {
  const std::string_view said = talk.first();
  const std::string_view digits = said.substr(0, length_digits);
  if (digits.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos) return {};
  if (digits.size() < length_digits) return unfinished(talk);
  const auto length = hex_in(digits);
  if (!length || *length <= length_digits) return {};
  if (said.size() < *length) {
    const bool may_be =
        may_begin(said.substr(length_digits), "ERR ") || is_object(said.substr(length_digits, object_digits));
    return may_be && !talk.is_over ? Reading{.is = Reading::Is::more} : Reading{};
  }
  const std::string_view line = said.substr(length_digits, *length - length_digits);
  if (line.starts_with("ERR ")) {
    const std::string_view why = trimmed(line.substr(4));
    if (!is_printable(why)) return {};
    Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
    reading.facts.extra = why;
    return reading;
  }
  if (!is_object(line.substr(0, object_digits)) || line.find('\0') == std::string_view::npos) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  const std::string_view agent = agent_in(line.substr(line.find('\0') + 1));
  if (is_printable(agent)) name_program(agent, reading.facts);
  if (reading.facts.product == "git") reading.facts.product = "Git";
  return reading;
}

std::string question(std::string_view host) {
  using namespace std::string_view_literals;
  const std::string request = fmt::format("git-upload-pack /{}host={}{}", "\0"sv, host, "\0"sv);
  return fmt::format("{:04x}{}", request.size() + length_digits, request);
}

}  // namespace

constinit const Reader git{
    .name = "git",
    .service = "git",
    .document = "gitprotocol-pack(5)",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 5,
    .to_http = Foreign::resets,
    .to_tls = Foreign::resets,
    .question = question,
    .read = read,
    .goodbye = "0000",
};

}  // namespace portolan::identify
