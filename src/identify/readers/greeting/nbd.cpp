// NBD: NBDMAGIC, and behind it what tells the newer handshake from the old one (NetworkBlockDevice's doc/proto.md,
// "Handshake phase").
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::uint16_t, 1> ports{10809};
constexpr std::string_view magic = "NBDMAGIC";
constexpr std::string_view new_style = "IHAVEOPT";
constexpr std::string_view old_style = "\x00\x00\x42\x02\x81\x86\x12\x53"sv;
constexpr std::size_t at_flags = 16;
constexpr std::size_t old_size = 152;
constexpr std::uint16_t fixed = 1;
// Client flags (fixed handshake), and NBD_OPT_ABORT without data.
constexpr std::string_view abort_options = "\x00\x00\x00\x01IHAVEOPT\x00\x00\x00\x02\x00\x00\x00\x00"sv;

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  if (!may_begin(first, magic)) return {};
  const std::string_view kind = first.substr(std::min(magic.size(), first.size()));
  const bool is_new = may_begin(kind, new_style);
  if (!is_new && !may_begin(kind, old_style)) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  if (is_new) {
    const auto flags = u16_at(first, at_flags);
    if (!flags) return cut_short(talk);
    reading.facts.extra = (*flags & fixed) != 0 ? "fixed newstyle handshake" : "newstyle handshake";
    return reading;
  }
  if (first.size() < old_size) return cut_short(talk);
  constexpr std::uint64_t two_32 = std::uint64_t{1} << 32U;
  const std::uint64_t size = u32_at(first, at_flags).value_or(0) * two_32 + u32_at(first, at_flags + 4).value_or(0);
  reading.facts.extra = fmt::format("oldstyle handshake; {} bytes", size);
  return reading;
}

}  // namespace

constinit const Reader nbd{
    .name = "nbd",
    .service = "nbd",
    .document = "NBD protocol (doc/proto.md)",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
    .goodbye = abort_options,
};

}  // namespace portolan::identify
