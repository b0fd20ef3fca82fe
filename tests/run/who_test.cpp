// Whom `who` names, against what the kernel does: connect() to the same path or address, bind() to the same port.
#include "run/who.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/escape.h"
#include "lab/lab.h"
#include "lab/sockets.h"
#include "os/names/socket_names.h"

namespace portolan::run {
namespace {

using namespace std::string_view_literals;

using lab::Handle;
using lab::ip_address;
using sockets::Availability;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using Handles = std::vector<Handle>;

// A process of its own that keeps what `make` opened until this is gone.
class Child {
 public:
  explicit Child(const std::function<Handles()>& make) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    const Handle reader{ends[0]};
    const Handle writer{ends[1]};
    process_ = ::fork();
    if (process_ == 0) keep(make, writer.number());
    char answer = 'n';
    EXPECT_EQ(::read(reader.number(), &answer, 1), 1);
    EXPECT_EQ(answer, 'y');
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  [[nodiscard]] std::uint32_t pid() const { return static_cast<std::uint32_t>(process_); }

 private:
  [[noreturn]] static void keep(const std::function<Handles()>& make, int ready) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    Handles kept;
    char answer = 'y';
    try {
      kept = make();
    } catch (const std::exception& error) {
      (void)std::fprintf(stderr, "%s\n", error.what());
      answer = 'n';
    }
    (void)!::write(ready, &answer, 1);
    for (;;) ::pause();
  }
  pid_t process_ = -1;
};

template <class... Some>
Handles list_of(Some... some) {
  Handles all;
  (all.push_back(std::move(some)), ...);
  return all;
}

const catalog::Services& no_services() {
  static const auto services = catalog::Services::parse("").value();
  return services;
}

report::Who who(const std::string& text) {
  const auto names = os::make_socket_names({}, &no_services());
  const auto question = read_question(text, no_services());
  EXPECT_TRUE(question.has_value()) << text << ": " << (question ? "" : question.error().message);
  if (!question) return {};
  auto found = find_who(*question, text, *names);
  EXPECT_TRUE(found.has_value()) << text;
  return found ? std::move(found->who) : report::Who{};
}

std::vector<std::uint32_t> pids_of(const report::Who& who) {
  std::vector<std::uint32_t> pids;
  for (const report::WhoAnswer& answer : who.answers) {
    pids.insert(pids.end(), answer.service.pids.begin(), answer.service.pids.end());
  }
  return pids;
}

class WhoAnswersTruly : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto entered = lab::Lab::enter(); !entered) GTEST_SKIP() << entered.error().message;
    std::string pattern = testing::TempDir() + "portolan-who-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override {
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }
  [[nodiscard]] std::string path(const std::string& name) const { return folder_ / name; }
  std::filesystem::path folder_;
};

// --- paths

// The process that a connect() reaches; 0: none.
std::uint32_t reached(const std::string& path, int type = SOCK_STREAM) {
  const Handle socket = lab::open_socket(AF_UNIX, type);
  const lab::SocketAddress to = lab::unix_address(path);
  if (::connect(socket.number(), to.get(), to.size) != 0) return 0;
  ucred peer{};
  socklen_t size = sizeof peer;
  EXPECT_EQ(::getsockopt(socket.number(), SOL_SOCKET, SO_PEERCRED, &peer, &size), 0);
  return static_cast<std::uint32_t>(peer.pid);
}

void expect_truth(const std::string& path, std::uint32_t expected) {
  EXPECT_EQ(reached(path), expected) << path;
  if (expected == 0) {
    EXPECT_THAT(pids_of(who(path)), IsEmpty()) << path;
  } else {
    EXPECT_THAT(pids_of(who(path)), ElementsAre(expected)) << path;
  }
}

Handles listener_at(const std::string& path) { return list_of(lab::unix_listener(SOCK_STREAM, path)); }

