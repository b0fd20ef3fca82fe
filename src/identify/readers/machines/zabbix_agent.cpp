// Zabbix agent: asked passively for the item agent.version (Zabbix manual: "Header", "Passive agent checks").
#include <array>

#include "identify/readers/machines/wire.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::uint16_t, 1> ports{10050};
constexpr std::string_view mark = "ZBXD"sv;
constexpr std::string_view item = "agent.version";
constexpr std::string_view plain = "\x01"sv;

std::string request() {
  return std::string{mark} + std::string{plain} + little32(static_cast<std::uint32_t>(item.size())) + little32(0) +
         std::string{item};
}

Reading read(const Talk& talk) {
  static const std::string asked = request();
  if (talk.turns.front().said != asked) return {};
  const std::string_view heard = talk.first();
  constexpr std::size_t head_size = 13;
  constexpr std::uint32_t most = 4'096;
  if (heard.empty() || heard == asked || !may_begin(heard, std::string{mark} + std::string{plain})) return {};
  const auto size = u32_little_at(heard, 5);
  if (size && *size > most) return {};
  const auto data = size ? part(heard, head_size, *size) : std::nullopt;
  if (!data) return {.is = talk.is_over ? Reading::Is::no : Reading::Is::more};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  constexpr std::string_view refused = "ZBX_NOTSUPPORTED\0"sv;
  if (data->starts_with('{')) {
    // Servers and proxies talk so.
    reading.service = "zabbix";
    return reading;
  }
  reading.facts.product = "Zabbix agent";
  if (is_version(*data) && is_printable(*data)) {
    reading.facts.version = *data;
  } else if (!data->starts_with(refused.substr(0, refused.size() - 1))) {
    reading.confidence = by_grammar;
  }
  return reading;
}

}  // namespace

constinit const Reader zabbix_agent{
    .name = "zabbix-agent",
    .service = "zabbix-agent",
    .document = "Zabbix manual: protocols",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 6,
    .question = [](std::string_view) { return request(); },
    .read = read,
};

}  // namespace portolan::identify
