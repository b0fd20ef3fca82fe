#include <array>
#include <memory>
#include <string>

#include "base/message.h"
#include "catalog/catalog.h"
#include "cli/commands.h"
#include "cli/talk/talk_options.h"
#include "os/catalogues.h"
#include "os/files.h"
#include "os/names/resolve.h"
#include "os/net/interfaces.h"
#include "os/privileges.h"
#include "os/standard_streams.h"
#include "os/stop_signals.h"
#include "os/terminal/terminal.h"
#include "run/talk.h"

namespace portolan::cli {
namespace {

constexpr std::array<std::string_view, 3> about{
    "Connects to a port as telnet does: what is typed goes out, what comes back is shown. At the end of input the "
    "other "
    "side is told that nothing more comes, and its last words are waited for; so it works in a pipe, too.",
    "Where standard output is a terminal, control characters of the other side are shown and do nothing. Into a pipe "
    "or "
    "a file its bytes go as they are.",
    "Ends with 0 where the talk ended in order, with 1 where there was no connection or it was lost."};

constexpr std::array examples{
    Example{"portolan talk server.example:25", "what telnet does"},
    Example{"portolan talk -C --starttls smtp server.example:25", "a mail server after STARTTLS, lines ended by CR LF"},
    Example{"portolan talk --tls server.example:https < request", "in a pipe: the answer is on standard output"},
    Example{"portolan talk -x --udp 192.168.1.1:7", "each line a datagram, both directions in hexadecimal"},
    Example{"portolan talk --record talk.ndjson localhost:6379", "and a record of who said what, when"},
};

HelpPage page() {
  return {.name = "talk",
          .summary = "talk to a port as telnet does, with or without TLS",
          .usage = "portolan talk [options] <host>:<port>",
          .about = about,
          .options = specs_of(talk_option_table()),
          .examples = examples};
}

// All that can be wrong with the line is said before anything leaves this machine. The status of a talk that came to
// its end.
Result<int> talk(const TalkOptions& options) {
  constexpr int input = 0;
  constexpr int output = 1;
  if (!os::has_standard_output())
    return fail(Errc::usage, std::string{translated("cannot write to standard output: it is closed")});
  const auto services = os::read_services();
  if (!services) return fail(services.error());
  auto target = prepare_talk(options, *services);
  if (!target) return fail(target.error());
  std::unique_ptr<os::OutputFile> record;
  if (!options.record.empty()) {
    const auto place = os::identity_of(options.record);
    if (place && place == os::identity_of("-")) return fail(Errc::usage, record_is_output(options.record));
    auto opened = os::OutputFile::open(options.record);
    if (!opened) return fail(Errc::usage, said("--record: {}", opened.error().message));
    record = std::move(*opened);
  }
  if (const auto dropped = os::drop_privileges(); !dropped) return fail(dropped.error());
  const auto plan = resolve_talk(std::move(*target), os::resolve, os::interface_index);
  if (!plan) return fail(plan.error());
  // A signal ends the program, after its record where there is one. The system's resolver would not have heard of it.
  Result<std::unique_ptr<os::StopSignals>> signals;
  if (record != nullptr) signals = os::StopSignals::open({});
  if (!signals) return fail(signals.error());
  const auto done = run::talk(*plan, {.output_is_terminal = os::is_terminal(output),
                                      .input_is_terminal = os::is_terminal(input),
                                      .record = record.get(),
                                      .remark = complain});
  if (!done) return fail(done.error());
  // What went wrong with the record was said when it did.
  return record == nullptr || record->flush() ? status_done : status_failed;
}

int run(const Invocation& invocation) {
  const auto options = parse_talk_options(invocation.words);
  if (!options) return end_with(options.error());
  if (options->help) return print(help_text(page()));
  if (options->version) return print(version_text(invocation.dialect));
  const auto done = talk(*options);
  if (!done && done.error().cause == "EINTR") os::end_by_signal();
  return done ? *done : end_with(done.error());
}

}  // namespace

const Command talk_command{.name = "talk", .page = page, .run = run};

}  // namespace portolan::cli
