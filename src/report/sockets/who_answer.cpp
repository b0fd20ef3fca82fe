#include "report/sockets/who_answer.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>

#include "base/escape.h"
#include "base/message.h"
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
  return service.program.empty() ? std::string{translated("somebody")} : escape_terminal(service.program);
}

constexpr std::string_view process_label = message("process");
constexpr std::string_view since_label = message("since");
constexpr std::string_view command_label = message("command");
constexpr std::string_view unit_label = message("unit");
constexpr std::string_view activation_label = message("activation");
constexpr std::string_view container_label = message("container");
constexpr std::string_view user_label = message("user");
constexpr std::string_view addresses_label = message("addresses");
constexpr std::string_view connected_label = message("connected");

std::size_t label_width() {
  std::size_t width = 0;
  for (const std::string_view label : {process_label, since_label, command_label, unit_label, activation_label,
                                       container_label, user_label, addresses_label, connected_label}) {
    width = std::max(width, display_width(translated(label)));
  }
  return width;
}

void add_line(std::string& out, std::string_view label, std::string_view value) {
  if (value.empty()) return;
  const std::string_view shown = translated(label);
  append(out, "  {}{} {}\n", shown, std::string(label_width() - display_width(shown), ' '), value);
}

// "everywhere", "loopback,192.168.0.1": the words of it in the user's language.
std::string where_words(std::string_view places) {
  constexpr std::array words{message("everywhere"), message("everywhere(IPv4)"), message("everywhere(IPv6)"),
                             message("loopback")};
  std::string text;
  for (bool first = true; first || !places.empty(); first = false) {
    const auto piece = places.substr(0, places.find(','));
    places.remove_prefix(std::min(piece.size() + 1, places.size()));
    const bool is_word = std::ranges::find(words, piece) != words.end();
    append(text, "{}{}", first ? "" : ",", is_word ? translated(piece) : piece);
  }
  return text;
}

std::string first_words(const Service& service, sockets::RowNames& names) {
  const bool takes_connections =
      service.protocol != sockets::SocketKind::udp && service.protocol != sockets::SocketKind::udplite;
  const std::string program = program_of(service);
  const std::string target = target_text(service, names);
  if (!service.path.empty()) {
    return takes_connections ? said("{0} listens on {1}", program, target)
                             : said("{0} receives on {1}", program, target);
  }
  const std::string where = where_words(escape_terminal(places_text(service.places, service.network_namespace, names)));
  return takes_connections ? said("{0} listens on {1}, {2}", program, target, where)
                           : said("{0} receives on {1}, {2}", program, target, where);
}

std::string process_text(const Service& service) {
  if (service.pids.empty()) return said("not known: {}", translated(words_of(service.no_owner)));
  std::string text = said("{0}, pid {1}", program_of(service), service.pids.front());
  if (service.pids.size() == 1) return text;
  constexpr std::size_t most_pids = 16;
  const auto rest = std::span{service.pids}.subspan(1);
  const std::string others = join(rest.first(std::min(rest.size(), most_pids)), " ");
  if (rest.size() <= most_pids) return said("{0}, with {1}", text, others);
  return said("{0}, with {1} and {2} more", text, others, rest.size() - most_pids);
}

std::string since_text(const Process* process, const WhoStyle& style) {
  if (process == nullptr || process->started == 0) return {};
  const auto started = static_cast<std::int64_t>(process->started);
  const model::WallTime time{std::chrono::seconds{started}};
  return said("{0}, {1} ago", second_text(time, style.calendar), age_text(style.now - started));
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
  add_line(out, process_label, process_text(service));
  add_line(out, since_label, since_text(process, style));
  if (process != nullptr) add_line(out, command_label, escape_terminal(process->command));
  if (!service.pids.empty()) add_line(out, unit_label, service.unit.empty() ? "-" : escape_terminal(service.unit));
  if (service.held_by_systemd && service.program != "systemd") {
    add_line(out, activation_label, translated("systemd holds the socket, too, and starts the program"));
  }
  add_line(out, container_label, container_text(service));
  if (process != nullptr && process->user) {
    add_line(out, user_label, user_text(*process->user, names));
  } else if (service.user) {
    add_line(out, user_label, said("{}, who made the socket", user_text(*service.user, names)));
  }
  if (service.path.empty()) {
    add_line(out, addresses_label,
             escape_terminal(endpoints_text(service.places, service.port, service.network_namespace, names)));
  }
  add_line(out, connected_label, said("{} now", answer.connections));
}

