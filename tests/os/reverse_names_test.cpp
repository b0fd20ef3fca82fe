#include "os/names/reverse_names.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "os/file_descriptor.h"
#include "os/names/resolve.h"
#include "private_network.h"

namespace portolan::os {
namespace {

using net::IpAddress;
using namespace std::chrono_literals;

IpAddress address(const std::string& text) { return *IpAddress::parse(text); }

// A DNS server for tests on 127.0.0.1: it names every IPv4 address "host-D.example", where D is the
// address's last byte, every IPv6 address "six.example", and knows nothing below 198.18.9.
class NameServer {
 public:
  explicit NameServer(std::uint16_t port = 0) : socket_{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    here.sin_port = htons(port);
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&here), sizeof here), 0);
    socklen_t size = sizeof here;
    EXPECT_EQ(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&here), &size), 0);
    port_ = ntohs(here.sin_port);
    thread_ = std::thread{[this] { serve(); }};
  }
  ~NameServer() {
    stop_ = true;
    thread_.join();
  }
  [[nodiscard]] std::string text() const { return fmt::format("127.0.0.1:{}", port_); }
  // One that is repeated because this machine is slow to answer is the same datagram, and counts once.
  [[nodiscard]] std::size_t questions() const {
    const std::scoped_lock lock{mutex_};
    return questions_.size();
  }

 private:
  using Message = std::array<std::uint8_t, 512>;

  void serve() {
    while (!stop_) {
      pollfd watched{socket_.get(), POLLIN, 0};
      if (::poll(&watched, 1, 10) != 1) continue;
      Message message{};
      sockaddr_in from{};
      socklen_t from_size = sizeof from;
      const ssize_t size =
          ::recvfrom(socket_.get(), message.data(), message.size(), 0, reinterpret_cast<sockaddr*>(&from), &from_size);
      if (size < 12) continue;
      const std::scoped_lock lock{mutex_};
      questions_.emplace(message.begin(), message.begin() + size);
      const std::size_t length = answer(message);
      (void)::sendto(socket_.get(), message.data(), length, 0, reinterpret_cast<const sockaddr*>(&from), from_size);
    }
  }

  // RFC 1035 §4: turns the question into its answer. The question stays; the record names it by a pointer.
  static std::size_t answer(Message& message) {
    message[2] |= 0x80;  // a response
    std::vector<std::string> labels;
    std::size_t at = 12;
    while (message[at] != 0) {
      labels.emplace_back(reinterpret_cast<const char*>(&message[at + 1]), message[at]);
      at += message[at] + 1U;
    }
    const std::size_t end = at + 5;  // behind the type and class of the question
    message[9] = message[11] = 0;    // no further sections
    const bool six = labels.at(labels.size() - 2) == "ip6";
    if (!six && labels.at(1) == "9") {
      message[3] = 3;  // no such name
      return end;
    }
    const std::string name = six ? "six" : "host-" + labels.at(0);
    message[7] = 1;  // one answer
    std::vector<std::uint8_t> record{0xc0, 12, 0, 12, 0, 1, 0, 0, 0, 60, 0, 0};
    const auto add_label = [&record](const std::string& label) {
      record.push_back(static_cast<std::uint8_t>(label.size()));
      record.insert(record.end(), label.begin(), label.end());
    };
    add_label(name);
    add_label("example");
    record.push_back(0);
    record[11] = static_cast<std::uint8_t>(record.size() - 12);
    std::copy(record.begin(), record.end(), message.begin() + static_cast<std::ptrdiff_t>(end));
    return end + record.size();
  }

  FileDescriptor socket_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stop_ = false;
  mutable std::mutex mutex_;
  std::set<std::vector<std::uint8_t>> questions_;
  std::thread thread_;
};

std::unique_ptr<ReverseNames> names_from(const std::vector<std::string>& servers) {
  auto names = ReverseNames::open({.servers = servers, .system = false});
  EXPECT_TRUE(names.has_value()) << (names ? "" : names.error().message);
  return std::move(*names);
}

std::string wait_for(ReverseNames& names, const IpAddress& wanted) {
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (std::chrono::steady_clock::now() < deadline) {
    if (auto name = names.answer(wanted)) return *name;
    std::this_thread::yield();
  }
  return "(no answer in time)";
}

TEST(ReverseNames, NamesComeFromTheServersGiven) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const NameServer server;
    const auto names = names_from({server.text()});
    names->ask(address("198.18.0.7"));
    names->ask(address("198.18.9.1"));
    names->ask(address("2001:db8::1"));
    EXPECT_EQ(wait_for(*names, address("198.18.0.7")), "host-7.example");
    EXPECT_EQ(wait_for(*names, address("198.18.9.1")), "");
    EXPECT_EQ(wait_for(*names, address("2001:db8::1")), "six.example");
  });
}

TEST(ReverseNames, HundredsAreAnsweredAndEachAskedOnce) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const NameServer server;
    const auto names = names_from({server.text()});
    for (int round = 0; round < 2; ++round) {
      for (std::uint64_t i = 0; i < 250; ++i) names->ask(address("198.18.0.0").plus(i));
    }
    for (std::uint64_t i = 0; i < 250; ++i) {
      ASSERT_EQ(wait_for(*names, address("198.18.0.0").plus(i)), fmt::format("host-{}.example", i));
    }
    EXPECT_EQ(server.questions(), 250U);
  });
}

