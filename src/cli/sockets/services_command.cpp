#include <array>
#include <string>

#include "base/message.h"
#include "cli/commands.h"
#include "cli/sockets/listing.h"
#include "os/catalogues.h"
#include "os/names/socket_names.h"
#include "report/sockets/service_list.h"
#include "run/local_services.h"

namespace portolan::cli {
namespace {

constexpr std::array<std::string_view, 3> about{
    "Lists what this machine offers: every port on which something listens (TCP, SCTP, DCCP) or waits for packets "
    "(UDP), "
    "a line each, whatever the number of sockets and workers behind it.",
    "Addresses are everywhere, loopback, an interface, or those it is bound to. Where systemd runs, flags tell what it "
    "knows: socket-activated (systemd holds the socket), disabled (not started with the machine), masked, failed, and "
    "stopped: a .socket unit would listen there, and nobody does.",
    "Owners are shown as program(pid), program(pid+3) where three more processes share the work."};

constexpr std::array examples{
    Example{"portolan services", "what can be called here, and who answers"},
    Example{"portolan services --json", "the same for a program"},
};

constexpr std::array table{json_option, wide_option, help_option, version_option};

HelpPage page() {
  return {.name = "services",
          .summary = "list what listens here, a line a service",
          .usage = "portolan services [options]",
          .about = about,
          .options = specs_of(std::span<const ListingOption>{table}),
          .examples = examples};
}

Result<int> list(const ListingOptions& options) {
  if (!options.operands.empty()) {
    return fail(Errc::usage, std::string{translated("services takes no operands; portolan ports and portolan who tell "
                                                    "about single ports")});
  }
  std::vector<model::Remark> unread;
  const catalog::Services services = services_or_none(unread);
  const auto names = os::make_socket_names({}, &services);
  auto found = run::find_services(*names);
  if (!found) return fail(found.error());
  found->gaps.insert(found->gaps.end(), unread.begin(), unread.end());
  run::add_units(*found);
  const int status = print(options.json ? report::service_json(found->services, *names, found->gaps)
                                        : report::service_table(found->services, *names, table_width(options)));
  report_gaps(found->gaps, found->without_privilege);
  return status;
}

int run(const Invocation& invocation) { return run_listing(invocation, table, page(), list); }

}  // namespace

const Command services_command{.name = "services", .page = page, .run = run, .looks_only = true};

}  // namespace portolan::cli
