// How long the system's resolver is told to wait for a name server. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace portolan::os {

struct ResolverTimes {
  std::optional<std::chrono::milliseconds> timeout;  // before the next server is asked
  std::optional<int> attempts;                       // at each server
};

// The "options" lines of resolv.conf(5), and then RES_OPTIONS of the environment, whose word is the last. Numbers are
// at most what glibc makes of them, 30 seconds and 5 attempts, and at least 1: glibc bounds them upwards only. What is
// no number is passed over.
ResolverTimes resolver_times(std::string_view resolv_conf, std::string_view res_options);

}  // namespace portolan::os
