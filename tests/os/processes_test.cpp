// Facts about real processes.
#include "os/process/processes.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "os/file_descriptor.h"
#include "os/files.h"
#include "os/names/container_names.h"
#include "private_network.h"

namespace portolan::os {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsNull;
using ::testing::NotNull;

const std::string id(64, 'c');

// To be called by the child: it ends when its parent does, or has.
void end_with(pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
}

// A process that has done `body` and waits to be ended.
class Child {
 public:
  explicit Child(const std::function<void()>& body) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const FileDescriptor reader{ends[0]};
    FileDescriptor writer{ends[1]};
    const pid_t parent = ::getpid();
    process_ = ::fork();
    if (process_ == 0) {
      end_with(parent);
      body();
      (void)!::write(writer.get(), "x", 1);
      for (;;) ::pause();
    }
    writer.reset(-1);
    char ready = 0;
    EXPECT_EQ(::read(reader.get(), &ready, 1), 1);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { end(); }
  void end() {
    if (process_ < 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
  }
  [[nodiscard]] std::uint32_t pid() const { return static_cast<std::uint32_t>(process_); }

 private:
  pid_t process_ = -1;
};

// Writes "/t o ooo..." over the first argument, as programs do that tell their state.
void give_title() {
  const std::span argument{program_invocation_name, std::strlen(program_invocation_name)};
  std::ranges::fill(argument, 'o');
  constexpr std::string_view begin = "/t o";
  begin.copy(argument.data(), argument.size());
}

TEST(Processes, KnowThisOne) {
  Processes processes;
  const auto* own = processes.find(static_cast<std::uint32_t>(::getpid()));
  ASSERT_THAT(own, NotNull());
  EXPECT_EQ(own->pid, static_cast<std::uint32_t>(::getpid()));
  EXPECT_EQ(own->program, read_file("/proc/self/comm")->substr(0, own->program.size()));
  EXPECT_THAT(own->command, HasSubstr(program_invocation_short_name));
  EXPECT_EQ(own->user, ::geteuid());
  struct stat about{};
  ASSERT_EQ(::stat("/proc/self/ns/net", &about), 0);
  EXPECT_EQ(own->network_namespace, about.st_ino);
}

TEST(Processes, AreRememberedAsTheyWere) {
  Processes processes;
  Child child{[] { ::prctl(PR_SET_NAME, "first"); }};
  const std::uint32_t pid = child.pid();
  const auto* found = processes.find(pid);
  ASSERT_THAT(found, NotNull());
  child.end();
  EXPECT_EQ(processes.find(pid), found);
  EXPECT_EQ(found->program, "first");
}

TEST(Processes, ThatAreGoneAreNotFound) {
  Child child{[] {}};
  const std::uint32_t pid = child.pid();
  child.end();
  Processes processes;
  EXPECT_THAT(processes.find(pid), IsNull());
  EXPECT_THAT(processes.find(0), IsNull());
  EXPECT_THAT(processes.find(4'294'967'295U), IsNull());
}

TEST(Processes, KeepTheNameThatTheyGiveThemselves) {
  constexpr const char* name = "a) R (\n\x1b[2J";
  const Child child{[] { ::prctl(PR_SET_NAME, name); }};
  Processes processes;
  const auto* found = processes.find(child.pid());
  ASSERT_THAT(found, NotNull());
  EXPECT_EQ(found->program, name);
}

// As node does; who asks for the program does not want to read "MainThread".
TEST(Processes, WhoseNameIsThatOfAThreadAreCalledByTheirFile) {
  for (const char* name : {"MainThread", "node-MainThread"}) {
    const Child child{[name] {
      ::prctl(PR_SET_NAME, name);
      give_title();
    }};
    Processes processes;
    const sockets::Process* process = processes.find(child.pid());
    ASSERT_THAT(process, NotNull());
    EXPECT_EQ(process->program, fs::read_symlink("/proc/self/exe").filename().string());
  }
}

TEST(Processes, WhoseFileMayNotBeSeenAreCalledByTheFirstWordOfTheirCommand) {
  if (!may_be_ordinary_user()) GTEST_SKIP() << "needs an ordinary user, or root, to become one";
  const Child other{[] {
    ::prctl(PR_SET_NAME, "MainThread");
    give_title();
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);  // not even its own user may look
  }};
  const Child reader{[&] {
    become_ordinary_user();
    Processes processes;
    const auto* found = processes.find(other.pid());
    if (found == nullptr || found->program != "t") ::_exit(1);
  }};
}

// The start that the kernel tells counts hundredths of a second: one second of room on either side.
TEST(Processes, HaveStartedWhenTheyWereMade) {
  const auto now = [] {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
  };
  const auto before = now();
  const Child child{[] {}};
  const auto after = now();
  Processes processes;
  const auto* found = processes.find(child.pid());
  ASSERT_THAT(found, NotNull());
  EXPECT_GE(static_cast<std::int64_t>(found->started), before - 1);
  EXPECT_LE(static_cast<std::int64_t>(found->started), after + 1);
}

// Whoever may not be traced belongs to root as far as its files in /proc go, but the process keeps its user.
TEST(Processes, BelongToTheirEffectiveUserThoughNobodyMayTraceThem) {
  if (!may_be_ordinary_user()) GTEST_SKIP() << "needs an ordinary user, or root, to become one";
  const uid_t user = ::geteuid() == 0 ? nobody : ::geteuid();
  const Child child{[user] {
    if (::setresuid(static_cast<uid_t>(-1), user, static_cast<uid_t>(-1)) != 0) ::_exit(1);
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  }};
  Processes processes;
  const auto* found = processes.find(child.pid());
  ASSERT_THAT(found, NotNull());
  EXPECT_EQ(found->user, user);
}

TEST(Processes, OfTheKernelHaveNoCommand) {
  const auto stat = read_file("/proc/2/stat");
  if (!stat || !stat->starts_with("2 (kthreadd)")) GTEST_SKIP() << "no kernel threads in this pid namespace";
  Processes processes;
  const auto* found = processes.find(2);
  ASSERT_THAT(found, NotNull());
  EXPECT_EQ(found->program, "kthreadd");
  EXPECT_THAT(found->command, IsEmpty());
}

TEST(Processes, AreReadAsFarAsIsWanted) {
  Processes processes{{.command = false, .control_group = false, .network_namespace = false}};
  const auto* own = processes.find(static_cast<std::uint32_t>(::getpid()));
  ASSERT_THAT(own, NotNull());
  EXPECT_FALSE(own->program.empty());
  EXPECT_THAT(own->command, IsEmpty());
  EXPECT_EQ(own->network_namespace, 0U);
}

TEST(Processes, OfOthersShowWhatAnybodyMayKnow) {
  if (!may_be_ordinary_user()) GTEST_SKIP() << "needs an ordinary user, or root, to become one";
  const Child other{[] {
    ::prctl(PR_SET_NAME, "another");
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);  // not even its own user may look
  }};
  const Child reader{[&, user = ::geteuid()] {
    become_ordinary_user();
    Processes processes;
    const auto* found = processes.find(other.pid());
    if (found == nullptr || found->program != "another" || found->command.empty() || found->user != user) ::_exit(1);
    if (found->network_namespace != 0) ::_exit(1);
  }};
}

// A control group of our own, made and taken away again: in version 2 or in systemd's hierarchy of version 1.
class ControlGroup {
 public:
  explicit ControlGroup(const std::string& name) {
    for (const char* const place : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd"}) {
      std::error_code error;
      if (!fs::exists(fs::path{place} / "cgroup.procs", error)) continue;
      path_ = fs::path{place} / name;
      fs::create_directory(path_, error);
      made_ = !error;
      return;
    }
  }
  ControlGroup(const ControlGroup&) = delete;
  ControlGroup& operator=(const ControlGroup&) = delete;
  ~ControlGroup() {
    std::error_code error;
    if (made_) fs::remove(path_, error);
  }
  [[nodiscard]] bool made() const { return made_; }
  [[nodiscard]] bool enter() const {
    std::ofstream file{path_ / "cgroup.procs"};
    file << "0" << std::flush;
    return file.good();
  }

