#include "lab/frame_ring.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <linux/if_ether.h>
#include <net/if.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

namespace portolan::lab {
namespace {

constexpr std::size_t frame_size = 2048;  // an Ethernet frame of 1,514 bytes and the ring's own header
constexpr std::size_t block_size = 1U << 16U;

Error device_error(const std::string& device, const char* what) {
  return {Errc::io, fmt::format("the wire cannot {} {}: {}", what, device, std::strerror(errno))};
}

bool set_option(int socket, int name, const void* value, socklen_t size) {
  return ::setsockopt(socket, SOL_PACKET, name, value, size) == 0;
}

}  // namespace

FrameRing::FrameRing(FrameRing&& other) noexcept
    : socket_{std::exchange(other.socket_, -1)},
      memory_{std::exchange(other.memory_, nullptr)},
      frames_{other.frames_} {}

FrameRing::~FrameRing() {
  if (memory_ != nullptr) ::munmap(memory_, frames_ * frame_size);
  if (socket_ >= 0) ::close(socket_);
}

Result<FrameRing> FrameRing::open(const std::string& device, std::size_t frames) {
  FrameRing ring;
  ring.frames_ = frames;
  ring.socket_ = ::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  if (ring.socket_ < 0) return fail(device_error(device, "open a socket for"));
  const int version = TPACKET_V2;
  const int yes = 1;
  const tpacket_req request{static_cast<unsigned>(block_size), static_cast<unsigned>(frames * frame_size / block_size),
                            static_cast<unsigned>(frame_size), static_cast<unsigned>(frames)};
  if (!set_option(ring.socket_, PACKET_VERSION, &version, sizeof version) ||
      !set_option(ring.socket_, PACKET_QDISC_BYPASS, &yes, sizeof yes) ||
      !set_option(ring.socket_, PACKET_IGNORE_OUTGOING, &yes, sizeof yes) ||
      !set_option(ring.socket_, PACKET_RX_RING, &request, sizeof request)) {
    return fail(device_error(device, "prepare a ring for"));
  }
  void* memory = ::mmap(nullptr, frames * frame_size, PROT_READ | PROT_WRITE, MAP_SHARED, ring.socket_, 0);
  if (memory == MAP_FAILED) return fail(device_error(device, "map the ring of"));
  ring.memory_ = static_cast<std::uint8_t*>(memory);
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = static_cast<int>(::if_nametoindex(device.c_str()));
  if (::bind(ring.socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    return fail(device_error(device, "listen to"));
  }
  return ring;
}

tpacket2_hdr& FrameRing::header(std::size_t number) const {
  return *reinterpret_cast<tpacket2_hdr*>(memory_ + (number & (frames_ - 1)) * frame_size);
}

const tpacket2_hdr* FrameRing::arrived(std::size_t number) const {
  tpacket2_hdr& frame = header(number);
  const auto status = std::atomic_ref{frame.tp_status}.load(std::memory_order_acquire);
  return (status & TP_STATUS_USER) != 0 ? &frame : nullptr;
}

std::span<std::uint8_t> FrameRing::bytes(std::size_t number) const {
  tpacket2_hdr& frame = header(number);
  return {reinterpret_cast<std::uint8_t*>(&frame) + frame.tp_mac, frame.tp_snaplen};
}

void FrameRing::give_back(std::size_t number) const {
  std::atomic_ref{header(number).tp_status}.store(TP_STATUS_KERNEL, std::memory_order_release);
}

std::uint64_t FrameRing::overflowed() const {
  tpacket_stats stats{};  // reading it starts the kernel's count anew
  socklen_t size = sizeof stats;
  return ::getsockopt(socket_, SOL_PACKET, PACKET_STATISTICS, &stats, &size) == 0 ? stats.tp_drops : 0;
}

void FrameBatch::add(std::span<std::uint8_t> frame) {
  pieces_[count_] = {frame.data(), frame.size()};
  messages_[count_] = {};
  messages_[count_].msg_hdr.msg_iov = &pieces_[count_];
  messages_[count_].msg_hdr.msg_iovlen = 1;
  ++count_;
}

FrameBatch::Sent FrameBatch::send(int socket) {
  Sent total;
  for (std::size_t done = 0; done < count_;) {
    const int sent = ::sendmmsg(socket, &messages_[done], static_cast<unsigned>(count_ - done), 0);
    if (sent > 0) {
      total.forwarded += static_cast<std::uint64_t>(sent);
      done += static_cast<std::size_t>(sent);
    } else if (errno != EINTR) {
      ++total.refused;
      ++done;
    }
  }
  count_ = 0;
  return total;
}

}  // namespace portolan::lab
