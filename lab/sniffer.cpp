#include "lab/sniffer.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <stdexcept>
#include <utility>

namespace portolan::lab {

Sniffer::Sniffer(unsigned device) : socket_{::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = static_cast<int>(device);
  const int yes = 1;
  const int room = 32 << 20;  // bytes; what does not fit would be missing from the evidence
  if (socket_ < 0 || ::setsockopt(socket_, SOL_SOCKET, SO_TIMESTAMPNS, &yes, sizeof yes) != 0 ||
      ::setsockopt(socket_, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof yes) != 0 ||
      ::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error(fmt::format("the lab cannot watch a device: {}", std::strerror(errno)));
  }
  if (::setsockopt(socket_, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) != 0) {
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);  // inside a user namespace
  }
}

Sniffer::Sniffer(Sniffer&& other) noexcept : socket_{std::exchange(other.socket_, -1)} {}

Sniffer::~Sniffer() {
  if (socket_ >= 0) ::close(socket_);
}

std::optional<Arrival> Sniffer::next(std::chrono::milliseconds longest) {
  pollfd watched{socket_, POLLIN, 0};
  if (::poll(&watched, 1, static_cast<int>(longest.count())) <= 0) return std::nullopt;
  Arrival arrival;
  arrival.bytes.resize(128);
  iovec piece{arrival.bytes.data(), arrival.bytes.size()};
  sockaddr_ll from{};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(timespec))> control{};
  msghdr message{};
  message.msg_name = &from;
  message.msg_namelen = sizeof from;
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t size = ::recvmsg(socket_, &message, MSG_DONTWAIT);
  if (size < 0) return std::nullopt;
  arrival.bytes.resize(static_cast<std::size_t>(size));
  arrival.ether_type = ntohs(from.sll_protocol);
  if (const cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr && header->cmsg_type == SCM_TIMESTAMPNS) {
    timespec time{};
    std::memcpy(&time, CMSG_DATA(header), sizeof time);
    arrival.at = std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
  }
  return arrival;
}

bool Sniffer::wait_for_syn(std::chrono::milliseconds longest) {
  const auto deadline = std::chrono::steady_clock::now() + longest;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    const auto arrival = next(left);
    if (arrival && syn_port(*arrival)) return true;
  }
}

std::vector<Arrival> Sniffer::all() {
  std::vector<Arrival> arrivals;
  while (auto arrival = next(std::chrono::milliseconds{0})) arrivals.push_back(std::move(*arrival));
  return arrivals;
}

std::optional<std::uint16_t> syn_port(const Arrival& arrival) {
  const auto& bytes = arrival.bytes;
  std::size_t tcp = 0;
  if (arrival.ether_type == ETH_P_IP && bytes.size() >= 20 && bytes[9] == IPPROTO_TCP) {
    tcp = std::size_t{4} * (bytes[0] & 0x0fU);
  } else if (arrival.ether_type == ETH_P_IPV6 && bytes.size() >= 40 && bytes[6] == IPPROTO_TCP) {
    tcp = 40;
  } else {
    return std::nullopt;
  }
  constexpr unsigned syn = 0x02;
  constexpr unsigned ack = 0x10;
  if (bytes.size() < tcp + 20 || (bytes[tcp + 13] & (syn | ack)) != syn) return std::nullopt;
  return static_cast<std::uint16_t>(bytes[tcp + 2] << 8U | bytes[tcp + 3]);
}

}  // namespace portolan::lab
