#include "sim/network.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "wire/build.h"
#include "wire/cursor.h"
#include "wire/packet.h"
#include "wire/protocol.h"

namespace portolan::sim {
namespace {

using namespace std::chrono_literals;
using Bytes = std::vector<std::uint8_t>;

const net::Mac host_mac{{0x02, 0, 0, 0, 0, 0x01}};
const net::Mac our_mac{{0x02, 0, 0, 0, 0, 0x02}};

std::size_t header_size(const net::IpAddress& address) { return address.is_v4() ? 20 : 40; }

net::IpAddress destination_of(const engine::Frame& frame) {
  return frame.type == net::EtherType::ipv4 ? net::IpAddress::from_bytes(frame.bytes.subspan(16, 4))
                                            : net::IpAddress::from_bytes(frame.bytes.subspan(24, 16));
}

Bytes tcp_answer(const net::IpAddress& from, const net::IpAddress& to, const wire::TcpSegment& asked,
                 std::uint32_t sequence, std::uint32_t acknowledgement, std::uint8_t flags) {
  Bytes bytes(wire::max_probe_size);
  bytes.resize(wire::build_tcp({.source = from,
                                .destination = to,
                                .source_port = asked.destination,
                                .destination_port = asked.source,
                                .sequence = sequence,
                                .acknowledgement = acknowledgement,
                                .flags = flags},
                               bytes));
  return bytes;
}

// An ICMP error of the kind that quotes `asked` in full.
Bytes icmp_error(const net::IpAddress& from, const net::IpAddress& to, std::span<const std::uint8_t> asked,
                 HostOptions::Reject reject) {
  const bool v4 = from.is_v4();
  Bytes bytes(header_size(from) + 8 + asked.size());
  wire::Writer w{bytes};
  const std::size_t payload = 8 + asked.size();
  if (v4) {
    w.u8(0x45).u8(0).u16(static_cast<std::uint16_t>(bytes.size())).u32(0).u8(64).u8(wire::protocol_icmp).u16(0);
  } else {
    w.u32(0x60000000).u16(static_cast<std::uint16_t>(payload)).u8(wire::protocol_icmpv6).u8(64);
  }
  w.bytes(from.bytes()).bytes(to.bytes());
  const auto code = [&]() -> std::uint8_t {
    switch (reject) {
      case HostOptions::Reject::port_unreach:
        return v4 ? 3 : 4;
      case HostOptions::Reject::host_unreach:
        return v4 ? 1 : 3;
      case HostOptions::Reject::admin_prohibited:
        return v4 ? 13 : 1;
    }
    return 0;
  };
  w.u8(v4 ? wire::icmp_unreachable : wire::icmpv6_unreachable).u8(code()).u16(0).u32(0).bytes(asked);
  return bytes;
}

}  // namespace

Network::Network(std::uint64_t seed, const NetworkOptions& options) : random_{seed}, options_{options} {}

void Network::add_host(const net::IpAddress& address, const HostOptions& options) {
  hosts_[address] = {options, options.resets_a_second, now_};
}

std::vector<Result<net::Path>> Network::route(std::span<const net::IpAddress> targets) {
  std::vector<Result<net::Path>> paths;
  for (const net::IpAddress& target : targets) {
    net::Path path;
    const auto host = hosts_.find(target);
    path.on_link = host != hosts_.end() && host->second.options.on_link;
    path.kind = path.on_link ? net::Path::Kind::ethernet : net::Path::Kind::tunnel;
    path.interface = 2;
    path.source = target.is_v4() ? net::IpAddress::v4(0xc6120001)
                                 : net::IpAddress::v6({0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
    path.source_mac = our_mac;
    path.next_hop = target;
    paths.emplace_back(path);
  }
  return paths;
}

Result<std::size_t> Network::send(std::span<const engine::Frame> frames) {
  std::size_t accepted = frames.size();
  if (random_.chance(options_.refuse)) accepted = static_cast<std::size_t>(random_.below(frames.size()));
  for (const engine::Frame& frame : frames.first(accepted)) {
    sent_.push_back(now_);
    carry(frame);
  }
  return accepted;
}

Result<std::span<const engine::Received>> Network::receive(Instant deadline) {
  // Calls cost time, so that a loop which asks too early gets on all the same.
  now_ += 1us;
  arrived_.clear();
  arrived_bytes_.clear();
  if (!flights_.empty() && flights_.top().at <= std::max(deadline, now_)) {
    now_ = std::max(now_, flights_.top().at);
  } else {
    now_ = std::max(now_, deadline);
  }
  std::vector<std::pair<Instant, net::EtherType>> heads;
  while (!flights_.empty() && flights_.top().at <= now_) {
    heads.emplace_back(flights_.top().at, flights_.top().type);
    arrived_bytes_.push_back(flights_.top().bytes);
    flights_.pop();
  }
  for (std::size_t i = 0; i < heads.size(); ++i) {
    arrived_.push_back({heads[i].first, heads[i].second, 2, host_mac, arrived_bytes_[i]});
  }
  return std::span<const engine::Received>{arrived_};
}

Duration Network::travel() {
  const auto jitter = static_cast<std::uint64_t>(options_.jitter.count());
  return options_.delay + Duration{static_cast<std::int64_t>(random_.below(jitter))};
}

void Network::carry(const engine::Frame& frame) {
  if (random_.chance(options_.forge)) forge(frame, now_ + travel());
  if (random_.chance(options_.loss)) {
    ++lost_;
    return;
  }
  Instant leaves = now_;
  if (options_.bottleneck > 0) {
    const Duration service = duration_of(1 / options_.bottleneck);
    bottleneck_free_ = std::max(bottleneck_free_, now_);
    if (bottleneck_free_ - now_ > service * static_cast<std::int64_t>(options_.queue)) {
      ++lost_;
      return;
    }
    bottleneck_free_ += service;
    leaves = bottleneck_free_;
  }
  answer(frame, leaves + travel());
}

void Network::answer(const engine::Frame& frame, Instant at) {
  if (frame.type == net::EtherType::arp) return answer_arp(frame, at);
  const bool v4 = frame.type == net::EtherType::ipv4;
  const std::size_t header = v4 ? 20 : 40;
  const std::uint8_t protocol = v4 ? frame.bytes[9] : frame.bytes[6];
  if (protocol == wire::protocol_icmpv6 && frame.bytes[header] == wire::icmpv6_neighbour_solicitation) {
    return answer_solicitation(frame, at);
  }
  const auto host = hosts_.find(destination_of(frame));
  if (host == hosts_.end() || host->second.options.silent) return;
  at += host->second.options.extra_delay;
  if (protocol == wire::protocol_tcp) return answer_tcp(frame, host->second, at);
  if (frame.bytes[header] == (v4 ? wire::icmp_echo_request : wire::icmpv6_echo_request)) answer_echo(frame, at);
}

void Network::answer_tcp(const engine::Frame& frame, Host& host, Instant at) {
  const auto packet =
      frame.type == net::EtherType::ipv4 ? wire::parse_ipv4(frame.bytes) : wire::parse_ipv6(frame.bytes);
  const auto& tcp = std::get<wire::TcpSegment>(packet->content);
  const HostOptions& o = host.options;
  const auto back = [&](Bytes bytes) { deliver(frame.type, std::move(bytes), at, o.extra_delay); };
  if (o.dropped.contains(tcp.destination)) return;
  if (o.rejected.contains(tcp.destination)) {
    return back(icmp_error(packet->destination, packet->source, frame.bytes, o.reject));
  }
  if (tcp.syn && o.open.contains(tcp.destination)) {
    return back(tcp_answer(packet->destination, packet->source, tcp, static_cast<std::uint32_t>(random_()),
                           tcp.sequence + 1, wire::syn | wire::ack));
  }
  if (!may_reset(host, at)) return;
  if (tcp.ack) {
    return back(tcp_answer(packet->destination, packet->source, tcp, tcp.acknowledgement, 0, wire::rst));
  }
  back(tcp_answer(packet->destination, packet->source, tcp, 0, tcp.sequence + 1, wire::rst | wire::ack));
}

bool Network::may_reset(Host& host, Instant at) {
  const double rate = host.options.resets_a_second;
  if (rate == 0) return true;
  // Packets may be judged slightly out of order; time never runs backwards for the bucket.
  const Duration passed = std::max(Duration::zero(), at - host.tokens_at);
  host.reset_tokens = std::min(rate, host.reset_tokens + seconds_of(passed) * rate);
  host.tokens_at = std::max(host.tokens_at, at);
  if (host.reset_tokens < 1) return false;
  host.reset_tokens -= 1;
  return true;
}

void Network::answer_echo(const engine::Frame& frame, Instant at) {
  Bytes bytes{frame.bytes.begin(), frame.bytes.end()};
  const bool v4 = frame.type == net::EtherType::ipv4;
  const std::ptrdiff_t source = v4 ? 12 : 8;
  const std::ptrdiff_t size = v4 ? 4 : 16;
  std::swap_ranges(bytes.begin() + source, bytes.begin() + source + size, bytes.begin() + source + size);
  bytes[v4 ? 20 : 40] = v4 ? wire::icmp_echo_reply : wire::icmpv6_echo_reply;
  deliver(frame.type, std::move(bytes), at, {});
}

void Network::answer_arp(const engine::Frame& frame, Instant at) {
  const auto target = frame.bytes.subspan(24, 4);
  const auto host = hosts_.find(net::IpAddress::from_bytes(target));
  if (host == hosts_.end() || host->second.options.silent) return;
  Bytes bytes(28);
  wire::Writer w{bytes};
  w.u16(1).u16(0x0800).u8(6).u8(4).u16(wire::arp_reply).bytes(host_mac.bytes).bytes(target);
  w.bytes(frame.bytes.subspan(8, 6)).bytes(frame.bytes.subspan(14, 4));
  deliver(frame.type, std::move(bytes), at, host->second.options.extra_delay);
}

void Network::answer_solicitation(const engine::Frame& frame, Instant at) {
  const auto target = frame.bytes.subspan(48, 16);
  const auto host = hosts_.find(net::IpAddress::from_bytes(target));
  if (host == hosts_.end() || host->second.options.silent) return;
  Bytes bytes(40 + 32);
  wire::Writer w{bytes};
  w.u32(0x60000000).u16(32).u8(wire::protocol_icmpv6).u8(255).bytes(target).bytes(frame.bytes.subspan(8, 16));
  w.u8(wire::icmpv6_neighbour_advertisement).u8(0).u16(0).u32(0x60000000).bytes(target);
  w.u8(2).u8(1).bytes(host_mac.bytes);
  deliver(frame.type, std::move(bytes), at, host->second.options.extra_delay);
}

// A SYN-ACK from somebody who saw neither the probe nor the key: everything fits but the number.
void Network::forge(const engine::Frame& frame, Instant at) {
  const auto packet = frame.type == net::EtherType::ipv4   ? wire::parse_ipv4(frame.bytes)
                      : frame.type == net::EtherType::ipv6 ? wire::parse_ipv6(frame.bytes)
                                                           : std::nullopt;
  if (!packet) return;
  const auto* tcp = std::get_if<wire::TcpSegment>(&packet->content);
  if (tcp == nullptr) return;
  const auto guess = static_cast<std::uint32_t>(random_());
  if (guess == tcp->sequence + 1) return;
  deliver(frame.type, tcp_answer(packet->destination, packet->source, *tcp, guess, guess, wire::syn | wire::ack), at,
          {});
}

void Network::deliver(net::EtherType type, std::vector<std::uint8_t> bytes, Instant at, Duration extra) {
  const int copies = random_.chance(options_.duplicate) ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    if (random_.chance(options_.loss)) {
      ++lost_;
      continue;
    }
    Instant arrives = at + extra + travel();
    if (random_.chance(options_.reorder)) arrives += options_.delay + 1ms;
    flights_.push({arrives, order_++, type, bytes});
  }
}

std::vector<std::uint64_t> seeds(std::size_t count) {
  if (const char* one = std::getenv("PORTOLAN_SEED")) return {std::stoull(one)};
  const char* first = std::getenv("PORTOLAN_FIRST_SEED");
  std::vector<std::uint64_t> list(count);
  std::uint64_t next = first != nullptr ? std::stoull(first) : 1;
  for (std::uint64_t& seed : list) seed = next++;
  return list;
}

}  // namespace portolan::sim
