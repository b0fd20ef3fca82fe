#include "sim/network.h"

#include <algorithm>

#include "probe/registry.h"
#include "wire/build.h"
#include "wire/packet.h"
#include "wire/protocol.h"

namespace portolan::sim {
namespace {

using namespace std::chrono_literals;
using Bytes = std::vector<std::uint8_t>;

const net::Mac host_mac{{0x02, 0, 0, 0, 0, 0x01}};
const net::Mac our_mac{{0x02, 0, 0, 0, 0, 0x02}};

// Whom a packet asks: on a link everybody hears the question, and one host is meant.
net::IpAddress asked_of(const wire::Packet& packet) {
  if (const auto* arp = std::get_if<wire::ArpRequest>(&packet.content)) return arp->target;
  if (const auto* neighbour = std::get_if<wire::NeighbourSolicitation>(&packet.content)) return neighbour->target;
  return packet.destination;
}

// Whether it asks one of these ports.
bool asks_one_of(const net::PortSet& ports, const wire::Packet& packet) {
  if (const auto* tcp = std::get_if<wire::TcpSegment>(&packet.content)) return ports.contains(tcp->destination);
  if (const auto* udp = std::get_if<wire::UdpDatagram>(&packet.content)) return ports.contains(udp->destination);
  if (const auto* sctp = std::get_if<wire::SctpPacket>(&packet.content)) return ports.contains(sctp->destination);
  if (const auto* other = std::get_if<wire::Other>(&packet.content)) return ports.contains(net::Port{other->protocol});
  return false;
}

bool is_echo_request(const wire::Packet& packet) {
  const auto* message = std::get_if<wire::IcmpMessage>(&packet.content);
  const std::uint8_t request = packet.source.is_v4() ? wire::icmp_echo_request : wire::icmpv6_echo_request;
  return message != nullptr && message->type == request;
}

const net::PortSet& open_ports(const HostOptions& host, const wire::Packet& packet) {
  if (std::holds_alternative<wire::UdpDatagram>(packet.content)) return host.open_udp;
  if (std::holds_alternative<wire::SctpPacket>(packet.content)) return host.open_sctp;
  if (std::holds_alternative<wire::Other>(packet.content)) return host.open_protocols;
  return host.open;
}

// An ICMP error that quotes `quoted` in full, as whom `asked` is for sends it back.
Bytes icmp_error(const wire::Packet& asked, std::span<const std::uint8_t> quoted, HostOptions::Reject reject) {
  const bool v4 = asked.source.is_v4();
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
  Bytes bytes(40 + 8 + quoted.size());
  bytes.resize(wire::build_icmp_error({.source = asked.destination,
                                       .destination = asked.source,
                                       .type = v4 ? wire::icmp_unreachable : wire::icmpv6_unreachable,
                                       .code = code(),
                                       .quoted = quoted},
                                      bytes));
  return bytes;
}

bool is_reset(net::EtherType type, const Bytes& bytes) {
  const auto packet = wire::parse(type, bytes);
  const auto* tcp = packet ? std::get_if<wire::TcpSegment>(&packet->content) : nullptr;
  return tcp != nullptr && tcp->rst;
}

bool is_error(net::EtherType type, const Bytes& bytes) {
  const auto packet = wire::parse(type, bytes);
  return packet && std::holds_alternative<wire::IcmpError>(packet->content);
}

constexpr std::size_t ttl_at(net::EtherType type) { return type == net::EtherType::ipv4 ? 8 : 7; }

// What an answer looks like behind so many routers.
void age(net::EtherType type, Bytes& bytes, std::size_t routers) {
  std::uint8_t& ttl = bytes[ttl_at(type)];
  ttl = static_cast<std::uint8_t>(ttl - std::min<std::size_t>(ttl, routers));
  if (type != net::EtherType::ipv4) return;
  bytes[10] = bytes[11] = 0;
  const std::uint16_t sum = wire::checksum(std::span{bytes}.first(20));
  bytes[10] = static_cast<std::uint8_t>(sum >> 8U);
  bytes[11] = static_cast<std::uint8_t>(sum);
}

// As most routers quote: the header and eight bytes behind it (RFC 792).
Bytes time_exceeded(const wire::Packet& asked, std::span<const std::uint8_t> bytes, const net::IpAddress& router) {
  const bool v4 = asked.source.is_v4();
  const auto quoted = bytes.first(std::min<std::size_t>(bytes.size(), (v4 ? 20 : 40) + 8));
  Bytes error(40 + 8 + quoted.size());
  error.resize(wire::build_icmp_error({.source = router,
                                       .destination = asked.source,
                                       .type = v4 ? wire::icmp_time_exceeded : wire::icmpv6_time_exceeded,
                                       .code = 0,
                                       .quoted = quoted},
                                      error));
  return error;
}

}  // namespace

bool TokenBucket::take(Instant now) {
  if (limit_.rate == 0) return true;
  // Packets may be judged slightly out of order; time never runs backwards for the bucket.
  const Duration passed = std::max(Duration::zero(), now - at_);
  tokens_ = std::min(limit_.burst, tokens_ + seconds_of(passed) * limit_.rate);
  at_ = std::max(at_, now);
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

Network::Network(std::uint64_t seed, const NetworkOptions& options)
    : random_{seed}, options_{options}, answers_{options.answers, now_} {}

void Network::add_host(const net::IpAddress& address, const HostOptions& options) {
  Host& host = hosts_[address];
  host.options = options;
  host.resets = {{options.resets_a_second, options.resets_a_second}, now_};
  host.questions = {options.questions, now_};
  host.syns = {options.syns, now_};
  host.acceptances = {options.acceptances, now_};
  host.errors = {options.errors, now_};
}

void Network::add_router(const net::IpAddress& address, const RouterOptions& options) {
  routers_[address] = {options.silent, {options.errors, now_}};
}

std::vector<Result<net::Path>> Network::route(std::span<const net::IpAddress> targets) {
  std::vector<Result<net::Path>> paths;
  for (const net::IpAddress& target : targets) {
    net::Path path;
    const auto host = hosts_.find(target);
    path.on_link = host != hosts_.end() && host->second.options.on_link;
    path.kind = path.on_link ? net::Path::Kind::ethernet : net::Path::Kind::kernel;
    if (!path.on_link) path.by_kernel = net::Path::ByKernel::device;
    path.interface = 2;
    path.source = target.is_v4() ? net::IpAddress::v4(0xc6120001)
                                 : net::IpAddress::v6({0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
    path.source_mac = our_mac;
    path.next_hop = target;
    paths.emplace_back(path);
  }
  return paths;
}

Result<std::size_t> Network::send(std::span<const engine::Shot> shots) {
  std::size_t accepted = shots.size();
  if (random_.chance(options_.refuse)) accepted = static_cast<std::size_t>(random_.below(shots.size()));
  for (const engine::Shot& shot : shots.first(accepted)) {
    sent_.push_back(now_);
    const engine::Head head = engine::build(shot, room_);
    carry({head.type, std::span{room_}.first(head.size)});
  }
  now_ += 1us;  // the call itself
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
    arrived_.push_back({heads[i].first, heads[i].second, options_.answers_by, host_mac, arrived_bytes_[i]});
  }
  delivered_ += arrived_.size();
  return std::span<const engine::Received>{arrived_};
}

bool Network::is_dark(Instant at) const {
  if (options_.dark_for == Duration::zero()) return false;
  const Duration since = at.time_since_epoch() + options_.dark_every - options_.dark_at;
  return since % options_.dark_every < options_.dark_for;
}

Duration Network::travel() {
  const auto jitter = static_cast<std::uint64_t>(options_.jitter.count());
  return options_.delay + Duration{static_cast<std::int64_t>(random_.below(jitter))};
}

void Network::carry(const Question& question) {
  if (random_.chance(options_.forge)) forge(question, now_ + travel());
  if (is_dark(now_) || random_.chance(options_.loss)) {
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
  answer(question, leaves + travel());
}

void Network::answer(const Question& question, Instant at) {
  const auto packet = wire::parse(question.type, question.bytes);
  if (!packet) return;
  const auto found = hosts_.find(asked_of(*packet));
  if (found == hosts_.end()) return;
  Host& host = found->second;
  const HostOptions& o = host.options;
  const auto* tcp = std::get_if<wire::TcpSegment>(&packet->content);
  if (tcp != nullptr && o.refused.contains(tcp->destination) && packet->ttl > o.refused_behind) {
    return refuse(question, *packet, o.refused_behind, at);
  }
  if (packet->ttl > 0 && packet->ttl <= o.way.size())
    return end_on_the_way(question, *packet, o.way[packet->ttl - 1U], at);
  if (o.silent) return;
  at += o.extra_delay;
  if (!o.echoes && is_echo_request(*packet)) return;
  if (o.stateful && tcp != nullptr && !tcp->syn) return;
  if (!lets_in(host, *packet, at) || asks_one_of(o.dropped, *packet)) return;
  if (asks_one_of(o.late, *packet)) at += o.late_by;
  if (asks_one_of(o.rejected, *packet)) {
    if (host.errors.take(at)) deliver(question.type, icmp_error(*packet, question.bytes, o.reject), at, o.extra_delay);
    return;
  }
  const bool open = asks_one_of(open_ports(o, *packet), *packet);
  const probe::Asked asked{*packet, open, host_mac, question.bytes};
  if (asked.open && !host.acceptances.take(at)) return;
  Bytes bytes(wire::longest_packet);
  const auto send = [&](const probe::Probe* probe) {
    const std::size_t size = probe->answer(asked, bytes);
    if (size == 0) return false;
    bytes.resize(size);
    if (is_reset(question.type, bytes) && !host.resets.take(at)) return true;
    if (is_error(question.type, bytes) && !host.errors.take(at)) return true;
    if (o.way.size() + o.way_back > 0) age(question.type, bytes, o.way.size() + o.way_back);
    deliver(question.type, bytes, at, o.extra_delay);
    return true;
  };
  if (!std::ranges::any_of(probe::registry_beside, send)) (void)std::ranges::any_of(probe::registry, send);
}

// As nftables does it: no more than the segment's numbers is copied.
void Network::refuse(const Question& question, const wire::Packet& packet, std::size_t routers, Instant at) {
  Bytes bytes(wire::longest_packet);
  bytes.resize(probe::tcp_syn.answer({packet, false, host_mac, question.bytes}, bytes));
  if (bytes.empty()) return;
  if (routers > 0) age(question.type, bytes, routers);
  deliver(question.type, bytes, at, {});
}

void Network::end_on_the_way(const Question& question, const wire::Packet& packet, const net::IpAddress& router,
                             Instant at) {
  ++ended_on_the_way_;
  if (random_.chance(options_.forge)) forge_hop(question, at);
  if (const auto known = routers_.find(router); known != routers_.end()) {
    if (known->second.silent || !known->second.errors.take(at)) return;
  }
  deliver(question.type, time_exceeded(packet, question.bytes, router), at, {});
}

// Somebody who did not see the question pretends to be a router on its way: the quote has another number.
void Network::forge_hop(const Question& question, Instant at) {
  Bytes quoted{question.bytes.begin(), question.bytes.end()};
  const std::size_t header = question.type == net::EtherType::ipv4 ? 20 : 40;
  quoted[header + 5] ^= static_cast<std::uint8_t>(1 + random_.below(255));
  const auto packet = wire::parse(question.type, question.bytes);
  const net::IpAddress liar = packet->source.plus(66);
  deliver(question.type, time_exceeded(*packet, quoted, liar), at, {});
}

bool Network::lets_in(Host& host, const wire::Packet& packet, Instant at) {
  const HostOptions& o = host.options;
  if (o.bans_after > 0 && ++host.asked > o.bans_after) return false;
  if (!host.questions.take(at)) return false;
  const auto* tcp = std::get_if<wire::TcpSegment>(&packet.content);
  if (tcp == nullptr || !tcp->syn) return true;
  if (!host.syns.take(at)) return false;
  if (o.connections > 0) {
    while (!host.tracked.empty() && host.tracked.front() <= at) host.tracked.pop_front();
    if (host.tracked.size() >= o.connections) return false;
    host.tracked.push_back(at + 10s);
  }
  return !o.resets_filtered || !o.open.contains(tcp->destination) || answers_half_open(host, *tcp, at);
}

bool Network::answers_half_open(Host& host, const wire::TcpSegment& tcp, Instant at) {
  const auto [known, is_new] = host.half_open.try_emplace({tcp.source.value(), tcp.destination.value()}, at);
  if (!is_new && at - known->second < 500ms) return false;
  known->second = at;
  return true;
}

// A SYN-ACK from somebody who saw neither the probe nor the key: everything fits but the number.
void Network::forge(const Question& question, Instant at) {
  const auto packet = wire::parse(question.type, question.bytes);
  const auto* tcp = packet ? std::get_if<wire::TcpSegment>(&packet->content) : nullptr;
  if (tcp == nullptr) return;
  const auto guess = static_cast<std::uint32_t>(random_());
  if (guess == tcp->sequence + 1) return;
  Bytes bytes(wire::longest_packet);
  bytes.resize(wire::build_tcp({.source = packet->destination,
                                .destination = packet->source,
                                .source_port = tcp->destination,
                                .destination_port = tcp->source,
                                .sequence = guess,
                                .acknowledgement = guess,
                                .flags = wire::syn | wire::ack},
                               bytes));
  deliver(question.type, bytes, at, {});
}

void Network::deliver(net::EtherType type, const std::vector<std::uint8_t>& bytes, Instant at, Duration extra) {
  if (!answers_.take(at)) {
    ++lost_;
    return;
  }
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

}  // namespace portolan::sim
