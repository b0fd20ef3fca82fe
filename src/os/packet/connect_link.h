// A link for those who may not send raw packets: every question that it is handed becomes a connect() of the
// kernel's, and what comes of it is handed back as the packet that must have caused it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "engine/doors.h"
#include "net/port.h"
#include "os/file_descriptor.h"
#include "os/monotonic_clock.h"

namespace portolan::os {

struct ConnectOptions {
  Duration longest_wait = std::chrono::seconds{10};  // a connect is given up after this (--max-rtt-timeout)
  // Where all sockets are in use, one that has waited for this long makes room (--initial-rtt-timeout).
  Duration patience = std::chrono::seconds{1};
  // The kernel repeats a SYN by itself, and what it repeats counts like everything else that leaves. Together with the
  // repetitions no port is asked more often than `max_retries` + 1 times, and no SYN is repeated more often than this.
  // 0: every SYN is one that send() was handed (--max-rate).
  int repetitions = 2;
  int max_retries = 10;        // --max-retries
  std::uint16_t tag_base = 0;  // Attempt::tag of the first attempt of an engine (EngineSettings::tag_base)
  // The kernel waits for a second before it repeats anything, and for as long each time after that. A connect that may
  // not be repeated any more ends before.
  Duration repeats_after = std::chrono::milliseconds{900};
  std::string interface = {};  // every connection but those to this machine leaves through it (-e)
  int wake = -1;               // ends receive() early when readable (os::TerminalControl); -1: none
};

// What a connection attempt that ended told, and the packet it stands for.
//
//   connected, or reset at once after that     SYN-ACK
//   refused                                    RST
//   an ICMP error (kept for us by IP_RECVERR)  that error, from whoever sent it, quoting the SYN
//   no neighbour answered                      an ICMP error from this machine itself
//   timed out                                  nothing
//   refused by this machine (EPERM, no route   nothing; counted in refusals()
//   any more, ...)
//
// TTLs are 0, because the kernel does not tell them. A connection that was made is closed with a
// reset (SO_LINGER 0): no TIME_WAIT is left behind to use up the source ports, and the other side sees
// what a half-open scan shows it.
class ConnectLink final : public engine::Link {
 public:
  // Raises the soft limit of open files to the hard one. Errc::io when the kernel has no epoll for us.
  static Result<std::unique_ptr<ConnectLink>> open(const ConnectOptions& options);
  ~ConnectLink() override;

  // A target and port that is being asked already is asked anew, in place of the earlier connect, unless the kernel has
  // meanwhile repeated that one's SYN: then it has been asked. Stops at the limits of this machine: sockets, source
  // ports, memory.
  Result<std::size_t> send(std::span<const engine::Shot> shots) override;
  Result<std::span<const engine::Received>> receive(Instant deadline) override;
  [[nodiscard]] std::span<const std::size_t> refused_shots() const override { return refused_shots_; }
  [[nodiscard]] engine::Refusals refusals() const override { return refusals_; }
  // Readable when a connection, or `wake`, wants receive() to be called.
  [[nodiscard]] int events() const { return events_.get(); }
  // When the next connect ends by itself; receive() is to be called by then. Instant::max() while there is none.
  [[nodiscard]] Instant next_end() const { return ends_.empty() ? Instant::max() : ends_.begin()->first; }
  // Connects at one time, at most: from RLIMIT_NOFILE and the range of source ports.
  [[nodiscard]] std::size_t limit() const { return limit_; }

 private:
  struct Key {
    net::IpAddress target;
    net::Port port;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept;
  };
  struct Syn;
  struct Pending;
  struct Reply;
  struct Started {  // a connect in the order of its beginning
    std::uint32_t slot;
    std::uint32_t generation;
    Instant at;
  };
  enum class Taken : std::uint8_t { yes, refused, no_room };

  ConnectLink(const ConnectOptions& options, FileDescriptor events, std::size_t limit);
  static bool stands_for_another(Pending& pending);
  [[nodiscard]] bool is_full() const { return by_key_.size() - ended_ >= limit_; }
  void end(std::uint32_t slot);
  [[nodiscard]] Duration wait_of(const Syn& syn) const;
  Result<Taken> start(const Syn& syn, Instant now);
  Taken note_full(const Syn& syn, int error, Instant now);
  Taken refuse(const net::IpAddress& target, int error);
  std::uint32_t take_slot();
  int watch(int socket, std::uint32_t slot);
  void add_pending(std::uint32_t slot, const Syn& syn, FileDescriptor socket, Instant now);
  bool make_room(Instant now);
  void release(std::uint32_t slot);
  void expire(Instant now);
  Result<void> collect();
  Result<void> look_at(const Pending& pending, bool has_failed, Instant now);
  // What is no answer of anybody's: the error that this machine itself found.
  Result<bool> settle(const Syn& syn, int socket, int error, Instant now);
  Result<void> wait(Instant deadline);

  ConnectOptions options_;
  FileDescriptor events_;
  std::size_t limit_ = 0;
  MonotonicClock clock_;
  std::vector<Pending> pending_;
  std::vector<std::uint32_t> free_;
  std::unordered_map<Key, std::uint32_t, KeyHash> by_key_;
  std::deque<Started> started_;                       // for make_room()
  std::set<std::pair<Instant, std::uint32_t>> ends_;  // of each pending slot
  std::size_t ended_ = 0;                             // pending slots without a socket
  std::vector<Reply> ready_;                          // found since the last receive()
  std::vector<Reply> handed_;                         // what the last receive() returned points into these
  std::vector<engine::Received> batch_;
  std::vector<std::size_t> refused_shots_;  // by the last send()
  engine::Refusals refusals_;
  std::optional<Instant> full_since_;
};

}  // namespace portolan::os
