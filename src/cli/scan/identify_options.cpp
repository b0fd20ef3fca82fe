#include "cli/scan/identify_options.h"

#include <fmt/core.h>

#include "base/escape.h"
#include "base/text.h"
#include "cli/option_actions.h"
#include "cli/scan/script_options.h"
#include "cli/values.h"

namespace portolan::cli {
namespace {

constexpr int light = 2;
constexpr int all = 9;

void about_services(ScanOptions& options, const Given& given) {
  if (options.about_services.empty()) options.about_services = given.spelling;
}

Result<void> intensity(ScanOptions& options, const Given& given) {
  about_services(options, given);
  const auto value = parse_count(given.spelling, *given.value, 0, all);
  if (!value) return fail(value.error());
  options.version_intensity = static_cast<int>(*value);
  return {};
}

template <int Value>
Result<void> set_intensity(ScanOptions& options, const Given& given) {
  about_services(options, given);
  options.version_intensity = Value;
  return {};
}

template <auto Member>
Result<void> set_about_services(ScanOptions& options, const Given& given) {
  about_services(options, given);
  options.*Member = true;
  return {};
}

Result<void> connections(ScanOptions& options, const Given& given) {
  about_services(options, given);
  constexpr std::uint64_t most = 1'000;
  const auto value = parse_count(given.spelling, *given.value, 1, most);
  if (!value) return fail(value.error());
  options.connections_a_host = *value;
  return {};
}

// Callers of nmap tell warnings from errors by their first word.
void warn(Dialect dialect, PreparedScan& prepared, std::string sentence) {
  prepared.notices.push_back(
      {model::RemarkCode::noted, {dialect == Dialect::nmap ? "Warning: " + std::move(sentence) : std::move(sentence)}});
}

// What -A asks for beside services, as far as it can be had. nmap without privileges traces no routes, and says
// nothing.
void trace_as_well(const ScanOptions& options, Dialect dialect, PreparedScan& prepared) {
  plan::Plan& plan = prepared.plan;
  plan.traceroute = plan.privileged && plan.depth != plan::ScanDepth::list;
  const bool misses = !plan.privileged && !options.traceroute && plan.depth != plan::ScanDepth::list;
  if (!misses || dialect == Dialect::nmap) return;
  warn(
      dialect, prepared,
      "-A: finding out systems and filters, and tracing routes, need raw packets, which are not to be had; the rest of "
      "it is done");
}

Result<void> more_fingerprints(ScanOptions& options, const Given& given) {
  about_services(options, given);
  options.fingerprints = std::string{*given.value};
  return {};
}

}  // namespace

std::vector<Option<ScanOptions>> identify_rows(std::string_view group) {
  return {
      {{.spellings = {"-sV", "-sR"},
        .group = group,
        .summary = "ask who answers at open TCP and UDP ports: protocol, product, version"},
       ask_services},
      {{.spellings = {"--version-intensity"},
        .argument = Argument::required,
        .value = "<0-9>",
        .group = group,
        .summary = "how much is asked: 0 what the port hints at, 2 TLS and HTTP too, 7 (the default) what is common, "
                   "9 everything"},
       intensity},
      {{.spellings = {"--version-light"}, .group = group, .summary = "the same as --version-intensity 2"},
       set_intensity<light>},
      {{.spellings = {"--version-all"}, .group = group, .summary = "the same as --version-intensity 9"},
       set_intensity<all>},
      {{.spellings = {"--version-trace", "--script-trace"},
        .group = group,
        .summary = "write on standard error what was said to each port and by it"},
       set_about_services<&ScanOptions::version_trace>},
      {{.spellings = {"--allports"},
        .group = group,
        .summary = "ask also ports 9100 to 9107, where printers print what they are told"},
       set_about_services<&ScanOptions::all_ports>},
      {{.spellings = {"--ask-industrial"},
        .group = group,
        .summary =
            "ask machines (Modbus, S7, EtherNet/IP) what they are, in their own protocol; else they get no byte"},
       set_about_services<&ScanOptions::ask_industrial>},
      {{.spellings = {"--max-connections-per-host"},
        .argument = Argument::required,
        .value = "<number>",
        .group = group,
        .summary = "connections to one host at once; unless it is given 40 that ask, and with those that listen 256"},
       connections},
      {{.spellings = {"--fingerprints"},
        .argument = Argument::required,
        .value = "<directory>",
        .group = group,
        .summary = "say more of services by rules of your own too, in Recog's XML schema"},
       more_fingerprints},
  };
}

// Under nmap's name what is not of use is passed over.
Result<void> plan_identification(const ScanOptions& options, Dialect dialect, PreparedScan& prepared) {
  plan::Plan& plan = prepared.plan;
  const bool as_nmap = dialect == Dialect::nmap;
  if (options.everything) trace_as_well(options, dialect, prepared);
  if (!options.identify) {
    if (options.about_services.empty() || as_nmap) return {};
    return fail(Errc::usage, fmt::format("{} is about -sV, which is not given", options.about_services));
  }
  if (plan.depth != plan::ScanDepth::ports) {
    if (as_nmap) return {};
    return fail(Errc::usage, fmt::format("{} asks no ports, so it cannot go with {}",
                                         options.list_only ? "-sL" : options.ping_only_by, options.identified_by));
  }
  plan::Identification& wanted = plan.identify.emplace();
  wanted.intensity = options.version_intensity.value_or(wanted.intensity);
  wanted.all_ports = options.all_ports;
  wanted.ask_industrial = options.ask_industrial;
  wanted.connections_a_host = options.connections_a_host;
  if (const auto topics = wanted_topics(options, dialect); !topics.unknown.empty()) {
    warn(dialect, prepared,
         fmt::format("--script: no script is run here, and nothing that services tell is called {}; the scan goes on",
                     escape_terminal(join(topics.unknown, ", "))));
  }
  return {};
}

}  // namespace portolan::cli
