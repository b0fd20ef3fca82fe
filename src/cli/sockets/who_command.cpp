#include <fmt/core.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/sockets/listing.h"
#include "os/catalogues.h"
#include "os/local_facts.h"
#include "os/names/socket_names.h"
#include "os/net/interfaces.h"
#include "os/process/namespaces.h"
#include "os/wall_clock.h"
#include "report/sockets/who_answer.h"
#include "sockets/filter/filter.h"
#include "sockets/question.h"
#include "sockets/sources/sources.h"

namespace portolan::cli {
namespace {

using sockets::Question;
using sockets::Row;

constexpr std::array<std::string_view, 3> about{
    "Tells who answers on a port: process, since when, command, unit, container, user, the addresses it listens on, "
    "and "
    "how many are connected now. Where several programs share the port, each gets its paragraph.",
    "Asked about a port (8080), a service (ssh), a port of one protocol (tcp/53, 53/udp), an address (127.0.0.1:8080, "
    "[::1]:53, localhost:53), a UNIX socket (/run/x.sock, @abstract).",
    "Where nobody listens the status is 1, and what else is known is said: who is connected from that port, and who "
    "listens on it in another network namespace."};

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

// A socket that fits the question and waits for nobody.
struct Other {
  sockets::Listener socket;
  sockets::SocketKind protocol = sockets::SocketKind::tcp;
  sockets::State state = sockets::State::unknown;
  std::string remote;
};

std::string remote_text(const Row& row) {
  if (!is_ip(row) || row.remote_port == 0) return {};
  const std::string address = to_string(row.remote);
  return row.remote.is_v4() ? fmt::format("{}:{}", address, row.remote_port)
                            : fmt::format("[{}]:{}", address, row.remote_port);
}

class WhoRun {
 public:
  WhoRun(const Question& question, std::string text, sockets::RowNames& names) : question_{question}, names_{names} {
    who_.question = std::move(text);
    who_.is_port = question.path.empty();
  }

  Result<void> run() {
    query_ = waiting_query();
    query_.wanted.states = sockets::all_states;
    if (!question_.path.empty()) {
      query_.sources = {&sockets::unix_domain};
      query_.wanted.unix_files = true;
    } else if (const auto port = question_.only_port()) {
      // The kernel leaves out the rest, of which there may be a hundred thousand.
      const auto filter = sockets::Filter::parse(fmt::format("sport = :{}", port->value()), {});
      if (filter) query_.wanted.bytecode = filter->bytecode();
    }
    const auto answer = os::list_sockets(query_, [this](const Row& row) { return take(row); });
    if (!answer) return fail(answer.error());
    gaps_ = answer->gaps;
    add_answers();
    if (who_.answers.empty()) {
      add_users();
      look_elsewhere();
      add_hint();
    }
    return {};
  }

  [[nodiscard]] const report::Who& who() const { return who_; }
  [[nodiscard]] const std::vector<std::string>& gaps() const { return gaps_; }
  [[nodiscard]] std::size_t without_privilege() const { return without_privilege_; }

 private:
  bool take(const Row& row) {
    if (!question_.fits(row)) return true;
    if (waits(row)) {
      without_privilege_ += row.no_owner == sockets::NoOwner::no_privilege ? 1U : 0U;
      listeners_.push_back(listener_of(row));
    } else {
      others_.push_back({listener_of(row), row.protocol, row.state, remote_text(row)});
    }
    return true;
  }

  void add_answers() {
    const auto services = services_of(listeners_, names_);
    for (const sockets::Service& service : services) who_.answers.push_back({service, 0});
    for (const Other& other : others_) {
      // MPTCP's own entry stands beside those of its TCP flows.
      if (other.state != sockets::State::established || other.protocol == sockets::SocketKind::mptcp) continue;
      const std::size_t at = service_for(services, other.socket);
      if (at < services.size()) ++who_.answers[at].connections;
    }
  }

  void add_users() {
    for (const Other& other : others_) {
      auto holders = services_of({&other.socket, 1}, names_);
      who_.users.push_back({std::move(holders.front()), other.remote, name_of(other.state, other.protocol)});
    }
  }

  // What may not be looked at is no gap: it was not asked for.
  void look_elsewhere() {
    std::vector<std::string> unseen;
    auto spaces = os::find_network_namespaces(unseen);
    if (!spaces || spaces->size() < 2) return;
    std::vector<os::SocketNamespace> others;
    for (std::size_t i = 1; i < spaces->size(); ++i) {
      auto space = os::SocketNamespace::enter(std::move((*spaces)[i].handle));
      if (space) others.push_back(std::move(*space));
    }
    std::vector<sockets::Listener> listeners;
    const auto listed = os::list_sockets(others, query_, [&](const Row& row) {
      if (waits(row) && question_.fits(row)) listeners.push_back(listener_of(row));
      return true;
    });
    if (!listed) return;
    for (sockets::Service& service : services_of(listeners, names_)) {
      const std::uint64_t network_namespace = service.network_namespace;
      who_.elsewhere.push_back({network_namespace, std::move(service)});
    }
  }

  void add_hint() {
    if (question_.path.empty() || !who_.users.empty()) return;
    const bool is_there = question_.file_inode != 0;
    if (is_there) who_.hint = "the file is there, but the socket that made it is gone";
  }

  const Question& question_;
  sockets::RowNames& names_;
  os::SocketQuery query_;
  std::vector<sockets::Listener> listeners_;
  std::vector<Other> others_;
  std::size_t without_privilege_ = 0;
  std::vector<std::string> gaps_;
  report::Who who_;
};

Result<std::vector<Question>> read_questions(const ListingOptions& words, const catalog::Services& services) {
  if (words.operands.empty()) {
    return fail(Errc::usage,
                "who is asked about something: a port, a service, ADDRESS:PORT or the path of a UNIX socket");
  }
  std::vector<Question> questions;
  for (const std::string& operand : words.operands) {
    auto question = sockets::parse_question(operand, {.services = services, .zone_of = os::interface_index});
    if (!question) return fail(question.error());
    if (const auto file = os::find_socket(question->path)) {
      question->file_inode = file->inode;
      question->file_device = file->device;
    }
    questions.push_back(std::move(*question));
  }
  return questions;
}

Result<int> answer(const ListingOptions& words) {
  const auto services = os::read_services();
  if (!services) return fail(services.error());
  const auto questions = read_questions(words, *services);
  if (!questions) return fail(questions.error());
  const auto names = os::make_socket_names({}, &*services);
  bool everywhere = true;
  for (std::size_t i = 0; i < questions->size(); ++i) {
    WhoRun run{(*questions)[i], words.operands[i], *names};
    if (const auto done = run.run(); !done) return fail(done.error());
    everywhere = everywhere && !run.who().answers.empty();
    std::string text =
        words.json ? report::who_json(run.who(), *names, run.gaps())
                   : report::who_text(run.who(), *names, {.now = os::wall_seconds(), .calendar = os::local_calendar});
    if (i > 0 && !words.json) text.insert(0, "\n");
    if (const int status = print(text); status != status_done) return status;
    tell_gaps(run.gaps(), run.without_privilege(), "who");
  }
  return everywhere ? status_done : status_failed;
}

int run(const Invocation& invocation) { return run_listing(invocation, table, page(), answer); }

}  // namespace

const Command who_command{"who", page, run};

}  // namespace portolan::cli
