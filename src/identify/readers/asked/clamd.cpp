// clamd: "nVERSION" is answered by program, signatures and their date (clamd(8), COMMANDS).
#include <array>

#include "identify/readers/asked/head.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{3310};
constexpr std::string_view ask = "nVERSION\n";
constexpr std::string_view begin = "ClamAV ";

// Asked in another protocol it says so and ends the connection; the words alone are nobody's.
Reading read_clamds_refusal(const Talk& talk) {
  if (talk.first() != "UNKNOWN COMMAND\n" || talk.turns.size() > 1) return {};
  return {.is = Reading::Is::yes, .confidence = inferred};
}

Reading read(const Talk& talk) {
  if (talk.turns.front().said != ask) return read_clamds_refusal(talk);
  const auto line = first_line(talk.first());
  if (!line) return unfinished(talk, 256);
  if (!line->rest.empty()) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "ClamAV clamd";
  // Where its configuration keeps the version to itself.
  if (line->text == "COMMAND UNAVAILABLE") {
    reading.confidence = inferred;
    reading.facts.product.clear();
    return reading;
  }
  if (!line->text.starts_with(begin) || !is_printable(line->text)) return {};
  // "ClamAV 1.0.7/27450/Thu Nov  7 09:31:41 2024"; without signatures only the first.
  std::string_view rest = line->text.substr(begin.size());
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  if (!is_version(rest.substr(0, slash))) return {};
  reading.facts.version = rest.substr(0, slash);
  rest.remove_prefix(slash);
  if (!rest.empty()) reading.facts.extra = "signatures " + std::string{rest.substr(1)};
  return reading;
}

}  // namespace

constinit const Reader clamd{
    .name = "clamd",
    .service = "clam",
    .document = "clamd(8)",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{ask}; },
    .read = read,
};

}  // namespace portolan::identify
