// A simulated network with a virtual clock: what os/ is on a real machine, so the engine that scans it
// is the one that scans the world. Everything that happens follows from one seed; an hour of waiting
// costs milliseconds, and a failure replays.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <span>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "engine/doors.h"
#include "net/ip_address.h"
#include "net/port_set.h"
#include "wire/build.h"
#include "wire/packet.h"

namespace portolan::sim {

// So many a second, and a stock of `burst` at the start: the limit of a firewall, a kernel or a policer.
struct Limit {
  double rate = 0;  // a second; 0 for no limit
  double burst = 1;
};

class TokenBucket {
 public:
  TokenBucket() = default;
  TokenBucket(const Limit& limit, Instant now) : limit_{limit}, tokens_{limit.burst}, at_{now} {}
  bool take(Instant now);

 private:
  Limit limit_;
  double tokens_ = 0;
  Instant at_;
};

struct NetworkOptions {
  Duration delay{};              // one way
  Duration jitter{};             // added one way, uniform in [0, jitter)
  double loss = 0;               // of each packet, each way
  double duplicate = 0;          // of each answer
  double reorder = 0;            // of each answer: it takes another delay + 1 ms
  double forge = 0;              // for each probe: somebody sends an answer without knowing the cookie
  double refuse = 0;             // of each send call: the local queue is full
  double bottleneck = 0;         // packets a second that the path carries, 0 for no limit
  std::size_t queue = 1'000;     // packets that wait at the bottleneck before it drops
  Limit answers{};               // that the way back lets through
  Duration send_time{};          // of each packet, until the link has taken it: others wait in the same call
  Duration dark_every{};         // the path is down time and again: from one time to the next,
  Duration dark_for{};           // for so long each,
  Duration dark_at{};            // when one of these times begins, at most `dark_every`
  std::uint32_t answers_by = 2;  // interface that answers arrive at; 2 is the one that leads to every target
};

// How one simulated machine behaves. Ports in no set are closed: they answer RST.
struct HostOptions {
  enum class Reject : std::uint8_t { port_unreach, host_unreach, admin_prohibited };
  net::PortSet open{};      // of TCP
  net::PortSet open_udp{};  // these answer what is said to them
  net::PortSet open_sctp{};
  net::PortSet open_protocols{};   // of IP, beside those that have ports or messages
  net::PortSet dropped{};          // a filter that says nothing
  net::PortSet rejected{};         // a filter that says no
  net::PortSet refused{};          // a filter that says no to TCP by a reset, as if it were the host
  std::size_t refused_behind = 0;  // so many routers, of `way`
  bool stateful = false;           // a filter drops segments that belong to no connection
  Reject reject = Reject::admin_prohibited;
  bool silent = false;         // nobody there
  bool echoes = true;          // answers ICMP's echo requests
  bool on_link = false;        // reached by ARP or neighbour discovery; else through a point-to-point link
  double resets_a_second = 0;  // limit on RSTs, 0 for none; a burst of as many is let through
  Duration extra_delay{};      // one way, for this host
  Limit questions{};           // packets that reach it: a policer in front of it
  Limit syns{};                // connections that it accepts
  Limit acceptances{};         // SYN-ACKs that it sends: closed ports answer all the same
  Limit errors{};              // ICMP errors that it sends (RFC 1812 §4.3.2.8)
  // Connections that its firewall keeps track of at a time (nft's `ct count`), 0 for no limit. One that was refused is
  // forgotten after 10 s, as nf_conntrack_tcp_timeout_close says.
  std::size_t connections = 0;
  // Our RSTs do not reach it: a question that comes again with the four-tuple of one that was answered belongs to a
  // half-open connection, and is answered twice a second at most (net.ipv4.tcp_invalid_ratelimit).
  bool resets_filtered = false;
  std::size_t bans_after = 0;         // questions; then it is silent. 0 for never
  std::vector<net::IpAddress> way{};  // routers before it, the nearest first
  std::uint8_t way_back = 0;          // so many more its answers pass
  net::PortSet late{};                // ports whose answers take `late_by` longer
  Duration late_by{};
};

// One at which a packet's hop limit may end.
struct RouterOptions {
  bool silent = false;
  Limit errors{};  // as those of hosts
};

class Network : public engine::Link, public engine::Clock, public engine::Routes {
 public:
  Network(std::uint64_t seed, const NetworkOptions& options);

