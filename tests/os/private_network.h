// Real kernels for the tests of os/: a test's body runs in a child process inside a network namespace
// of its own (and a user namespace, so that an ordinary user may). Everything is gone with the child.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/mac.h"
#include "net/path.h"
#include "os/file_descriptor.h"

namespace portolan::os {

inline constexpr uid_t nobody = 65'534;

// Why there can be no such namespaces here; nullopt where there can.
std::optional<std::string> no_private_networks();

// Whether this process may take any other user's id: root may, but not the root of a user namespace that knows
// nobody else.
bool may_become_anybody();

// Whether something can be done here as an ordinary user does it: this is one, or may become one.
bool may_be_ordinary_user();
// Becomes one who is nobody in particular where this is root. To be called in a child.
void become_ordinary_user();

// Runs `body` in the child, where lo is up; what it EXPECTs counts for the calling test.
void in_private_network(const std::function<void()>& body);

// To be called in a child: from here on its mounts are its own and show nowhere else. False, which is said, where this
// user may have none.
bool has_own_mounts();

// Runs a shell command and expects it to succeed.
void shell(const std::string& command);
std::string output_of(const std::string& command);

// A second network namespace: the other end of the wire.
class Peer {
 public:
  Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  ~Peer();
  // Runs `body` in the peer's network.
  void enter(const std::function<void()>& body) const;
  void shell(const std::string& command) const;
  [[nodiscard]] pid_t process() const { return process_; }

 private:
  pid_t process_ = -1;
  FileDescriptor home_;
  FileDescriptor there_;
};

// Returns when the kernel has noticed the carrier of a device, which takes up to a second, and done all that follows.
void wait_for_carrier(const char* device);
// A wire between this network and the peer's: "near" here with 198.18.0.1/24 and 2001:db8::1/64, "far"
// there with 198.18.0.2 and 2001:db8::2. Both up and at rest: they have a carrier, and no address comes later.
void make_wire(const Peer& peer);

net::Mac mac_of_device(const std::string& name);

// Sends layer-3 packets out of a device, as any machine on the wire could.
class Injector {
 public:
  explicit Injector(const std::string& device);
  void send(net::EtherType type, const net::Mac& to, std::span<const std::uint8_t> bytes) const;

 private:
  FileDescriptor socket_;
  int device_ = 0;
};

// A listening TCP socket on every address of the network that the caller is in; port 0 lets the kernel choose.
FileDescriptor listen_on(std::uint16_t port);
std::uint16_t port_of(const FileDescriptor& socket);

}  // namespace portolan::os

#define NEEDS_PRIVATE_NETWORK() \
  if (const auto why = portolan::os::no_private_networks()) GTEST_SKIP() << *why
