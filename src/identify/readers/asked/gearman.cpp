// Gearman: its administrative protocol answers "version" in one line, "OK 1.1.20" (gearman.org/protocol).
#include <array>

#include "identify/readers/asked/head.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{4730};
constexpr std::string_view ask = "version\n";
constexpr std::string_view ok = "OK ";

Reading read(const Talk& talk) {
  if (talk.turns.front().said != ask || !may_begin(talk.first(), ok)) return {};
  const auto line = first_line(talk.first());
  if (!line) return unfinished(talk, 64);
  if (!line->rest.empty() || !line->text.starts_with(ok)) return {};
  const std::string_view version = line->text.substr(ok.size());
  const bool whole = is_version(version) &&
                     version.find_first_not_of("0123456789.+~-abcdefghijklmnopqrstuvwxyz") == std::string_view::npos;
  if (!whole || version.find('.') == std::string_view::npos) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "Gearman";
  reading.facts.version = version;
  return reading;
}

}  // namespace

constinit const Reader gearman{
    .name = "gearman",
    .service = "gearman",
    .document = "gearman.org/protocol, administrative protocol",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{ask}; },
    .read = read,
};

}  // namespace portolan::identify
