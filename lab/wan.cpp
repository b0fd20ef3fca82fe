#include "lab/wan.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <ctime>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "lab/frame_ring.h"

namespace portolan::lab {
namespace {

using Nanoseconds = std::int64_t;

constexpr std::size_t fewest_frames = 4096;
constexpr std::size_t most_frames = 65536;  // 128 MiB a direction

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

}  // namespace

// What arrives at `in` and leaves through the socket of the other side. Two cursors run through the
// ring: `seen_` where the fate of the next frame is decided, `sent_` where the next one leaves.
class Wan::Direction {
 public:
  Direction(FrameRing in, const WanSettings& settings, std::uint64_t seed, WanCounts& counts)
      : in_{std::move(in)}, settings_{settings}, random_{seed}, counts_{counts}, due_(in_.size()) {
    gap_ = settings_.rate > 0 ? static_cast<Nanoseconds>(1e9 / settings_.rate) : 0;
    queue_ = settings_.queue > 0 ? settings_.queue : in_.size();
  }

  void send_through(const Direction& other) { out_ = other.in_.socket(); }
  [[nodiscard]] int socket() const { return in_.socket(); }
  [[nodiscard]] bool empty() const { return sent_ == seen_; }
  [[nodiscard]] Nanoseconds next_due() const { return due_[sent_ & (in_.size() - 1)]; }

  // Decides about all that has arrived.
  void look() {
    bool losing = false;
    for (; seen_ - sent_ < in_.size(); ++seen_) {
      const tpacket2_hdr* header = in_.arrived(seen_);
      if (header == nullptr) break;
      losing = losing || (header->tp_status & TP_STATUS_LOSING) != 0;
      due_[seen_ & (in_.size() - 1)] = decide(Nanoseconds{header->tp_sec} * 1'000'000'000 + header->tp_nsec);
    }
    if (losing) add(counts_.overflowed, in_.overflowed());
  }

  // Sends what is due at `time` and gives its place in the ring back.
  void release(Nanoseconds time) {
    while (!empty()) {
      const std::size_t last = fill_batch(time);
      if (last == sent_) return;
      const FrameBatch::Sent sent = batch_.send(out_);
      add(counts_.forwarded, sent.forwarded);
      add(counts_.refused, sent.refused);
      for (; sent_ != last; ++sent_) in_.give_back(sent_);
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
  std::size_t fill_batch(Nanoseconds time) {
    std::size_t at = sent_;
    for (; at != seen_ && !batch_.full(); ++at) {
      const Nanoseconds due = due_[at & (in_.size() - 1)];
      if (due == never) continue;
      if (due > time) break;
      batch_.add(in_.bytes(at));
    }
    return at;
  }

  // There is one writer, so no locked addition is needed.
  static void add(std::atomic<std::uint64_t>& count, std::uint64_t more) {
    count.store(count.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  }

  FrameRing in_;
  FrameBatch batch_;
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
  auto at_west = FrameRing::open(west_device, frames);
  if (!at_west) return fail(at_west.error());
  auto at_east = FrameRing::open(east_device, frames);
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
