// RELP: "open" offers a version of the protocol and the program; the server's own offer answers it (doc/relp.html of
// librelp, "Command: open"). A frame is a number, a command, the length of its data, and the data.
#include <array>
#include <charconv>
#include <optional>

#include "identify/readers/asked/head.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

// The protocol has no port of its own; 2514 and 20514 are those of its documents' examples.
constexpr std::array<std::uint16_t, 2> ports{2514, 20'514};
constexpr std::string_view offer = "\nrelp_version=0\nrelp_software=portolan\ncommands=syslog";

std::string question(std::string_view /*host*/) {
  return "1 open " + std::to_string(offer.size() - 1) + " " + std::string{offer.substr(1)} + "\n";
}

std::string_view value_of(std::string_view text, std::string_view key) {
  for (const std::string_view line : lines_of(text)) {
    if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != '=') continue;
    const std::string_view value = line.substr(key.size() + 1);
    return is_printable(value) ? value : std::string_view{};
  }
  return {};
}

Reading read(const Talk& talk) {
  constexpr std::string_view begin = "1 rsp ";
  std::string_view said = talk.first();
  if (!may_begin(said, begin)) return {};
  if (said.size() <= begin.size()) return unfinished(talk);
  said.remove_prefix(begin.size());
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(said.data(), said.data() + said.size(), size);
  if (error != std::errc{} || size > most_bytes) return {};
  said.remove_prefix(static_cast<std::size_t>(end - said.data()));
  if (!said.empty() && !said.starts_with(' ')) return {};
  if (said.size() < size + 2) return unfinished(talk, most_bytes);
  const std::string_view data = said.substr(1, size);
  if (said[size + 1] != '\n') return {};
  const auto code = reply_code(data.substr(0, 4));
  if (!code) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  // "librelp,1.11.0,http://librelp.adiscon.com"
  const std::string_view software = value_of(data, "relp_software");
  const std::size_t comma = software.find(',');
  reading.facts.product = software.substr(0, comma);
  if (comma != std::string_view::npos) {
    const std::string_view version = software.substr(comma + 1);
    if (is_version(version)) reading.facts.version = version.substr(0, version.find(','));
  }
  if (const auto commands = value_of(data, "commands"); !commands.empty()) {
    reading.facts.extra = "commands " + std::string{commands};
  }
  return reading;
}

}  // namespace

constinit const Reader relp{
    .name = "relp",
    .service = "relp",
    .document = "RELP - the reliable event logging protocol (librelp, doc/relp.html)",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = question,
    .read = read,
    .goodbye = "2 close 0\n",
};

}  // namespace portolan::identify
