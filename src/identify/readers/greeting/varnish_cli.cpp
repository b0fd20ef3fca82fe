// Varnish's command line: each answer has a status, a length in eight places, and so many bytes of text
// (varnish-cli(7), "How the CLI works").
#include <algorithm>
#include <array>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{6082};
constexpr std::size_t head_size = 13;
constexpr std::size_t places = 8;
constexpr std::size_t most = 4'096;
constexpr unsigned ok = 200;
constexpr unsigned wants_login = 107;
constexpr std::size_t challenge_size = 32;

// nullopt where it is no number with blanks behind it.
std::optional<std::size_t> length_in(std::string_view field) {
  const std::size_t end = std::min(field.find(' '), field.size());
  if (end == 0 || field.find_first_not_of(' ', end) != std::string_view::npos) return std::nullopt;
  std::size_t length = 0;
  constexpr std::size_t ten = 10;
  for (const char c : field.substr(0, end)) {
    if (c < '0' || c > '9') return std::nullopt;
    length = length * ten + static_cast<std::size_t>(c - '0');
  }
  return length;
}

// The line "varnish-7.1.1 revision ..." of the welcome.
void name_program(std::string_view welcome, Facts& facts) {
  constexpr std::string_view name = "varnish-";
  for (const std::string_view line : lines_of(welcome)) {
    if (!line.starts_with(name) || !is_version(line.substr(name.size())) || !is_printable(line)) continue;
    facts.version = words_of(line.substr(name.size())).front();
  }
}

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  if (!may_be_reply(first)) return {};
  if (first.size() < head_size) return cut_short(talk);
  const auto code = reply_code(first.substr(0, 4));
  const auto length = length_in(first.substr(4, places));
  if ((code != ok && code != wants_login) || !length || *length > most || first[head_size - 1] != '\n') return {};
  if (first.size() < head_size + *length + 1) return cut_short(talk);
  const std::string_view text = first.substr(head_size, *length);
  if (first.size() != head_size + *length + 1 || first.back() != '\n') return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "Varnish command line";
  if (code == ok) {
    name_program(text, reading.facts);
    if (reading.facts.version.empty()) return {};
    return reading;
  }
  const auto challenge = first_line(text);
  const bool is_challenge = challenge && challenge->text.size() == challenge_size &&
                            std::ranges::all_of(challenge->text, [](char c) { return c >= 'a' && c <= 'z'; });
  if (!is_challenge) return {};
  reading.facts.extra = "asks for a login";
  return reading;
}

}  // namespace

constinit const Reader varnish_cli{
    .name = "varnish-cli",
    .service = "varnish-cli",
    .document = "varnish-cli(7)",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
    .goodbye = "quit\n",
};

}  // namespace portolan::identify
