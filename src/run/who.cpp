#include "run/who.h"

#include <fmt/core.h>

#include <cstdint>
#include <utility>

#include "os/local_facts.h"
#include "os/net/interfaces.h"
#include "os/process/namespaces.h"
#include "os/sockets/machine_sockets.h"
#include "run/local_services.h"
#include "sockets/filter/filter.h"
#include "sockets/listeners.h"
#include "sockets/sources/sources.h"

namespace portolan::run {
namespace {

using sockets::Question;
using sockets::Row;

// A socket that fits the question and waits for nobody.
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

class Search {
 public:
  Search(const Question& question, std::string text, sockets::RowNames& names)
      : question_{question}, names_{names}, query_{query_for(question)} {
    found_.who.question = std::move(text);
    found_.who.is_port = question.path.empty();
  }

  Result<WhoFound> run() {
    auto answer = os::list_sockets(query_, [this](const Row& row) { return take(row); });
    if (!answer) return fail(answer.error());
    found_.gaps = std::move(answer->gaps);
    add_answers();
    if (found_.who.answers.empty()) {
      add_users();
      look_elsewhere();
      add_hint();
    }
    return std::move(found_);
  }

 private:
  bool take(const Row& row) {
    if (!question_.fits(row)) return true;
    if (waits(row)) {
      found_.without_privilege += row.no_owner == sockets::NoOwner::no_privilege ? 1U : 0U;
      listeners_.push_back(listener_of(row));
    } else {
      others_.push_back({listener_of(row), row.protocol, row.state, remote_text(row)});
    }
    return true;
  }

  void add_answers() {
    const auto services = services_of(listeners_, names_);
    for (const sockets::Service& service : services) found_.who.answers.push_back({service, 0});
    for (const Other& other : others_) {
      // MPTCP's own entry stands beside those of its TCP flows.
      if (other.state != sockets::State::established || other.kind == sockets::SocketKind::mptcp) continue;
      const std::size_t at = service_for(services, other.socket);
      if (at < services.size()) ++found_.who.answers[at].connections;
    }
  }

  void add_users() {
    for (const Other& other : others_) {
      auto holders = services_of({&other.socket, 1}, names_);
      found_.who.users.push_back({std::move(holders.front()), other.remote, name_of(other.state, other.kind)});
    }
  }

  // What may not be looked at is no gap: it was not asked for.
  void look_elsewhere() {
    std::vector<model::Remark> unseen;
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
      found_.who.elsewhere.push_back({network_namespace, std::move(service)});
    }
  }

  void add_hint() {
    if (question_.path.empty() || !found_.who.users.empty()) return;
    const bool is_there = question_.file_inode != 0;
    if (is_there) found_.who.hint = "the file is there, but the socket that made it is gone";
  }

  const Question& question_;
  sockets::RowNames& names_;
  os::SocketQuery query_;
  std::vector<sockets::Listener> listeners_;
  std::vector<Other> others_;
  WhoFound found_;
};

}  // namespace

Result<Question> read_question(std::string_view text, const catalog::Services& services) {
  auto question = sockets::parse_question(text, {.services = services, .zone_of = os::interface_index});
  if (!question) return question;
  if (const auto file = os::find_socket(question->path)) {
    question->file_inode = file->inode;
    question->file_device = file->device;
  }
  return question;
}

Result<WhoFound> find_who(const Question& question, std::string text, sockets::RowNames& names) {
  return Search{question, std::move(text), names}.run();
}

}  // namespace portolan::run
