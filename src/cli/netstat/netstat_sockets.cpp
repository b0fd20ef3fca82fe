#include "cli/netstat/netstat_sockets.h"

#include <fmt/core.h>

#include <array>
#include <unordered_map>

#include "cli/command.h"
#include "netstat/inet_table.h"
#include "netstat/sctp_table.h"
#include "netstat/unix_table.h"
#include "os/files.h"
#include "os/privileges.h"
#include "os/sockets/socket_list.h"
#include "os/sockets/socket_owners.h"
#include "report/output_buffer.h"
#include "report/sockets/gap_records.h"
#include "sockets/sources/sources.h"

namespace portolan::cli {
namespace {

using sockets::Row;
using sockets::SocketKind;

class SystemLookup final : public netstat::Lookup {
 public:
  explicit SystemLookup(os::SystemNames& names) : names_{names} {}
  std::string_view host(const net::IpAddress& address) override { return names_.host(address.without_zone()); }
  std::string_view service(std::string_view protocol, std::uint16_t port) override {
    return names_.service(protocol, port);
  }
  std::string_view ip_protocol(std::uint8_t number) override { return names_.ip_protocol(number); }
  std::string_view user(std::uint32_t id) override { return names_.user(id); }
  std::optional<std::string_view> command_line(std::uint32_t pid) override {
    const auto [place, is_new] = command_lines_.try_emplace(pid);
    if (is_new) {
      if (auto text = os::read_file(fmt::format("/proc/{}/cmdline", pid))) place->second = std::move(*text);
      // Once the first thread has ended there are no words any more (access_remote_vm finds no memory); the name is
      // left.
      if (place->second && place->second->empty()) {
        auto name = os::read_file(fmt::format("/proc/{}/comm", pid));
        if (name) place->second = name->substr(0, name->find('\n'));
      }
    }
    if (!place->second) return std::nullopt;
    return *place->second;
  }

 private:
  os::SystemNames& names_;
  std::unordered_map<std::uint32_t, std::optional<std::string>> command_lines_;
};

// What is to be listed, net-tools' rules for it: families without protocols mean all of theirs but SCTP, protocols
// without families mean both, and nothing at all means everything.
struct Choice {
  explicit Choice(const NetstatOptions& chosen)
      : v4{chosen.inet || !chosen.inet6},
        v6{chosen.inet6 || !chosen.inet},
        tcp{chosen.tcp},
        udp{chosen.udp},
        udplite{chosen.udplite},
        sctp{chosen.sctp},
        raw{chosen.raw},
        unix_domain{chosen.unix_domain} {
    const bool no_protocol = !tcp && !udp && !udplite && !sctp && !raw;
    const bool no_family = !chosen.inet && !chosen.inet6;
    everything = no_protocol && no_family && !unix_domain && chosen.missing.empty();
    if (no_protocol && (everything || !no_family)) tcp = udp = udplite = raw = true;
    if (everything) sctp = unix_domain = true;
  }
  [[nodiscard]] bool inet() const { return tcp || udp || udplite || sctp || raw; }

  bool v4;
  bool v6;
  bool tcp;
  bool udp;
  bool udplite;
  bool sctp;
  bool raw;
  bool unix_domain;
  bool everything = false;
};

netstat::TableOptions table_options(const NetstatOptions& chosen, bool terminal) {
  using netstat::Which;
  return {.which = chosen.all         ? Which::all
                   : chosen.listening ? Which::listening
                                      : Which::connected,
          .extended = chosen.extended > 0,
          .programs = chosen.programs,
          .timers = chosen.timers,
          .numeric_hosts = chosen.numeric || chosen.numeric_hosts,
          .numeric_ports = chosen.numeric || chosen.numeric_ports,
          .numeric_users = chosen.numeric || chosen.numeric_users,
          .cut_addresses = terminal && !chosen.wide,
          .cut_programs = terminal};
}

class Listing {
 public:
  Listing(const NetstatOptions& chosen, os::SystemNames& names, report::Output& output, bool terminal,
          std::string_view name)
      : chosen_{chosen},
        choice_{chosen},
        options_{table_options(chosen, terminal)},
        name_{name},
        lookup_{names},
        buffer_{output} {}

  int run() {
    if (chosen_.programs) find_owners();
    auto space = os::SocketNamespace::current();
    if (!space) return give_up(space.error());
    space_ = std::move(*space);
    if (choice_.inet()) {
      if (const auto done = list_inet(); !done) return give_up(done.error());
    }
    if (choice_.unix_domain) {
      if (const auto done = list_unix(); !done) return give_up(done.error());
    }
    tell_missing_families();
    for (const model::Remark& gap : gaps_) {
      // net-tools reads /proc/net anyway.
      if (gap.code != model::RemarkCode::lists_from_files) say(report::gap_text(gap));
    }
    if (const auto sent = buffer_.send(); !sent) return give_up(sent.error());
    return status_;
  }

 private:
  void say(std::string_view sentence) const { tell(fmt::format("{}: {}\n", name_, sentence)); }
  int give_up(const Error& error) {
    (void)buffer_.send();
    say(error.message);
    return status_failed;
  }
  void no_support(std::string_view family) const { say(fmt::format("no support for `AF {}' on this system.", family)); }

  void find_owners() {
    auto found = os::find_owners();
    if (!found) return say(found.error().message);
    owners_ = std::move(*found);
    // More rights would not open what is closed to root as well; of that net-tools complains where it may not even open
    // a folder.
    const sockets::OwnerSight& sight = owners_.sight();
    if ((os::may_look_at_processes() ? sight.tables_denied : sight.processes_denied) == 0) return;
    // net-tools' words, which callers look for.
    if (owners_.size() == 0) {
      return tell(fmt::format("(No info could be read for \"-p\": geteuid()={} but you should be root.)\n",
                              os::effective_user()));
    }
    tell(
        "(Not all processes could be identified, non-owned process info\n"
        " will not be shown, you would have to be root to see it all.)\n");
  }