TEST(ReverseNames, HostsFileAnswersBeforeTheServers) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const NameServer server;
    const auto names = names_from({server.text()});
    names->ask(address("127.0.0.1"));
    if (output_of("grep -c '^127.0.0.1.*localhost' /etc/hosts") == "0\n") return;  // nothing to compare with
    EXPECT_EQ(wait_for(*names, address("127.0.0.1")), "localhost");
    EXPECT_EQ(server.questions(), 0U);
  });
}

TEST(ReverseNames, WhatWasNeverAskedIsNotWaitedFor) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const auto names = names_from({"127.0.0.1:9"});
    EXPECT_EQ(names->answer(address("198.18.0.1")), "");
  });
}

TEST(ReverseNames, EndingDoesNotWaitForServersThatAreSilent) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const FileDescriptor silent{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::bind(silent.get(), reinterpret_cast<const sockaddr*>(&here), sizeof here), 0);
    const auto names = names_from({fmt::format("127.0.0.1:{}", port_of(silent))});
    names->ask(address("198.18.0.1"));
    EXPECT_EQ(names->answer(address("198.18.0.1")), std::nullopt);
  });  // the destructor is what is tested: the test ends long before the server's time is over
}

// A port of 127.0.0.1 that takes questions and never answers.
FileDescriptor silent_server() {
  FileDescriptor silent{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  sockaddr_in here{};
  here.sin_family = AF_INET;
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::bind(silent.get(), reinterpret_cast<const sockaddr*>(&here), sizeof here), 0);
  return silent;
}

TEST(ReverseNames, TheSecondServerAnswersWhereTheFirstIsSilent) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const FileDescriptor silent = silent_server();
    const NameServer server;
    const auto names = names_from({fmt::format("127.0.0.1:{}", port_of(silent)), server.text()});
    for (std::uint64_t i = 1; i < 100; ++i) names->ask(address("198.18.0.0").plus(i));
    for (std::uint64_t i = 1; i < 100; ++i) {
      ASSERT_EQ(wait_for(*names, address("198.18.0.0").plus(i)), fmt::format("host-{}.example", i));
    }
  });
}

TEST(ReverseNames, ServersThatAreSilentAreGivenUpOnceForAll) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const FileDescriptor silent = silent_server();
    const auto names = names_from({fmt::format("127.0.0.1:{}", port_of(silent))});
    constexpr std::uint64_t many = 20 * ReverseNames::in_flight_limit;  // each alone: a minute and a half
    for (std::uint64_t i = 0; i < many; ++i) names->ask(address("198.18.0.0").plus(i));
    for (std::uint64_t i = 0; i < many; ++i) ASSERT_EQ(wait_for(*names, address("198.18.0.0").plus(i)), "") << i;
  });
}

TEST(ReverseNames, SystemResolverHonoursTheHostsFile) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    auto names = ReverseNames::open({.servers = {}, .system = true});
    ASSERT_TRUE(names.has_value());
    if (output_of("grep -c '^127.0.0.1.*localhost' /etc/hosts") == "0\n") return;
    (*names)->ask(address("127.0.0.1"));
    EXPECT_EQ(wait_for(**names, address("127.0.0.1")), "localhost");
  });
}

TEST(ReverseNames, ServersThatAreNoAddressesAreRefusedWithTheTextQuoted) {
  for (const char* server : {"dns.example", "1.2.3", "1.2.3.4:port", "1.2.3.4:70000", "[::1", "[::1]x", ""}) {
    const auto names = ReverseNames::open({.servers = {server}, .system = false});
    ASSERT_FALSE(names.has_value()) << server;
    EXPECT_EQ(names.error().code, Errc::parse);
    EXPECT_NE(names.error().message.find(fmt::format("'{}'", server)), std::string::npos) << names.error().message;
  }
  for (const char* server : {"192.0.2.1", "192.0.2.1:5353", "::1", "2001:db8::1", "[::1]", "[::1]:5353"}) {
    EXPECT_TRUE(ReverseNames::open({.servers = {server}, .system = false}).has_value()) << server;
  }
}

TEST(Resolve, LocalhostIsThisMachine) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const auto addresses = resolve("localhost");
    ASSERT_TRUE(addresses.has_value());
    for (std::size_t i = 0; i < addresses->size(); ++i) {
      EXPECT_TRUE((*addresses)[i].is_loopback());
      for (std::size_t j = 0; j < i; ++j) EXPECT_NE((*addresses)[i], (*addresses)[j]);
    }
  });
}

TEST(Resolve, NameWithoutAddressIsUnresolvedAndQuotedInertly) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {  // nobody answers here: no packet leaves the namespace
    const auto addresses = resolve("no\x1bsuch..name");
    ASSERT_FALSE(addresses.has_value());
    EXPECT_EQ(addresses.error().code, Errc::unresolved);
    EXPECT_EQ(addresses.error().message.find('\x1b'), std::string::npos);
    EXPECT_NE(addresses.error().message.find("such..name"), std::string::npos);
  });
}

}  // namespace
}  // namespace portolan::os
