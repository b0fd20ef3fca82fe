#include "os/names/socket_names.h"

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "os/file_descriptor.h"
#include "os/process/control_groups.h"
#include "os/sockets/socket_files.h"
#include "os/sockets/socket_list.h"
#include "private_network.h"

namespace portolan::os {
namespace {

namespace fs = std::filesystem;
using net::IpAddress;
using sockets::FileFacts;
using sockets::Row;
using sockets::SocketKind;

constexpr NameChoice numbers{.users = false, .services = false, .hosts = false};

void make_file(const fs::path& path) { const std::ofstream file{path}; }

std::uint64_t inode_of(const fs::path& path) {
  struct stat facts{};
  return ::stat(path.c_str(), &facts) == 0 ? facts.st_ino : 0;
}

TEST(SocketNames, UsersHaveNamesUnlessNumbersAreWanted) {
  const auto names = make_socket_names({}, nullptr);
  EXPECT_EQ(names->user(0), "root");
  EXPECT_EQ(names->user(4'294'967'290), "");
  EXPECT_EQ(names->user(0), "root");
  EXPECT_EQ(make_socket_names(numbers, nullptr)->user(0), "");
}

TEST(SocketNames, InterfacesHaveNamesInTheirOwnNamespaceOnly) {
  const auto names = make_socket_names({}, nullptr);
  const std::uint64_t here = inode_of("/proc/self/ns/net");
  EXPECT_EQ(names->interface(1, here), "lo");
  EXPECT_EQ(names->interface(1, 0), "lo");
  EXPECT_EQ(names->interface(1, here + 1), "");
  EXPECT_EQ(names->interface(2'000'000'000, here), "");
}

TEST(SocketNames, ServicesHaveNamesByTheirTransport) {
  const auto services = catalog::Services::parse("22 ts ssh\n53 u domain\n");
  ASSERT_TRUE(services) << services.error().message;
  const auto names = make_socket_names({.users = true, .services = true, .hosts = false}, &*services);
  EXPECT_EQ(names->service(SocketKind::tcp, 22), "ssh");
  EXPECT_EQ(names->service(SocketKind::mptcp, 22), "ssh");
  EXPECT_EQ(names->service(SocketKind::sctp, 22), "ssh");
  EXPECT_EQ(names->service(SocketKind::udp, 22), "");
  EXPECT_EQ(names->service(SocketKind::udplite, 53), "domain");
  EXPECT_EQ(names->service(SocketKind::raw, 22), "");
  EXPECT_EQ(names->service(SocketKind::tcp, 65'536 + 22), "");
  const auto plain = make_socket_names({}, &*services);
  EXPECT_EQ(plain->service(SocketKind::tcp, 22), "");
  EXPECT_EQ(plain->registered_service(SocketKind::tcp, 22), "ssh");
  EXPECT_EQ(make_socket_names({}, nullptr)->registered_service(SocketKind::tcp, 48'999), "");
}

TEST(SocketNames, HostsAreAskedForOnlyWhereTheyAreWanted) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    EXPECT_EQ(make_socket_names({}, nullptr)->host(*IpAddress::parse("127.0.0.1")), "");
    const auto names = make_socket_names({.users = true, .services = false, .hosts = true}, nullptr);
    EXPECT_EQ(names->host(*IpAddress::parse("0.0.0.0")), "");
    std::ifstream hosts{"/etc/hosts"};
    for (std::string address, name; hosts >> address >> name; std::getline(hosts, name)) {
      if (address == "127.0.0.1") {
        EXPECT_EQ(names->host(*IpAddress::parse("127.0.0.1")), name);
        EXPECT_EQ(names->host(*IpAddress::parse("::ffff:127.0.0.1")), name);
        return;
      }
    }
  });
}

TEST(SocketNames, OnesOwnNamespaceIsThis) {
  const auto names = make_socket_names({}, nullptr);
  EXPECT_EQ(names->network_namespace(inode_of("/proc/self/ns/net")), "this");
  EXPECT_EQ(names->network_namespace(1), "");
}

TEST(SocketNames, NamespacesBoundToANameHaveIt) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    if (!has_own_mounts()) return;
    ASSERT_EQ(::mount("none", "/run", "tmpfs", 0, nullptr), 0);
    const Peer peer;
    fs::create_directory("/run/netns");
    make_file("/run/netns/web");
    const std::string other = "/proc/" + std::to_string(peer.process()) + "/ns/net";
    ASSERT_EQ(::mount(other.c_str(), "/run/netns/web", nullptr, MS_BIND, nullptr), 0);
    const auto names = make_socket_names({}, nullptr);
    EXPECT_EQ(names->network_namespace(inode_of(other)), "web");
    EXPECT_EQ(names->network_namespace(inode_of("/proc/self/ns/net")), "this");
  });
}

TEST(SocketNames, KnowThisProcess) {
  const auto names = make_socket_names({}, nullptr);
  const sockets::Process* self = names->process(static_cast<std::uint32_t>(::getpid()));
  ASSERT_NE(self, nullptr);
  EXPECT_EQ(self->user, ::geteuid());
}

class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "portolan-names-XXXXXX").string();
    if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~Folder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] fs::path operator/(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

// --- control groups: their ids are inodes of folders, as any file system has them

TEST(ControlGroups, HaveTheirPathBelowTheMount) {
  const Folder folder;
  fs::create_directories(folder / "top/system.slice/nginx.service");
  fs::create_directories(folder / "top/user.slice");
  make_file(folder / "top/cgroup.procs");
  ControlGroups groups{(folder / "top").string()};
  EXPECT_EQ(groups.path_of(inode_of(folder / "top")), "/");
  EXPECT_EQ(groups.path_of(inode_of(folder / "top/user.slice")), "/user.slice");
  EXPECT_EQ(groups.path_of(inode_of(folder / "top/system.slice/nginx.service")), "/system.slice/nginx.service");
  EXPECT_EQ(groups.path_of(inode_of(folder / "top/cgroup.procs")), "");
  EXPECT_EQ(groups.path_of(0), "");
}

TEST(ControlGroups, WithoutAHierarchyThereAreNone) {
  ControlGroups groups{std::string{}};
  EXPECT_EQ(groups.path_of(1), "");
  ControlGroups gone{"/no/such/folder"};
  EXPECT_EQ(gone.path_of(1), "");
}

TEST(ControlGroups, TheRealOneIsFound) {
  for (const char* path : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
    if (!fs::exists(fs::path{path} / "cgroup.controllers")) continue;
    ControlGroups groups;
    EXPECT_EQ(groups.path_of(inode_of(path)), "/");
    return;
  }
  GTEST_SKIP() << "no version 2 control groups are mounted where they usually are";
}

// --- files of UNIX sockets

FileDescriptor bind_to(const fs::path& path) {
  FileDescriptor socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.string().copy(address.sun_path, sizeof address.sun_path - 1);
  EXPECT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0) << path;
  EXPECT_EQ(::listen(socket.get(), 1), 0);
  return socket;
}

// As the kernel would tell it of a socket that was bound to `path` just now.
Row row_of(const fs::path& path, std::string_view text) {
  struct stat facts{};
  EXPECT_EQ(::stat(path.c_str(), &facts), 0) << path;
  Row row;
  row.protocol = SocketKind::unix_domain;
  row.family = sockets::AddressFamily::unix_domain;
  row.path = text;
  row.has_file = true;
  row.file_inode = facts.st_ino;
  row.file_device = facts.st_dev;
  return row;
}

class SocketFiles : public ::testing::Test {
 public:
  SocketFiles() : path{(folder / "socket").string()}, socket{bind_to(path)}, row{row_of(path, path)} {}
  FileFacts::State state() { return find_socket_file(row, here).state; }

