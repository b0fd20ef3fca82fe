// gpsd: a JSON object of the class VERSION greets (gpsd_json(5)).
#include <fmt/core.h>

#include <array>

#include "base/json_value.h"
#include "identify/details.h"
#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{2947};
constexpr std::string_view begin = R"({"class":"VERSION")";

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  if (!may_begin(first, begin)) return {};
  const auto line = first_line(first);
  if (!line) return cut_short(talk);
  const auto object = parse_json(line->text);
  if (!object) return {};
  const JsonValue* const release = object->member("release");
  const JsonValue* const major = object->member("proto_major");
  const JsonValue* const minor = object->member("proto_minor");
  if (release == nullptr || release->text() == nullptr || major == nullptr || !major->whole()) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "gpsd";
  reading.facts.version = *release->text();
  reading.facts.extra =
      fmt::format("protocol {}.{}", *major->whole(), minor == nullptr ? 0 : minor->whole().value_or(0));
  add_detail(reading.facts, "gpsd-info", "release", *release->text());
  add_detail(reading.facts, "gpsd-info", "protocol", reading.facts.extra.substr(std::string_view{"protocol "}.size()));
  return reading;
}

}  // namespace

constinit const Reader gpsd{
    .name = "gpsd",
    .service = "gpsd",
    .document = "gpsd_json(5)",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
};

}  // namespace portolan::identify
