#include "os/names/socket_names.h"

#include <dirent.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <chrono>
#include <map>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>

#include "os/names/reverse_names.h"
#include "os/names/service_names.h"
#include "os/names/system_names.h"
#include "os/net/interfaces.h"
#include "os/process/control_groups.h"
#include "os/process/namespaces.h"
#include "os/sockets/socket_files.h"

namespace portolan::os {
namespace {

using namespace std::chrono_literals;

constexpr const char* named_namespaces = "/run/netns";

std::uint64_t inode_of(const std::string& path) {
  struct stat facts{};
  return ::stat(path.c_str(), &facts) == 0 ? facts.st_ino : 0;
}

// By inode: the names that `ip netns` gives.
std::unordered_map<std::uint64_t, std::string> read_namespace_names() {
  struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
  };
  std::unordered_map<std::uint64_t, std::string> names;
  const std::unique_ptr<DIR, CloseDirectory> folder{::opendir(named_namespaces)};
  if (!folder) return names;
  while (const dirent* entry = ::readdir(folder.get())) {  // NOLINT(concurrency-mt-unsafe): one thread a folder
    const std::string_view name{entry->d_name};
    if (name != "." && name != "..") names.emplace(inode_of(fmt::format("{}/{}", named_namespaces, name)), name);
  }
  return names;
}

bool is_unspecified(const net::IpAddress& address) {
  for (const std::uint8_t byte : address.bytes()) {
    if (byte != 0) return false;
  }
  return true;
}

// The reverse look-ups of a list that is printed row by row: each is waited for, and all of them together no longer
// than a person would.
class HostNames {
 public:
  std::string_view find(const net::IpAddress& address) {
    const auto known = names_.find(address);
    if (known != names_.end()) return known->second;
    return names_.emplace(address, look_up(address)).first->second;
  }

 private:
  static constexpr std::chrono::milliseconds longest_wait = 5s;  // one server that is silent takes 4.5
  static constexpr std::chrono::milliseconds look_again = 1ms;

  std::string look_up(const net::IpAddress& address) {
    if (is_unspecified(address) || !open()) return {};
    resolver_->ask(address.unmapped());
    for (;;) {
      if (auto answer = resolver_->answer(address.unmapped())) return std::move(*answer);
      if (waited_ >= longest_wait) return {};
      std::this_thread::sleep_for(look_again);
      waited_ += look_again;
    }
  }

  bool open() {
    if (!tried_) {
      tried_ = true;
      if (auto opened = ReverseNames::open({})) resolver_ = std::move(*opened);
    }
    return resolver_ != nullptr;
  }

  std::unordered_map<net::IpAddress, std::string> names_;
  std::unique_ptr<ReverseNames> resolver_;
  bool tried_ = false;
  std::chrono::milliseconds waited_{0};
};

// Whose registry a port of this kind is looked up in; nullopt where it has none.
std::optional<net::Protocol> registry_of(sockets::SocketKind protocol) {
  switch (protocol) {
    case sockets::SocketKind::tcp:
    case sockets::SocketKind::mptcp:
      return net::Protocol::tcp;
    case sockets::SocketKind::udp:
    case sockets::SocketKind::udplite:
      return net::Protocol::udp;
    case sockets::SocketKind::sctp:
      return net::Protocol::sctp;
    default:
      return std::nullopt;
  }
}

// "" where that namespace cannot be entered. Nothing of it is kept open, which would keep it alive.
std::string interface_name_in(std::uint64_t network_namespace, std::uint32_t index) {
  const auto handle = open_network_namespace(std::to_string(network_namespace));
  std::string name;
  if (handle) (void)in_network_namespace(*handle, [&] { name = interface_name(index); });
  return name;
}

class SocketNames final : public sockets::RowNames {
 public:
  SocketNames(const NameChoice& choice, const catalog::Services* services)
      : choice_{choice}, services_{services}, own_namespace_{inode_of("/proc/self/ns/net")} {}

  std::string_view user(std::uint32_t id) override {
    if (!choice_.users) return {};
    if (!last_user_known_ || id != last_user_) {  // most sockets of a list belong to the user of the one before
      last_user_name_ = system_.user(id);
      last_user_ = id;
      last_user_known_ = true;
    }
    return last_user_name_;
  }

  // The numbers of interfaces mean something in their own namespace only.
  std::string_view interface(std::uint32_t index, std::uint64_t network_namespace) override {
    const std::uint64_t where = network_namespace == 0 ? own_namespace_ : network_namespace;
    const auto [known, is_new] = interfaces_.try_emplace({where, index});
    if (is_new) known->second = where == own_namespace_ ? interface_name(index) : interface_name_in(where, index);
    return known->second;
  }

  std::string_view service(sockets::SocketKind protocol, std::uint32_t port) override {
    return choice_.services ? registered_service(protocol, port) : std::string_view{};
  }
  std::string_view registered_service(sockets::SocketKind protocol, std::uint32_t port) override {
    constexpr std::uint32_t largest_port = 65'535;
    const auto registry = registry_of(protocol);
    if (!registry || port > largest_port) return {};
    return services_.name_of(*registry, net::Port{static_cast<std::uint16_t>(port)});
  }

  std::string_view host(const net::IpAddress& address) override {
    return choice_.hosts ? hosts_.find(address) : std::string_view{};
  }

  std::string_view cgroup(std::uint64_t id) override { return control_groups_.path_of(id); }

  std::string_view network_namespace(std::uint64_t inode) override {
    if (inode == own_namespace_) return "this";
    if (!namespaces_) namespaces_ = read_namespace_names();
    const auto known = namespaces_->find(inode);
    return known == namespaces_->end() ? std::string_view{} : std::string_view{known->second};
  }

  const sockets::Process* process(std::uint32_t pid) override { return processes_.find(pid); }

  sockets::FileFacts file(const sockets::Row& row) override { return find_socket_file(row, own_namespace_); }

 private:
  NameChoice choice_;
  ServiceNames services_;
  std::uint64_t own_namespace_;
  SystemNames system_;
  ControlGroups control_groups_;
  HostNames hosts_;
  Processes processes_;
  std::map<std::pair<std::uint64_t, std::uint32_t>, std::string> interfaces_;  // by namespace and number
  std::optional<std::unordered_map<std::uint64_t, std::string>> namespaces_;
  bool last_user_known_ = false;
  std::uint32_t last_user_ = 0;
  std::string_view last_user_name_;
};

}  // namespace

std::unique_ptr<sockets::RowNames> make_socket_names(const NameChoice& choice, const catalog::Services* services) {
  return std::make_unique<SocketNames>(choice, services);
}

}  // namespace portolan::os
