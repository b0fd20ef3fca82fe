// Real hosts for tests and benchmarks: network namespaces made by the test itself, joined by virtual
// wires, with real kernels behind every address. Everything is held by file descriptors and children
// of this process, so all of it is gone with the process, however it ends.
//
// Works as root and, where the kernel allows unprivileged user namespaces, as anyone. Uses the
// commands `ip` and `nft`.
//
// A lab that cannot be built as it was asked for is a mistake in the test: such failures are thrown as
// std::runtime_error, which fails the test with a sentence. Only whether there can be a lab at all is
// a Result, so that a test can say why it does not run.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "lab/process.h"
#include "lab/sniffer.h"
#include "lab/wan.h"

namespace portolan::lab {

// A file descriptor that is closed with its owner.
class Handle {
 public:
  explicit Handle(int number = -1) : number_{number} {}
  Handle(Handle&& other) noexcept;
  Handle& operator=(Handle&& other) noexcept;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle();
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

// One network namespace. Its loopback is up, and it answers as a host does that limits no ICMP errors
// (Linux would send about six, then one a second, and every test would wait for them).
class Host {
 public:
  explicit Host(std::string name);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] int network() const { return network_.number(); }

  void ip(std::string_view lines) const;                          // as in `ip -batch`, one command a line
  void nft(std::string_view rules) const;                         // as in `nft -f`
  void set(std::string_view name, std::string_view value) const;  // a file below /proc/sys/net, "ipv4/ip_forward"
  void forward() const;                                           // makes a router of it
  void no_checksum_offload(const std::string& device) const;

  // A real listening socket on `address`, on every address of both families when it is empty.
  void listen(std::uint16_t port, const std::string& address = "");
  void listen(std::span<const std::uint16_t> ports);

  // Calls `work` inside: the sockets that it opens are this host's.
  void within(const std::function<void()>& work) const;

  // Watches what arrives at `device`.
  [[nodiscard]] Sniffer sniff(const std::string& device) const;

  [[nodiscard]] Finished run(const Command& command,
                             std::chrono::milliseconds longest = std::chrono::seconds{60}) const;
  [[nodiscard]] Running start(const Command& command) const;

 private:
  std::string name_;
  Handle network_;
  std::vector<Handle> listeners_;
};

// One end of a wire: a device of that name with these addresses ("198.18.0.1/24").
struct End {
  Host& host;
  std::string device;
  std::vector<std::string> addresses;
};

class Lab {
 public:
  // Moves this process into namespaces of its own, once; the reason where that is not allowed or a
  // command is missing. From then on this process has no network but the lab. Only from a process
  // with one thread.
  static Result<void> enter();
  // After enter(): whether programs may call setgroups(2); namespaces of ordinary users refuse that.
  static bool allows_groups();

  // After enter() only.
  Lab();
  Lab(const Lab&) = delete;
  Lab& operator=(const Lab&) = delete;
  ~Lab();

  Host& add_host(std::string name);

  // Joins two hosts by an Ethernet wire that adds nothing.
  void connect(const End& one, const End& other);
  // The same with delay, loss, a rate between them; west counts what `one` sent, east what `other` did.
  struct Counts {
    WanCounts west;
    WanCounts east;
  };
  const Counts& connect(const End& one, const End& other, const WanSettings& settings);
  // Every address of an IPv4 network behind `host` is open on every port for what arrives at `device`.
  void open_every_port(const Host& host, const std::string& device, const std::string& network);
  // Joins two hosts by a tunnel: packets without any Ethernet header. Needs /dev/net/tun, which some
  // systems keep from ordinary users.
  static Result<void> can_tunnel();
  void tunnel(const End& one, const End& other);

 private:
  void give_addresses(const End& end) const;
  template <class Work>
  void keep_running(const Host& host, Work work);

  std::vector<std::unique_ptr<Host>> hosts_;
  std::vector<pid_t> children_;
  std::vector<Counts*> counts_;
};

// The world most tests need: a scanner at 198.18.0.1 and 2001:db8::1, a target at .2 and ::2 on the
// same wire.
struct Pair {
  static constexpr const char* target_v4 = "198.18.0.2";
  static constexpr const char* target_v6 = "2001:db8::2";
  Lab lab;
  Host& scanner = lab.add_host("scanner");
  Host& target = lab.add_host("target");
  const Lab::Counts* counts = nullptr;  // with a long wire only

  Pair();
  explicit Pair(const WanSettings& settings);
};

}  // namespace portolan::lab
