#include "talker.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace portolan::lab_test {

Talker::Talker(const lab::Host& host, std::vector<TalkerPort> ports)
    : ports_{std::move(ports)}, stop_{::eventfd(0, EFD_CLOEXEC)} {
  host.within([&] {
    for (const TalkerPort& port : ports_) {
      lab::Handle socket{::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)};
      const int off = 0;
      ::setsockopt(socket.number(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
      sockaddr_in6 where{};
      where.sin6_family = AF_INET6;
      where.sin6_port = htons(port.port);
      if (::bind(socket.number(), reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0 ||
          ::listen(socket.number(), 16) != 0) {
        throw std::runtime_error("listening at a TCP port");
      }
      sockets_.push_back(std::move(socket));
    }
  });
  thread_ = std::thread{[this] { serve(); }};
}

Talker::~Talker() {
  ::eventfd_write(stop_.number(), 1);
  thread_.join();
}

void Talker::serve() {
  std::vector<pollfd> waits{{stop_.number(), POLLIN, 0}};
  for (const auto& socket : sockets_) waits.push_back({socket.number(), POLLIN, 0});
  while (::poll(waits.data(), waits.size(), -1) > 0 && waits.front().revents == 0) {
    for (std::size_t i = 0; i < ports_.size(); ++i) {
      if (waits[i + 1].revents == 0) continue;
      serve(lab::Handle{::accept4(sockets_[i].number(), nullptr, nullptr, SOCK_CLOEXEC)}, ports_[i]);
    }
  }
}

void Talker::serve(lab::Handle connection, const TalkerPort& port) {
  using enum TalkerPort::Manner;
  std::array<char, 512> room{};
  const auto read = [&] { return ::recv(connection.number(), room.data(), room.size(), 0); };
  if (port.manner == resets) {
    const linger at_once{1, 0};
    ::setsockopt(connection.number(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    return;
  }
  if (port.manner == keeps) {
    kept_.push_back(std::move(connection));
    return;
  }
  if (port.manner == answers && read() <= 0) return;
  ::send(connection.number(), port.words.data(), port.words.size(), MSG_NOSIGNAL);
  if (port.manner == answers) return;
  while (read() > 0) {
  }
}

}  // namespace portolan::lab_test