  Folder folder;
  std::string path;
  FileDescriptor socket;
  Row row;
  std::uint64_t here = inode_of("/proc/self/ns/net");
};

TEST_F(SocketFiles, ThatAreThereTellModeAndOwner) {
  ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
  const FileFacts facts = find_socket_file(row, here);
  EXPECT_EQ(facts.state, FileFacts::State::there);
  EXPECT_EQ(facts.mode, 0640U);
  EXPECT_EQ(facts.owner, ::geteuid());
}

TEST_F(SocketFiles, ThatWereDeletedOrReplacedSaySo) {
  fs::remove(path);
  EXPECT_EQ(state(), FileFacts::State::deleted);
  fs::create_symlink("/proc/self/exe", path);  // bind() does not follow links, so neither does this
  EXPECT_EQ(state(), FileFacts::State::replaced);
  fs::remove(path);
  make_file(path);
  EXPECT_EQ(state(), FileFacts::State::replaced);
  fs::remove(path);
  fs::create_directory(path);
  EXPECT_EQ(state(), FileFacts::State::replaced);
}

TEST_F(SocketFiles, AnotherSocketOfTheSameNameIsNotTheSame) {
  fs::rename(path, folder / "elsewhere");  // keeps the inode taken
  const FileDescriptor other = bind_to(path);
  EXPECT_EQ(state(), FileFacts::State::replaced);
}

TEST_F(SocketFiles, WithoutTheKernelsWordOrAnAbsolutePathNothingIsSaid) {
  row.has_file = false;
  EXPECT_EQ(state(), FileFacts::State::unknown);
  row.has_file = true;
  for (const std::string_view text : {std::string_view{"socket"}, std::string_view{}, std::string_view{"\0abc", 4}}) {
    row.path = text;
    EXPECT_EQ(state(), FileFacts::State::unknown) << text;
  }
}

TEST_F(SocketFiles, OfAnotherNetworkNamespaceAreNotMissedHere) {
  row.network_namespace = here + 1;
  EXPECT_EQ(state(), FileFacts::State::there);
  fs::remove(path);
  EXPECT_EQ(state(), FileFacts::State::unknown);  // it may well be there, in another tree
  const std::array<sockets::Holder, 1> holders{sockets::Holder{static_cast<std::uint32_t>(::getpid()), 3}};
  row.holders = holders;
  EXPECT_EQ(state(), FileFacts::State::deleted);  // its holder's tree is this one
}

TEST_F(SocketFiles, OfAHolderOutOfSightAreNotJudged) {
  fs::remove(path);
  const std::array<sockets::Holder, 1> holders{sockets::Holder{0xffff'fff0, 3}};
  row.holders = holders;
  EXPECT_EQ(state(), FileFacts::State::unknown);
}

TEST(SocketFilesOfContainers, AreLookedForInTheTreeOfTheirHolder) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Folder folder;
    fs::create_directories(folder / "root/run");
    fs::create_symlink("/run", folder / "root/var");  // absolute, and still inside of the container
    const FileDescriptor socket = bind_to(folder / "root/run/s");
    Row row = row_of(folder / "root/run/s", "/var/s");
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const FileDescriptor reader{ends[0]};
    FileDescriptor writer{ends[1]};
    const pid_t container = ::fork();
    if (container == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      const bool entered = ::chroot((folder / "root").c_str()) == 0;
      (void)!::write(writer.get(), entered ? "y" : "n", 1);
      for (;;) ::pause();
    }
    writer.reset(-1);
    char entered = 0;
    EXPECT_EQ(::read(reader.get(), &entered, 1), 1);
    EXPECT_EQ(entered, 'y');
    const std::array<sockets::Holder, 1> holders{sockets::Holder{static_cast<std::uint32_t>(container), 3}};
    row.holders = holders;
    EXPECT_EQ(find_socket_file(row, 0).state, FileFacts::State::there);
    fs::remove(folder / "root/run/s");
    EXPECT_EQ(find_socket_file(row, 0).state, FileFacts::State::deleted);
    ::kill(container, SIGKILL);
  });
}

// The kernel's own words about it: device and inode as sock_diag tells them.
TEST_F(SocketFiles, AreRecognisedByWhatTheKernelTells) {
  auto space = SocketNamespace::current();
  ASSERT_TRUE(space) << space.error().message;
  const auto names = make_socket_names({}, nullptr);
  sockets::Detail wanted;
  wanted.unix_files = true;
  std::vector<model::Remark> gaps;
  const auto told = [&] {
    std::vector<FileFacts::State> states;
    for (const sockets::Source* source : sockets::sources()) {
      if (source->protocol != SocketKind::unix_domain) continue;
      const auto listed = space->list(
          *source, wanted,
          [&](Row& one) {
            if (one.path == path && one.has_file) states.push_back(names->file(one).state);
            return true;
          },
          gaps);
      EXPECT_TRUE(listed) << listed.error().message;
    }
    return states;
  };
  const auto states = told();
  if (states.empty()) GTEST_SKIP() << "this kernel does not tell the files of UNIX sockets";
  EXPECT_EQ(states, std::vector{FileFacts::State::there});
  fs::remove(path);
  EXPECT_EQ(told(), std::vector{FileFacts::State::deleted});
}

}  // namespace
}  // namespace portolan::os
