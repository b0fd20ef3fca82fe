#include "os/process/systemd_units.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <system_error>

#include "os/file_descriptor.h"
#include "os/files.h"
#include "os/system_error.h"

namespace portolan::os {
namespace {

namespace fs = std::filesystem;
using sockets::UnitState;

// systemd.unit(5), "Unit File Load Path": what stands first wins.
struct UnitFolder {
  const char* path;
  bool installed;  // its units may be enabled and disabled; those of the others come and go with a run
};
constexpr std::array folders{
    UnitFolder{"etc/systemd/system.control", true},  UnitFolder{"run/systemd/system.control", false},
    UnitFolder{"run/systemd/transient", false},      UnitFolder{"run/systemd/generator.early", false},
    UnitFolder{"etc/systemd/system", true},          UnitFolder{"etc/systemd/system.attached", true},
    UnitFolder{"run/systemd/system", true},          UnitFolder{"run/systemd/system.attached", true},
    UnitFolder{"run/systemd/generator", false},      UnitFolder{"usr/local/lib/systemd/system", true},
    UnitFolder{"usr/lib/systemd/system", true},      UnitFolder{"lib/systemd/system", true},
    UnitFolder{"run/systemd/generator.late", false},
};

constexpr std::size_t longest_unit_file = std::size_t{1024} * 1024;

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator at{folder, error}, end; !error && at != end; at.increment(error)) {
    found.push_back(at->path());
  }
  std::ranges::sort(found);
  return found;
}

bool is_dead_end(const fs::path& path) {
  std::error_code error;
  const fs::path target = fs::read_symlink(path, error);
  return !error && target == "/dev/null";
}

class UnitTree {
 public:
  explicit UnitTree(const fs::path& root) : root_{root} {
    for (const UnitFolder& folder : folders) read_folder(folder);
  }

  [[nodiscard]] UnitState state_of(const std::string& name) const {
    const auto file = file_of(name);
    if (!file) return UnitState::unknown;
    if (is_dead_end(file->path)) return UnitState::masked;
    if (started_.contains(name)) return UnitState::enabled;
    if (!file->installed) return UnitState::fixed;
    return read(name, *file).installable ? UnitState::disabled : UnitState::fixed;
  }

  [[nodiscard]] std::vector<sockets::SocketUnit> sockets() const {
    std::vector<sockets::SocketUnit> units;
    for (const auto& [name, file] : files_) {
      // Links to other units are other names of theirs; templates listen nowhere.
      const bool is_template = name.contains("@.");
      if (!name.ends_with(".socket") || is_template || is_alias(file)) continue;
      auto unit = sockets::socket_unit_of(name, read(name, file));
      if (!unit.listens.empty()) units.push_back(std::move(unit));
    }
    return units;
  }

 private:
  struct File {
    fs::path path;
    bool installed = false;
  };

  void read_folder(const UnitFolder& folder) {
    for (const fs::path& path : files_in(root_ / folder.path)) {
      const std::string name = path.filename().string();
      if (name.ends_with(".wants") || name.ends_with(".requires") || name.ends_with(".upholds")) {
        for (const fs::path& link : files_in(path)) started_.insert(link.filename().string());
      } else if (name.ends_with(".d")) {
        drop_ins_[name.substr(0, name.size() - 2)].push_back(path);
      } else if (name.ends_with(".socket") || name.ends_with(".service")) {
        files_.try_emplace(name, File{path, folder.installed});
        note_alias(path, name);
      }
    }
  }

  // A link to another unit is an alias, and one way to be enabled.
  void note_alias(const fs::path& path, const std::string& name) {
    std::error_code error;
    const std::string target = fs::read_symlink(path, error).filename().string();
    if (!error && target != name && target != "null") started_.insert(target);
  }

  static bool is_alias(const File& file) {
    std::error_code error;
    const fs::path target = fs::read_symlink(file.path, error);
    return !error && target.filename() != file.path.filename();
  }

  // A unit's own file, or that of its template.
  [[nodiscard]] std::optional<File> file_of(const std::string& name) const {
    auto found = files_.find(name);
    if (found == files_.end()) {
      const auto at = name.find('@');
      const auto dot = name.rfind('.');
      if (at == std::string::npos || dot == std::string::npos || dot < at) return std::nullopt;
      found = files_.find(name.substr(0, at + 1) + name.substr(dot));
    }
    if (found == files_.end()) return std::nullopt;
    return found->second;
  }

