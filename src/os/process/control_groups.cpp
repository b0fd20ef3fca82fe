#include "os/process/control_groups.h"

#include <dirent.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <memory>

namespace portolan::os {
namespace {

constexpr int deepest = 64;

std::string find_root() {
  for (const char* path : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
    struct statfs facts{};
    if (::statfs(path, &facts) == 0 && facts.f_type == CGROUP2_SUPER_MAGIC) return path;
  }
  return {};
}

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

}  // namespace

ControlGroups::ControlGroups() : root_{find_root()} {}

std::string_view ControlGroups::path_of(std::uint64_t id) {
  if (!read_) read_tree();
  const auto found = paths_.find(id);
  return found == paths_.end() ? std::string_view{} : std::string_view{found->second};
}

void ControlGroups::read_tree() {
  read_ = true;
  if (root_.empty()) return;
  struct stat facts{};
  if (::stat(root_.c_str(), &facts) == 0) paths_.emplace(facts.st_ino, "/");
  read_folder({}, 0);
}

// The id of a group is the inode of its folder (kernfs_id), which readdir() tells without a look at the folder itself.
void ControlGroups::read_folder(const std::string& path, int depth) {
  const std::unique_ptr<DIR, CloseDirectory> folder{::opendir((root_ + path).c_str())};
  if (!folder || depth > deepest) return;
  while (const dirent* entry = ::readdir(folder.get())) {  // NOLINT(concurrency-mt-unsafe): one thread a folder
    const std::string_view name{entry->d_name};
    if (entry->d_type != DT_DIR || name == "." || name == "..") continue;
    if (paths_.size() >= largest_tree) return;
    std::string below = path + '/';
    below += name;
    paths_.emplace(entry->d_ino, below);
    read_folder(below, depth + 1);
  }
}

}  // namespace portolan::os
