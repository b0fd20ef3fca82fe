#include "cli/scan/technique_options.h"

#include <algorithm>

#include "cli/arguments.h"
#include "probe/registry.h"

namespace portolan::cli {
namespace {

// Whose name it is; every row is made of one.
const probe::Probe* called(const probe::OptionName probe::Probe::* name, std::string_view spelling) {
  return *std::ranges::find_if(probe::registry,
                               [&](const probe::Probe* probe) { return (probe->*name).spelling == spelling; });
}

Result<void> ask_ports(ScanOptions& options, const Given& given) {
  const probe::Probe* probe = called(&probe::Probe::scan_option, given.spelling);
  if (std::ranges::find(options.techniques, probe) == options.techniques.end()) options.techniques.push_back(probe);
  return {};
}

Result<void> find_hosts(ScanOptions& options, const Given& given) {
  options.discovery.push_back(
      {called(&probe::Probe::discovery_option, given.spelling), given.value.value_or(""), given.spelling});
  return {};
}

// As nmap once called them, and takes them still: -PI is a ping, -PT an ACK, -PB both.
Result<void> find_hosts_by_old_name(ScanOptions& options, const Given& given) {
  if (given.spelling != "-PT")
    options.discovery.push_back({called(&probe::Probe::discovery_option, "-PE"), "", given.spelling});
  if (given.spelling != "-PI") {
    options.discovery.push_back(
        {called(&probe::Probe::discovery_option, "-PA"), given.value.value_or(""), given.spelling});
  }
  return {};
}

}  // namespace

std::vector<Option<ScanOptions>> technique_rows(std::string_view group) {
  std::vector<Option<ScanOptions>> rows;
  for (const probe::Probe* probe : probe::registry) {
    const probe::OptionName& name = probe->scan_option;
    if (name.spelling.empty()) continue;
    rows.push_back({{.spellings = {name.spelling}, .group = group, .summary = name.summary}, ask_ports});
  }
  return rows;
}

std::vector<Option<ScanOptions>> discovery_rows(std::string_view group) {
  std::vector<Option<ScanOptions>> rows;
  for (const probe::Probe* probe : probe::registry) {
    const probe::OptionName& name = probe->discovery_option;
    if (name.spelling.empty()) continue;
    OptionSpec row{.spellings = {name.spelling}, .group = group, .summary = name.summary};
    if (probe::asks_numbers(probe->asks)) {
      row.argument = Argument::attached;
      row.value = probe::asks_ports(probe->asks) ? "<ports>" : "<protocols>";
    }
    rows.push_back({row, find_hosts});
  }
  rows.push_back({{.spellings = {"-PI"}, .support = Support::unlisted}, find_hosts_by_old_name});
  for (const std::string_view spelling : {"-PT", "-PB"}) {
    rows.push_back(
        {{.spellings = {spelling}, .argument = Argument::attached, .value = "<ports>", .support = Support::unlisted},
         find_hosts_by_old_name});
  }
  return rows;
}

}  // namespace portolan::cli
