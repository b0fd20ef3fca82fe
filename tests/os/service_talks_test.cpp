// Real sockets on loopback: who is talked to, and that nobody is waited for in turn.
#include "os/identify/service_talks.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "os/sockets/socket_address.h"

namespace portolan::os {
namespace {

using namespace std::chrono_literals;

const net::IpAddress loopback = net::IpAddress::v4(0x7f000001);

// Listens, says `greeting` to whoever connects, and answers each piece with `answer`; both may be empty.
class Server {
 public:
  explicit Server(std::string greeting, std::string answer = {})
      : greeting_{std::move(greeting)}, answer_{std::move(answer)} {
    listener_ = FileDescriptor{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    const SocketAddress any = socket_address(loopback, net::Port{0});
    EXPECT_EQ(::bind(listener_.get(), any.get(), any.size), 0);
    EXPECT_EQ(::listen(listener_.get(), 64), 0);
    sockaddr_in own{};
    socklen_t size = sizeof own;
    EXPECT_EQ(::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&own), &size), 0);
    port_ = net::Port{ntohs(own.sin_port)};
    thread_ = std::thread{[this] { serve(); }};
  }
  ~Server() {
    stop_ = true;
    thread_.join();
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] net::Port port() const { return port_; }
  [[nodiscard]] std::string heard() const { return heard_; }  // once it is joined or nothing more comes

 private:
  void serve() {
    std::vector<pollfd> watched{{listener_.get(), POLLIN, 0}};
    while (!stop_) {
      if (::poll(watched.data(), watched.size(), 20) <= 0) continue;
      for (std::size_t i = watched.size(); i-- > 1;) {
        if (watched[i].revents != 0 && !talk(watched[i].fd)) {
          ::close(watched[i].fd);
          watched.erase(watched.begin() + static_cast<std::ptrdiff_t>(i));
        }
      }
      if (watched[0].revents == 0) continue;
      const int accepted = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
      if (accepted < 0) continue;
      (void)::send(accepted, greeting_.data(), greeting_.size(), MSG_NOSIGNAL);
      watched.push_back({accepted, POLLIN, 0});
    }
    for (std::size_t i = 1; i < watched.size(); ++i) ::close(watched[i].fd);
  }
  bool talk(int socket) {
    char piece[512];
    const ssize_t count = ::recv(socket, piece, sizeof piece, 0);
    if (count <= 0) return false;
    heard_.append(piece, static_cast<std::size_t>(count));
    (void)::send(socket, answer_.data(), answer_.size(), MSG_NOSIGNAL);
    return true;
  }

  std::string greeting_;
  std::string answer_;
  std::string heard_;
  FileDescriptor listener_;
  net::Port port_{0};
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

std::map<net::Port, ServiceTalks::Done> talk_to(const std::vector<net::Port>& ports,
                                                const ServiceTalkSettings& settings) {
  ServiceTalks talks{settings};
  for (const net::Port port : ports) talks.add({.address = loopback, .port = port, .name = {}, .interface = {}});
  std::map<net::Port, ServiceTalks::Done> all;
  while (talks.left() > 0) {
    for (auto& done : talks.work(-1)) all.emplace(done.target.port, std::move(done));
  }
  return all;
}

TEST(ServiceTalks, WhoGreetsIsIdentifiedAndToldGoodbye) {
  Server server{"220 mail.example ESMTP Exim 4.96\r\n", "250 mail.example\r\n"};
  const auto done = talk_to({server.port()}, {});
  ASSERT_TRUE(done.contains(server.port()));
  const auto& service = done.at(server.port()).service;
  EXPECT_EQ(service.name, "smtp");
  EXPECT_EQ(service.product, "Exim");
  EXPECT_EQ(service.version, "4.96");
}

TEST(ServiceTalks, WhatWasSaidIsATranscript) {
  Server server{"SSH-2.0-OpenSSH_9.2p1\r\n"};
  ServiceTalkSettings settings;
  settings.keeps_transcripts = true;
  const auto done = talk_to({server.port()}, settings);
  const std::string& text = done.at(server.port()).transcripts;
  EXPECT_TRUE(text.starts_with("# 127.0.0.1 port ")) << text;
  EXPECT_NE(text.find("< \"SSH-2.0-OpenSSH_9.2p1\\r\\n\"\n"), std::string::npos) << text;
  EXPECT_TRUE(identify::read_transcript(text));
}

TEST(ServiceTalks, MutePortsWaitSideBySide) {
  std::vector<std::unique_ptr<Server>> servers;
  std::vector<net::Port> ports;
  for (int i = 0; i < 12; ++i) ports.push_back(servers.emplace_back(std::make_unique<Server>(""))->port());
  ServiceTalkSettings settings;
  settings.host.agenda = {.intensity = 0, .patience = 300ms};
  settings.host.connections = 100;
  const auto done = talk_to(ports, settings);
  ASSERT_EQ(done.size(), ports.size());
  for (const auto& [port, one] : done) EXPECT_EQ(one.service.confidence, 0);
}

TEST(ServiceTalks, AllComeToTheirTurnWhereFewMayBeOpen) {
  std::vector<std::unique_ptr<Server>> servers;
  std::vector<net::Port> ports;
  for (int i = 0; i < 8; ++i) {
    ports.push_back(servers.emplace_back(std::make_unique<Server>("SSH-2.0-OpenSSH_9.2p1\r\n"))->port());
  }
  ServiceTalkSettings settings;
  settings.host.connections = 1;
  const auto done = talk_to(ports, settings);
  ASSERT_EQ(done.size(), ports.size());
  for (const auto& [port, one] : done) EXPECT_EQ(one.service.product, "OpenSSH");
}

TEST(ServiceTalks, APortThatHasClosedMeanwhileIsGivenUp) {
  net::Port port{0};
  {
    const Server server{""};
    port = server.port();
  }
  const auto done = talk_to({port}, {});
  EXPECT_EQ(done.at(port).service, model::ServiceRecord{});
}

}  // namespace
}  // namespace portolan::os
