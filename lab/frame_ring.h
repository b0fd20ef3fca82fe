// An Ethernet device taken over frame by frame: a ring of what arrives, shared with the kernel, and the socket that
// sends. For the lab's wire and the lab's crowd of answering hosts.
#pragma once

#include <linux/if_packet.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/result.h"

namespace portolan::lab {

class FrameRing {
 public:
  // Of a device in this process's network namespace. `frames`: a power of two, 32 or more.
  static Result<FrameRing> open(const std::string& device, std::size_t frames);
  FrameRing(FrameRing&& other) noexcept;
  FrameRing(const FrameRing&) = delete;
  FrameRing& operator=(const FrameRing&) = delete;
  FrameRing& operator=(FrameRing&&) = delete;
  ~FrameRing();

  // Frames are numbered in the order of their arrival, for ever; the ring holds size() of them.
  [[nodiscard]] std::size_t size() const { return frames_; }
  // Null where frame `number` has not arrived yet. Bytes stay until the frame is given back.
  [[nodiscard]] const tpacket2_hdr* arrived(std::size_t number) const;
  [[nodiscard]] std::span<std::uint8_t> bytes(std::size_t number) const;
  void give_back(std::size_t number) const;
  // Frames for which there was no room since the last call.
  [[nodiscard]] std::uint64_t overflowed() const;

  [[nodiscard]] int socket() const { return socket_; }

 private:
  FrameRing() = default;
  [[nodiscard]] tpacket2_hdr& header(std::size_t number) const;

  int socket_ = -1;
  std::uint8_t* memory_ = nullptr;
  std::size_t frames_ = 0;
};

// Frames that leave through a device in as few system calls as possible. They are sent from where they stand.
class FrameBatch {
 public:
  static constexpr std::size_t size = 64;  // more a call gains nothing

  [[nodiscard]] bool full() const { return count_ == size; }
  void add(std::span<std::uint8_t> frame);
  // Sends what was added, and is empty. How many the kernel took, and how many not (ENOBUFS, or longer than the
  // other side takes).
  struct Sent {
    std::uint64_t forwarded = 0;
    std::uint64_t refused = 0;
  };
  Sent send(int socket);

 private:
  std::array<iovec, size> pieces_{};
  std::array<mmsghdr, size> messages_{};
  std::size_t count_ = 0;
};

}  // namespace portolan::lab
