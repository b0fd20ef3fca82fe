#include "os/names/filter_names.h"

#include <linux/magic.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <array>
#include <cstdio>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "os/catalogues.h"
#include "os/files.h"
#include "os/names/name_files.h"
#include "os/names/resolve.h"
#include "os/names/service_names.h"
#include "os/net/interfaces.h"
#include "os/process/namespaces.h"

namespace portolan::os {
namespace {

// As ss takes it: a name of any protocol.
std::optional<std::uint32_t> port_of(std::string_view service) {
  const auto registry = read_services();
  ServiceNames names{registry ? &*registry : nullptr};
  for (const net::Protocol protocol : {net::Protocol::tcp, net::Protocol::udp, net::Protocol::sctp}) {
    if (const auto port = names.port_of(protocol, service)) return port->value();
  }
  return std::nullopt;
}

std::optional<std::uint32_t> index_of(std::string_view interface) {
  const std::uint32_t index = interface_index(interface);
  return index == 0 ? std::nullopt : std::optional{index};
}

std::optional<std::uint32_t> index_in(const FileDescriptor& network_namespace, std::string_view interface) {
  std::optional<std::uint32_t> index;
  (void)in_network_namespace(network_namespace, [&] { index = index_of(interface); });
  return index;
}

std::optional<std::uint32_t> index_anywhere(std::string_view interface) {
  if (const auto here = index_of(interface)) return here;
  std::vector<model::Remark> unseen;
  const auto spaces = find_network_namespaces(unseen);
  if (!spaces) return std::nullopt;
  for (const NetworkNamespace& space : *spaces) {
    if (const auto there = index_in(space.handle, interface)) return there;
  }
  return std::nullopt;
}

// The id of a control group is the inode of its directory.
std::optional<std::uint64_t> cgroup_of(std::string_view path) {
  for (const std::string_view root : {"/sys/fs/cgroup/", "/sys/fs/cgroup/unified/"}) {
    const std::string whole = std::string{root}.append(path);
    struct statfs where{};
    struct stat facts{};
    if (::statfs(whole.c_str(), &where) != 0 || where.f_type != CGROUP2_SUPER_MAGIC) continue;
    if (::stat(whole.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode)) return facts.st_ino;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> user_of(std::string_view name) {
  if (look_up_would_hang("passwd")) return std::nullopt;
  std::array<char, 4096> room{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwnam_r(std::string{name}.c_str(), &entry, room.data(), room.size(), &found) != 0 || found == nullptr) {
    return std::nullopt;
  }
  return found->pw_uid;
}

std::pair<std::uint32_t, std::uint32_t> ephemeral_ports() {
  constexpr std::size_t limit = 64;
  std::pair<std::uint32_t, std::uint32_t> ports = sockets::FilterNames{}.ephemeral_ports;
  const auto text = read_file("/proc/sys/net/ipv4/ip_local_port_range", limit);
  unsigned first = 0;
  unsigned last = 0;
  if (text && std::sscanf(text->c_str(), "%u %u", &first, &last) == 2) ports = {first, last};
  return ports;
}

}  // namespace

sockets::FilterNames filter_names() {
  return {.port = port_of,
          .addresses = [](std::string_view host) { return resolve(host); },
          .interface = index_of,
          .cgroup = cgroup_of,
          .user = user_of,
          .ephemeral_ports = ephemeral_ports()};
}

Result<sockets::FilterNames> filter_names_in(const std::string& which) {
  auto opened = open_network_namespace(which);
  if (!opened) return fail(opened.error());
  const auto there = std::make_shared<const FileDescriptor>(std::move(*opened));
  sockets::FilterNames names = filter_names();
  const auto entered = in_network_namespace(*there, [&] { names.ephemeral_ports = ephemeral_ports(); });
  if (!entered) return fail(cannot_enter(which, entered.error()));
  names.interface = [there](std::string_view name) { return index_in(*there, name); };
  return names;
}

sockets::FilterNames filter_names_anywhere() {
  sockets::FilterNames names = filter_names();
  names.interface = [](std::string_view name) { return index_anywhere(name); };
  return names;
}

Result<sockets::FilterNames> filter_names_among(const FileDescriptor& network_namespace) {
  sockets::FilterNames names = filter_names();
  std::unordered_map<std::string, std::uint32_t> indexes;
  const auto entered = in_network_namespace(network_namespace, [&] {
    names.ephemeral_ports = ephemeral_ports();
    for (const auto& [index, name] : interface_names()) indexes.emplace(name, index);
  });
  if (!entered) return fail(entered.error());
  names.interface = [indexes = std::move(indexes)](std::string_view name) -> std::optional<std::uint32_t> {
    constexpr std::uint32_t nobody = 0xffff'ffff;  // the kernel's are positive in 31 bits
    if (const auto found = indexes.find(std::string{name}); found != indexes.end()) return found->second;
    const bool number = name.find_first_not_of("0123456789") == std::string_view::npos;
    return number ? std::nullopt : std::optional{nobody};
  };
  return names;
}

}  // namespace portolan::os
