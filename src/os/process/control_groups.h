// Paths of control groups by their ids.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace portolan::os {

class ControlGroups {
 public:
  // Where the version 2 hierarchy is mounted is found out: "/sys/fs/cgroup", or "unified" in it beside version 1.
  ControlGroups();
  explicit ControlGroups(std::string root) : root_{std::move(root)} {}

  // Path below the mount, "/system.slice/nginx.service", "/" for the root; "" where it is gone or out of sight. The
  // first question reads the whole tree, at most largest_tree groups; groups made after that are not known.
  std::string_view path_of(std::uint64_t id);

  static constexpr std::size_t largest_tree = 65'536;

 private:
  void read_tree();
  void read_folder(const std::string& path, int depth);

  std::string root_;  // "": there is none
  bool read_ = false;
  std::unordered_map<std::uint64_t, std::string> paths_;
};

}  // namespace portolan::os
