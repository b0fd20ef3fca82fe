#include "identify/readers/machines/enip.h"

#include <fmt/core.h>

#include <array>

#include "identify/details.h"
#include "identify/readers/data/cursor.h"
#include "identify/readers/machines/wire.h"
#include "identify/registry.h"

namespace portolan::identify {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::uint16_t, 1> ports{44818};
constexpr std::size_t header_size = 24;
constexpr std::size_t most_data = 1'024;
constexpr std::string_view list_identity = "\x63\0"sv;
constexpr std::string_view context = "portolan";

// No session is needed for it.
std::string enip_question() { return std::string{list_identity} + zeros(10) + std::string{context} + zeros(4); }

Reading read_enip(const Talk& talk) {
  static const std::string asked = enip_question();
  const std::string_view heard = talk.first();
  if (talk.turns.front().said != asked || heard == asked) return {};
  if (!may_begin(heard, list_identity)) return {};
  if (heard.size() < header_size) return cut_short(talk);
  const std::size_t size = *u16_little_at(heard, 2);
  const bool is_its = heard.substr(12, context.size()) == context;
  if (!is_its || size > most_data) return {};
  if (heard.size() < header_size + size) return cut_short(talk);
  return enip_identity(heard.substr(0, header_size + size));
}

}  // namespace

Reading enip_identity(std::string_view answer) {
  constexpr std::uint16_t identity = 0x0c;
  constexpr std::size_t address_size = 16;
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  Cursor in{answer};
  in.skip(header_size);
  const std::uint16_t items = in.u16_little();
  const std::uint16_t type = in.u16_little();
  in.skip(2 + 2 + address_size);
  const std::uint16_t vendor = in.u16_little();
  const std::uint16_t device = in.u16_little();
  const std::uint16_t code = in.u16_little();
  const std::uint8_t major = in.u8();
  const std::uint8_t minor = in.u8();
  in.skip(2);
  const std::uint32_t serial = in.u32_little();
  const std::string_view name = in.take(in.u8());
  if (!in.is_whole() || items == 0 || type != identity || !is_printable(name)) return reading;
  reading.confidence = documented;
  reading.facts.product = trimmed(name);
  reading.facts.version = fmt::format("{}.{}", major, minor);
  reading.facts.extra = fmt::format("vendor {}; device type {}; serial {:08x}", vendor, device, serial);
  const auto add = [&reading](std::string_view key, const std::string& value) {
    add_detail(reading.facts, "enip-info", key, value);
  };
  add("type", fmt::format("{}", device));
  add("vendor", fmt::format("{}", vendor));
  add("productName", reading.facts.product);
  add("serialNumber", fmt::format("{:#010x}", serial));
  add("productCode", fmt::format("{}", code));
  add("revision", reading.facts.version);
  return reading;
}

constinit const Reader enip{
    .name = "enip",
    .service = "EtherNet-IP-2",
    .document = "ODVA CIP volume 2",
    .first = Speaks::client,
    .ports = ports,
    .rarity = only_hinted,
    .question = [](std::string_view) { return enip_question(); },
    .read = read_enip,
};

}  // namespace portolan::identify