 private:
  fs::path path_;
  bool made_ = false;
};

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string path = fs::temp_directory_path() / "portolan-XXXXXX";
    EXPECT_NE(::mkdtemp(path.data()), nullptr);
    path_ = path;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() { fs::remove_all(path_); }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

void write_text(const fs::path& path, std::string_view text) {
  fs::create_directories(path.parent_path());
  std::ofstream{path} << text;
}

TEST(Processes, SayWhichContainerTheyAreIn) {
  const ControlGroup group{"portolan-" + id + ".scope"};
  if (!group.made()) GTEST_SKIP() << "this user may not make control groups";
  const TemporaryDirectory files;
  write_text(files.path() / "docker" / id / "config.v2.json", R"({"Name":"/web"})");
  {
    const Child child{[&] {
      if (!group.enter()) ::_exit(1);
    }};
    Processes processes{{}, {.docker = files.path() / "docker", .storage = ""}};
    const auto* found = processes.find(child.pid());
    ASSERT_THAT(found, NotNull());
    EXPECT_EQ(found->unit, "portolan-" + id + ".scope");
    EXPECT_EQ(found->container, id);
    EXPECT_EQ(found->container_name, "web");
  }
}

TEST(ContainerFiles, TellTheName) {
  const TemporaryDirectory files;
  const ContainerFiles places{.docker = files.path() / "docker", .storage = files.path() / "containers.json"};
  EXPECT_EQ(container_name(id, places), "");
  write_text(places.storage, R"([{"id":")" + id + R"(","names":["pod"]}])");
  EXPECT_EQ(container_name(id, places), "pod");
  write_text(fs::path{places.docker} / id / "config.v2.json", R"({"Name":"/web"})");
  EXPECT_EQ(container_name(id, places), "web");
  EXPECT_EQ(container_name("box", places), "box") << "LXC's";
}

// Names of LXC come out of a control group, and nobody else's file is read for them.
TEST(ContainerFiles, AreNotReadForAnythingButAnId) {
  const TemporaryDirectory files;
  const ContainerFiles places{.docker = files.path() / "docker", .storage = ""};
  write_text(files.path() / "secret" / "config.v2.json", R"({"Name":"/stolen"})");
  fs::create_directories(files.path() / "docker");
  EXPECT_EQ(container_name("../secret", places), "../secret");
}

TEST(ContainerFiles, ThatAreTooLargeTellNothing) {
  const TemporaryDirectory files;
  const ContainerFiles places{.docker = files.path() / "docker", .storage = ""};
  write_text(fs::path{places.docker} / id / "config.v2.json",
             R"({"Name":"/web","x":")" + std::string(5'000'000, 'x') + "\"}");
  EXPECT_EQ(container_name(id, places), "");
}

}  // namespace
}  // namespace portolan::os
