#include <fmt/core.h>

#include <array>

#include "base/message.h"
#include "cli/commands.h"
#include "cli/scan/scan_command.h"

namespace portolan::cli {
namespace {

constexpr std::array<std::string_view, 2> about{
    "Takes nmap's command line, with nmap's defaults and nmap's wording. A link to portolan named nmap does the same.",
    "Options are those of portolan scan."};

HelpPage page() {
  return {.name = "nmap",
          .summary = "scan with nmap's command line, defaults and wording",
          .usage = "portolan nmap [options] <target>...",
          .about = about,
          .options = {},
          .examples = {}};
}

int run(const Invocation& invocation) {
  if (invocation.dialect == Dialect::nmap) return run_scan_command(invocation);
  speak_by(nullptr);  // nmap's callers read English
  // Reports quote the line as a caller of nmap would have typed it.
  Invocation as_nmap{invocation.words, invocation.words, Dialect::nmap};
  as_nmap.line.insert(as_nmap.line.begin(), "nmap");
  return run_scan_command(as_nmap);
}

}  // namespace

const Command nmap_command{"nmap", page, run};

}  // namespace portolan::cli
