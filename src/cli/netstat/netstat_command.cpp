#include <fmt/core.h>

#include <array>

#include "base/escape.h"
#include "base/version.h"
#include "cli/commands.h"
#include "cli/netstat/netstat_machine.h"
#include "cli/netstat/netstat_options.h"
#include "cli/netstat/netstat_sockets.h"
#include "netstat/views.h"
#include "os/files.h"
#include "os/reader.h"
#include "os/terminal/terminal.h"

namespace portolan::cli {
namespace {

constexpr int standard_output = 1;
// What net-tools ends with where it cannot make sense of a line.
constexpr int status_net_tools_usage = 3;
constexpr std::string_view net_tools_version = "net-tools 2.10";

constexpr std::array<std::string_view, 3> about{
    "Takes netstat's command line and prints what net-tools' netstat prints. A link to portolan named netstat does the "
    "same.",
    "Without -a or -l connected sockets are listed. Options may be written together (-anpe) and long ones be "
    "shortened.",
    "portolan sockets shows more, and why a socket has no owner."};

constexpr std::array examples{
    Example{"portolan netstat -tlnp", "who listens on TCP"},
    Example{"portolan netstat -anpe", "all sockets with users and processes, no names looked up"},
    Example{"portolan netstat -xlp", "UNIX sockets that listen"},
    Example{"portolan netstat -rn", "routes"},
};

HelpPage page() {
  return {.name = "netstat",
          .summary = "list sockets, routes and counters as netstat does",
          .usage = "portolan netstat [options]",
          .about = about,
          .options = specs_of(netstat_option_table()),
          .examples = examples};
}

// Under which name the program was called decides how errors end.
bool called_netstat(const Invocation& invocation) {
  const std::string_view path = invocation.line.empty() ? std::string_view{} : invocation.line.front();
  return path.substr(path.rfind('/') + 1) == "netstat";
}

std::string version_of(bool as_netstat) {
  if (!as_netstat) return version_text(Dialect::portolan);
  // Callers read the first line to learn which options there are; people read the second.
  return fmt::format("{}\nProvided by portolan {}, which takes netstat's command line.\n", net_tools_version,
                     program_version);
}

std::string help_of(bool as_netstat) {
  HelpPage shown = page();
  if (!as_netstat) return help_text(shown);
  shown.usage = "netstat [options]";
  shown.examples = {};
  return help_text(shown);
}

int refuse(bool as_netstat, const Error& error) {
  if (!as_netstat) {
    complain(error.message);
    return status_refused;
  }
  tell(fmt::format("netstat: {}\n", error.message));
  // An unknown family is no matter of grammar to net-tools.
  return error.code == Errc::unsupported ? status_failed : status_net_tools_usage;
}

using ViewFunction = netstat::View (*)(const netstat::Machine&, const netstat::ViewOptions&);

// nullptr: sockets. Of -g and another view net-tools shows the other.
ViewFunction view_of(const NetstatOptions& options) {
  if (options.routes) return netstat::routes;
  if (options.interfaces) return netstat::interfaces;
  if (options.statistics) return netstat::statistics;
  if (options.masquerade) return netstat::masquerade;
  return options.groups ? netstat::groups : nullptr;
}

netstat::ViewOptions view_options(const NetstatOptions& options, bool terminal, bool again) {
  return {.numeric_hosts = options.numeric || options.numeric_hosts,
          .numeric_ports = options.numeric || options.numeric_ports,
          .extended = options.extended,
          .all = options.all,
          .wide = options.wide || !terminal,
          .again = again,
          .inet = options.inet,
          .inet6 = options.inet6,
          .fib = options.fib,
          .cache = options.cache,
          .tcp = options.tcp,
          .udp = options.udp,
          .udplite = options.udplite,
          .raw = options.raw,
          .sctp = options.sctp};
}

class NetstatRun {
 public:
  NetstatRun(const NetstatOptions& options, std::string_view name)
      : options_{options}, name_{name}, terminal_{os::is_terminal(standard_output)} {}

  int run() {
    if (options_.contexts) return refuse_contexts();
    auto output = os::OutputFile::open("-");
    if (!output) {  // closed before anything was done
      const int status = failed(output.error());
      return name_ == "netstat" ? status : status_refused;
    }
    output_ = std::move(*output);
    for (bool again = false;; again = true) {
      const int status = once(again);
      // net-tools prints its counters once, whatever -c says.
      const bool once_only = view_of(options_) == netstat::statistics;
      if (!options_.continuous || once_only || status != status_done) return status;
      if (!os::wait_while_read(standard_output, std::chrono::seconds{1})) return status_reader_gone;
    }
  }

 private:
  int once(bool again) {
    if (const ViewFunction view = view_of(options_)) return show(view, again);
    return list_netstat_sockets(options_, names_, *output_, terminal_, name_);
  }

  int show(ViewFunction view, bool again) {
    const netstat::View shown = view(machine_, view_options(options_, terminal_, again));
    tell(shown.errors);
    Result<void> sent = output_->write(shown.output);
    if (sent) sent = output_->flush();
    return sent ? shown.status : failed(sent.error());
  }

  int failed(const Error& error) const {
    tell(fmt::format("{}: {}\n", name_, error.message));
    return status_failed;
  }

  int refuse_contexts() const {
    if (os::read_file("/sys/fs/selinux/enforce")) {
      return failed({Errc::unsupported, "-Z: portolan does not show security contexts"});
    }
    tell("SELinux is not enabled on this machine.\n");
    return status_failed;
  }

  const NetstatOptions& options_;
  std::string_view name_;
  bool terminal_;
  os::SystemNames names_;
  netstat::Machine machine_ = netstat_machine(names_);
  std::unique_ptr<os::OutputFile> output_;
};

int run(const Invocation& invocation) {
  const bool as_netstat = called_netstat(invocation);
  const auto options = parse_netstat_options(invocation.words);
  if (!options) return refuse(as_netstat, options.error());
  if (options->help) return print(help_of(as_netstat));
  if (options->version) return print(version_of(as_netstat));
  if (!as_netstat && !options->operands.empty()) {
    return refuse(as_netstat, {Errc::usage, fmt::format("netstat takes options only, but '{}' is given",
                                                        escape_terminal(options->operands.front()))});
  }
  return NetstatRun{*options, as_netstat ? "netstat" : "portolan netstat"}.run();
}

}  // namespace

const Command netstat_command{.name = "netstat", .page = page, .run = run, .looks_only = true};

}  // namespace portolan::cli
