// How often is true what a scan says of the open ports that it may have missed? Scans simulated worlds in which
// something limits what comes through, and prints a line for each kind. Usage: completeness [--worlds N] [--first SEED]
// [KIND...]
#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "tests/engine/limit_worlds.h"

namespace {

using portolan::test::LimitedScan;
using portolan::test::LimitedWorld;

struct Options {
  std::uint64_t worlds = 1'000;  // of each kind
  std::uint64_t first = 1;       // seed
  std::vector<std::string_view> kinds;
};

double percent(double part, double whole) { return whole == 0 ? 100 : 100 * part / whole; }

// Whether statements about this kind held as often as they have to.
bool print_row(const LimitedWorld& world, const Options& options) {
  std::uint64_t held = 0;
  std::uint64_t unknown = 0;
  LimitedScan sum;
  double expected = 0;
  for (std::uint64_t seed = options.first; seed < options.first + options.worlds; ++seed) {
    const LimitedScan scan = world.scan(seed);
    if (scan.statement_holds()) ++held;
    if (!scan.expected) ++unknown;
    expected += scan.expected.value_or(0);
    sum.open += scan.open;
    sum.found += scan.found;
    sum.closed += scan.closed;
    sum.closed_found += scan.closed_found;
    sum.most_asked = std::max(sum.most_asked, scan.most_asked);
    sum.seconds += scan.seconds;
  }
  const auto worlds = static_cast<double>(options.worlds);
  const double share = percent(static_cast<double>(held), worlds);
  fmt::print("{:<28} {:>6} {:>7.1f} {:>9.1f} {:>7.2f} {:>8.2f} {:>8.3f} {:>9.3f} {:>6} {:>8.2f}\n", world.name,
             options.worlds, share, percent(static_cast<double>(unknown), worlds),
             percent(static_cast<double>(sum.found), static_cast<double>(sum.open)),
             percent(static_cast<double>(sum.closed_found), static_cast<double>(sum.closed)),
             static_cast<double>(sum.missed()) / worlds, expected / worlds, sum.most_asked, sum.seconds / worlds);
  return share >= 95;
}

Options parse(int count, char** arguments) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string_view argument = arguments[i];
    if ((argument == "--worlds" || argument == "--first") && i + 1 < count) {
      (argument == "--worlds" ? options.worlds : options.first) = std::strtoull(arguments[++i], nullptr, 10);
    } else {
      options.kinds.push_back(argument);
    }
  }
  return options;
}

}  // namespace

int main(int count, char** arguments) {
  const Options options = parse(count, arguments);
  fmt::print("{:<28} {:>6} {:>7} {:>9} {:>7} {:>8} {:>8} {:>9} {:>6} {:>8}\n", "kind of world", "worlds", "true %",
             "unknown %", "open %", "closed %", "missed", "expected", "asked", "seconds");
  bool true_enough = true;
  for (const LimitedWorld& world : portolan::test::limited_worlds()) {
    const bool wanted = options.kinds.empty() || std::ranges::find(options.kinds, world.name) != options.kinds.end();
    if (wanted) true_enough = print_row(world, options) && true_enough;
  }
  return true_enough ? 0 : 1;
}
