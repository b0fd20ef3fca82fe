#include <fmt/core.h>

#include <array>
#include <string>

#include "catalog/catalog.h"
#include "cli/commands.h"
#include "cli/explain/explain_options.h"
#include "explain/first_words.h"
#include "explain/offline.h"
#include "explain/page.h"
#include "explain/story_json.h"
#include "os/catalogues.h"
#include "os/names/resolve.h"
#include "os/net/interfaces.h"
#include "os/privileges.h"
#include "run/connection.h"
#include "run/explain.h"

namespace portolan::cli {
namespace {

constexpr std::array<std::string_view, 2> about{
    "Asks one port and draws what happened between the two machines as a ladder, with times, flags, sequence numbers, "
    "TTL "
    "and options; says what each packet means, which state follows and why, how it could have gone otherwise, and what "
    "is registered there. Without a port: how it is found out whether the host is there.",
    "Scan only machines that are yours or whose owner has agreed. --offline sends nothing to anybody."};

constexpr std::array examples{
    Example{"portolan explain server.example:22", "what a SYN scan sees of that port"},
    Example{"portolan explain 192.168.1.1:53/udp", "what a UDP scan asks a name server, and what comes back"},
    Example{"portolan explain 192.168.1.1", "how it is found out whether a host is there"},
    Example{"portolan explain --technique -PS443 192.168.1.1", "how it is found out by a SYN to port 443"},
    Example{"portolan explain --connect server.example:22", "a whole connection there, from SYN to FIN"},
    Example{"portolan explain --offline open", "what a SYN scan sees of an open port, without a network"},
    Example{"portolan explain --offline closed --technique udp", "and a UDP scan of a closed one"},
};

HelpPage page() {
  return {.name = "explain",
          .summary = "show packet by packet how a port or host is asked",
          .usage = "portolan explain [options] <host>[:<port>[/udp]]",
          .about = about,
          .options = specs_of(explain_option_table()),
          .examples = examples};
}

Result<explain::Facts> facts_of(const explain::Question& question, const catalog::Services& services) {
  if (!question.port) return explain::Facts{};
  std::optional<os::MappedFile> text;
  const auto descriptions = os::read_descriptions(text);
  if (!descriptions) return fail(descriptions.error());
  const net::Protocol protocol = probe::protocol_of(question.probe->asks);
  const std::string_view service = services.name_of(protocol, *question.port);
  return explain::Facts{std::string{service}, std::string{descriptions->find(protocol, *question.port, service)}};
}

Result<explain::Story> story_of_connection(const explain::Question& question, const catalog::Services& services) {
  const auto service = services.name_of(net::Protocol::tcp, *question.port);
  auto open = run::OpenConnection::open(question, explain::first_words(service));
  if (!open) return fail(open.error());
  if (const auto dropped = os::drop_privileges(); !dropped) return fail(dropped.error());
  return (*open)->make();
}

Result<explain::Story> story_of(const PreparedQuestion& prepared, bool raw_packets, const catalog::Services& services) {
  if (prepared.world) return explain::story_offline(prepared.question, *prepared.world);
  if (prepared.question.whole) return story_of_connection(prepared.question, services);
  auto open = run::OpenQuestion::open(prepared.question, raw_packets, services);
  if (!open) return fail(open.error());
  if (const auto dropped = os::drop_privileges(); !dropped) return fail(dropped.error());
  return (*open)->put();
}

Result<int> explain_question(const ExplainOptions& options) {
  const auto services = os::read_services();
  if (!services) return fail(services.error());
  const bool raw_packets = !options.unprivileged && os::can_send_raw();
  const auto prepared = prepare_question(options, {.resolve = os::resolve,
                                                   .zone_of = os::interface_index,
                                                   .zone_name = os::interface_name,
                                                   .services = *services,
                                                   .raw_packets = raw_packets});
  if (!prepared) return fail(prepared.error());
  const auto facts = facts_of(prepared->question, *services);
  if (!facts) return fail(facts.error());
  const auto story = story_of(*prepared, raw_packets, *services);
  if (!story) return fail(story.error());
  // What this machine would not send is drawn; that nobody was asked is a failure all the same.
  const bool failed = !story->finished.success;
  if (failed && !explain::was_kept(*story)) return fail(Errc::io, story->finished.error);
  const int printed = print(options.json ? explain::json_of(*story, *facts) : explain::page_of(*story, *facts));
  return failed && printed == status_done ? status_failed : printed;
}

int run(const Invocation& invocation) {
  const auto options = parse_explain_options(invocation.words);
  if (!options) return end_with(options.error());
  if (options->help) return print(help_text(page()));
  if (options->version) return print(version_text(invocation.dialect));
  const auto status = explain_question(*options);
  if (status) return *status;
  // Nothing was sent, as with any other question that cannot be put.
  const bool refused = status.error().code == Errc::privilege;
  return end_with(refused ? Error{Errc::usage, status.error().message} : status.error());
}

}  // namespace

const Command explain_command{.name = "explain", .page = page, .run = run};

}  // namespace portolan::cli
