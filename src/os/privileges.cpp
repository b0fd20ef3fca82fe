#include "os/privileges.h"

#include <fmt/core.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#include <cerrno>
#include <memory>
#include <type_traits>

#include "os/system_error.h"

namespace portolan::os {
namespace {

struct Free {
  void operator()(cap_t capabilities) const { ::cap_free(capabilities); }
};
using Capabilities = std::unique_ptr<std::remove_pointer_t<cap_t>, Free>;

}  // namespace

bool can_send_raw() {
  const Capabilities capabilities{::cap_get_proc()};
  cap_flag_value_t raw = CAP_CLEAR;
  return capabilities && ::cap_get_flag(capabilities.get(), CAP_NET_RAW, CAP_EFFECTIVE, &raw) == 0 && raw == CAP_SET;
}

Result<void> drop_privileges() {
  const Capabilities none{::cap_init()};
  // no_new_privs first: without it, executing a program as root would bring the capabilities back.
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) != 0 || !none || ::cap_set_proc(none.get()) != 0) {
    return fail(Errc::privilege, fmt::format("cannot give up privileges: {}", error_text(errno)));
  }
  return {};
}

}  // namespace portolan::os
