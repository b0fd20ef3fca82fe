// A receive ring shared with the kernel: packets of all interfaces that pass the answer filter, with
// no system call and no copy a packet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "engine/doors.h"
#include "os/file_descriptor.h"
#include "os/packet/packet_filter.h"

namespace portolan::os {

class PacketRing {
 public:
  // Live from here on, in the network namespace of the calling thread. Needs CAP_NET_RAW.
  // Each packet is kept as far as one of the techniques wants it (Hears::bytes), or whole (Expected::whole).
  // Errc::privilege without it, Errc::io when the kernel has no room (8 MiB).
  static Result<PacketRing> open(const Expected& expected);
  PacketRing(PacketRing&& other) noexcept;
  PacketRing(const PacketRing&) = delete;
  PacketRing& operator=(const PacketRing&) = delete;
  PacketRing& operator=(PacketRing&&) = delete;
  ~PacketRing();

  [[nodiscard]] bool has_frames() const;  // at least one that take() has not handed out
  // Hands out what is there, at most 256 frames, oldest first. What the previous call handed out is
  // the kernel's again. `earliest`: a moment at which the ring was known to be empty.
  std::span<const engine::Received> take(Instant earliest);
  // Gives back what take() handed out; poll() on the descriptor means something only after that.
  void give_back();
  // The packet socket (SOCK_DGRAM): for poll(), and frames may be sent through it.
  [[nodiscard]] int descriptor() const { return socket_.get(); }
  // Frames that passed the filter and found no room, so far.
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  PacketRing(FileDescriptor socket, std::size_t slot_size) : socket_{std::move(socket)}, slot_size_{slot_size} {}
  [[nodiscard]] std::size_t slot_count() const;
  [[nodiscard]] std::uint8_t* slot(std::size_t index) const;

  FileDescriptor socket_;
  std::size_t slot_size_ = 0;  // bytes
  std::uint8_t* memory_ = nullptr;
  std::size_t head_ = 0;                // the oldest slot that has not been given back
  std::vector<engine::Received> held_;  // from head_ on
  mutable std::uint64_t dropped_ = 0;
};

}  // namespace portolan::os