TEST_F(WhoAnswersTruly, OfTwoThatWereBoundToAPathTheOneThatHasTheFile) {
  const Child old{[&] { return listener_at(path("s")); }};
  expect_truth(path("s"), old.pid());
  std::filesystem::remove(path("s"));
  expect_truth(path("s"), 0);
  const auto lost = who(path("s"));
  ASSERT_THAT(lost.namesakes, SizeIs(1));
  EXPECT_THAT(lost.namesakes[0].pids, ElementsAre(old.pid()));
  const Child later{[&] { return listener_at(path("s")); }};
  expect_truth(path("s"), later.pid());
  // The old one may still have a name of its own.
  std::filesystem::rename(path("s"), path("renamed"));
  expect_truth(path("s"), 0);
  expect_truth(path("renamed"), later.pid());
}

TEST_F(WhoAnswersTruly, ThroughLinksAndRelativeNames) {
  const Child one{[&] {
    std::filesystem::current_path(folder_);
    return listener_at("relative");
  }};
  std::filesystem::create_symlink("relative", path("link"));
  std::filesystem::create_hard_link(path("relative"), path("hard"));
  std::filesystem::create_directory(path("d"));
  for (const char* name : {"relative", "link", "hard", "d/../relative"}) expect_truth(path(name), one.pid());
  std::filesystem::remove(path("relative"));
  expect_truth(path("hard"), one.pid());
  expect_truth(path("link"), 0);
}

TEST_F(WhoAnswersTruly, AFileThatLooksLikeAnotherKindOfQuestionHasAWayToBeAskedFor) {
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder_);
  for (const char* name : {"@file", "rel.sock", "d:80"}) {
    const Child one{[&] { return listener_at(name); }};
    expect_truth(fmt::format("./{}", name), one.pid());
    if (name[0] == '@') {
      EXPECT_THAT(pids_of(who(name)), IsEmpty());
      EXPECT_EQ(who(name).hint, "there is a file of that name; ask for ./@file");
    } else {
      const auto question = read_question(name, no_services());
      ASSERT_FALSE(question.has_value());
      EXPECT_THAT(question.error().message,
                  testing::EndsWith(fmt::format("; the UNIX socket of that name is ./{}", name)));
    }
  }
  EXPECT_EQ(who("@nobody").hint, "");
  EXPECT_THAT(read_question("never.sock", no_services()).error().message, testing::Not(testing::HasSubstr("UNIX")));
  std::filesystem::current_path(before);
}

TEST_F(WhoAnswersTruly, WhatIsNoSocketIsNobody) {
  std::filesystem::create_directory(path("folder"));
  {
    const Handle gone = lab::unix_listener(SOCK_STREAM, path("dead"));
  }
  for (const char* name : {"folder", "dead", "never"}) expect_truth(path(name), 0);
  EXPECT_NE(who(path("never")).hint, who(path("dead")).hint);
}

TEST_F(WhoAnswersTruly, AnotherTreeOfFilesIsAnotherSocket) {
  std::filesystem::create_directory(path("d"));
  const Child hidden{[&] {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("none", path("d").c_str(), "tmpfs", 0, nullptr) != 0) {
      throw std::runtime_error(std::strerror(errno));
    }
    return listener_at(path("d/p"));
  }};
  expect_truth(path("d/p"), 0);
  const Child seen{[&] { return listener_at(path("d/p")); }};
  expect_truth(path("d/p"), seen.pid());
}

TEST_F(WhoAnswersTruly, APathIsReachedFromEveryNetwork) {
  lab::Pair world;
  std::unique_ptr<Child> abroad;
  world.target.within([&] { abroad = std::make_unique<Child>([&] { return listener_at(path("s")); }); });
  // An abstract name is not.
  std::unique_ptr<Child> abstract;
  const std::string name = std::string{'\0'} + path("abstract");
  world.target.within([&] { abstract = std::make_unique<Child>([&] { return listener_at(name); }); });
  world.scanner.within([&] {
    expect_truth(path("s"), abroad->pid());
    EXPECT_EQ(reached(name), 0U);
    EXPECT_THAT(pids_of(who("@" + path("abstract"))), IsEmpty());
  });
  world.target.within([&] {
    EXPECT_EQ(reached(name), abstract->pid());
    EXPECT_THAT(pids_of(who("@" + path("abstract"))), ElementsAre(abstract->pid()));
  });
}

