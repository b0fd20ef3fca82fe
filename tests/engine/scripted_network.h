// A network that does what a test says, frame by frame, on a virtual clock: for what no seed of sim/ does at the
// moment when it matters.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/doors.h"
#include "wire/build.h"
#include "wire/packet.h"
#include "wire/protocol.h"

namespace portolan::test {

using Bytes = std::vector<std::uint8_t>;

struct SentFrame {
  Instant at;
  net::EtherType type;
  net::Mac to;
  bool connects;
  std::uint32_t interface;
  Bytes bytes;

  [[nodiscard]] net::IpAddress source() const { return wire::parse(type, bytes)->source; }
  [[nodiscard]] net::IpAddress target() const { return wire::parse(type, bytes)->destination; }
  [[nodiscard]] std::optional<wire::TcpSegment> tcp() const {
    const auto packet = wire::parse(type, bytes);
    const auto* segment = packet ? std::get_if<wire::TcpSegment>(&packet->content) : nullptr;
    return segment == nullptr ? std::nullopt : std::optional{*segment};
  }
};

struct Reply {
  net::EtherType type;
  Bytes bytes;
  Duration after;
  std::uint32_t interface = 2;
  bool to_everybody = false;
  bool damaged = false;
};

class ScriptedNetwork final : public engine::Link, public engine::Clock, public engine::Routes {
 public:
  // What comes of a frame; nothing unless told.
  std::function<std::vector<Reply>(const SentFrame&)> answer = [](const SentFrame&) { return std::vector<Reply>{}; };
  // The way to a target: a tunnel unless told.
  std::function<Result<net::Path>(const net::IpAddress&)> way = [](const net::IpAddress& target) {
    return path(net::Path::Kind::kernel, target);
  };
  // How many frames of an outbox the link takes; all unless told.
  std::function<std::size_t(std::size_t frames, Instant now)> takes = [](std::size_t frames, Instant) {
    return frames;
  };
  // What this machine would not send: the name of an errno, or nothing.
  std::function<std::optional<std::string>(const engine::Shot&)> refuses = [](const engine::Shot&) {
    return std::nullopt;
  };
  // Why it can send nothing any more.
  std::function<std::optional<Error>()> breaks = [] { return std::nullopt; };
  std::vector<SentFrame> sent;
  // This program is held up for so long once, when it has sent something at that moment or later.
  struct Standstill {
    Instant at;
    Duration length;
  };
  std::optional<Standstill> stands_still;
  // Frames that one call hands over.
  std::size_t most_at_once = SIZE_MAX;

  static net::Path path(net::Path::Kind kind, const net::IpAddress& target) {
    net::Path path;
    path.kind = kind;
    if (kind == net::Path::Kind::kernel) path.by_kernel = net::Path::ByKernel::device;
    if (kind == net::Path::Kind::local) path.by_kernel = net::Path::ByKernel::loopback;
    path.interface = 2;
    path.source = net::IpAddress::parse(target.is_v4() ? "198.18.0.1" : "2001:db8::1").value();
    path.source_mac = {{2, 0, 0, 0, 0, 1}};
    path.on_link = kind == net::Path::Kind::ethernet;
    path.next_hop = target;
    return path;
  }

  [[nodiscard]] Instant now() const override { return now_; }

  std::vector<Result<net::Path>> route(std::span<const net::IpAddress> targets) override {
    std::vector<Result<net::Path>> paths;
    for (const auto& target : targets) paths.push_back(way(target));
    return paths;
  }

  Result<std::size_t> send(std::span<const engine::Shot> shots) override {
    if (auto error = breaks()) return fail(std::move(*error));
    const std::size_t count = std::min(shots.size(), takes(shots.size(), now_));
    refused_.clear();
    for (std::size_t i = 0; i < count; ++i) {
      const engine::Shot& shot = shots[i];
      if (const auto why = refuses(shot)) {
        refused_.push_back(i);
        refusals_.add(shot.attempt.target, *why);
        continue;
      }
      Bytes bytes(wire::longest_packet);
      const engine::Head head = engine::build(shot, bytes);
      bytes.resize(head.size);
      sent.push_back({now_, head.type, head.to, shot.probe->connects, shot.attempt.path.interface, std::move(bytes)});
      for (Reply& reply : answer(sent.back())) flights_.emplace(now_ + reply.after, std::move(reply));
    }
    if (stands_still && count > 0 && now_ >= stands_still->at) now_ += std::exchange(stands_still, {})->length;
    return count;
  }

