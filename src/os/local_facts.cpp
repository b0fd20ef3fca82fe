#include "os/local_facts.h"

#include <sys/stat.h>

#include <utility>

#include "os/files.h"

namespace portolan::os {
namespace {

// ip_local_reserved_ports may name every second port.
constexpr std::size_t longest_setting = std::size_t{512} * 1024;

std::string setting(const char* name) {
  auto text = read_file(std::string{"/proc/sys/net/ipv4/"} + name, longest_setting);
  return text ? std::move(*text) : std::string{};
}

}  // namespace

sockets::PortLimits read_port_limits() {
  sockets::PortLimits limits;
  limits.ephemeral = sockets::parse_port_range_setting(setting("ip_local_port_range"));
  limits.first_unprivileged = sockets::parse_unprivileged_setting(setting("ip_unprivileged_port_start"));
  if (auto set_aside = sockets::parse_reserved_ports_setting(setting("ip_local_reserved_ports"))) {
    limits.set_aside = std::move(*set_aside);
  }
  return limits;
}

std::optional<SocketFile> find_socket(const std::string& path) {
  struct stat facts{};
  if (path.contains('\0') || ::stat(path.c_str(), &facts) != 0 || !S_ISSOCK(facts.st_mode)) return std::nullopt;
  return SocketFile{.inode = facts.st_ino, .device = facts.st_dev};
}

}  // namespace portolan::os
