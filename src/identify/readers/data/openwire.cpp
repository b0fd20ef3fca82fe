// OpenWire: a broker says first how it writes, and who it is (ActiveMQ documentation, "OpenWire Version 2
// Specification": WireFormatInfo).
#include <array>
#include <map>

#include "identify/readers/data/cursor.h"
#include "identify/registry.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{61616};
constexpr std::array<std::uint16_t, 1> tls_ports{61617};
constexpr std::uint32_t longest_info = 8'192;
constexpr std::string_view magic = "ActiveMQ";
constexpr std::size_t magic_at = 5;

// A map of texts to values; only texts are told.
using Properties = std::map<std::string_view, std::string_view>;
std::optional<Properties> properties_in(std::string_view bytes) {
  Properties properties;
  Cursor in{bytes};
  for (std::uint32_t left = in.u32(); left > 0 && in.is_whole(); --left) {
    const std::string_view name = in.take(in.u16());
    std::string_view& value = properties[name];
    switch (in.u8()) {
      case 0:  // null
        break;
      case 1:  // truth value
      case 2:  // byte
        in.skip(1);
        break;
      case 3:  // letter
      case 4:  // short number
        in.skip(2);
        break;
      case 5:  // number
      case 8:
        in.skip(4);
        break;
      case 6:  // long number
      case 7:
        in.skip(8);
        break;
      case 9:  // text
        value = in.take(in.u16());
        break;
      case 10:  // bytes
      case 13:  // long text
        in.skip(in.u32());
        break;
      default:
        return std::nullopt;
    }
  }
  return in.is_whole() ? std::optional{properties} : std::nullopt;
}

Reading read(const Talk& talk) {
  const std::string_view said = talk.first();
  const auto size = u32_at(said, 0);
  const auto type = u8_at(said, 4);
  if ((size && (*size < 1 + magic.size() + 4 || *size > longest_info)) || (type && *type != 1)) return {};
  if (!size || !type) return cut_short(talk);
  if (!may_begin(said.substr(magic_at), magic) && !said.substr(magic_at).starts_with(magic)) return {};
  if (said.size() - 4 < *size) return cut_short(talk);
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  Cursor in{said.substr(magic_at + magic.size(), *size - 1 - magic.size())};
  in.u32();  // version
  const bool has_properties = in.u8() == 1;
  const std::string_view bytes = has_properties ? in.take(in.u32()) : std::string_view{};
  if (!in.is_whole() || !in.is_at_end()) return {};
  auto properties = has_properties ? properties_in(bytes) : std::nullopt;
  if (!properties) return reading;
  auto& fields = *properties;
  reading.confidence = documented;
  if (is_printable(fields["ProviderName"]) && is_printable(fields["ProviderVersion"])) {
    reading.facts.product = fields["ProviderName"] == magic ? "Apache ActiveMQ" : fields["ProviderName"];
    reading.facts.version = fields["ProviderVersion"];
  }
  return reading;
}

}  // namespace

constinit const Reader openwire{
    .name = "openwire",
    .service = "apachemq",
    .document = "ActiveMQ documentation, OpenWire",
    .first = Speaks::server,
    .ports = ports,
    .tls_ports = tls_ports,
    .rarity = 6,
    .read = read,
};

}  // namespace portolan::identify
