// Words for the numbers in a row. os/ has the real ones, which look up and remember; tests bring their own.
#pragma once

#include <cstdint>
#include <string_view>

#include "net/ip_address.h"
#include "sockets/process.h"
#include "sockets/row.h"

namespace portolan::sockets {

// What has become of the file that a UNIX socket was bound to.
struct FileFacts {
  enum class State : std::uint8_t {
    unknown,   // no path, a relative one, or nobody can tell: the kernel named no file, or it may be in another tree
    there,     // the file that the socket made
    deleted,   // nothing has that name any more: nobody can connect
    replaced,  // something else has it
  };
  State state = State::unknown;
  std::uint32_t mode = 0;  // permissions, 0 to 07777; this and `owner` only while it is there
  std::uint32_t owner = 0;
};

class RowNames {
 public:
  RowNames() = default;
  RowNames(const RowNames&) = delete;
  RowNames& operator=(const RowNames&) = delete;
  virtual ~RowNames() = default;

  // Views stay good while the object lives. "" where there is no name, or where numbers are wanted (-n).
  virtual std::string_view user(std::uint32_t id) = 0;
  virtual std::string_view interface(std::uint32_t index, std::uint64_t network_namespace) = 0;
  virtual std::string_view service(SocketKind protocol, std::uint32_t port) = 0;
  // The name registered for a port, also where addresses are to have numbers.
  virtual std::string_view registered_service(SocketKind protocol, std::uint32_t port) {
    return service(protocol, port);
  }
  virtual std::string_view host(const net::IpAddress& address) = 0;
  virtual std::string_view cgroup(
      std::uint64_t id) = 0;  // its path below /sys/fs/cgroup: "/system.slice/nginx.service"
  virtual std::string_view network_namespace(
      std::uint64_t inode) = 0;  // "web" for /run/netns/web, "this" for one's own
  // nullptr once the process is gone.
  virtual const Process* process(std::uint32_t pid) = 0;
  // Looks at the file system.
  virtual FileFacts file(const Row& row) {
    (void)row;
    return {};
  }
};

}  // namespace portolan::sockets
