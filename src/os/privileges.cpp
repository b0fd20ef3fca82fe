#include "os/privileges.h"

#include <netinet/in.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <type_traits>

#include "base/message.h"
#include "os/file_descriptor.h"
#include "os/system_error.h"

namespace portolan::os {
namespace {

struct Free {
  void operator()(cap_t capabilities) const { ::cap_free(capabilities); }
};
using Capabilities = std::unique_ptr<std::remove_pointer_t<cap_t>, Free>;

constexpr std::array<cap_value_t, 8> to_look{
    CAP_SYS_PTRACE,        // other users' processes (ptrace(2), access mode checking)
    CAP_DAC_READ_SEARCH,   // their files
    CAP_SYS_ADMIN,         // other namespaces (setns(2))
    CAP_SYS_CHROOT,        // mount namespaces
    CAP_NET_ADMIN,         // what sock_diag tells administrators only, the ends of sockets
    CAP_BPF,               // who holds what, in one pass
    CAP_PERFMON,           // the same
    CAP_NET_BIND_SERVICE,  // whether a port is free
};

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
    return fail(Errc::privilege, said("cannot give up privileges: {}", error_text(errno)));
  }
  return {};
}

void keep_rights_to_look() {
  const Capabilities own{::cap_get_proc()};
  if (!own || ::prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) != 0) return;
  for (cap_value_t right = 0; right < ::cap_max_bits(); ++right) {
    if (std::ranges::find(to_look, right) != to_look.end()) continue;
    for (const cap_flag_t set : {CAP_EFFECTIVE, CAP_PERMITTED, CAP_INHERITABLE}) {
      (void)::cap_set_flag(own.get(), set, 1, &right, CAP_CLEAR);
    }
  }
  (void)::cap_set_proc(own.get());
}

}  // namespace portolan::os
