// Sees what arrives at a device of the lab, with the kernel's arrival times.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace portolan::lab {

struct Arrival {
  std::chrono::nanoseconds at{};    // since the epoch
  std::vector<std::uint8_t> bytes;  // from the network header on; at most 128
  std::uint16_t ether_type = 0;
};

class Sniffer {
 public:
  // In the network namespace of the calling thread. Throws std::runtime_error.
  explicit Sniffer(unsigned device);
  Sniffer(Sniffer&& other) noexcept;
  Sniffer(const Sniffer&) = delete;
  Sniffer& operator=(const Sniffer&) = delete;
  Sniffer& operator=(Sniffer&&) = delete;
  ~Sniffer();

  // The next frame; nothing when none came in time.
  std::optional<Arrival> next(std::chrono::milliseconds longest);
  // Waits for a TCP SYN; false when none came in time.
  bool wait_for_syn(std::chrono::milliseconds longest = std::chrono::seconds{30});
  // Everything that has arrived so far, in order.
  std::vector<Arrival> all();

 private:
  int socket_;
};

// The destination port of a TCP SYN without ACK, over IPv4 or IPv6 without extension headers.
std::optional<std::uint16_t> syn_port(const Arrival& arrival);

}  // namespace portolan::lab