TEST_F(WhoAnswersTruly, DatagramSocketsHavePathsToo) {
  const Child one{[&] { return list_of(lab::bound_socket(AF_UNIX, SOCK_DGRAM, 0, lab::unix_address(path("d")))); }};
  EXPECT_EQ(reached(path("d"), SOCK_STREAM), 0U);
  EXPECT_THAT(pids_of(who(path("d"))), ElementsAre(one.pid()));
}

TEST_F(WhoAnswersTruly, AskedByTheNameThatListsShow) {
  for (const std::string_view name :
       {"my sock"sv, "a\\b"sv, "a\\x20 b"sv, "line\nfeed"sv, "\u202eturned\xff"sv, "\\x41"sv, "a\\\\ b"sv}) {
    const std::string file = path(std::string{name});
    const std::string abstract = std::string{'\0'} + file;
    const Child one{[&] { return list_of(lab::unix_listener(SOCK_STREAM, file)); }};
    const Child other{[&] { return list_of(lab::unix_listener(SOCK_STREAM, abstract)); }};
    for (const auto& shown : {escape_word(file), escape_terminal(file)}) {
      EXPECT_THAT(pids_of(who(shown)), ElementsAre(one.pid())) << shown;
      EXPECT_THAT(pids_of(who("@" + shown)), ElementsAre(other.pid())) << shown;
    }
  }
}

TEST_F(WhoAnswersTruly, ANameIsFirstTakenAsItIs) {
  const Child blank{[&] { return listener_at(path("a b")); }};
  expect_truth(path("a b"), blank.pid());
  const Child literal{[&] { return listener_at(path(R"(a\x20b)")); }};
  expect_truth(path(R"(a\x20b)"), literal.pid());
  expect_truth(path("a b"), blank.pid());
  EXPECT_THAT(pids_of(who(path(R"(never\x20there)"))), IsEmpty());
}

// --- ports

Handle plain(int type, const char* address, std::uint16_t port) {
  const lab::SocketAddress to = ip_address(address, port);
  return lab::bound_socket(to.family(), type, 0, to);
}
Handle shared(const char* address, std::uint16_t port) {
  const lab::SocketAddress to = ip_address(address, port);
  Handle socket = lab::open_socket(to.family(), SOCK_STREAM);
  lab::set_option(socket, SOL_SOCKET, SO_REUSEPORT, 1);
  lab::bind_to(socket, to);
  return socket;
}
Handle only_v6(std::uint16_t port) {
  Handle socket = lab::open_socket(AF_INET6, SOCK_STREAM);
  lab::set_option(socket, IPPROTO_IPV6, IPV6_V6ONLY, 1);
  lab::bind_to(socket, ip_address("::", port));
  lab::listen_on(socket);
  return socket;
}
Handle listening(Handle socket) {
  lab::listen_on(socket);
  return socket;
}
Handle connected_datagrams(const char* address, std::uint16_t port, const char* to) {
  Handle socket = plain(SOCK_DGRAM, address, port);
  lab::connect_to(socket, ip_address(to, 9));
  return socket;
}
Handle on_device(Handle socket, const char* device, const char* address, std::uint16_t port) {
  lab::bind_to_device(socket, device);
  lab::bind_to(socket, ip_address(address, port));
  return socket;
}

bool can_bind(int type, const char* address, std::uint16_t port) {
  const lab::SocketAddress to = ip_address(address, port);
  const Handle socket = lab::open_socket(to.family(), type);
  return ::bind(socket.number(), to.get(), to.size) == 0;
}

