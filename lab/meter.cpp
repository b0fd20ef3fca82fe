#include "lab/meter.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sched.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <future>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string_view>

#include "lab/lab.h"

namespace portolan::lab {
namespace {

using Clock = std::chrono::steady_clock;

// Packets that the device has received, from the text of /proc/net/dev: "  wire: bytes packets ...".
std::optional<std::uint64_t> received(int file, std::string_view device) {
  std::array<char, 4096> room{};
  const ssize_t size = ::pread(file, room.data(), room.size(), 0);
  if (size <= 0) return std::nullopt;
  const std::string_view text{room.data(), static_cast<std::size_t>(size)};
  const auto at = text.find(fmt::format(" {}:", device));
  if (at == std::string_view::npos) return std::nullopt;
  auto packets = text.find_first_not_of(' ', at + device.size() + 2);
  packets = text.find_first_not_of(' ', text.find(' ', packets));
  std::uint64_t number = 0;
  std::from_chars(text.data() + packets, text.data() + text.size(), number);
  return number;
}

}  // namespace

Meter::Meter(const Host& host, const std::string& device) {
  std::promise<bool> ready;
  auto is_ready = ready.get_future();
  // A thread of its own may stay in the host's network, while this one goes on starting programs elsewhere.
  thread_ = std::jthread{[this, network = host.network(), device, &ready](const std::stop_token& stop) {
    const bool inside = ::setns(network, CLONE_NEWNET) == 0;
    const Handle file{::open("/proc/thread-self/net/dev", O_RDONLY | O_CLOEXEC)};
    const auto first = inside ? received(file.number(), device) : std::nullopt;
    ready.set_value(first.has_value());
    if (!first) return;
    std::uint64_t before = *first;
    auto time = Clock::now();
    while (!stop.stop_requested()) {
      std::this_thread::sleep_for(slice);
      const auto now = received(file.number(), device);
      const auto end = Clock::now();
      if (!now) return;
      slices_.push_back(*now - before);
      lengths_.push_back(std::chrono::duration<double>(end - time).count());
      before = *now;
      time = end;
    }
  }};
  if (!is_ready.get()) throw std::runtime_error(fmt::format("lab: cannot count what arrives at {}", device));
}

Meter::Arrivals Meter::stop() {
  thread_.request_stop();
  thread_.join();
  Arrivals arrivals;
  double quiet = 0;  // since the last packet
  for (std::size_t i = 0; i < slices_.size(); ++i) {
    arrivals.packets += slices_[i];
    if (slices_[i] != 0) {
      arrivals.span += quiet + lengths_[i];
      arrivals.busy += lengths_[i];
      quiet = 0;
    } else if (arrivals.packets != 0) {
      quiet += lengths_[i];
    }
  }
  return arrivals;
}

}  // namespace portolan::lab
