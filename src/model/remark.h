// Something that a user should know, as a code with values. The words for it stand in report/wording, so that two
// machines that speak different languages write the same record.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace portolan::model {

enum class RemarkCode : std::uint8_t {
  // About one host.
  nothing_answered,     // it counts as up because nobody asked whether it is
  limits_answers,       // rate
  limits_errors,        // rate
  may_limit_errors,     // too little was asked to know
  stopped_answering,    // it answered, and then nothing came any more
  gateway_silent,       // gateway
  link_address_silent,  // question: "arp" or "nd"
  services_unknown,     // ports, seconds: so long was asked who answers at its open ports, and so many are left
  no_way,               // cause, target, interface ("" where it is not the cause)
  // About the scan.
  no_way_to_some,          // the same, of the first of several targets without a way
  refused_here,            // probes, cause, target ("" where there are several)
  dropped_here,            // packets
  answers_for_all,         // mac, address (that nobody has), question: "arp" or "nd"
  sent_by_kernel,          // cause (net::Path::ByKernel), target: the first whose packets the kernel's IP layer sends
  no_targets,              //
  unresolved,              // place, expression, cause, name (that has no address, or the expression)
  named_again,             // name, target: what the name means was a target already when its address came
  names_pending,           // names, name (one of them): they were still looked up when the scan ended
  connects_instead,        // no raw packets, so ports are asked by full connections
  routes_unknown,          // cause: the kernel does not tell its routes, so everything is asked by connections
  packets_refused,         // cause: there are no packet sockets here, so everything is asked by connections
  connects_for_discovery,  // no raw packets, so hosts are asked by connections
  no_tcp_ports,            // none is left to ask
  no_udp_ports,            // the same of UDP
  no_ip_protocols,         // the same of IP protocols
  other_protocol,          // protocol: ports named for it are not asked
  // About a list of sockets: what it does not hold.
  namespaces_hidden,       // processes, user: of so many processes this user may not look at the network namespace
  namespace_missing,       // namespace (its inode number), cause
  list_changed,            // sockets ("tcp"): while the kernel gave it
  answers_not_understood,  // answers, sockets
  lines_not_understood,    // lines, file (of /proc/net)
  no_such_list,            // sockets
  failed_units_unknown,    // systemctl does not answer
  ends_not_heard,          // cause
  short_ones_missing,      // more sockets ended at once than could be heard of
  lists_from_files,        // cause: sock_diag may not be asked, so that /proc/net has to do, which tells less
  processes_unknown,       // cause: who holds what
  proc_missing,            // /proc is not there: who holds what, and the lists that only it has
  networks_unknown,        // network namespaces but for those that have a name: /proc is not there
  registry_unknown,        // cause: the names of services that portolan ships
  namespace_gone,          // name: of the one that is watched, for now
  listeners_unknown,       // cause, sockets ("" where it is not about one list)
  // A sentence that an older version wrote.
  noted,  // sentence
};

// One thing worth saying. `values` are those of its code in their order (see remark_kinds()).
struct Remark {
  using Value = std::variant<std::uint64_t, double, std::string>;
  RemarkCode code{};
  std::vector<Value> values{};

  // "" or 0 where there is no such value or it is of another type, because records are read from files too.
  [[nodiscard]] std::string_view text(std::size_t index) const;
  [[nodiscard]] std::uint64_t number(std::size_t index) const;
  [[nodiscard]] double real(std::size_t index) const;

  friend bool operator==(const Remark&, const Remark&) = default;
};

// What a code is called in records, and what its values are.
struct RemarkKind {
  enum class Type : std::uint8_t { number, real, text };  // in the order of Remark::Value
  struct Field {
    std::string_view name;
    Type type;
  };
  RemarkCode code;
  std::string_view name;  // "gateway-silent"
  std::span<const Field> values;
};

// In the order of their codes.
std::span<const RemarkKind> remark_kinds();
const RemarkKind& kind_of(RemarkCode code);
// nullopt for names that this version does not know.
std::optional<RemarkCode> remark_named(std::string_view name);

}  // namespace portolan::model
