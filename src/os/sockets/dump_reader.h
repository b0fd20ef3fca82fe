// The answers to a netlink dump, one datagram after another.
#pragma once

#include <linux/netlink.h>

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <thread>

namespace portolan::os {

// The kernel makes a dump inside recv(), which takes as long as it takes to print what comes: once a dump proves long,
// a second thread receives, so that both go on at once.
class DumpReader {
 public:
  // The request has been sent on `socket`, which outlives the reader and is not used meanwhile.
  explicit DumpReader(int socket);
  DumpReader(const DumpReader&) = delete;
  DumpReader& operator=(const DumpReader&) = delete;
  ~DumpReader();

  // The next datagram, good until the next call; not to be called after the one that ended the dump. Empty where
  // receiving failed: error() tells why.
  std::span<const std::uint8_t> next();
  [[nodiscard]] int error() const { return error_; }  // an errno

 private:
  // The kernel fills dump datagrams up to the size of the reader's buffer, and never beyond 32 KiB
  // (net/netlink/af_netlink.c, netlink_dump).
  static constexpr std::size_t datagram_size = 32'768;
  static constexpr std::size_t slot_count = 8;
  struct Slot {
    std::size_t size = 0;
    int error = 0;
    alignas(nlmsghdr) std::array<std::uint8_t, datagram_size> bytes;
  };

  void receive(Slot& slot) const;
  void read_ahead();
  std::span<const std::uint8_t> next_from_thread();

  int socket_;
  int error_ = 0;
  std::size_t received_ = 0;  // before there was a thread
  std::unique_ptr<std::array<Slot, slot_count>> slots_;

  std::thread thread_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::size_t filled_ = 0;  // slots, counted without end
  std::size_t taken_ = 0;
  bool holding_ = false;  // slot `taken_` is with the caller
  bool stopped_ = false;
};

}  // namespace portolan::os
