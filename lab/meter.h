// Counts what arrives at a host's device while a scan runs, a hundred times a second, so that the pace of a scan is
// measured where its packets end and not by what it says itself.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace portolan::lab {

class Host;

class Meter {
 public:
  static constexpr std::chrono::milliseconds slice{10};

  // Begins to count. Host::run() may be called meanwhile.
  Meter(const Host& host, const std::string& device);

  struct Arrivals {
    std::uint64_t packets = 0;
    double span = 0;  // seconds from the first slice in which anything arrived to the end of the last one
    double busy = 0;  // seconds of those slices in which anything arrived
  };
  // Ends the count. To be called once.
  Arrivals stop();

 private:
  std::vector<std::uint64_t> slices_;  // packets of each; the thread's until it is joined
  std::vector<double> lengths_;        // seconds of each: a busy machine wakes late
  std::jthread thread_;
};

}  // namespace portolan::lab
