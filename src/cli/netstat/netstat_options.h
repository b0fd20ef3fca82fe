// The options of `portolan netstat`: net-tools' options with net-tools' meanings. The table is in netstat_options.cpp.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/option.h"

namespace portolan::cli {

struct NetstatOptions {
  bool help = false;
  bool version = false;

  // Views; without any of them sockets are listed.
  bool routes = false;
  bool interfaces = false;
  bool groups = false;
  bool statistics = false;
  bool masquerade = false;

  // Which sockets
  bool all = false;
  bool listening = false;
  bool tcp = false;
  bool udp = false;
  bool udplite = false;
  bool sctp = false;
  bool raw = false;
  bool inet = false;
  bool inet6 = false;
  bool unix_domain = false;
  std::vector<std::string> missing;  // families that nobody lists any more, as net-tools calls them: "AX25"

  // What is shown of them
  int extended = 0;
  bool programs = false;
  bool timers = false;
  bool contexts = false;  // -Z
  bool verbose = false;
  bool wide = false;
  bool numeric = false;
  bool numeric_hosts = false;
  bool numeric_ports = false;
  bool numeric_users = false;
  bool symbolic = false;  // names of hardware addresses, of which no view has any
  bool fib = false;
  bool cache = false;
  bool continuous = false;

  std::vector<std::string> operands;  // net-tools takes none, and passes them over
};

// In the order of help.
std::span<const Option<NetstatOptions>> netstat_option_table();

// Errc::parse: the line cannot be taken apart. Errc::usage: views that exclude each other. Errc::unsupported: -A names
// a family that there is not.
Result<NetstatOptions> parse_netstat_options(std::span<const std::string> options);

}  // namespace portolan::cli
