#include "lab/wan.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <ctime>
#include <optional>
#include <utility>
#include <vector>

#include "base/hash.h"

namespace portolan::lab {
namespace {

using Nanoseconds = std::int64_t;

constexpr std::size_t frame_size = 2048;  // an Ethernet frame of 1,514 bytes and the ring's own header
constexpr std::size_t block_size = 1U << 16U;
constexpr std::size_t fewest_frames = 4096;
constexpr std::size_t most_frames = 65536;  // 128 MiB a direction
constexpr std::size_t batch = 64;           // more a call gains nothing

// The clock of the ring's time stamps.
Nanoseconds now() {
  timespec time{};
  ::clock_gettime(CLOCK_REALTIME, &time);
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

std::size_t ring_frames(const WanSettings& settings) {
  constexpr double expected_rate = 500'000;
  const double seconds = std::chrono::duration<double>(settings.delay).count();
  const double on_the_way = seconds * (settings.rate > 0 ? settings.rate : expected_rate);
  const std::size_t waiting = settings.rate > 0 || settings.queue == 0 ? settings.queue : 0;
  const auto wanted = static_cast<std::size_t>(on_the_way * 1.25) + waiting;
  return std::bit_ceil(std::clamp(wanted, fewest_frames, most_frames));
}

Error device_error(const std::string& device, const char* what) {
  return {Errc::io, fmt::format("the wire cannot {} {}: {}", what, device, std::strerror(errno))};
}

// One device: a socket that sends, and a ring of what arrived.
struct Device {
  int socket = -1;
  std::uint8_t* ring = nullptr;
  std::size_t frames = 0;

  Device() = default;
  Device(Device&& other) noexcept
      : socket{std::exchange(other.socket, -1)}, ring{std::exchange(other.ring, nullptr)}, frames{other.frames} {}
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;
  Device& operator=(Device&&) = delete;
  ~Device() {
    if (ring != nullptr) ::munmap(ring, frames * frame_size);
    if (socket >= 0) ::close(socket);
  }

  [[nodiscard]] tpacket2_hdr& header(std::size_t index) const {
    return *reinterpret_cast<tpacket2_hdr*>(ring + (index & (frames - 1)) * frame_size);
  }
};

bool set_option(int socket, int name, const void* value, socklen_t size) {
  return ::setsockopt(socket, SOL_PACKET, name, value, size) == 0;
}

Result<Device> open_device(const std::string& name, std::size_t frames) {
  Device device;
  device.frames = frames;
  device.socket = ::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  if (device.socket < 0) return fail(device_error(name, "open a socket for"));
  const int version = TPACKET_V2;
  const int yes = 1;
  const tpacket_req request{static_cast<unsigned>(block_size), static_cast<unsigned>(frames * frame_size / block_size),
                            static_cast<unsigned>(frame_size), static_cast<unsigned>(frames)};
  if (!set_option(device.socket, PACKET_VERSION, &version, sizeof version) ||
      !set_option(device.socket, PACKET_QDISC_BYPASS, &yes, sizeof yes) ||
      !set_option(device.socket, PACKET_IGNORE_OUTGOING, &yes, sizeof yes) ||
      !set_option(device.socket, PACKET_RX_RING, &request, sizeof request)) {
    return fail(device_error(name, "prepare a ring for"));
  }
  void* memory = ::mmap(nullptr, frames * frame_size, PROT_READ | PROT_WRITE, MAP_SHARED, device.socket, 0);
  if (memory == MAP_FAILED) return fail(device_error(name, "map the ring of"));
  device.ring = static_cast<std::uint8_t*>(memory);
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = static_cast<int>(::if_nametoindex(name.c_str()));
  if (::bind(device.socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    return fail(device_error(name, "listen to"));
  }
  return device;
}

}  // namespace

// What arrives at `in` and leaves through the socket of the other side. Two cursors run through the
// ring: `seen_` where the fate of the next frame is decided, `sent_` where the next one leaves.
class Wan::Direction {
 public:
  Direction(Device in, const WanSettings& settings, std::uint64_t seed, WanCounts& counts)
      : in_{std::move(in)}, settings_{settings}, random_{seed}, counts_{counts}, due_(in_.frames) {
    gap_ = settings_.rate > 0 ? static_cast<Nanoseconds>(1e9 / settings_.rate) : 0;
    queue_ = settings_.queue > 0 ? settings_.queue : in_.frames;
  }

  void send_through(const Direction& other) { out_ = other.in_.socket; }
  [[nodiscard]] int socket() const { return in_.socket; }
  [[nodiscard]] bool empty() const { return sent_ == seen_; }
  [[nodiscard]] Nanoseconds next_due() const { return due_[sent_ & (in_.frames - 1)]; }

  // Decides about all that has arrived.
  void look() {
    bool losing = false;
    for (; seen_ - sent_ < in_.frames; ++seen_) {
      tpacket2_hdr& header = in_.header(seen_);
      const auto status = std::atomic_ref{header.tp_status}.load(std::memory_order_acquire);
      if ((status & TP_STATUS_USER) == 0) break;
      losing = losing || (status & TP_STATUS_LOSING) != 0;
      due_[seen_ & (in_.frames - 1)] = decide(Nanoseconds{header.tp_sec} * 1'000'000'000 + header.tp_nsec);
    }
    if (losing) count_kernel_drops();
  }

  // Sends what is due at `time` and gives its place in the ring back.
  void release(Nanoseconds time) {
    while (!empty()) {
      std::size_t count = 0;
      const std::size_t last = fill_batch(time, count);
      if (last == sent_) return;
      send_batch(count);
      for (; sent_ != last; ++sent_) give_back(sent_);
    }
  }

 private:
  static constexpr Nanoseconds never = 0;  // instead of a time: this frame is not sent

  Nanoseconds decide(Nanoseconds arrived) {
    if (settings_.loss > 0 && random_.chance(settings_.loss)) {
      add(counts_.lost, 1);
      return never;
    }
    Nanoseconds leaves = arrived;
    if (gap_ > 0) {
      leaves = std::max(arrived, line_free_);
      if (static_cast<std::uint64_t>((leaves - arrived) / gap_) >= queue_) {
        add(counts_.overflowed, 1);
        return never;
      }
      line_free_ = leaves + gap_;
    } else if (seen_ - sent_ >= queue_) {
      add(counts_.overflowed, 1);
      return never;
    }
    return leaves + settings_.delay.count();
  }

  // Frames that are due go into the batch, lost ones are passed over. Returns where it stopped.
  std::size_t fill_batch(Nanoseconds time, std::size_t& count) {
    std::size_t at = sent_;
    for (; at != seen_ && count < batch; ++at) {
      const Nanoseconds due = due_[at & (in_.frames - 1)];
      if (due == never) continue;
      if (due > time) break;
      tpacket2_hdr& header = in_.header(at);
      pieces_[count] = {reinterpret_cast<std::uint8_t*>(&header) + header.tp_mac, header.tp_snaplen};
      messages_[count] = {};
      messages_[count].msg_hdr.msg_iov = &pieces_[count];
      messages_[count].msg_hdr.msg_iovlen = 1;
      ++count;
    }
    return at;
  }

  void send_batch(std::size_t count) {
    std::size_t done = 0;
    while (done < count) {
      const int sent = ::sendmmsg(out_, &messages_[done], static_cast<unsigned>(count - done), 0);
      if (sent > 0) {
        add(counts_.forwarded, static_cast<std::uint64_t>(sent));
        done += static_cast<std::size_t>(sent);
      } else if (errno != EINTR) {  // this frame is refused (ENOBUFS, or longer than the other side takes)
        add(counts_.refused, 1);
        ++done;
      }
    }
  }

  void give_back(std::size_t at) const {
    std::atomic_ref{in_.header(at).tp_status}.store(TP_STATUS_KERNEL, std::memory_order_release);
  }

  void count_kernel_drops() {
    tpacket_stats stats{};  // reading it starts the kernel's count anew
    socklen_t size = sizeof stats;
    if (::getsockopt(in_.socket, SOL_PACKET, PACKET_STATISTICS, &stats, &size) == 0) {
      add(counts_.overflowed, stats.tp_drops);
    }
  }

  // There is one writer, so no locked addition is needed.
  static void add(std::atomic<std::uint64_t>& count, std::uint64_t more) {
    count.store(count.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  }

  Device in_;
  WanSettings settings_;
  Random random_;
  WanCounts& counts_;
  int out_ = -1;
  Nanoseconds gap_ = 0;        // between two frames at the limited rate
  Nanoseconds line_free_ = 0;  // when the limited line has sent all it took so far
  std::size_t queue_ = 0;
  std::vector<Nanoseconds> due_;
  std::size_t seen_ = 0;
  std::size_t sent_ = 0;
  std::array<iovec, batch> pieces_{};
  std::array<mmsghdr, batch> messages_{};
};

Wan::Wan(std::unique_ptr<Direction> eastward, std::unique_ptr<Direction> westward, std::chrono::nanoseconds delay)
    : eastward_{std::move(eastward)}, westward_{std::move(westward)}, delay_{delay} {
  eastward_->send_through(*westward_);
  westward_->send_through(*eastward_);
}
Wan::~Wan() = default;

Result<std::unique_ptr<Wan>> Wan::open(const std::string& west_device, const std::string& east_device,
                                       const WanSettings& settings, WanCounts& west, WanCounts& east) {
  const std::size_t frames = ring_frames(settings);
  auto at_west = open_device(west_device, frames);
  if (!at_west) return fail(at_west.error());
  auto at_east = open_device(east_device, frames);
  if (!at_east) return fail(at_east.error());
  std::uint64_t seed = settings.seed;
  auto eastward = std::make_unique<Direction>(std::move(*at_west), settings, splitmix(seed), west);
  auto westward = std::make_unique<Direction>(std::move(*at_east), settings, splitmix(seed), east);
  return std::unique_ptr<Wan>(new Wan(std::move(eastward), std::move(westward), settings.delay));
}

void Wan::run() {
  std::array<pollfd, 2> sockets{pollfd{eastward_->socket(), POLLIN, 0}, pollfd{westward_->socket(), POLLIN, 0}};
  constexpr Nanoseconds shortest_nap = std::chrono::nanoseconds{tick}.count();
  // What arrives during a nap is due one delay later, so that a longer nap would make it late.
  const Nanoseconds longest_nap = std::max(delay_.count(), shortest_nap);
  for (;;) {
    eastward_->look();
    westward_->look();
    const Nanoseconds time = now();
    eastward_->release(time);
    westward_->release(time);
    if (eastward_->empty() && westward_->empty()) {
      ::poll(sockets.data(), sockets.size(), -1);
      continue;
    }
    Nanoseconds nap = longest_nap;
    if (!eastward_->empty()) nap = std::min(nap, eastward_->next_due() - time);
    if (!westward_->empty()) nap = std::min(nap, westward_->next_due() - time);
    nap = std::max(nap, shortest_nap);
    const timespec pause{nap / 1'000'000'000, nap % 1'000'000'000};
    ::nanosleep(&pause, nullptr);
  }
}

}  // namespace portolan::lab
