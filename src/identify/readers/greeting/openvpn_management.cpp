// OpenVPN's management interface: ">INFO:" greets, and version answers in two lines and END (OpenVPN's
// doc/management-notes.txt).
#include <algorithm>
#include <array>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{7505};
constexpr std::string_view begin = ">INFO:OpenVPN Management Interface Version ";
constexpr std::string_view ask = "version\n";

// "OpenVPN Version: OpenVPN 2.6.3 x86_64-pc-linux-gnu [SSL (OpenSSL)] ...", "Management Version: 5", "END".
void read_version(std::string_view answer, Facts& facts) {
  constexpr std::string_view name = "OpenVPN Version: ";
  for (const std::string_view line : lines_of(answer)) {
    if (!line.starts_with(name) || !is_printable(line)) continue;
    const auto words = words_of(line.substr(name.size()));
    if (words.size() < 2 || !is_version(words[1])) return;
    facts.version = words[1];
    if (words.size() > 2 && !words[2].starts_with('[')) add_extra(facts, words[2]);
  }
}

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  if (!may_begin(first, begin)) return {};
  const auto line = first_line(first);
  if (!line) return cut_short(talk);
  const auto words = words_of(line->text.substr(std::min(begin.size(), line->text.size())));
  if (words.empty() || !is_version(words.front()) || !is_printable(words.front())) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "OpenVPN";
  reading.facts.extra = "management interface " + std::string{words.front()};
  if (talk.turns.size() == 1) {
    reading.say = ask;
    return reading;
  }
  if (talk.turns[1].said != ask) return reading;
  const std::string_view answer = talk.turns[1].heard;
  const bool whole = answer.ends_with("END\r\n") || answer.ends_with("END\n");
  if (!whole && !talk.is_over) return {.is = Reading::Is::more};
  read_version(answer, reading.facts);
  return reading;
}

}  // namespace

constinit const Reader openvpn_management{
    .name = "openvpn-management",
    .service = "openvpn-management",
    .document = "OpenVPN management-notes.txt",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
    .goodbye = "quit\n",
};

}  // namespace portolan::identify
