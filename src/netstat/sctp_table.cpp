#include "netstat/sctp_table.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/escape.h"
#include "netstat/address_text.h"
#include "netstat/inet_table.h"
#include "sockets/sources/proc_line.h"

namespace portolan::netstat {
namespace {

using sockets::ProcLine;

struct Entry {
  unsigned state = 0;  // of the socket: include/net/tcp_states.h's numbers
  std::uint32_t user = 0;
  std::uint64_t inode = 0;
  std::uint32_t local_port = 0;
  std::uint32_t remote_port = 0;
  std::uint64_t send_queue = 0;
  std::uint64_t receive_queue = 0;
  std::vector<net::IpAddress> local;
  std::vector<net::IpAddress> remote;
};

// Addresses up to `end`; the one in use has an asterisk.
bool read_addresses(ProcLine& line, std::string_view end, std::vector<net::IpAddress>& into) {
  for (std::string_view word = line.word(); word != end; word = line.word()) {
    if (word.starts_with('*')) word.remove_prefix(1);
    const auto address = net::IpAddress::parse(word);
    if (!address) return false;
    into.push_back(*address);
  }
  return true;
}

// ENDPT SOCK STY SST HBKT LPORT UID INODE LADDRS
std::optional<Entry> parse_endpoint(std::string_view text) {
  Entry entry;
  ProcLine line{text};
  line.skip(3).number(entry.state).skip(1).number(entry.local_port).number(entry.user).number(entry.inode);
  if (!line.good() || !read_addresses(line, "", entry.local)) return std::nullopt;
  return entry;
}

// ASSOC SOCK STY SST ST HBKT ASSOC-ID TX_QUEUE RX_QUEUE UID INODE LPORT RPORT LADDRS <-> RADDRS HBINT ...
std::optional<Entry> parse_association(std::string_view text) {
  Entry entry;
  // Behind the addresses stand a tab and numbers; without the tab a number could be taken for an address.
  ProcLine line{text.substr(0, text.find('\t'))};
  line.skip(3).number(entry.state).skip(3).number(entry.send_queue).number(entry.receive_queue);
  line.number(entry.user).number(entry.inode).number(entry.local_port).number(entry.remote_port);
  if (!line.good() || text.find(" <-> ") == std::string_view::npos) return std::nullopt;
  if (!read_addresses(line, "<->", entry.local) || !read_addresses(line, "", entry.remote)) return std::nullopt;
  return entry;
}

class Rows {
 public:
  Rows(report::OutputBuffer& buffer, Lookup& lookup, const TableOptions& options, const FindHolder& find_holder)
      : buffer_{buffer}, lookup_{lookup}, options_{options}, find_holder_{find_holder} {}

  // An endpoint has its port behind every address, and both columns of addresses to itself.
  void endpoint(const Entry& entry) {
    const std::size_t lines = std::max<std::size_t>(entry.local.size(), 1);
    for (std::size_t i = 0; i < lines; ++i) {
      const std::string local = i < entry.local.size() ? with_port(entry.local[i], entry.local_port) : "";
      buffer_.add("{:<5} {:>6} {:>6} {:<47} {:<11}{}\n", i == 0 ? "sctp" : "", "", "", local,
                  i == 0 ? state_of(entry) : "", i + 1 == lines ? ending(entry) : "");
    }
  }

  // An association has ports behind its first addresses.
  void association(const Entry& entry) {
    const std::size_t lines = std::max({entry.local.size(), entry.remote.size(), std::size_t{1}});
    for (std::size_t i = 0; i < lines; ++i) {
      const std::string ending_here = i + 1 == lines ? ending(entry) : "";
      if (i == 0) {
        buffer_.add("{:<5} {:>6} {:>6} {:<23} {:<23} {:<11}{}\n", "sctp", entry.receive_queue, entry.send_queue,
                    entry.local.empty() ? "" : with_port(entry.local[0], entry.local_port),
                    entry.remote.empty() ? "" : with_port(entry.remote[0], entry.remote_port), state_of(entry),
                    ending_here);
        continue;
      }
      buffer_.add("{:<5} {:>6} {:>6} {:<23} {:<23} {:<11}{}\n", "", "", "", host_in(entry.local, i),
                  host_in(entry.remote, i), "", ending_here);
    }
  }

 private:
  [[nodiscard]] std::string host(const net::IpAddress& address) const {
    if (!options_.numeric_hosts) {
      if (const std::string_view name = lookup_.host(address); !name.empty()) return escape_terminal(name);
    }
    return numeric_text(address);
  }
  [[nodiscard]] std::string with_port(const net::IpAddress& address, std::uint32_t port) const {
    return fmt::format("{}:{}", host(address), port);
  }
  [[nodiscard]] std::string host_in(const std::vector<net::IpAddress>& addresses, std::size_t at) const {
    return at < addresses.size() ? host(addresses[at]) : "";
  }
  static std::string_view state_of(const Entry& entry) {
    return tcp_state_text(static_cast<sockets::State>(std::min(entry.state, 255U)));
  }
  // Columns behind the state; they stand on the last line of an entry.
  [[nodiscard]] std::string ending(const Entry& entry) const {
    std::string text;
    if (options_.extended) {
      const std::string_view name = options_.numeric_users ? "" : lookup_.user(entry.user);
      text += fmt::format(" {:<10} {:<10}", name.empty() ? fmt::format("{}", entry.user) : escape_terminal(name),
                          entry.inode);
    }
    if (options_.programs) {
      const std::string program = program_of(find_holder_(entry.inode), lookup_);
      text += fmt::format(" {:<20}", options_.cut_programs ? cut_program(program) : program);
    }
    if (options_.timers) text += ' ';  // /proc/net/sctp tells of no timer
    return text;
  }

  report::OutputBuffer& buffer_;
  Lookup& lookup_;
  const TableOptions& options_;
  const FindHolder& find_holder_;
};

template <class Parse, class Show>
std::size_t each_line(std::string_view text, Parse parse, Show show) {
  std::size_t unread = 0;
  bool heading = true;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (std::exchange(heading, false)) continue;
    if (const auto entry = parse(line)) {
      show(*entry);
    } else {
      ++unread;
    }
  }
  return unread;
}

}  // namespace

std::size_t sctp_rows(report::OutputBuffer& buffer, Lookup& lookup, const TableOptions& options,
                      std::string_view endpoints, std::string_view associations, const FindHolder& find_holder) {
  Rows rows{buffer, lookup, options, find_holder};
  std::size_t unread = 0;
  if (options.which != Which::connected) {
    unread += each_line(endpoints, parse_endpoint, [&](const Entry& entry) { rows.endpoint(entry); });
  }
  if (options.which != Which::listening) {
    unread += each_line(associations, parse_association, [&](const Entry& entry) { rows.association(entry); });
  }
  return unread;
}

}  // namespace portolan::netstat
