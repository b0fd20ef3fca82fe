// Checkmk: the agent writes sections, the first of which is its own: "<<<check_mk>>>" and lines "Name: value" (Checkmk
// handbook, "Monitoring agents", output of an agent).
#include <array>
#include <string_view>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{6556};
constexpr std::string_view begin = "<<<check_mk>>>";

Reading read(const Talk& talk) {
  std::string_view rest = talk.first();
  if (!may_begin(rest, begin)) return {};
  Facts facts;
  std::size_t lines = 0;
  bool is_over = talk.is_over;
  while (const auto line = first_line(rest)) {
    rest = line->rest;
    if (lines++ == 0) {
      if (line->text != begin) return {};
      continue;
    }
    if (line->text.starts_with("<<<")) {
      is_over = true;
      break;
    }
    const std::size_t colon = line->text.find(": ");
    if (colon == std::string_view::npos || !is_printable(line->text)) continue;
    const std::string_view name = line->text.substr(0, colon);
    const std::string_view value = trimmed(line->text.substr(colon + 2));
    if (name == "Version") facts.version = value;
    if (name == "AgentOS") facts.system = value == "linux" ? "Linux" : value == "windows" ? "Windows" : value;
    if (name == "Hostname") facts.host_name = value;
  }
  if (!is_over) return {.is = Reading::Is::more};
  if (lines == 0) return {};
  facts.product = "Checkmk agent";
  return {.is = Reading::Is::yes, .confidence = documented, .facts = std::move(facts)};
}

}  // namespace

constinit const Reader check_mk{
    .name = "check_mk",
    .service = "check_mk",
    .document = "Checkmk handbook",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
};

}  // namespace portolan::identify
