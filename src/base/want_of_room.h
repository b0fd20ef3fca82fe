// Errors that more descriptors, memory or buffers would mend.
#pragma once

#include "base/result.h"

namespace portolan {

inline bool is_for_want_of_room(const Error& error) {
  const auto& cause = error.cause;
  return error.code == Errc::limit || cause == "EMFILE" || cause == "ENFILE" || cause == "ENOMEM" || cause == "ENOBUFS";
}

}  // namespace portolan
