#include "run/who.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>

#include "base/escape.h"
#include "base/message.h"
#include "os/local_facts.h"
#include "os/names/service_names.h"
#include "os/net/interfaces.h"
#include "os/process/namespaces.h"
#include "os/sockets/machine_sockets.h"
#include "os/sockets/port_probe.h"
#include "run/local_services.h"
#include "sockets/filter/filter.h"
#include "sockets/listeners.h"
#include "sockets/sources/sources.h"

namespace portolan::run {
namespace {

using sockets::Question;
using sockets::Row;

// A socket that fits the question and does not answer it.
struct Other {
  sockets::Listener socket;
  sockets::SocketKind kind = sockets::SocketKind::tcp;
  sockets::State state = sockets::State::unknown;
  std::string remote;
};

std::string remote_text(const Row& row) {
  if (!is_ip(row) || row.remote_port == 0) return {};
  const std::string address = to_string(row.remote);
  return row.remote.is_v4() ? fmt::format("{}:{}", address, row.remote_port)
                            : fmt::format("[{}]:{}", address, row.remote_port);
}

// Asks the kernel for no more than can fit.
os::SocketQuery query_for(const Question& question) {
  os::SocketQuery query = waiting_query();
  query.detail.states = sockets::all_states;
  if (!question.path.empty()) {
    query.sources = {&sockets::unix_domain};
    query.detail.unix_files = true;
  } else if (const auto port = question.only_port()) {
    // The kernel leaves out the rest, of which there may be a hundred thousand.
    const auto filter = sockets::Filter::parse(fmt::format("sport = :{}", port->value()), {});
    if (filter) query.detail.bytecode = filter->bytecode();
  }
  return query;
}

// What bind() says to each of the asked ports and addresses; the first that it refuses decides.
sockets::Availability availability_of(const Question& question) {
  using sockets::Availability;
  constexpr std::size_t most_ports = 1'024;
  std::vector<net::IpAddress> addresses;
  for (const sockets::AskedAddress& asked : question.addresses) addresses.push_back(asked.address);
  if (addresses.empty()) addresses = {net::IpAddress::v4(0), net::IpAddress::v6({})};
  Availability found = Availability::not_asked;
  for (const auto& [protocol, ports] : {std::pair{sockets::SocketKind::tcp, &question.tcp},
                                        {sockets::SocketKind::udp, &question.udp},
                                        {sockets::SocketKind::sctp, &question.sctp}}) {
    if (ports->size() > most_ports) return Availability::not_asked;
    if (protocol == sockets::SocketKind::tcp && question.protocol == sockets::SocketKind::dccp) continue;
    for (const net::PortRange& range : ports->ranges()) {
      for (std::uint32_t port = range.first.value(); port <= range.last.value(); ++port) {
        for (const net::IpAddress& address : addresses) {
          const auto one = os::try_to_bind(protocol, address, net::Port{static_cast<std::uint16_t>(port)});
          if (one != Availability::not_asked && one != Availability::free) return one;
          if (one == Availability::free) found = one;
        }
      }
    }
  }
  return found;
}

std::string typed(std::string path) {
  if (path.starts_with('\0')) path.front() = '@';
  return path;
}

class Search {
 public:
  Search(const Question& question, std::string text, sockets::RowNames& names)
      : question_{question}, names_{names}, query_{query_for(question)} {
    found_.who.question = std::move(text);
    found_.who.is_port = question.path.empty();
    found_.who.is_range = found_.who.is_port && !question.only_port();
  }

  Result<WhoFound> run() {
    auto answer = os::list_sockets(query_, [this](const Row& row) { return take(row); });
    if (!answer) return fail(answer.error());
    found_.gaps = std::move(answer->gaps);
    // The file system is not of any network: whoever is bound to a path is reached from everywhere.
    if (is_file() && listeners_.empty()) look_abroad([this](const Row& row) { take(row); });
    add_answers();
    if (!found_.who.answers.empty()) return std::move(found_);
    for (const Other& other : others_) add_user(other);
    if (!is_file()) add_elsewhere();
    if (found_.who.is_port) found_.who.availability = availability_of(question_);
    add_hint();
    return std::move(found_);
  }

 private:
  [[nodiscard]] bool is_file() const { return !question_.path.empty() && question_.path.front() != '\0'; }

  bool take(const Row& row) {
    if (question_.has_only_the_name(row) && waits(row))
      namesakes_.push_back({listener_of(row), row.protocol, row.state, {}});
    if (!question_.fits(row) || is_known_to_be_another(row)) return true;
    if (question_.is_answered_by(row)) {
      found_.without_privilege += row.no_owner == sockets::NoOwner::no_privilege ? 1U : 0U;
      listeners_.push_back(listener_of(row));
    } else {
      others_.push_back({listener_of(row), row.protocol, row.state, remote_text(row)});
    }
    return true;
  }

  // Where the kernel told only the name that a socket was bound to, what its holders find there tells whether it can be
  // the one that is meant.
  [[nodiscard]] bool is_known_to_be_another(const Row& row) const {
    if (!is_file() || row.has_file || question_.file.state != Question::File::State::socket) return false;
    return std::ranges::any_of(row.holders, [&](const sockets::Holder& holder) {
      const auto file = os::find_socket_of(holder.pid, question_.path);
      return file.state == Question::File::State::none ||
             (file.state == Question::File::State::socket &&
              (file.inode != question_.file.inode || file.device != question_.file.device));
    });
  }

  void add_answers() {
    const auto services = services_of(listeners_, names_);
    for (const sockets::Service& service : services) found_.who.answers.push_back({service, 0});
    if (services.empty()) return;
    for (const Other& other : others_) {
      // MPTCP's own entry stands beside those of its TCP flows.
      if (other.state != sockets::State::established || other.kind == sockets::SocketKind::mptcp) continue;
      const std::size_t at = service_for(services, other.socket, names_);
      if (at < services.size()) {
        ++found_.who.answers[at].connections;
      } else {
        add_user(other);
      }
    }
  }

