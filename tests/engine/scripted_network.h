// A network that does what a test says, frame by frame, on a virtual clock: for what no seed of sim/ does at the
// moment when it matters.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/link.h"
#include "wire/build.h"
#include "wire/cursor.h"
#include "wire/packet.h"
#include "wire/protocol.h"

namespace portolan::test {

using Bytes = std::vector<std::uint8_t>;

struct SentFrame {
  Instant at;
  net::EtherType type;
  net::Mac to;
  engine::Frame::Way way;
  std::uint32_t interface;
  Bytes bytes;

  // Of what is no ARP request.
  [[nodiscard]] net::IpAddress target() const {
    const std::span all{bytes};
    return net::IpAddress::from_bytes(type == net::EtherType::ipv4 ? all.subspan(16, 4) : all.subspan(24, 16));
  }
  [[nodiscard]] std::optional<wire::TcpSegment> tcp() const {
    const auto packet = type == net::EtherType::ipv4   ? wire::parse_ipv4(bytes)
                        : type == net::EtherType::ipv6 ? wire::parse_ipv6(bytes)
                                                       : std::nullopt;
    const auto* segment = packet ? std::get_if<wire::TcpSegment>(&packet->content) : nullptr;
    return segment == nullptr ? std::nullopt : std::optional{*segment};
  }
};

struct Reply {
  net::EtherType type;
  Bytes bytes;
  Duration after;
  std::uint32_t interface = 2;
};

class ScriptedNetwork final : public engine::Link, public engine::Clock, public engine::Router {
 public:
  // What comes of a frame; nothing unless told.
  std::function<std::vector<Reply>(const SentFrame&)> answer = [](const SentFrame&) { return std::vector<Reply>{}; };
  // The way to a target: a tunnel unless told.
  std::function<Result<net::Path>(const net::IpAddress&)> way = [](const net::IpAddress& target) {
    return path(net::Path::Kind::tunnel, target);
  };
  // How many frames of an outbox the link takes; all unless told.
  std::function<std::size_t(std::size_t frames, Instant now)> takes = [](std::size_t frames, Instant) {
    return frames;
  };
  std::vector<SentFrame> sent;

  static net::Path path(net::Path::Kind kind, const net::IpAddress& target) {
    net::Path path;
    path.kind = kind;
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

  Result<std::size_t> send(std::span<const engine::Frame> frames) override {
    const std::size_t count = std::min(frames.size(), takes(frames.size(), now_));
    for (const engine::Frame& frame : frames.first(count)) {
      sent.push_back(
          {now_, frame.type, frame.to, frame.way, frame.path->interface, {frame.bytes.begin(), frame.bytes.end()}});
      for (Reply& reply : answer(sent.back())) flights_.emplace(now_ + reply.after, std::move(reply));
    }
    return count;
  }

  Result<std::span<const engine::Received>> receive(Instant deadline) override {
    now_ += std::chrono::microseconds{1};
    now_ = std::max(now_, flights_.empty() ? deadline : std::min(deadline, flights_.begin()->first));
    arrived_.clear();
    arrived_bytes_.clear();
    while (!flights_.empty() && flights_.begin()->first <= now_) {
      arrived_bytes_.push_back(flights_.extract(flights_.begin()));
      const auto& node = arrived_bytes_.back();
      arrived_.push_back(
          {node.key(), node.mapped().type, node.mapped().interface, net::Mac{{2, 0, 0, 0, 0, 7}}, node.mapped().bytes});
    }
    return std::span<const engine::Received>{arrived_};
  }

 private:
  using Flights = std::multimap<Instant, Reply>;
  Instant now_{};
  Flights flights_;
  std::vector<Flights::node_type> arrived_bytes_;
  std::vector<engine::Received> arrived_;
};

// The answer of the port that a SYN asked.
inline Reply tcp_answer(const SentFrame& frame, std::uint8_t flags, Duration after) {
  const wire::TcpSegment asked = frame.tcp().value();
  const std::span all{frame.bytes};
  const auto us =
      net::IpAddress::from_bytes(frame.type == net::EtherType::ipv4 ? all.subspan(12, 4) : all.subspan(8, 16));
  Bytes bytes(wire::max_probe_size);
  bytes.resize(wire::build_tcp({.source = frame.target(),
                                .destination = us,
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
  Bytes bytes(20 + 8 + frame.bytes.size());
  wire::Writer w{bytes};
  w.u8(0x45).u8(0).u16(static_cast<std::uint16_t>(bytes.size())).u32(0).u8(ttl).u8(wire::protocol_icmp).u16(0);
  w.bytes(router.bytes()).bytes(std::span{frame.bytes}.subspan(12, 4));
  w.u8(wire::icmp_unreachable).u8(13).u16(0).u32(0).bytes(frame.bytes);
  return {net::EtherType::ipv4, std::move(bytes), after};
}

// Who answers an ARP request says it is at `mac`.
inline Reply arp_answer(const SentFrame& frame, const net::Mac& mac, Duration after) {
  const std::span asked{frame.bytes};
  Bytes bytes(28);
  wire::Writer w{bytes};
  w.u16(1).u16(0x0800).u8(6).u8(4).u16(wire::arp_reply).bytes(mac.bytes).bytes(asked.subspan(24, 4));
  w.bytes(asked.subspan(8, 6)).bytes(asked.subspan(14, 4));
  return {net::EtherType::arp, std::move(bytes), after};
}

}  // namespace portolan::test
