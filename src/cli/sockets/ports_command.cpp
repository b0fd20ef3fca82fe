#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string>

#include "catalog/service_names.h"
#include "cli/commands.h"
#include "cli/sockets/listing.h"
#include "cli/sockets/port_words.h"
#include "os/catalogues.h"
#include "os/files.h"
#include "os/local_facts.h"
#include "os/names/service_names.h"
#include "os/names/socket_names.h"
#include "report/sockets/gap_records.h"
#include "report/sockets/port_list.h"
#include "run/local_services.h"
#include "sockets/port_survey.h"

namespace portolan::cli {
namespace {

constexpr std::string_view which = "Which ports";

constexpr std::array<std::string_view, 4> about{
    "Tells what ports are for, and what this machine does with them: the registered name and description, the class "
    "(system 1-1023, registered 1024-49151, dynamic 49152-65535, and port 0, which no service can have), how what is "
    "spoken there is encrypted and which document says so, and who listens there.",
    "Operands are numbers, ranges, names and wildcards, in lists with commas too: 443 ssh 8000-8100 http*, and those "
    "of one protocol: 443/tcp, udp/53. TCP and UDP are shown unless --tcp, --udp or --sctp choose.",
    "HERE says what holds in this network namespace: privileged (to listen there takes root or CAP_NET_BIND_SERVICE), "
    "ephemeral (the kernel gives it to connections that ask for no port), set-aside (kept out of that range by "
    "ip_local_reserved_ports).",
    "ENCRYPTED names what turns it to TLS on the same port (STARTTLS), or the port of the encrypted variant; \"yes\" "
    "where "
    "what is spoken there is encrypted. In ranges, neighbours of which the same is true share a line."};

constexpr std::array examples{
    Example{"portolan ports 443 ssh", "what these ports are, and who listens there"},
    Example{"portolan ports --tcp 8000-8100", "a range"},
    Example{"portolan ports 'imap*' pop3", "names, with wildcards"},
};

constexpr std::array table{
    ListingOption{{.spellings = {"-t", "--tcp"}, .group = which, .summary = "TCP"}, set<&ListingOptions::tcp>},
    ListingOption{{.spellings = {"-u", "--udp"}, .group = which, .summary = "UDP"}, set<&ListingOptions::udp>},
    ListingOption{{.spellings = {"--sctp"}, .group = which, .summary = "SCTP"}, set<&ListingOptions::sctp>},
    json_option,
    wide_option,
    help_option,
    version_option};

HelpPage page() {
  return {.name = "ports",
          .summary = "tell what ports are for, and who listens there",
          .usage = "portolan ports [options] <port>...",
          .about = about,
          .options = specs_of(std::span<const ListingOption>{table}),
          .examples = examples};
}

Result<int> show(const ListingOptions& options) {
  std::vector<model::Remark> unread;
  const catalog::Services services = services_or_none(unread);
  os::ServiceNames system{nullptr};
  const auto choice = choose_ports(options, services, [&system](net::Protocol protocol, std::string_view name) {
    return system.system_port(protocol, name);
  });
  if (!choice) return fail(choice.error());
  std::optional<os::MappedFile> text;
  const auto descriptions = os::read_descriptions(text);
  if (!descriptions) return fail(descriptions.error());

  const auto names = os::make_socket_names({}, &services);
  auto found = run::find_services(*names);
  // What the registry says is worth telling where sockets cannot be listed.
  run::LocalServices local;
  if (found) {
    local = std::move(*found);
  } else {
    local.gaps.push_back(report::listeners_unknown(found.error()));
  }
  local.gaps.insert(local.gaps.end(), unread.begin(), unread.end());
  const auto entries = survey_ports(*choice, {services, *descriptions}, os::read_port_limits(), local.services);
  // Of the sockets that nobody is named for only those that are shown count.
  std::size_t without_privilege = 0;
  for (const sockets::PortEntry& entry : entries) {
    without_privilege += static_cast<std::size_t>(std::ranges::count(
        entry.listeners, sockets::NoOwner::no_privilege, [](const sockets::Service* one) { return one->no_owner; }));
  }
  const int status = print(options.json ? report::port_json(entries, *names, local.gaps)
                                        : report::port_table(entries, found.has_value(), table_width(options)));
  report_gaps(local.gaps, without_privilege);
  return status;
}

int run(const Invocation& invocation) { return run_listing(invocation, table, page(), show); }

}  // namespace

const Command ports_command{.name = "ports", .page = page, .run = run, .looks_only = true};

}  // namespace portolan::cli