  void add_host(const net::IpAddress& address, const HostOptions& options);
  // Routers on the ways to hosts that nobody adds answer always.
  void add_router(const net::IpAddress& address, const RouterOptions& options);

  // engine::Clock
  [[nodiscard]] Instant now() const override { return now_; }
  // engine::Link
  Result<std::size_t> send(std::span<const engine::Shot> shots) override;
  Result<std::span<const engine::Received>> receive(Instant deadline) override;
  // engine::Routes: every address has a route; unknown ones are silent.
  std::vector<Result<net::Path>> route(std::span<const net::IpAddress> targets) override;

  // When each frame was sent, ascending.
  [[nodiscard]] const std::vector<Instant>& sent() const { return sent_; }
  [[nodiscard]] std::uint64_t lost() const { return lost_; }
  [[nodiscard]] std::uint64_t delivered() const { return delivered_; }
  // Questions whose hop limit ended on the way.
  [[nodiscard]] std::uint64_t ended_on_the_way() const { return ended_on_the_way_; }

 private:
  struct Host {
    HostOptions options;
    TokenBucket resets;
    TokenBucket questions;
    TokenBucket syns;
    TokenBucket acceptances;
    TokenBucket errors;
    std::deque<Instant> tracked;  // when each connection is forgotten, the first one in front
    std::map<std::pair<std::uint16_t, std::uint16_t>, Instant> half_open;  // by their ports: when last answered
    std::size_t asked = 0;
  };
  struct Router {
    bool silent = false;
    TokenBucket errors;
  };
  struct Flight {
    Instant at;
    std::uint64_t order;  // ties arrive in the order sent
    net::EtherType type;
    std::vector<std::uint8_t> bytes;
    friend bool operator>(const Flight& a, const Flight& b) { return a.at != b.at ? a.at > b.at : a.order > b.order; }
  };

  // A packet on its way to a host, from its network header on.
  struct Question {
    net::EtherType type;
    std::span<const std::uint8_t> bytes;
  };

  void carry(const Question& question);
  void answer(const Question& question, Instant at);
  void refuse(const Question& question, const wire::Packet& packet, std::size_t routers, Instant at);
  void end_on_the_way(const Question& question, const wire::Packet& packet, const net::IpAddress& router, Instant at);
  void forge_hop(const Question& question, Instant at);
  void forge(const Question& question, Instant at);
  void deliver(net::EtherType type, const std::vector<std::uint8_t>& bytes, Instant at, Duration extra);
  // Whether a filter or limit on the way into the host lets the question pass.
  static bool lets_in(Host& host, const wire::Packet& packet, Instant at);
  static bool answers_half_open(Host& host, const wire::TcpSegment& tcp, Instant at);
  Duration travel();
  [[nodiscard]] bool is_dark(Instant at) const;

  Random random_;
  NetworkOptions options_;
  Instant now_{};
  std::map<net::IpAddress, Host> hosts_;
  std::map<net::IpAddress, Router> routers_;
  std::priority_queue<Flight, std::vector<Flight>, std::greater<>> flights_;
  std::uint64_t order_ = 0;
  std::vector<std::vector<std::uint8_t>> arrived_bytes_;
  std::array<std::uint8_t, wire::longest_packet> room_{};  // for the question under way
  std::vector<engine::Received> arrived_;
  std::vector<Instant> sent_;
  std::uint64_t lost_ = 0;
  std::uint64_t delivered_ = 0;
  std::uint64_t ended_on_the_way_ = 0;
  Instant bottleneck_free_{};
  TokenBucket answers_;
};

}  // namespace portolan::sim
