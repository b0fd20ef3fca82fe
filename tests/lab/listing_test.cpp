// portolan who, services and ports on a machine whose sockets are known, because this process made them.
#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "lab_test.h"
#include "os/file_descriptor.h"
#include "os/process/namespaces.h"

namespace portolan::lab_test {
namespace {

using lab::Finished;
using os::FileDescriptor;
using testing::ElementsAre;
using testing::HasSubstr;
using Json = nlohmann::json;

void expect(bool holds, std::string_view what) {
  if (!holds) ADD_FAILURE() << what << ": " << std::strerror(errno);
}

FileDescriptor bound(int type, const char* address, std::uint16_t port, bool only_v6 = false) {
  const bool is_v6 = std::string_view{address}.contains(':');
  FileDescriptor made{::socket(is_v6 ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC, 0)};
  const int one = 1;
  const int six = only_v6 ? 1 : 0;
  ::setsockopt(made.get(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
  if (is_v6) {
    ::setsockopt(made.get(), IPPROTO_IPV6, IPV6_V6ONLY, &six, sizeof(six));
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(port);
    ::inet_pton(AF_INET6, address, &to.sin6_addr);
    expect(::bind(made.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0, address);
  } else {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    ::inet_pton(AF_INET, address, &to.sin_addr);
    expect(::bind(made.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0, address);
  }
  if (type == SOCK_STREAM) expect(::listen(made.get(), 16) == 0, "listen");
  return made;
}

FileDescriptor connected(std::uint16_t port) {
  FileDescriptor made{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  expect(::connect(made.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0, "connect");
  return made;
}

std::uint16_t local_port(const FileDescriptor& socket) {
  sockaddr_in own{};
  socklen_t length = sizeof(own);
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&own), &length);
  return ntohs(own.sin_port);
}

FileDescriptor unix_listener(const std::string& path) {
  FileDescriptor made{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path, path.data(), std::min(path.size(), sizeof(to.sun_path) - 1));
  expect(::bind(made.get(), reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0, path);
  expect(::listen(made.get(), 16) == 0, "listen");
  return made;
}

class Listings : public LabTest {
 protected:
  void SetUp() override {
    LabTest::SetUp();
    if (IsSkipped()) return;
    if (program_is_nmap()) GTEST_SKIP() << "nmap lists no sockets";
    program_ = scan_command({}).words.front();
    lab_ = std::make_unique<lab::Lab>();
    home_ = &lab_->add_host("home");
  }

  // Keeps the sockets that `make` gives, made in the namespace of `host`.
  void keep(const lab::Host& host, const std::function<std::vector<FileDescriptor>()>& make) {
    const FileDescriptor handle{::fcntl(host.network(), F_DUPFD_CLOEXEC, 0)};
    const auto done = os::in_network_namespace(handle, [&] {
      for (FileDescriptor& one : make()) kept_.push_back(std::move(one));
    });
    ASSERT_TRUE(done) << done.error().message;
  }

  Finished run(std::vector<std::string> words, bool privileged = true) const {
    words.insert(words.begin(), program_);
    return home_->run({.words = std::move(words), .privileged = privileged});
  }
  [[nodiscard]] std::vector<Json> records(std::vector<std::string> words, std::string_view kind) const {
    words.emplace_back("--json");
    std::istringstream text{run(std::move(words)).output};
    std::vector<Json> some;
    for (std::string line; std::getline(text, line);) {
      Json record = Json::parse(line);
      if (record["record"] == kind) some.push_back(std::move(record));
    }
    return some;
  }

  std::string program_;
  std::unique_ptr<lab::Lab> lab_;
  lab::Host* home_ = nullptr;
  std::vector<FileDescriptor> kept_;
};

// Made from the first to the last, as braces promise.
struct Sockets {
  FileDescriptor first;
  FileDescriptor second = FileDescriptor{};
  FileDescriptor third = FileDescriptor{};
};
std::vector<FileDescriptor> list_of(Sockets made) {
  std::vector<FileDescriptor> all;
  for (FileDescriptor* one : {&made.first, &made.second, &made.third}) all.push_back(std::move(*one));
  return all;
}

TEST_F(Listings, ServicesAreWhatListensHere) {
  keep(*home_, [] { return list_of({bound(SOCK_STREAM, "0.0.0.0", 22), bound(SOCK_STREAM, "::", 22, true)}); });
  keep(*home_, [] { return list_of({bound(SOCK_STREAM, "127.0.0.1", 631), bound(SOCK_DGRAM, "0.0.0.0", 5353)}); });
  keep(*home_, [] { return list_of({bound(SOCK_STREAM, "::", 443), connected(443)}); });
  std::map<std::string, std::string> where;
  for (const Json& service : records({"services"}, "service")) {
    where[fmt::format("{}/{}", service["port"].get<int>(), service["protocol"].get<std::string>())] = service["where"];
    EXPECT_THAT(service["pids"].get<std::vector<pid_t>>(), ElementsAre(::getpid()));
    EXPECT_EQ(service["flags"], Json::array());
  }
  EXPECT_EQ(where, (std::map<std::string, std::string>{{"22/tcp", "everywhere"},
                                                       {"443/tcp", "everywhere"},
                                                       {"631/tcp", "loopback"},
                                                       {"5353/udp", "everywhere(IPv4)"}}));
  const auto table = run({"services"});
  EXPECT_EQ(table.status, 0);
  EXPECT_EQ(table.errors, "");
  EXPECT_THAT(table.output, HasSubstr("NAME"));
  EXPECT_THAT(table.output, HasSubstr(fmt::format("({})", ::getpid())));
}

TEST_F(Listings, WhoTellsTheProcessBehindAPort) {
  keep(*home_, [] {
    auto all = list_of({bound(SOCK_STREAM, "0.0.0.0", 8080), connected(8080), connected(8080)});
    all.push_back(bound(SOCK_STREAM, "127.0.0.2", 8081));
    return all;
  });
  const auto answer = run({"who", "8080"});
  EXPECT_EQ(answer.status, 0);
  EXPECT_THAT(answer.output, HasSubstr("listens on 8080/tcp (http-alt), everywhere(IPv4)\n"));
  EXPECT_THAT(answer.output, HasSubstr(fmt::format("pid {}\n", ::getpid())));
  EXPECT_THAT(answer.output, HasSubstr("  addresses  0.0.0.0:8080\n"));
  EXPECT_THAT(answer.output, HasSubstr("  connected  2 now\n"));
  for (const char* same : {"http-alt", "tcp/8080", "8080/tcp", "127.0.0.1:8080", "localhost:8080", "*:8080"}) {
    const auto found = records({"who", same}, "answer");
    ASSERT_EQ(found.size(), 1U) << same;
    EXPECT_EQ(found[0]["connections"], 2) << same;
    EXPECT_EQ(found[0]["pids"], Json::array({::getpid()})) << same;
  }
  EXPECT_EQ(run({"who", "udp/8080"}).status, 1);
  EXPECT_EQ(run({"who", "[::1]:8080"}).status, 1);
  EXPECT_EQ(run({"who", "127.0.0.1:8081"}).status, 1);
  EXPECT_EQ(run({"who", "127.0.0.2:8081"}).status, 0);
  EXPECT_EQ(run({"who", "8080", "8081"}).status, 0);
  EXPECT_EQ(run({"who", "8080", "8082"}).status, 1);
}

TEST_F(Listings, WhoOnAFreePortSaysSo) {
  // Not a port of other tests, which may run beside this one: listeners in their namespaces would be told.
  const auto nobody = run({"who", "47113"});
  EXPECT_EQ(nobody.status, 1);
  EXPECT_EQ(nobody.output, "nobody listens on 47113: it is free\n");
  EXPECT_EQ(nobody.errors, "");
}

TEST_F(Listings, WhoNamesWhoIsConnectedFromAPort) {
  keep(*home_, [] { return list_of({bound(SOCK_STREAM, "0.0.0.0", 8080), connected(8080)}); });
  const auto port = local_port(kept_.at(1));
  const auto answer = run({"who", std::to_string(port)});
  EXPECT_EQ(answer.status, 1);
  EXPECT_THAT(answer.output, HasSubstr(fmt::format("nobody listens on {}\n", port)));
  EXPECT_THAT(answer.output,
              HasSubstr(fmt::format("(pid {}) is connected from 127.0.0.1:{} to 127.0.0.1:8080", ::getpid(), port)));
}

TEST_F(Listings, WhoLooksIntoOtherNamespacesWhereNobodyAnswersHere) {
  lab::Host& abroad = lab_->add_host("abroad");
  // Namespaces are found by the processes in them.
  lab::Running inhabitant = abroad.start({.words = {"sh", "-c", "echo here; exec sleep 1000"}});
  ASSERT_TRUE(inhabitant.read_until("here"));
  keep(abroad, [] { return list_of({bound(SOCK_STREAM, "0.0.0.0", 8080)}); });
  const auto answer = run({"who", "8080"});
  EXPECT_EQ(answer.status, 1);
  EXPECT_THAT(
      answer.output,
      HasSubstr("nobody listens on 8080 in this network namespace: it is free here\n  in the network namespace "));
  EXPECT_THAT(answer.output, HasSubstr(fmt::format("({}))\n", ::getpid())));
  keep(*home_, [] { return list_of({bound(SOCK_STREAM, "0.0.0.0", 8080)}); });
  EXPECT_EQ(records({"who", "8080"}, "answer").size(), 1U);
}

TEST_F(Listings, WhoFindsUnixSocketsByAnyPath) {
  const Scratch scratch;
  const std::string path = scratch.path("x.sock");
  std::filesystem::create_symlink("x.sock", scratch.path("link"));
  const std::string abstract = std::string{'\0'} + "portolan-listing-" + std::to_string(::getpid());
  keep(*home_, [&] { return list_of({unix_listener(path)}); });
  for (const std::string& name : {path, scratch.path("link")}) {
    const auto answer = run({"who", name});
    EXPECT_EQ(answer.status, 0) << name;
    EXPECT_THAT(answer.output, HasSubstr(fmt::format("listens on {}\n", path)));
    EXPECT_THAT(answer.output, HasSubstr(fmt::format("pid {}\n", ::getpid())));
  }
  kept_.clear();
  const auto nobody = run({"who", path});
  EXPECT_EQ(nobody.status, 1);
  EXPECT_EQ(nobody.output,
            fmt::format("nobody listens on {}\nthe file is there, but the socket that made it is gone\n", path));
}

TEST_F(Listings, PortsTellWhatThisMachineDoesWithThem) {
  home_->set("ipv4/ip_local_port_range", "40000 40010");
  home_->set("ipv4/ip_local_reserved_ports", "40005");
  home_->set("ipv4/ip_unprivileged_port_start", "25");
  keep(*home_, [] { return list_of({bound(SOCK_STREAM, "127.0.0.1", 22)}); });
  std::map<int, Json> ports;
  for (const Json& port : records({"ports", "--tcp", "22", "smtp", "40004-40005", "40011"}, "port")) {
    ports[port["port"].get<int>()] = port;
  }
  ASSERT_EQ(ports.size(), 5U);
  EXPECT_EQ(ports[22]["privileged"], true);
  EXPECT_EQ(ports[22]["listeners"][0]["pids"], Json::array({::getpid()}));
  EXPECT_EQ(ports[22]["listeners"][0]["where"], "loopback");
  EXPECT_EQ(ports[25]["privileged"], false);
  EXPECT_EQ(ports[25]["names"], Json::array({"smtp"}));
  EXPECT_FALSE(ports[25].contains("listeners"));
  EXPECT_EQ(ports[40004]["ephemeral"], true);
  EXPECT_EQ(ports[40005]["ephemeral"], false);
  EXPECT_EQ(ports[40005]["set_aside"], true);
  EXPECT_EQ(ports[40011]["ephemeral"], false);
}

TEST_F(Listings, WithoutPrivilegeTheReasonStandsInPlaceOfTheOwner) {
  keep(*home_, [] { return list_of({bound(SOCK_STREAM, "127.0.0.1", 8080)}); });
  // Whoever has no capability may still look at processes of its own kind; what it may not look at it says.
  const auto answer = run({"who", "8080"}, false);
  EXPECT_EQ(answer.status, 0) << answer.errors;
  const bool named = answer.output.find(fmt::format("pid {}", ::getpid())) != std::string::npos;
  const bool explained = answer.output.find("not known: ") != std::string::npos;
  EXPECT_TRUE(named || explained) << answer.output;
}

TEST_F(Listings, BadInputIsOneSentenceAndStatusTwo) {
  for (const std::vector<std::string>& words : std::vector<std::vector<std::string>>{
           {"who"},
           {"who", "70000"},
           {"who", "sssh"},
           {"who", "1:2:3"},
           {"who", "--bogus", "22"},
           {"who", "8080", "0"},
           {"ports"},
           {"ports", "sssh"},
           {"ports", "9-3"},
           {"ports", "--json=5", "22"},
           {"services", "22"},
           {"services", "--bogus"},
       }) {
    const auto refused = run(words);
    EXPECT_EQ(refused.status, 2) << testing::PrintToString(words);
    EXPECT_EQ(refused.output, "") << testing::PrintToString(words);
    EXPECT_THAT(refused.errors, testing::StartsWith("portolan: "));
    EXPECT_EQ(std::count(refused.errors.begin(), refused.errors.end(), '\n'), 1) << refused.errors;
  }
}

}  // namespace
}  // namespace portolan::lab_test