std::string holder_words(const Service& holder) {
  return holder.pids.empty() ? said("a socket without a process ({})", translated(words_of(holder.no_owner)))
                             : said("{0} (pid {1})", program_of(holder), holder.pids.front());
}

std::string user_line(const WhoUser& user, sockets::RowNames& names) {
  const Service& holder = user.holder;
  if (!holder.path.empty()) return said("{0} uses it in state {1}", holder_words(holder), user.state);
  const std::string local =
      escape_terminal(endpoints_text(holder.places, holder.port, holder.network_namespace, names));
  if (user.remote.empty()) return said("{0} uses {1} in state {2}", holder_words(holder), local, user.state);
  return said("{0} is connected from {1} to {2} ({3})", holder_words(holder), local, user.remote, user.state);
}

void append_users(std::string& out, const Who& who, sockets::RowNames& names) {
  for (std::size_t i = 0; i < std::min(who.users.size(), most_listed); ++i) {
    append(out, "  {}\n", user_line(who.users[i], names));
  }
  if (who.users.size() > most_listed) {
    append(out, "  {}\n", counted("and {0} more uses it", "and {0} more use it", who.users.size() - most_listed));
  }
}

// With what bind() says where nobody was found, of one port or of several.
std::string nobody_text(const Who& who) {
  using sockets::Availability;
  const std::string asked = escape_terminal(who.question);
  switch (who.availability) {
    case Availability::free:
      if (who.elsewhere.empty()) {
        return who.is_range ? said("nobody listens on {}: they are free", asked)
                            : said("nobody listens on {}: it is free", asked);
      }
      return who.is_range ? said("nobody listens on {} in this network namespace: they are free here", asked)
                          : said("nobody listens on {} in this network namespace: it is free here", asked);
    case Availability::not_permitted:
      return who.is_range
                 ? said("nobody listens on {}: they are free, but this user may not bind to all of them", asked)
                 : said("nobody listens on {}: it is free, but this user may not bind to it", asked);
    case Availability::no_such_address:
      return said("nobody listens on {}: this machine has no such address", asked);
    case Availability::in_use:
      if (!who.users.empty()) break;
      return who.is_range ? said(
                                "nobody listens on {}, but not all are free: the kernel lets nobody bind to one of "
                                "them, and lists nobody who is",
                                asked)
                          : said(
                                "nobody listens on {}, but it is in use: the kernel lets nobody bind to it, and lists "
                                "nobody who is",
                                asked);
    case Availability::not_asked:
      break;
  }
  return said("nobody listens on {}", asked);
}

void append_nothing(std::string& out, const Who& who, sockets::RowNames& names) {
  append(out, "{}\n", nobody_text(who));
  append_users(out, who, names);
  for (const Service& other : who.namesakes) {
    append(out, "  {}\n",
           said("{} listens on a socket that was bound to that name, which leads no more to it", holder_words(other)));
  }
  for (const WhoElsewhere& other : who.elsewhere) {
    const auto name = names.network_namespace(other.network_namespace);
    append(out, "  {}\n",
           said("in the network namespace {0}: {1} ({2})",
                name.empty() ? std::to_string(other.network_namespace) : escape_terminal(name),
                first_words(other.service, names), escape_terminal(holder_text(other.service))));
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
  return counted("{0} day {1} h", "{0} days {1} h", static_cast<std::size_t>(days), hours % 24);
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
    append(out, "{}\n", translated("other programs hold connections there:"));
    append_users(out, who, names);
  }
  if (!who.hint.empty()) out += who.hint + "\n";
  return out;
}

}  // namespace portolan::report
