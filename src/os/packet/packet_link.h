// The real network for scans with raw packets: frames leave through packet and raw IP sockets, answers
// come in through a ring that only lets answers in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "engine/doors.h"
#include "os/file_descriptor.h"
#include "os/monotonic_clock.h"
#include "os/packet/packet_filter.h"
#include "os/packet/packet_ring.h"

namespace portolan::os {

// What a failed send says about the frame at its head.
enum class SendFailure : std::uint8_t {
  again,    // interrupted: nothing was tried
  full,     // no room on this machine just now: the frame stays with the caller
  refused,  // this machine will not send this frame, now or later: a firewall, a link that is down
  broken,   // a mistake of ours, or the socket is gone: the scan cannot go on
};
SendFailure send_failure_of(int error);

class PacketLink final : public engine::Link {
 public:
  // Opens everything that needs a privilege, so that privileges can be dropped afterwards.
  // `wake`: a descriptor that ends receive() early when it is readable (os::TerminalControl), -1 for none.
  // Errc::privilege without CAP_NET_RAW; Errc::io when the kernel has no memory for the ring.
  // `interface`: what the kernel routes leaves through it (-e); "" lets the routes decide.
  static Result<std::unique_ptr<PacketLink>> open(const Expected& expected, int wake = -1,
                                                  const std::string& interface = {});
  ~PacketLink() override;
  // Why packet sockets are refused here whatever this process may do (seccomp, a kernel without them); nullopt where
  // they are not, and where nothing is wrong but the right to them. Makes none: closing one takes many milliseconds.
  static std::optional<Error> missing();

  // A packet that this machine refuses to send counts as sent, so that the scan goes on, and in
  // refusals(): who reads the results is to know that those probes asked nobody.
  Result<std::size_t> send(std::span<const engine::Shot> shots) override;
  Result<std::span<const engine::Received>> receive(Instant deadline) override;
  [[nodiscard]] std::uint64_t dropped() const override { return ring_.dropped(); }
  [[nodiscard]] std::span<const std::size_t> refused_shots() const override { return refused_shots_; }
  [[nodiscard]] engine::Refusals refusals() const override { return refusals_; }

 private:
  enum class Way : std::uint8_t { link_layer, ipv4, ipv6 };
  struct Batch;  // messages of one sendmmsg call

  PacketLink(PacketRing ring, int wake);
  static Way way_of(const engine::Shot& shot);
  [[nodiscard]] int socket_of(Way way) const;
  // `first`: the place of the first of them among those that send() was handed.
  Result<std::size_t> send_run(Way way, std::span<const engine::Shot> shots, std::size_t first);
  // 1, or 0 where there is no room at present.
  Result<std::size_t> send_in_fragments(Way way, const engine::Shot& shot, std::size_t place);
  // What follows from an error: where it is SendFailure::refused, that is noted.
  Result<SendFailure> weigh(int error, const engine::Shot& shot, std::size_t place);
  void refuse(const engine::Shot& shot, std::size_t place, int error);
  bool is_stuck(std::uint32_t interface);
  Result<void> wait(Instant deadline);

  PacketRing ring_;
  FileDescriptor ipv4_;
  FileDescriptor ipv6_;
  std::uint32_t forced_ = 0;  // index of the interface that everything leaves through; 0: none
  int wake_ = -1;
  MonotonicClock clock_;
  std::unique_ptr<Batch> batch_;
  Instant empty_at_;                        // when the ring was last seen empty
  std::vector<std::size_t> refused_shots_;  // by the last send()
  engine::Refusals refusals_;
  std::unordered_map<std::uint32_t, Instant> full_since_;  // by interface; erased by the next success
};

}  // namespace portolan::os
