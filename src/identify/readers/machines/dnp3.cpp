// DNP3: the link's status is asked of the address that every station takes for its own (IEEE 1815, data link layer; the
// self-address 0xfffc), which is read and changes nothing. The answer has the station's address.
#include <fmt/core.h>

#include <array>

#include "identify/readers/machines/wire.h"
#include "identify/registry.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{20000};
constexpr std::string_view start = "\x05\x64";
constexpr std::size_t header_size = 10;  // its checksum included
constexpr std::size_t checked = 8;

// The polynomial 0x3d65 turned round, and the result inverted.
std::uint16_t checksum_of(std::string_view bytes) {
  constexpr std::uint16_t polynomial = 0xa6bc;
  constexpr int bits = 8;
  std::uint16_t sum = 0;
  for (const char byte : bytes) {
    sum = static_cast<std::uint16_t>(sum ^ static_cast<std::uint8_t>(byte));
    for (int i = 0; i < bits; ++i) {
      const bool is_odd = (sum & 1U) != 0;
      sum = static_cast<std::uint16_t>(sum >> 1U);
      if (is_odd) sum = static_cast<std::uint16_t>(sum ^ polynomial);
    }
  }
  return static_cast<std::uint16_t>(~sum);
}

std::string dnp3_question() {
  constexpr std::uint8_t length = 5;
  constexpr std::uint8_t ask_status = 0xc9;  // of a master, as the one who began
  constexpr std::uint16_t whoever_is_there = 0xfffc;
  constexpr std::uint16_t ours = 0;
  std::string frame{start};
  frame += static_cast<char>(length);
  frame += static_cast<char>(ask_status);
  frame += little(whoever_is_there, 2) + little(ours, 2);
  return frame + little(checksum_of(frame), 2);
}

Reading read_dnp3(const Talk& talk) {
  const std::string_view heard = talk.first();
  if (!may_begin(heard, start)) return {};
  if (heard.size() < header_size) return cut_short(talk);
  if (u16_little_at(heard, checked) != checksum_of(heard.substr(0, checked))) return {};
  constexpr std::uint8_t from_master = 0x80;
  if ((*u8_at(heard, 3) & from_master) != 0) return {};  // an echo
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.extra = fmt::format("station {}", *u16_little_at(heard, 6));
  return reading;
}

}  // namespace

constinit const Reader dnp3{
    .name = "dnp3",
    .service = "dnp",
    .document = "IEEE 1815",
    .first = Speaks::client,
    .ports = ports,
    .rarity = only_hinted,
    .question = [](std::string_view) { return dnp3_question(); },
    .read = read_dnp3,
};

}  // namespace portolan::identify
