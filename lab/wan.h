// A long wire: takes every frame that arrives at one of two Ethernet devices out at the other, later,
// and some not at all. It stands in for netem, which needs a kernel module that is often not there.
//
// Delay is the same for every frame, so order is kept and the receive ring itself is the wire: frames
// stay where the kernel put them until they are due, and are sent from there. While frames are on
// their way nobody is woken by a new one: the ring carries arrival times, so looking now and then is
// enough. That keeps a busy wire cheap, at the price of up to `tick` more delay than was asked for.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"

namespace portolan::lab {

struct WanSettings {
  std::chrono::nanoseconds delay{};  // one way
  double loss = 0;                   // of frames, each way, 0 to 1
  double rate = 0;                   // frames a second, each way; 0: no limit
  // Frames that may wait for a limited rate; more are dropped. Without a rate: frames on the way.
  std::size_t queue = 0;   // 0: enough for the delay at 500,000 frames a second
  std::uint64_t seed = 1;  // which frames are lost
};

// What happened to the frames of one direction. Written by the wire, read by anyone.
struct WanCounts {
  std::atomic<std::uint64_t> forwarded{0};
  std::atomic<std::uint64_t> lost{0};        // by chance, as asked
  std::atomic<std::uint64_t> overflowed{0};  // the queue was full
  std::atomic<std::uint64_t> refused{0};     // the kernel did not take them: more than this machine can do
};

class Wan {
 public:
  static constexpr std::chrono::microseconds tick{250};

  // Opens both devices in this process's network namespace. `west` and `east` count what arrives
  // there and must outlive the wire. Frames must carry finished checksums: turn the senders' transmit
  // checksum offload off.
  static Result<std::unique_ptr<Wan>> open(const std::string& west_device, const std::string& east_device,
                                           const WanSettings& settings, WanCounts& west, WanCounts& east);
  Wan(const Wan&) = delete;
  Wan& operator=(const Wan&) = delete;
  ~Wan();

  [[noreturn]] void run();

 private:
  class Direction;
  Wan(std::unique_ptr<Direction> eastward, std::unique_ptr<Direction> westward, std::chrono::nanoseconds delay);

  std::unique_ptr<Direction> eastward_;
  std::unique_ptr<Direction> westward_;
  std::chrono::nanoseconds delay_;
};

}  // namespace portolan::lab
