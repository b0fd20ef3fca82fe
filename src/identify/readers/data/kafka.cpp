// Kafka: ApiVersions needs no login; the highest request that is understood bounds the release whose API it is (Kafka
// protocol guide). Others speak it as well, so no product is told.
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "identify/readers/data/cursor.h"
#include "identify/registry.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 2> ports{9092, 9094};
constexpr std::array<std::uint16_t, 1> tls_ports{9093};
constexpr std::uint32_t number = 0x706f7274;
constexpr std::uint32_t longest_answer = 4'096;
constexpr std::size_t head = 4 + 4 + 2 + 4;  // size, number, error, count
constexpr std::size_t entry = 6;

// ApiVersions 0, and a client's name.
std::string ask() {
  constexpr std::string_view client = "portolan";
  const std::string body = big(18, 2) + big(0, 2) + big(number, 4) + big(client.size(), 2) + std::string{client};
  return big(static_cast<std::uint32_t>(body.size()), 4) + body;
}

// The first release that has each of these requests; they are numbered as they came.
struct Since {
  unsigned key;
  std::string_view release;
};
constexpr std::array<Since, 15> releases{{{18, "0.10.0"},
                                          {19, "0.10.1"},
                                          {21, "0.11.0"},
                                          {37, "1.0"},
                                          {42, "1.1"},
                                          {43, "2.2"},
                                          {44, "2.3"},
                                          {47, "2.4"},
                                          {48, "2.6"},
                                          {50, "2.7"},
                                          {60, "2.8"},
                                          {65, "3.0"},
                                          {71, "3.7"},
                                          {75, "3.8"},
                                          {76, "4.0"}}};

Reading read(const Talk& talk) {
  const std::string_view answer = talk.first();
  if (talk.turns.front().said != ask()) return {};
  Cursor in{answer};
  const std::uint32_t size = in.u32();
  if (in.is_whole() && (size < head - 4 || size > longest_answer)) return {};
  const std::uint32_t which = in.u32();
  if (in.is_whole() && which != number) return {};
  const unsigned error = in.u16();
  const std::uint32_t count = in.u32();
  if (!in.is_whole()) return cut_short(talk);
  if (size != head - 4 + std::size_t{count} * entry) return {};
  if (answer.size() - 4 < size) return cut_short(talk);
  unsigned last = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const unsigned key = in.u16();
    const unsigned lowest = in.u16();
    const unsigned highest = in.u16();
    if (lowest > highest) return {};
    last = std::max(last, key);
  }
  std::string_view release;
  for (const Since& one : releases) {
    if (one.key <= last) release = one.release;
  }
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  if (error == 0 && !release.empty()) reading.facts.extra = fmt::format("API of Kafka {} or later", release);
  return reading;
}

}  // namespace

constinit const Reader kafka{
    .name = "kafka",
    .service = "kafka",
    .document = "Kafka protocol guide",
    .first = Speaks::client,
    .ports = ports,
    .tls_ports = tls_ports,
    .rarity = 6,
    .to_http = Foreign::resets,
    .to_tls = Foreign::resets,
    .question = [](std::string_view) { return ask(); },
    .read = read,
};

}  // namespace portolan::identify
