// AJP13: a container answers CPing with CPong (Apache Tomcat Connectors: AJPv13 extensions).
#include <array>

#include "identify/readers/machines/wire.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::uint16_t, 1> ports{8009};
constexpr std::string_view ping = "\x12\x34\0\x01\x0a"sv;
constexpr std::string_view pong = "AB\0\x01\x09"sv;

Reading read(const Talk& talk) {
  if (talk.turns.front().said != ping) return {};
  if (talk.first() == pong) return {.is = Reading::Is::yes, .confidence = documented};
  const bool may_be = talk.first().size() < pong.size() && may_begin(talk.first(), pong);
  return {.is = may_be && !talk.is_over ? Reading::Is::more : Reading::Is::no};
}

}  // namespace

constinit const Reader ajp13{
    .name = "ajp13",
    .service = "ajp13",
    .document = "Apache Tomcat Connectors: AJPv13",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 7,
    .to_http = Foreign::resets,
    .to_tls = Foreign::resets,
    .question = [](std::string_view) { return std::string{ping}; },
    .read = read,
};

}  // namespace portolan::identify