  [[nodiscard]] sockets::UnitFile read(const std::string& name, const File& file) const {
    sockets::UnitFile unit;
    add(file.path, unit);
    const auto found = drop_ins_.find(name);
    if (found == drop_ins_.end()) return unit;
    // Of files with the same name only the one in the first folder counts; they are read in the order of their names.
    std::map<std::string, fs::path> drop_ins;
    for (const fs::path& folder : found->second) {
      for (const fs::path& path : files_in(folder)) {
        if (path.extension() == ".conf") drop_ins.try_emplace(path.filename().string(), path);
      }
    }
    for (const auto& [file_name, path] : drop_ins) add(path, unit);
    return unit;
  }

  // A link is followed inside the root, so that a tree that is not mounted at / can be read. What cannot be read says
  // nothing.
  void add(const fs::path& path, sockets::UnitFile& unit) const {
    fs::path real = path;
    std::error_code error;
    const fs::path target = fs::read_symlink(path, error);
    if (!error) real = target.is_absolute() ? root_ / target.relative_path() : path.parent_path() / target;
    const auto text = read_regular_file(real.string(), longest_unit_file);
    if (text) sockets::read_unit_file(*text, unit);
  }

  fs::path root_;
  std::map<std::string, File> files_;
  std::map<std::string, std::vector<fs::path>> drop_ins_;
  std::set<std::string> started_;  // named in some .wants or .requires folder, or by an alias
};

struct Child {
  pid_t process = -1;
  FileDescriptor output;  // what it writes to standard output
};

// nullopt where it cannot be started.
std::optional<Child> start(const std::string& program, std::vector<std::string> words) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  Child child{.output = FileDescriptor{ends[0]}};
  const FileDescriptor input{ends[1]};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input.get(), STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  words.insert(words.begin(), program);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int failure = ::posix_spawn(&child.process, program.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return failure == 0 ? std::optional{std::move(child)} : std::nullopt;
}

// Everything up to the end of it; nullopt where that has not come by the deadline.
std::optional<std::string> read_to_end(const FileDescriptor& output, std::chrono::steady_clock::time_point deadline) {
  std::string text;
  while (true) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd wait{.fd = output.get(), .events = POLLIN, .revents = 0};
    const int ready = left.count() <= 0 ? 0 : ::poll(&wait, 1, static_cast<int>(left.count()));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return std::nullopt;
    std::array<char, 4096> buffer{};
    const ssize_t got = ::read(output.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

// What a program writes to standard output; nullopt where it cannot be started, fails, or takes too long.
std::optional<std::string> output_of(const std::string& program, std::vector<std::string> words) {
  const auto child = start(program, std::move(words));
  if (!child) return std::nullopt;
  // systemd may be busy or stuck; a list of services does not wait for it.
  constexpr std::chrono::seconds patience{3};
  auto text = read_to_end(child->output, std::chrono::steady_clock::now() + patience);
  if (!text) ::kill(child->process, SIGKILL);
  int status = 0;
  while (::waitpid(child->process, &status, 0) < 0 && errno == EINTR) {
  }
  const bool succeeded = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  return succeeded ? std::move(text) : std::nullopt;
}

bool is_folder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(fs::symlink_status(path, error)) && !error;
}

}  // namespace

sockets::UnitFacts read_units(std::span<const std::string> asked, const SystemdOptions& options,
                              std::vector<model::Remark>& gaps) {
  sockets::UnitFacts facts;
  const fs::path root{options.root};
  // What sd_booted(3) looks at.
  if (!is_folder(root / "run/systemd/system")) return facts;
  facts.known = true;
  const UnitTree tree{root};
  facts.sockets = tree.sockets();
  for (const std::string& name : asked) facts.states[name] = tree.state_of(name);
  for (const sockets::SocketUnit& unit : facts.sockets) facts.states[unit.name] = tree.state_of(unit.name);
  if (!options.failed_units) return facts;
  const auto listed = output_of((root / "usr/bin/systemctl").string(),
                                {"list-units", "--state=failed", "--full", "--plain", "--no-legend", "--no-pager"});
  if (listed) {
    facts.failed = sockets::parse_unit_list(*listed);
  } else {
    gaps.push_back({model::RemarkCode::failed_units_unknown});
  }
  return facts;
}

bool in_first_network_namespace() {
  struct stat own{};
  struct stat first{};
  // /proc/1/ns/net is closed to ordinary users.
  if (::stat("/proc/self/ns/net", &own) != 0 || ::stat("/proc/1/ns/net", &first) != 0) return true;
  return own.st_ino == first.st_ino && own.st_dev == first.st_dev;
}

}  // namespace portolan::os