// An IPv6 address can be used once the kernel has noticed that the wire is up.
void wait_for_ipv6(const lab::Pair& world) {
  const auto usable = [](const lab::Host& host, const char* address) {
    bool can = false;
    for (int i = 0; i < 60'000 && !can; ++i) {
      host.within([&] { can = can_bind(SOCK_STREAM, address, 0); });
      if (!can) ::usleep(1'000);
    }
    return can;
  };
  ASSERT_TRUE(usable(world.scanner, "2001:db8::1"));
  ASSERT_TRUE(usable(world.target, "2001:db8::2"));
}

TEST_F(WhoAnswersTruly, FreeMeansThatBindSucceedsAndElseSomebodyIsNamed) {
  lab::Pair world;
  wait_for_ipv6(world);
  world.target.within([&] {
    Handles kept;
    const auto keep = [&kept](Handle one) { kept.push_back(std::move(one)); };
    keep(listening(plain(SOCK_STREAM, "198.18.0.2", 4001)));
    keep(plain(SOCK_STREAM, "0.0.0.0", 4002));  // bound, and nothing more
    keep(connected_datagrams("0.0.0.0", 4003, "198.18.0.1"));
    keep(only_v6(4004));
    keep(listening(plain(SOCK_STREAM, "::", 4005)));
    keep(listening(plain(SOCK_STREAM, "::ffff:127.0.0.1", 4006)));
    keep(listening(on_device(lab::open_socket(AF_INET, SOCK_STREAM), "wire", "0.0.0.0", 4007)));
    keep(plain(SOCK_DGRAM, "2001:db8::2", 4008));
    keep(listening(shared("0.0.0.0", 4009)));
    keep(connected_datagrams("::", 4010, "2001:db8::1"));
    keep(plain(SOCK_STREAM, "::1", 4011));
    keep(plain(SOCK_DGRAM, "127.0.0.1", 4012));
    for (std::uint16_t port = 4000; port <= 4013; ++port) {
      for (const char* host : {"0.0.0.0", "::", "127.0.0.1", "::1", "198.18.0.2", "2001:db8::2"}) {
        for (const auto& [type, protocol] : {std::pair{SOCK_STREAM, "tcp"}, {SOCK_DGRAM, "udp"}}) {
          const std::string question = fmt::format("{}/{}:{}", protocol, host, port);  // as netstat prints: ":::80"
          const auto found = who(question);
          const bool free = can_bind(type, host, port);
          EXPECT_EQ(found.availability == Availability::free, free) << question;
          EXPECT_TRUE(free || !found.answers.empty() || !found.users.empty()) << question;
        }
      }
    }
    EXPECT_EQ(who("tcp/198.18.0.77:4000").availability, Availability::no_such_address);
    EXPECT_EQ(who("4000").availability, Availability::free);
    EXPECT_EQ(who("*:4000").availability, Availability::free);
    EXPECT_EQ(who("localhost:4000").availability, Availability::free);
    EXPECT_NE(who("*:4002").availability, Availability::free);
  });
}

TEST_F(WhoAnswersTruly, AListenerOfADeviceAnswersOnlyThere) {
  lab::Pair world;
  wait_for_ipv6(world);
  const auto reaches = [](const lab::Host& from, const char* address, std::uint16_t port) {
    bool reached = false;
    from.within([&] {
      const lab::SocketAddress to = ip_address(address, port);
      const Handle socket = lab::open_socket(to.family(), SOCK_STREAM);
      reached = ::connect(socket.number(), to.get(), to.size) == 0;
    });
    return reached;
  };
  Handles kept;
  world.target.within([&] {
    kept.push_back(listening(on_device(lab::open_socket(AF_INET6, SOCK_STREAM), "wire", "::", 4001)));
    kept.push_back(listening(on_device(lab::open_socket(AF_INET6, SOCK_STREAM), "lo", "::", 4002)));
    kept.push_back(listening(on_device(lab::open_socket(AF_INET, SOCK_STREAM), "wire", "198.18.0.2", 4003)));
    kept.push_back(listening(plain(SOCK_STREAM, "0.0.0.0", 4004)));
  });
  for (std::uint16_t port = 4001; port <= 4004; ++port) {
    for (const char* host : {"127.0.0.1", "198.18.0.2", "::1", "2001:db8::2"}) {
      const bool loopback = std::string_view{host} == "127.0.0.1" || std::string_view{host} == "::1";
      const bool outside = !loopback && reaches(world.scanner, host, port);
      const bool answers = reaches(world.target, host, port) || outside;
      const std::string question =
          std::string_view{host}.contains(':') ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
      world.target.within([&] { EXPECT_EQ(!who(question).answers.empty(), answers) << question; });
    }
  }
  world.target.within([&] {
    EXPECT_THAT(who("0.0.0.0%lo:4001").answers, IsEmpty());
    EXPECT_THAT(who("*%wire:4001").answers, SizeIs(1));
    EXPECT_THAT(who("198.18.0.2%wire:4003").answers, SizeIs(1));
    EXPECT_THAT(who("[::]%lo:4002").answers, SizeIs(1));
    EXPECT_THAT(who("[::%lo]:4004").answers, SizeIs(1));
  });
}

TEST_F(WhoAnswersTruly, ConnectionsBelongToWhoHoldsThem) {
  lab::Pair world;
  world.scanner.listen(9);
  world.target.within([&] {
    // One listens and has accepted two; another called from the very same port, and does not listen.
    const Child server{[&] {
      Handles all = list_of(listening(shared("0.0.0.0", 4001)));
      for (int i = 0; i < 2; ++i) {
        Handle client = lab::open_socket(AF_INET, SOCK_STREAM);
        lab::connect_to(client, ip_address("127.0.0.1", 4001));
        all.push_back(lab::accept_from(all.front()));
        all.push_back(std::move(client));
      }
      return all;
    }};
    const Child caller{[&] {
      ::prctl(PR_SET_NAME, "caller", 0, 0, 0);
      Handle socket = shared("198.18.0.2", 4001);
      lab::connect_to(socket, ip_address("198.18.0.1", 9));
      return list_of(std::move(socket));
    }};
    // Not accepted yet: whose queue it is in tells.
    const Handle waiting = lab::open_socket(AF_INET, SOCK_STREAM);
    lab::connect_to(waiting, ip_address("127.0.0.1", 4001));
    const auto found = who("tcp/4001");
    ASSERT_THAT(found.answers, SizeIs(1));
    EXPECT_THAT(found.answers[0].service.pids, ElementsAre(server.pid()));
    EXPECT_EQ(found.answers[0].connections, 3U);
    ASSERT_THAT(found.users, SizeIs(1));
    EXPECT_THAT(found.users[0].holder.pids, ElementsAre(caller.pid()));
    EXPECT_EQ(found.users[0].remote, "198.18.0.1:9");
  });
}

TEST_F(WhoAnswersTruly, WorkersOfOnePortHaveTheirOwnConnections) {
  lab::Pair world;
  world.target.within([&] {
    const auto work = [](const char* name, int accepted) {
      return [name, accepted] {
        ::prctl(PR_SET_NAME, name, 0, 0, 0);
        Handles all;
        // Alone on the port while it takes them.
        Handle listener = listening(shared("0.0.0.0", 4001));
        for (int i = 0; i < accepted; ++i) {
          Handle client = lab::open_socket(AF_INET, SOCK_STREAM);
          lab::connect_to(client, ip_address("127.0.0.1", 4001));
          all.push_back(lab::accept_from(listener));
          all.push_back(std::move(client));
        }
        all.push_back(std::move(listener));
        return all;
      };
    };
    const Child one{work("one", 3)};
    ::kill(static_cast<pid_t>(one.pid()), SIGSTOP);
    const Child two{work("two", 0)};
    const auto found = who("tcp/4001");
    ASSERT_THAT(found.answers, SizeIs(2));
    for (const report::WhoAnswer& answer : found.answers) {
      EXPECT_EQ(answer.connections, answer.service.program == "one" ? 3U : 0U) << answer.service.program;
    }
  });
}

}  // namespace
}  // namespace portolan::run
