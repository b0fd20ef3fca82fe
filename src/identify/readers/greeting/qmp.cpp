// QEMU's machine protocol: a JSON object with the member QMP greets, and names the version (QMP specification, "Server
// Greeting").
#include <fmt/core.h>

#include <array>

#include "base/json_value.h"
#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{4444};
constexpr std::string_view begin = R"({"QMP": {)";

std::optional<std::uint64_t> number_of(const JsonValue& object, std::string_view name) {
  const JsonValue* const member = object.member(name);
  return member == nullptr ? std::nullopt : member->whole();
}

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  if (!may_begin(first, begin)) return {};
  const auto line = first_line(first);
  if (!line) return cut_short(talk);
  const auto object = parse_json(line->text);
  if (!object) return {};
  const JsonValue* const qmp = object->member("QMP");
  const JsonValue* const version = qmp == nullptr ? nullptr : qmp->member("version");
  const JsonValue* const qemu = version == nullptr ? nullptr : version->member("qemu");
  if (qemu == nullptr) return {};
  const auto major = number_of(*qemu, "major");
  const auto minor = number_of(*qemu, "minor");
  const auto micro = number_of(*qemu, "micro");
  if (!major || !minor || !micro) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "QEMU";
  reading.facts.version = fmt::format("{}.{}.{}", *major, *minor, *micro);
  const JsonValue* const package = version->member("package");
  if (package != nullptr && package->text() != nullptr) add_extra(reading.facts, trimmed(*package->text()));
  return reading;
}

}  // namespace

constinit const Reader qmp{
    .name = "qmp",
    .service = "qmp",
    .document = "QMP specification",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
};

}  // namespace portolan::identify
