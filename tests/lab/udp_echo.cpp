#include "udp_echo.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <stdexcept>

namespace portolan::lab_test {

UdpEcho::UdpEcho(const lab::Host& host, std::span<const std::uint16_t> ports) : stop_{::eventfd(0, EFD_CLOEXEC)} {
  host.within([&] {
    for (const std::uint16_t port : ports) {
      lab::Handle socket{::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
      const int off = 0;
      ::setsockopt(socket.number(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
      sockaddr_in6 where{};
      where.sin6_family = AF_INET6;
      where.sin6_port = htons(port);
      if (::bind(socket.number(), reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0) {
        throw std::runtime_error("binding a UDP port");
      }
      sockets_.push_back(std::move(socket));
    }
  });
  thread_ = std::thread{[this] { serve(); }};
}

UdpEcho::~UdpEcho() {
  ::eventfd_write(stop_.number(), 1);
  thread_.join();
}

void UdpEcho::serve() {
  std::vector<pollfd> waits{{stop_.number(), POLLIN, 0}};
  for (const auto& socket : sockets_) waits.push_back({socket.number(), POLLIN, 0});
  while (::poll(waits.data(), waits.size(), -1) > 0 && waits.front().revents == 0) {
    for (const pollfd& ready : waits) {
      if (ready.revents == 0) continue;
      std::array<std::uint8_t, 2048> bytes{};
      sockaddr_in6 from{};
      socklen_t size = sizeof from;
      const ssize_t read =
          ::recvfrom(ready.fd, bytes.data(), bytes.size(), MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&from), &size);
      if (read < 0) continue;
      ::sendto(ready.fd, bytes.data(), static_cast<std::size_t>(read), 0, reinterpret_cast<sockaddr*>(&from), size);
    }
  }
}

}  // namespace portolan::lab_test