  [[nodiscard]] std::span<const std::size_t> refused_shots() const override { return refused_; }
  [[nodiscard]] engine::Refusals refusals() const override { return refusals_; }

  // Something that nobody asked for here.
  void arrives(Reply reply) { flights_.emplace(now_ + reply.after, std::move(reply)); }

  // What is under way will not arrive.
  void forget() { flights_.clear(); }

  Result<std::span<const engine::Received>> receive(Instant deadline) override {
    now_ += std::chrono::microseconds{1};
    now_ = std::max(now_, flights_.empty() ? deadline : std::min(deadline, flights_.begin()->first));
    arrived_.clear();
    arrived_bytes_.clear();
    while (!flights_.empty() && flights_.begin()->first <= now_ && arrived_bytes_.size() < most_at_once) {
      arrived_bytes_.push_back(flights_.extract(flights_.begin()));
      const auto& node = arrived_bytes_.back();
      arrived_.push_back({node.key(), node.mapped().type, node.mapped().interface, net::Mac{{2, 0, 0, 0, 0, 7}},
                          node.mapped().bytes, node.mapped().to_everybody, node.mapped().damaged});
    }
    return std::span<const engine::Received>{arrived_};
  }

 private:
  using Flights = std::multimap<Instant, Reply>;
  Instant now_{};
  std::vector<std::size_t> refused_;
  engine::Refusals refusals_;
  Flights flights_;
  std::vector<Flights::node_type> arrived_bytes_;
  std::vector<engine::Received> arrived_;
};

// The answer of the port that a SYN asked.
inline Reply tcp_answer(const SentFrame& frame, std::uint8_t flags, Duration after) {
  const wire::TcpSegment asked = frame.tcp().value();
  Bytes bytes(wire::longest_packet);
  bytes.resize(wire::build_tcp({.source = frame.target(),
                                .destination = frame.source(),
                                .source_port = asked.destination,
                                .destination_port = asked.source,
                                .sequence = 1,
                                .acknowledgement = asked.sequence + 1,
                                .flags = flags},
                               bytes));
  return {frame.type, std::move(bytes), after, frame.interface};
}
inline Reply open_answer(const SentFrame& frame, Duration after) {
  return tcp_answer(frame, wire::syn | wire::ack, after);
}
inline Reply closed_answer(const SentFrame& frame, Duration after) {
  return tcp_answer(frame, wire::rst | wire::ack, after);
}

// What a router says of an IPv4 packet that its filter does not let through (ICMP type 3 code 13), with that TTL.
inline Reply prohibited_by(const net::IpAddress& router, const SentFrame& frame, Duration after,
                           std::uint8_t ttl = 63) {
  Bytes bytes(wire::longest_packet);
  bytes.resize(wire::build_icmp_error({.source = router,
                                       .destination = frame.source(),
                                       .type = wire::icmp_unreachable,
                                       .code = 13,
                                       .quoted = frame.bytes,
                                       .hop_limit = ttl},
                                      bytes));
  return {net::EtherType::ipv4, std::move(bytes), after};
}

// Who answers an ARP request says it is at `mac`.
inline Reply arp_answer(const SentFrame& frame, const net::Mac& mac, Duration after) {
  const auto packet = wire::parse(frame.type, frame.bytes);
  const auto& asked = std::get<wire::ArpRequest>(packet->content);
  Bytes bytes(wire::longest_packet);
  bytes.resize(wire::build_arp_reply(mac, asked.target, asked.sender_mac, asked.sender, bytes));
  return {net::EtherType::arp, std::move(bytes), after};
}

}  // namespace portolan::test