  Result<void> list(const sockets::Source& source, const sockets::Detail& wanted, auto visit) {
    return space_.list(
        source, wanted,
        [&](Row& row) {
          if (chosen_.programs && row.inode != 0) row.holders = owners_.holders_of(row.inode);
          visit(row);
          return true;
        },
        gaps_);
  }

  Result<void> list_inet() {
    struct Part {
      bool wanted;
      const sockets::Source* v4;
      const sockets::Source* v6;
      std::string_view proc_file;
      std::string_view family;
    };
    const std::array<Part, 3> parts{
        {{choice_.udp, &sockets::udp4, &sockets::udp6, "udp", "INET (udp)"},
         {choice_.udplite, &sockets::udplite4, &sockets::udplite6, "udplite", "INET (udplite)"},
         {choice_.raw, &sockets::raw4, &sockets::raw6, "raw", "INET (raw)"}}};
    netstat::InetTable table{buffer_, lookup_, options_};
    table.heading();
    if (choice_.tcp) {
      if (const auto done = list_tcp(table); !done) return done;
    }
    if (choice_.sctp && choice_.v4) list_sctp();
    for (const Part& part : parts) {
      if (!part.wanted) continue;
      const auto listed = list_both(table, *part.v4, *part.v6);
      if (!listed) return fail(listed.error());
      if (*listed == 0) check_for(part.proc_file, part.family);
    }
    return {};
  }

  Result<void> list_tcp(netstat::InetTable& table) {
    if (options_.extended) {
      // Before the connections that name them, whichever family a listener has.
      const sockets::Detail listeners{.states = sockets::mask_of(sockets::State::listen)};
      for (const sockets::Source* source : {&sockets::tcp4, &sockets::tcp6}) {
        if (const auto done = list(*source, listeners, [&](const Row& row) { table.note_listener(row); }); !done) {
          return done;
        }
      }
    }
    const auto listed = list_both(table, sockets::tcp4, sockets::tcp6);
    if (!listed) return fail(listed.error());
    return {};
  }

  // How many rows there were, shown or not.
  Result<std::size_t> list_both(netstat::InetTable& table, const sockets::Source& v4, const sockets::Source& v6) {
    sockets::Detail wanted;
    wanted.states = netstat::InetTable::states(v4.protocol, options_.which);
    wanted.tcp_info = v4.protocol == SocketKind::tcp && options_.timers;
    std::size_t rows = 0;
    for (const auto& [chosen, source] : {std::pair{choice_.v4, &v4}, std::pair{choice_.v6, &v6}}) {
      if (!chosen) continue;
      const auto done = list(*source, wanted, [&](const Row& row) {
        ++rows;
        table.row(row);
      });
      if (!done) return fail(done.error());
    }
    return rows;
  }

  // Whether there are no such sockets or the kernel knows none: its file tells. Said with -v only, and where the
  // protocol was asked for.
  void check_for(std::string_view proc_file, std::string_view family) {
    const bool asked = !choice_.everything && !chosen_.inet && !chosen_.inet6;
    if ((!asked && !chosen_.verbose) || os::read_file(fmt::format("/proc/net/{}", proc_file))) return;
    no_support(family);
    if (asked) status_ = status_failed;
  }

  void list_sctp() {
    const auto endpoints = os::read_file("/proc/net/sctp/eps");
    const auto associations = os::read_file("/proc/net/sctp/assocs");
    if (!endpoints || !associations) {
      if (chosen_.sctp || chosen_.verbose) no_support("INET (sctp)");
      if (chosen_.sctp) status_ = status_failed;
      return;
    }
    const auto holder_of = [this](std::uint64_t inode) -> std::optional<std::uint32_t> {
      const auto holders = owners_.holders_of(inode);
      return inode == 0 || holders.empty() ? std::nullopt : std::optional{holders.front().pid};
    };
    const std::uint64_t unread = netstat::sctp_rows(buffer_, lookup_, options_, *endpoints, *associations, holder_of);
    if (unread > 0) gaps_.push_back({model::RemarkCode::lines_not_understood, {unread, "sctp"}});
  }

  Result<void> list_unix() {
    netstat::UnixTable table{buffer_, lookup_, options_};
    if (const auto done = list(sockets::unix_domain, {}, [&](const Row& row) { table.add(row); }); !done) return done;
    table.print(os::read_file("/proc/net/unix").value_or(""));
    return {};
  }

  void tell_missing_families() {
    for (const std::string& family : chosen_.missing) {
      no_support(family);
      status_ = status_failed;
    }
    if (!choice_.everything || !chosen_.verbose) return;
    for (const char* family : {"IPX", "AX25", "X25", "NETROM", "ROSE"}) no_support(family);
  }

  const NetstatOptions& chosen_;
  const Choice choice_;
  const netstat::TableOptions options_;
  std::string_view name_;
  SystemLookup lookup_;
  report::OutputBuffer buffer_;
  os::SocketNamespace space_;
  sockets::OwnerIndex owners_;
  std::vector<model::Remark> gaps_;
  int status_ = status_done;
};

}  // namespace

int list_netstat_sockets(const NetstatOptions& chosen, os::SystemNames& names, report::Output& output, bool terminal,
                         std::string_view name) {
  return Listing{chosen, names, output, terminal, name}.run();
}

}  // namespace portolan::cli
