// NATS: the server begins with INFO and a JSON object that names its version (docs.nats.io, client protocol).
#include <array>

#include "base/json_value.h"
#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{4222};
constexpr std::string_view begin = "INFO {";
constexpr std::size_t before_object = 5;

std::string text_of(const JsonValue& object, std::string_view name) {
  const JsonValue* const member = object.member(name);
  const std::string* const text = member == nullptr ? nullptr : member->text();
  return text == nullptr ? std::string{} : *text;
}

bool is_set(const JsonValue& object, std::string_view name) {
  const JsonValue* const member = object.member(name);
  return member != nullptr && member->truth().value_or(false);
}

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  if (!may_begin(first, begin)) return {};
  const auto line = first_line(first);
  if (!line) return cut_short(talk);
  const auto info = parse_json(line->text.substr(before_object));
  if (!info || info->member("server_id") == nullptr) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "NATS server";
  reading.facts.version = text_of(*info, "version");
  if (const std::string go = text_of(*info, "go"); !go.empty()) add_extra(reading.facts, "built with " + go);
  if (is_set(*info, "auth_required")) add_extra(reading.facts, "asks for a login");
  if (is_set(*info, "tls_required")) add_extra(reading.facts, "wants TLS after INFO");
  return reading;
}

}  // namespace

constinit const Reader nats{
    .name = "nats",
    .service = "nats",
    .document = "NATS client protocol",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
};

}  // namespace portolan::identify
