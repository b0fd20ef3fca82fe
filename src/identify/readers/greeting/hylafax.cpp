// HylaFAX: 220, the host, and "server (HylaFAX (tm) Version n) ready." greet (hfaxd(8C)).
#include <array>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{4559};
constexpr unsigned ready = 220;
constexpr std::string_view before = " server (HylaFAX (tm) Version ";
constexpr std::string_view after = ") ready.";

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  if (!may_be_reply(first)) return {};
  const auto greeting = whole_reply(first);
  if (!greeting) return cut_short(talk);
  const std::string_view line = greeting->text.back();
  const std::size_t at = line.find(before);
  if (greeting->code != ready || at == std::string_view::npos || !line.ends_with(after) || !is_printable(line)) {
    return {};
  }
  const std::size_t begin = at + before.size();
  if (line.size() < begin + after.size()) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.host_name = line.substr(0, at);
  reading.facts.product = "HylaFAX";
  reading.facts.version = line.substr(begin, line.size() - after.size() - begin);
  return reading;
}

}  // namespace

constinit const Reader hylafax{
    .name = "hylafax",
    .service = "hylafax",
    .document = "hfaxd(8C)",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
    .goodbye = "QUIT\r\n",
};

}  // namespace portolan::identify
