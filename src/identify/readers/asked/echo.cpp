// Echo: what is said comes back, and nothing else (RFC 862). Whether that is all is known when no more comes: a
// terminal shows what is typed as well, and answers it then.
#include <array>

#include "identify/readers/shared.h"
#include "identify/registry.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{7};
constexpr std::string_view ask = "portolan\r\n";

Reading read(const Talk& talk) {
  const Turn& turn = talk.turns.front();
  if (turn.said.empty() || talk.turns.size() > 1 || !std::string_view{turn.said}.starts_with(turn.heard)) return {};
  if (!talk.is_over) return {.is = Reading::Is::more};
  if (turn.heard != turn.said) return {};
  return {.is = Reading::Is::yes, .confidence = documented};
}

}  // namespace

constinit const Reader echo{
    .name = "echo",
    .service = "echo",
    .document = "RFC 862",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{ask}; },
    .read = read,
};

}  // namespace portolan::identify
