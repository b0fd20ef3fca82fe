// Bacula's file daemon: who calls as a director that it does not know is refused by name, one that it knows is
// challenged (Bacula developer's guide, "Daemon protocol", "Director-client"): a length of four bytes and a line.
#include <array>

#include "identify/readers/machines/wire.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::uint16_t, 1> ports{9102};
constexpr std::string_view asked = "\0\0\0\x1fHello Director portolan calling"sv;

// "auth cram-md5 <396716326.1796176618@box-fd> ssl=0"
std::string_view challenger(std::string_view line) {
  const std::size_t at = line.find('@');
  const std::size_t end = line.find('>');
  if (at == std::string_view::npos || end == std::string_view::npos || end < at) return {};
  return line.substr(at + 1, end - at - 1);
}

Reading read(const Talk& talk) {
  if (talk.turns.front().said != asked) return {};
  const std::string_view heard = talk.first();
  constexpr std::uint32_t most = 512;
  const auto size = u32_at(heard, 0);
  if (size && (*size == 0 || *size > most)) return {};
  if (!heard.empty() && heard.front() != '\0') return {};
  const auto text = size ? part(heard, 4, *size) : std::nullopt;
  if (!text) return {.is = talk.is_over ? Reading::Is::no : Reading::Is::more};
  const auto line = first_line(*text);
  if (!line || !line->rest.empty() || !is_printable(line->text)) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  constexpr std::string_view challenge = "auth cram-md5";
  constexpr std::string_view refusal = "unknown Director portolan";
  if (line->text.starts_with(challenge)) {
    reading.confidence = documented;
    reading.facts.host_name = challenger(line->text);
  } else if (!contains_case(line->text, refusal) && !line->text.starts_with("2999 ")) {
    return {};
  }
  reading.facts.product = "Bacula file daemon";
  return reading;
}

}  // namespace

constinit const Reader bacula{
    .name = "bacula",
    .service = "bacula-fd",
    .document = "Bacula developer's guide",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{asked}; },
    .read = read,
};

}  // namespace portolan::identify
