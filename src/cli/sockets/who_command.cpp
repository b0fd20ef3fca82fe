#include <array>
#include <string>
#include <vector>

#include "base/message.h"
#include "cli/commands.h"
#include "cli/sockets/listing.h"
#include "os/catalogues.h"
#include "os/names/socket_names.h"
#include "os/wall_clock.h"
#include "report/sockets/who_answer.h"
#include "run/who.h"
#include "sockets/question.h"

namespace portolan::cli {
namespace {

using sockets::Question;

constexpr std::array<std::string_view, 3> about{
    "Tells who answers on a port: process, since when, command, unit, container, user, the addresses it listens on, "
    "and "
    "how many are connected now. Where several programs share the port, each gets its paragraph.",
    "Asked about a port (8080), a service (ssh), a port of one protocol (tcp/53, 53/udp, tcp:53), an address in any "
    "form "
    "in which programs print it (127.0.0.1:8080, [::1]:53, :::3000, *:80, localhost:53, http://localhost:8000/), a "
    "UNIX "
    "socket (/run/x.sock, ./x.sock, @abstract; a file that is called @name is ./@name).",
    "Where nobody listens the status is 1, and what else is known is said: whether bind() would succeed (it is free), "
    "who "
    "is connected from that port, and who listens on it in another network namespace."};

constexpr std::array examples{
    Example{"portolan who 8080", "who has this port"},
    Example{"portolan who ssh", "the same by name"},
    Example{"portolan who udp/53", "the UDP side only"},
    Example{"portolan who /run/docker.sock", "who listens on a UNIX socket"},
};

constexpr std::array table{json_option, help_option, version_option};

HelpPage page() {
  return {.name = "who",
          .summary = "tell who answers on a port, an address or a UNIX socket",
          .usage = "portolan who [options] <port>...",
          .about = about,
          .options = specs_of(std::span<const ListingOption>{table}),
          .examples = examples};
}

Result<std::vector<Question>> read_questions(const ListingOptions& options, const catalog::Services& services) {
  if (options.operands.empty()) {
    return fail(Errc::usage,
                std::string{translated(
                    "who is asked about something: a port, a service, ADDRESS:PORT or the path of a UNIX socket")});
  }
  std::vector<Question> questions;
  for (const std::string& operand : options.operands) {
    auto question = run::read_question(operand, services);
    if (!question) return fail(question.error());
    questions.push_back(std::move(*question));
  }
  return questions;
}

Result<int> answer(const ListingOptions& options) {
  std::vector<model::Remark> unread;
  const catalog::Services services = services_or_none(unread);
  const auto questions = read_questions(options, services);
  if (!questions) return fail(questions.error());
  const auto names = os::make_socket_names({}, &services);
  bool everywhere = true;
  for (std::size_t i = 0; i < questions->size(); ++i) {
    auto found = run::find_who((*questions)[i], options.operands[i], *names);
    if (!found) return fail(found.error());
    if (i == 0) found->gaps.insert(found->gaps.end(), unread.begin(), unread.end());
    everywhere = everywhere && !found->who.answers.empty();
    std::string text = i > 0 && !options.json ? "\n" : "";
    text += options.json
                ? report::who_json(found->who, *names, found->gaps)
                : report::who_text(found->who, *names, {.now = os::wall_seconds(), .calendar = os::local_calendar});
    if (const int status = print(text); status != status_done) return status;
    report_gaps(found->gaps, found->without_privilege);
  }
  return everywhere ? status_done : status_failed;
}

int run(const Invocation& invocation) { return run_listing(invocation, table, page(), answer); }

}  // namespace

const Command who_command{.name = "who", .page = page, .run = run, .looks_only = true};

}  // namespace portolan::cli
