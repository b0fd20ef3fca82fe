#include "os/privileges.h"

#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <type_traits>

#include "os/file_descriptor.h"
#include "os/system_error.h"

namespace portolan::os {
namespace {

struct Free {
  void operator()(cap_t capabilities) const { ::cap_free(capabilities); }
};
using Capabilities = std::unique_ptr<std::remove_pointer_t<cap_t>, Free>;

}  // namespace

bool can_send_raw() {
  // Packet sockets want the very same right (net/packet/af_packet.c, packet_create), but closing one takes
  // many milliseconds: it waits for all processors. IPPROTO_RAW receives nothing meanwhile.
  const FileDescriptor socket{::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW)};
  // Whoever lacks the right hears of that before the want of files.
  return socket.is_open() || errno == EMFILE || errno == ENFILE;
}

bool may_look_at_processes() {
  const std::unique_ptr<std::remove_pointer_t<cap_t>, int (*)(void*)> own{::cap_get_proc(), ::cap_free};
  cap_flag_value_t value = CAP_CLEAR;
  return own && ::cap_get_flag(own.get(), CAP_SYS_PTRACE, CAP_EFFECTIVE, &value) == 0 && value == CAP_SET;
}

unsigned effective_user() { return ::geteuid(); }

Result<void> drop_privileges() {
  const Capabilities none{::cap_init()};
  // no_new_privs first: without it, executing a program as root would bring the capabilities back.
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) != 0 || !none || ::cap_set_proc(none.get()) != 0) {
    return fail(Errc::privilege, fmt::format("cannot give up privileges: {}", error_text(errno)));
  }
  return {};
}

}  // namespace portolan::os
