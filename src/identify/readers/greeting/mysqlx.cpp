// MySQL's X protocol: a notice of the type "server hello" greets (mysqlx.proto, mysqlx_notice.proto).
#include <array>
#include <string_view>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::uint16_t, 1> ports{33'060};
// Length with the lowest byte first; NOTICE; type: SERVER_HELLO; an empty payload.
constexpr std::string_view hello = "\x05\x00\x00\x00\x0b\x08\x05\x1a\x00"sv;

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  if (!may_begin(first, hello)) return {};
  if (first.size() < hello.size()) return cut_short(talk);
  if (first.size() > hello.size()) return {};
  return {.is = Reading::Is::yes, .confidence = documented};
}

}  // namespace

constinit const Reader mysqlx{
    .name = "mysqlx",
    .service = "mysqlx",
    .document = "MySQL X protocol",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
};

}  // namespace portolan::identify
