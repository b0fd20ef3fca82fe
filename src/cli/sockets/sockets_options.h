// The options of `portolan sockets`.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "cli/option.h"
#include "os/sockets/socket_owners.h"
#include "sockets/row.h"

namespace portolan::cli {

struct SocketsOptions {
  bool help = false;
  bool version = false;

  std::vector<sockets::SocketKind> protocols;  // empty: all
  bool all_but = false;                        // they are what was left of all: none of them was named
  // Of these kinds only sockets of these types (SOCK_STREAM ...): -A u_str.
  std::map<sockets::SocketKind, std::vector<std::uint8_t>> types;
  bool only_v4 = false;
  bool only_v6 = false;
  bool listening = false;
  bool connected = false;
  std::vector<std::string> expression;  // the filter's words
  std::string filter_file;

  bool owners = true;
  std::optional<os::OwnerMethod> owner_method;
  bool extended = false;
  bool memory = false;
  bool timers = false;
  bool options = false;
  bool tcp_info = false;
  bool wide = false;
  bool resolve = false;
  bool heading = true;
  bool summary = false;
  std::string columns;
  std::string sort;

  std::string format = "table";
  std::string network_namespace;
  bool all_namespaces = false;
  bool watch = false;
  Duration interval = std::chrono::seconds{1};
};

std::span<const Option<SocketsOptions>> sockets_option_table();
// Errc::parse and Errc::usage with one sentence.
Result<SocketsOptions> parse_sockets_options(std::span<const std::string> options);

}  // namespace portolan::cli
