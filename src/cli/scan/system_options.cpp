#include "cli/scan/system_options.h"

#include <fmt/core.h>

#include "cli/option_actions.h"
#include "cli/values.h"

namespace portolan::cli {
namespace {

void about_systems(ScanOptions& options, const Given& given) {
  if (options.about_systems.empty()) options.about_systems = given.spelling;
}

Result<void> limited(ScanOptions& options, const Given& given) {
  about_systems(options, given);
  options.systems_limited = true;
  return {};
}

Result<void> guessed(ScanOptions& options, const Given& given) {
  about_systems(options, given);
  options.systems_guessed = true;
  return {};
}

Result<void> most_tries(ScanOptions& options, const Given& given) {
  about_systems(options, given);
  constexpr std::uint64_t most = 50;  // as nmap has it
  const auto value = parse_count(given.spelling, *given.value, 1, most);
  if (!value) return fail(value.error());
  options.system_tries = *value;
  return {};
}

}  // namespace

std::vector<Option<ScanOptions>> system_rows(std::string_view group) {
  return {
      {{.spellings = {"-O"},
        .group = group,
        .summary =
            "tell what system a host has, with how likely that is, by how it answers some ten odd packets; needs "
            "CAP_NET_RAW"},
       set<&ScanOptions::systems>},
      // How nmap tells its second way to find out systems from its first, which is no more.
      {{.spellings = {"-O2"}, .group = group, .summary = "the same as -O", .support = Support::unlisted},
       set<&ScanOptions::systems>},
      {{.spellings = {"--osscan-limit"},
        .group = group,
        .summary = "ask only hosts with an open and a closed TCP port"},
       limited},
      {{.spellings = {"--osscan-guess", "--fuzzy"},
        .group = group,
        .summary = "list also systems that are hardly likely, down to 5 %"},
       guessed},
      {{.spellings = {"--max-os-tries"},
        .argument = Argument::required,
        .value = "<number>",
        .group = group,
        .summary = "send each of these packets at most this many times while it is not answered; 2 unless it is given"},
       most_tries},
  };
}

Result<void> plan_systems(const ScanOptions& options, Dialect dialect, plan::Plan& plan) {
  if (!options.systems && !options.everything) {
    // nmap takes the others without -O, and does nothing then.
    if (options.about_systems.empty() || dialect == Dialect::nmap) return {};
    return fail(Errc::usage, fmt::format("{} is about -O, which is not given", options.about_systems));
  }
  if (plan.depth != plan::ScanDepth::ports) {
    // nmap refuses -A there, too, which asks for more than systems.
    if (!options.systems) return {};
    return fail(Errc::usage, fmt::format("-O asks ports, so it cannot go with {}",
                                         options.list_only ? "-sL" : options.ping_only_by));
  }
  if (!plan.privileged && !options.systems) return {};
  plan::SystemDetection& wanted = plan.systems.emplace();
  wanted.only_with_both = options.systems_limited;
  wanted.guess = options.systems_guessed;
  if (options.system_tries) wanted.tries = static_cast<int>(*options.system_tries);
  return {};
}

}  // namespace portolan::cli
