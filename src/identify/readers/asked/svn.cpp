// Subversion's own protocol: the server greets with the versions and capabilities it has, as a list of items
// (subversion/libsvn_ra_svn/protocol, sections 1 and 2.1). No version is told; what it can bounds it.
#include <algorithm>
#include <array>
#include <optional>

#include "identify/readers/asked/head.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{3690};
constexpr std::string_view begin = "( success ( ";

// Newest first.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> since{{{"list", "1.10"},
                                                                              {"inherited-props", "1.8"},
                                                                              {"atomic-revprops", "1.7"},
                                                                              {"partial-replay", "1.5"},
                                                                              {"edit-pipeline", "1.0"}}};

bool is_number(std::string_view word) {
  return !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos;
}

// What stands in the second inner list of ( success ( min max ( mechanisms ) ( capabilities ) ) ).
std::optional<std::vector<std::string_view>> capabilities_in(std::string_view greeting) {
  const auto words = words_of(greeting);
  if (words.size() < 6 || !is_number(words[3]) || !is_number(words[4])) return std::nullopt;
  std::size_t at = 5;
  std::vector<std::string_view> list;
  for (int lists = 0; lists < 2; ++lists) {
    if (at >= words.size() || words[at] != "(") return std::nullopt;
    list.clear();
    for (++at; at < words.size() && words[at] != ")"; ++at) list.push_back(words[at]);
    if (at == words.size()) return std::nullopt;
    ++at;
  }
  if (at + 2 != words.size() || words[at] != ")" || words[at + 1] != ")") return std::nullopt;
  return list;
}

Reading read(const Talk& talk) {
  if (!may_begin(talk.first(), begin)) return {};
  const auto capabilities = capabilities_in(talk.first());
  if (!capabilities) return unfinished(talk, 2'048);
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  for (const auto& [capability, version] : since) {
    if (std::ranges::find(*capabilities, capability) == capabilities->end()) continue;
    reading.facts.extra = "can what Subversion " + std::string{version} + " can";
    break;
  }
  return reading;
}

}  // namespace

constinit const Reader svn{
    .name = "svn",
    .service = "svnserve",
    .document = "subversion/libsvn_ra_svn/protocol",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 6,
    .read = read,
};

}  // namespace portolan::identify
