// ZooKeeper: the four letters "srvr" are answered in lines of "Name: value" (its administrator's guide, "The Four
// Letter Words").
#include <array>

#include "identify/readers/asked/head.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{2181};
constexpr std::string_view ask = "srvr";
constexpr std::string_view begin = "Zookeeper version: ";
constexpr std::string_view refusal = "srvr is not executed because it is not in the whitelist.";
constexpr std::string_view not_serving = "This ZooKeeper instance is not currently serving requests";

Reading read(const Talk& talk) {
  if (talk.turns.front().said != ask) return {};
  const std::string_view said = talk.first();
  if (trimmed(said) == refusal || trimmed(said) == not_serving) {
    Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
    reading.facts.product = "Apache ZooKeeper";
    return reading;
  }
  if (may_begin(said, refusal) || may_begin(said, not_serving)) return unfinished(talk);
  if (!may_begin(said, begin)) return {};
  const auto line = first_line(said);
  if (!line) return unfinished(talk);
  std::string_view mode;
  bool counts = false;
  for (const std::string_view each : lines_of(line->rest)) {
    if (each.starts_with("Mode: ")) mode = trimmed(each.substr(6));
    counts = counts || each.starts_with("Received: ");
  }
  // It ends by closing.
  if (!talk.is_over && (mode.empty() || said.find("Node count: ") == std::string_view::npos || !said.ends_with('\n'))) {
    return {.is = Reading::Is::more};
  }
  if (!counts) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "Apache ZooKeeper";
  // "3.8.0-5a02a05eddb59aee6ac762f7ea82e92a68eb9c0f, built on 2022-02-25 08:49 UTC"
  const std::string_view version = line->text.substr(begin.size());
  if (is_version(version) && is_printable(version)) {
    reading.facts.version = version.substr(0, version.find_first_of(",- "));
  }
  if (!mode.empty() && is_printable(mode)) reading.facts.extra = "mode " + std::string{mode};
  return reading;
}

}  // namespace

constinit const Reader zookeeper{
    .name = "zookeeper",
    .service = "zookeeper",
    .document = "ZooKeeper administrator's guide, the four letter words",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 5,
    .question = [](std::string_view) { return std::string{ask}; },
    .read = read,
};

}  // namespace portolan::identify
