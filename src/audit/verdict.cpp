#include "audit/verdict.h"

#include <array>

namespace portolan::audit {
namespace {

constexpr std::array<std::string_view, verdict_count> verdicts{
    "reachable",     "forwarded",  "leaks",    "blocked-here",   "blocked-before",     "reply-lost", "local-only",
    "other-binding", "overloaded", "dead-end", "unused-opening", "answered-elsewhere", "unknown"};
constexpr std::array<std::string_view, unknown_count> reasons{"no-privilege", "no-vantage",    "not-confined",
                                                              "trace-lost",   "rules-changed", "timed-out"};
constexpr std::array<std::string_view, 5> kinds{"evaluated", "told", "rehearsed", "probed", "witnessed"};

}  // namespace

std::string_view name_of(Verdict verdict) { return verdicts.at(static_cast<std::size_t>(verdict)); }
std::string_view name_of(Unknown reason) { return reasons.at(static_cast<std::size_t>(reason)); }
std::string_view name_of(Evidence evidence) { return kinds.at(static_cast<std::size_t>(evidence)); }

}  // namespace portolan::audit