  void add_user(const Other& other) {
    auto holders = services_of({&other.socket, 1}, names_);
    found_.who.users.push_back({std::move(holders.front()), other.remote, name_of(other.state, other.kind)});
  }

  // Calls `visit` for every socket of other network namespaces. What may not be looked at is no gap: it was not asked
  // for.
  void look_abroad(const std::function<void(const Row&)>& visit) {
    std::vector<model::Remark> unseen;
    auto spaces = os::find_network_namespaces(unseen);
    if (!spaces || spaces->size() < 2) return;
    std::vector<os::SocketNamespace> others;
    for (std::size_t i = 1; i < spaces->size(); ++i) {
      auto space = os::SocketNamespace::enter(std::move((*spaces)[i].handle));
      if (space) others.push_back(std::move(*space));
    }
    (void)os::list_sockets(others, query_, [&](const Row& row) { return visit(row), true; });
  }

  void add_elsewhere() {
    std::vector<sockets::Listener> listeners;
    look_abroad([&](const Row& row) {
      if (question_.is_answered_by(row)) listeners.push_back(listener_of(row));
    });
    for (sockets::Service& service : services_of(listeners, names_)) {
      const std::uint64_t network_namespace = service.network_namespace;
      found_.who.elsewhere.push_back({network_namespace, std::move(service)});
    }
  }

  void add_hint() {
    if (!is_file()) return hint_at_file();
    for (const Other& other : namesakes_) {
      auto holders = services_of({&other.socket, 1}, names_);
      found_.who.namesakes.push_back(std::move(holders.front()));
    }
    if (!found_.who.users.empty() || !found_.who.namesakes.empty()) return;
    using enum Question::File::State;
    if (question_.file.state == socket)
      found_.who.hint = translated("the file is there, but the socket that made it is gone");
    if (question_.file.state == none) found_.who.hint = translated("there is no socket of that name");
  }

  // "@name" is of the abstract namespace, and a file may be called so.
  void hint_at_file() {
    if (question_.path.empty()) return;
    const std::string path = fmt::format("./{}", typed(question_.path));
    if (os::find_socket(path).state != Question::File::State::socket) return;
    found_.who.hint = said("there is a file of that name; ask for {}", escape_terminal(path));
  }

  const Question& question_;
  sockets::RowNames& names_;
  os::SocketQuery query_;
  std::vector<sockets::Listener> listeners_;
  std::vector<Other> others_;
  std::vector<Other> namesakes_;
  WhoFound found_;
};

bool names_nothing(const Question& question, const report::Who& who) {
  return question.file.state != Question::File::State::socket && who.answers.empty() && who.users.empty() &&
         who.namesakes.empty() && who.elsewhere.empty();
}

// The name of a socket that a list shows as that; "" where there is none.
std::string name_shown_as(const std::string& word) {
  os::SocketQuery query;
  query.sources = {&sockets::unix_domain};
  query.detail.states = sockets::all_states;
  query.owners = std::nullopt;
  std::string name;
  (void)os::list_sockets(query, [&](const Row& row) {
    if (sockets::is_shown_as(row.path, word)) name = row.path;
    return name.empty();
  });
  return name;
}

// What else a path may mean that was copied from a list: a name that is shown so.
std::vector<std::string> other_readings(const std::string& path) {
  const std::string word = typed(path);
  if (!word.contains('\\')) return {};
  std::string unescaped = unescape(word);
  if (path.starts_with('\0')) unescaped.front() = '\0';
  // No file's name holds NUL.
  std::vector<std::string> readings;
  if (path.starts_with('\0') || !unescaped.contains('\0')) readings.push_back(std::move(unescaped));
  // A backslash of the name itself looks like an escape.
  if (auto name = name_shown_as(word); !name.empty()) readings.push_back(std::move(name));
  return readings;
}

// A relative path is known by its "./". That the file of the bare name is a socket is said, where the word makes no
// sense otherwise.
std::unexpected<Error> with_path_named(Error error, std::string_view word) {
  const std::string path = fmt::format("./{}", word);
  if (os::find_socket(path).state == Question::File::State::socket) {
    error.message = said("{0}; the UNIX socket of that name is {1}", error.message, escape_terminal(path));
  }
  return std::unexpected{std::move(error)};
}

}  // namespace

Result<Question> read_question(std::string_view text, const catalog::Services& services) {
  os::ServiceNames system{nullptr};
  auto question =
      sockets::parse_question(text, {.services = services,
                                     .zone_of = os::interface_index,
                                     .system_port = [&system](net::Protocol protocol, std::string_view name) {
                                       return system.system_port(protocol, name);
                                     }});
  if (!question) return with_path_named(std::move(question.error()), text);
  if (!question->path.empty()) question->file = os::find_socket(question->path);
  for (sockets::AskedAddress& asked : question->addresses) {
    if (asked.named == 0 && !sockets::is_wildcard(asked.address))
      asked.interfaces = os::interfaces_leading_to(asked.address);
  }
  return question;
}

Result<WhoFound> find_who(const Question& question, const std::string& text, sockets::RowNames& names) {
  auto found = Search{question, text, names}.run();
  if (!found || question.path.empty() || !names_nothing(question, found->who)) return found;
  for (std::string& reading : other_readings(question.path)) {
    Question meant = question;
    meant.path = std::move(reading);
    meant.file = os::find_socket(meant.path);
    auto other = Search{meant, text, names}.run();
    if (!other || !names_nothing(meant, other->who)) return other;
  }
  return found;
}

}  // namespace portolan::run
