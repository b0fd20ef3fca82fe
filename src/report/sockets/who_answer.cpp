#include "report/sockets/who_answer.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <iterator>

#include "base/escape.h"
#include "base/text.h"
#include "report/sockets/service_list.h"

namespace portolan::report {
namespace {

using sockets::Process;
using sockets::Service;

constexpr std::size_t most_listed = 10;  // of users of a port that nobody listens on

// "8080/tcp (http-alt)", "/run/x.sock".
std::string target_text(const Service& service, sockets::RowNames& names) {
  if (!service.path.empty()) return escape_terminal(path_text(service));
  const auto name = names.registered_service(service.protocol, service.port);
  const std::string bracketed = name.empty() ? std::string{} : fmt::format(" ({})", name);
  return fmt::format("{}/{}{}", service.port, name_of(service.protocol), bracketed);
}

std::string program_of(const Service& service) {
  return service.program.empty() ? std::string{"somebody"} : escape_terminal(service.program);
}

void add_line(std::string& out, std::string_view label, std::string_view value) {
  if (!value.empty()) append(out, "  {:<10} {}\n", label, value);
}

std::string first_words(const Service& service, sockets::RowNames& names) {
  const bool takes_connections =
      service.protocol != sockets::SocketKind::udp && service.protocol != sockets::SocketKind::udplite;
  const std::string_view verb = takes_connections ? "listens on" : "receives on";
  if (!service.path.empty()) return fmt::format("{} {} {}", program_of(service), verb, target_text(service, names));
  return fmt::format("{} {} {}, {}", program_of(service), verb, target_text(service, names),
                     escape_terminal(places_text(service.places, service.network_namespace, names)));
}

std::string process_text(const Service& service) {
  if (service.pids.empty()) return fmt::format("not known: {}", words_of(service.no_owner));
  std::string text = fmt::format("{}, pid {}", program_of(service), service.pids.front());
  if (service.pids.size() == 1) return text;
  constexpr std::size_t most_pids = 16;
  const auto rest = std::span{service.pids}.subspan(1);
  text += fmt::format(", with {}", join(rest.first(std::min(rest.size(), most_pids)), " "));
  if (rest.size() > most_pids) text += fmt::format(" and {} more", rest.size() - most_pids);
  return text;
}

std::string since_text(const Process* process, const WhoStyle& style) {
  if (process == nullptr || process->started == 0) return {};
  const auto started = static_cast<std::int64_t>(process->started);
  const model::WallTime time{std::chrono::seconds{started}};
  return fmt::format("{}, {} ago", second_text(time, style.calendar), age_text(style.now - started));
}

std::string user_text(std::uint32_t id, sockets::RowNames& names) {
  const auto name = names.user(id);
  return name.empty() ? std::to_string(id) : escape_terminal(name);
}

std::string container_text(const Service& service) {
  if (service.container.empty()) return {};
  const std::string id = escape_terminal(service.container.substr(0, 12));  // as the runtimes shorten it
  if (service.container_name.empty()) return id;
  return fmt::format("{} ({})", escape_terminal(service.container_name), id);
}

void append_answer(std::string& out, const WhoAnswer& answer, sockets::RowNames& names, const WhoStyle& style) {
  const Service& service = answer.service;
  const Process* process = service.pids.empty() ? nullptr : names.process(service.pids.front());
  out += first_words(service, names) + "\n";
  add_line(out, "process", process_text(service));
  add_line(out, "since", since_text(process, style));
  if (process != nullptr) add_line(out, "command", escape_terminal(process->command));
  if (!service.pids.empty()) add_line(out, "unit", service.unit.empty() ? "-" : escape_terminal(service.unit));
  if (service.held_by_systemd && service.program != "systemd") {
    add_line(out, "activation", "systemd holds the socket, too, and starts the program");
  }
  add_line(out, "container", container_text(service));
  if (process != nullptr && process->user) {
    add_line(out, "user", user_text(*process->user, names));
  } else if (service.user) {
    add_line(out, "user", fmt::format("{}, who made the socket", user_text(*service.user, names)));
  }
  if (service.path.empty()) {
    add_line(out, "addresses",
             escape_terminal(endpoints_text(service.places, service.port, service.network_namespace, names)));
  }
  add_line(out, "connected", fmt::format("{} now", answer.connections));
}

std::string holder_words(const Service& holder) {
  return holder.pids.empty() ? fmt::format("a socket without a process ({})", words_of(holder.no_owner))
                             : fmt::format("{} (pid {})", program_of(holder), holder.pids.front());
}

std::string user_line(const WhoUser& user, sockets::RowNames& names) {
  const Service& holder = user.holder;
  if (!holder.path.empty()) return fmt::format("{} uses it in state {}", holder_words(holder), user.state);
  const std::string local =
      escape_terminal(endpoints_text(holder.places, holder.port, holder.network_namespace, names));
  if (user.remote.empty()) return fmt::format("{} uses {} in state {}", holder_words(holder), local, user.state);
  return fmt::format("{} is connected from {} to {} ({})", holder_words(holder), local, user.remote, user.state);
}

void append_users(std::string& out, const Who& who, sockets::RowNames& names) {
  for (std::size_t i = 0; i < std::min(who.users.size(), most_listed); ++i) {
    append(out, "  {}\n", user_line(who.users[i], names));
  }
  if (who.users.size() > most_listed) append(out, "  and {} more use it\n", who.users.size() - most_listed);
}

// What bind() says where nobody was found, of one port or of several.
std::string availability_words(const Who& who) {
  using sockets::Availability;
  const std::string_view free = who.is_range ? "they are free" : "it is free";
  switch (who.availability) {
    case Availability::free:
      return who.elsewhere.empty() ? fmt::format(": {}", free)
                                   : fmt::format(" in this network namespace: {} here", free);
    case Availability::not_permitted:
      return fmt::format(": {}, but this user may not bind to {}", free, who.is_range ? "all of them" : "it");
    case Availability::no_such_address:
      return ": this machine has no such address";
    case Availability::in_use:
      if (!who.users.empty()) break;
      return fmt::format(", but {}, and lists nobody who is",
                         who.is_range ? "not all are free: the kernel lets nobody bind to one of them"
                                      : "it is in use: the kernel lets nobody bind to it");
    case Availability::not_asked:
      break;
  }
  return "";
}

void append_nothing(std::string& out, const Who& who, sockets::RowNames& names) {
  append(out, "nobody listens on {}{}\n", escape_terminal(who.question), availability_words(who));
  append_users(out, who, names);
  for (const Service& other : who.namesakes) {
    append(out, "  {} listens on a socket that was bound to that name, which leads no more to it\n",
           holder_words(other));
  }
  for (const WhoElsewhere& other : who.elsewhere) {
    const auto name = names.network_namespace(other.network_namespace);
    append(out, "  in the network namespace {}: {} ({})\n",
           name.empty() ? std::to_string(other.network_namespace) : escape_terminal(name),
           first_words(other.service, names), escape_terminal(holder_text(other.service)));
  }
}

}  // namespace

std::string path_text(const Service& service) {
  std::string path = service.path;
  if (path.starts_with('\0')) path.front() = '@';
  return path;
}

std::string age_text(std::int64_t seconds) {
  seconds = std::max<std::int64_t>(seconds, 0);
  const std::int64_t minutes = seconds / 60;
  const std::int64_t hours = minutes / 60;
  const std::int64_t days = hours / 24;
  if (minutes == 0) return fmt::format("{} s", seconds);
  if (hours == 0) return fmt::format("{} min", minutes);
  if (days == 0) return fmt::format("{} h {} min", hours, minutes % 60);
  return fmt::format("{} {} {} h", days, days == 1 ? "day" : "days", hours % 24);
}

std::string who_text(const Who& who, sockets::RowNames& names, const WhoStyle& style) {
  std::string out;
  for (const WhoAnswer& answer : who.answers) {
    if (!out.empty()) out += '\n';
    append_answer(out, answer, names, style);
  }
  if (who.answers.empty()) {
    append_nothing(out, who, names);
  } else if (!who.users.empty()) {
    out += "other programs hold connections there:\n";
    append_users(out, who, names);
  }
  if (!who.hint.empty()) out += who.hint + "\n";
  return out;
}

}  // namespace portolan::report
