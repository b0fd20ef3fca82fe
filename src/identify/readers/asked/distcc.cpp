// distcc: a job is answered by "DONE" and the version of the protocol, then by the compiler's status (distcc,
// doc/protocol-1.txt). Nothing but jobs is answered, so the job is one of no source at all.
#include <array>

#include "identify/readers/asked/head.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{3632};
constexpr std::string_view ask =
    "DIST00000001ARGC00000005ARGV00000002ccARGV00000002-cARGV00000"
    "00aportolan.cARGV00000002-oARGV0000000aportolan.oDOTI00000000";

// Four letters and eight hexadecimal digits.
bool is_token(std::string_view said, std::string_view letters) {
  constexpr std::size_t size = 12;
  return said.size() >= size && said.starts_with(letters) &&
         said.substr(4, 8).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Reading read(const Talk& talk) {
  if (talk.turns.front().said != ask || !may_begin(talk.first(), "DONE0000000")) return {};
  constexpr std::size_t two_tokens = 24;
  if (talk.first().size() < two_tokens) return unfinished(talk);
  if (!is_token(talk.first(), "DONE") || !is_token(talk.first().substr(12), "STAT")) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "distccd";
  return reading;
}

}  // namespace

constinit const Reader distcc{
    .name = "distcc",
    .service = "distccd",
    .document = "distcc doc/protocol-1.txt",
    .first = Speaks::client,
    .ports = ports,
    .rarity = only_hinted,
    .question = [](std::string_view) { return std::string{ask}; },
    .read = read,
};

}  // namespace portolan::identify
