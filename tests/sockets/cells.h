// Names and cells that the tests of columns and of their formats share.
#pragma once

#include <fmt/core.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "net/ip_address.h"
#include "sockets/columns/column.h"
#include "sockets/row.h"
#include "sockets/row_names.h"

namespace portolan::sockets::testing {

class FakeNames : public RowNames {
 public:
  std::string_view user(std::uint32_t id) override { return find(users, id); }
  std::string_view interface(std::uint32_t index, std::uint64_t) override { return find(interfaces, index); }
  std::string_view service(SocketKind, std::uint32_t port) override { return find(services, port); }
  std::string_view registered_service(SocketKind, std::uint32_t port) override { return find(registered, port); }
  std::string_view host(const net::IpAddress& address) override { return find(hosts, address); }
  std::string_view cgroup(std::uint64_t id) override { return find(cgroups, id); }
  std::string_view network_namespace(std::uint64_t inode) override { return find(namespaces, inode); }
  const Process* process(std::uint32_t pid) override {
    const auto found = processes.find(pid);
    return found == processes.end() ? nullptr : &found->second;
  }
  FileFacts file(const Row&) override { return facts; }

  std::map<std::uint32_t, std::string> users{{0, "root"}, {33, "www-data"}};
  std::map<std::uint32_t, std::string> interfaces{{1, "lo"}, {2, "eth0"}};
  std::map<std::uint32_t, std::string> services;
  std::map<std::uint32_t, std::string> registered{{22, "ssh"}, {443, "https"}};
  std::map<net::IpAddress, std::string> hosts;
  std::map<std::uint64_t, std::string> cgroups{{42, "/system.slice/nginx.service"}};
  std::map<std::uint64_t, std::string> namespaces{{4026531840, "this"}};
  std::map<std::uint32_t, Process> processes;
  FileFacts facts;

 private:
  template <class Key>
  static std::string_view find(const std::map<Key, std::string>& names, const Key& key) {
    const auto found = names.find(key);
    return found == names.end() ? std::string_view{} : std::string_view{found->second};
  }
};

// What a column calls, in words: text in quotes, numbers bare, "nothing".
class ToldCell : public Cell {
 public:
  void text(std::string_view value) override { tell(Kind::text, fmt::format("'{}'", value)); }
  void number(std::uint64_t value) override { tell(Kind::number, fmt::format("{}", value)); }
  void number(double value) override { tell(Kind::number, fmt::format("{}", value)); }
  void truth(bool value) override { tell(Kind::truth, value ? "true" : "false"); }
  void nothing() override { tell(std::nullopt, "nothing"); }
  std::string told;
  std::optional<Kind> kind;  // of the last call
  int calls = 0;

 private:
  void tell(std::optional<Kind> called, std::string_view words) {
    told += words;
    kind = called;
    ++calls;
  }
};

inline net::IpAddress address(std::string_view text) { return net::IpAddress::parse(text).value(); }

inline Row tcp_row(std::string_view local, std::uint32_t local_port, std::string_view remote,
                   std::uint32_t remote_port) {
  Row row;
  row.protocol = SocketKind::tcp;
  row.local = address(local);
  row.remote = address(remote);
  row.family = row.local.is_v4() ? AddressFamily::v4 : AddressFamily::v6;
  row.state = remote_port == 0 ? State::listen : State::established;
  row.type = 1;
  row.local_port = local_port;
  row.remote_port = remote_port;
  row.has_user = true;
  row.inode = 4711;
  row.network_namespace = 4026531840;
  return row;
}

inline Row unix_row(std::string_view path) {
  Row row;
  row.protocol = SocketKind::unix_domain;
  row.family = AddressFamily::unix_domain;
  row.state = State::listen;
  row.type = 1;
  row.path = path;
  row.inode = 17;
  return row;
}

inline Process nginx(std::uint32_t pid) {
  Process process;
  process.pid = pid;
  process.program = "nginx";
  process.command = "nginx: master process /usr/sbin/nginx";
  process.user = 33;
  process.unit = "nginx.service";
  process.started = 1'795'256'204;  // 2026-11-21T10:16:44Z
  process.network_namespace = 4026531840;
  return process;
}

}  // namespace portolan::sockets::testing
