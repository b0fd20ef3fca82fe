// MonetDB: a block with the challenge greets, its fields with colons between them (MonetDB, "MAPI protocol",
// "Challenge").
#include <algorithm>
#include <array>
#include <vector>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{50'000};
constexpr std::size_t least = 24;
constexpr std::size_t most = 512;

std::vector<std::string_view> fields_of(std::string_view challenge) {
  std::vector<std::string_view> fields;
  while (!challenge.empty()) {
    const std::size_t end = std::min(challenge.find(':'), challenge.size());
    fields.push_back(challenge.substr(0, end));
    challenge.remove_prefix(std::min(end + 1, challenge.size()));
  }
  return fields;
}

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  // Twice the length of the block, and one for the last, lowest byte first.
  const auto head = u16_little_at(first, 0);
  if (!head) return cut_short(talk);
  const std::size_t length = *head >> 1U;
  if ((*head & 1U) == 0 || length < least || length > most) return {};
  const std::string_view challenge = first.substr(2, length);
  if (!is_printable(challenge)) return {};
  if (challenge.size() < length) return cut_short(talk);
  if (first.size() > length + 2) return {};
  // salt:server:protocol:hashes:byte order:hash of the password:...
  const auto fields = fields_of(challenge);
  constexpr std::size_t least_fields = 6;
  if (fields.size() < least_fields || (fields[2] != "9" && fields[2] != "8")) return {};
  if (fields[4] != "LIT" && fields[4] != "BIG") return {};
  if (fields[1] != "mserver" && fields[1] != "merovingian") return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "MonetDB";
  reading.facts.extra = std::string{fields[1]} + ", protocol " + std::string{fields[2]};
  return reading;
}

}  // namespace

constinit const Reader monetdb{
    .name = "monetdb",
    .service = "monetdb",
    .document = "MonetDB MAPI protocol",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
};

}  // namespace portolan::identify
