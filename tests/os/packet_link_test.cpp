#include "os/packet/packet_link.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/if_ether.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <string>
#include <vector>

#include "os/net/kernel_routes.h"
#include "os/privileges.h"
#include "private_network.h"
#include "probe/registry.h"
#include "wire/build.h"
#include "wire/packet.h"

namespace portolan::os {
namespace {

using namespace std::chrono_literals;
using net::IpAddress;
using net::Port;

constexpr TagBlock tags{20'000, 64};
// All that want headers alone: whole packets take more room, so that the ring holds fewer.
std::vector<const probe::Probe*> techniques() {
  std::vector<const probe::Probe*> all{probe::registry.begin(), probe::registry.end()};
  std::erase_if(all, [](const probe::Probe* probe) { return probe->hears.bytes > 128; });
  return all;
}
const Expected expected{tags, std::nullopt, techniques()};

IpAddress address(const char* text) { return *IpAddress::parse(text); }

std::unique_ptr<PacketLink> open_link(int wake = -1) {
  auto link = PacketLink::open(expected, wake);
  EXPECT_TRUE(link.has_value()) << (link ? "" : link.error().message);
  return std::move(*link);
}

net::Path path_to(const IpAddress& target) {
  const auto router = KernelRoutes::open();
  EXPECT_TRUE(router.has_value());
  const auto paths = (*router)->route({&target, 1});
  EXPECT_TRUE(paths.at(0).has_value()) << (paths.at(0) ? "" : paths.at(0).error().message);
  return paths.at(0).value_or(net::Path{});
}

// Questions with the paths that they go, as the engine's outbox has them.
class Outbox {
 public:
  void add_syn(const net::Path& path, const IpAddress& target, std::uint16_t port, std::uint32_t cookie) {
    add(probe::tcp_syn, path, target, port, cookie);
  }
  void add_arp_request(const net::Path& path, const IpAddress& target) { add(probe::arp, path, target, 0, 0); }
  void add_solicitation(const net::Path& path, const IpAddress& target) { add(probe::neighbour, path, target, 0, 0); }
  [[nodiscard]] std::span<const engine::Shot> shots() const { return shots_; }

 private:
  void add(const probe::Probe& probe, const net::Path& path, const IpAddress& target, std::uint16_t port,
           std::uint32_t cookie) {
    paths_.push_back(path);
    shots_.push_back({&probe, {paths_.back(), target, Port{port}, 0, tags.first, cookie}});
  }

  std::deque<net::Path> paths_;  // stay where they are
  std::vector<engine::Shot> shots_;
};

// Receives until `count` packets of one kind have come or ten seconds have passed. Others may come too:
// the kernel asks its neighbours for itself.
template <class Kind = wire::TcpSegment>
std::vector<wire::Packet> receive_packets(PacketLink& link, std::size_t count) {
  std::vector<wire::Packet> packets;
  const Instant deadline = MonotonicClock{}.now() + 10s;
  while (packets.size() < count && MonotonicClock{}.now() < deadline) {
    const auto frames = link.receive(deadline);
    if (!frames) break;
    for (const engine::Received& frame : *frames) {
      const auto packet = wire::parse(frame.type, frame.bytes);
      EXPECT_TRUE(packet.has_value());
      EXPECT_LE(frame.at, MonotonicClock{}.now());
      if (packet && std::holds_alternative<Kind>(packet->content)) packets.push_back(*packet);
    }
  }
  EXPECT_EQ(packets.size(), count);
  return packets;
}

const wire::TcpSegment* segment_from(const std::vector<wire::Packet>& packets, std::uint16_t port) {
  for (const wire::Packet& packet : packets) {
    const auto* tcp = std::get_if<wire::TcpSegment>(&packet.content);
    if (tcp != nullptr && tcp->source == Port{port}) return tcp;
  }
  return nullptr;
}

void expect_open_and_closed(const IpAddress& target, const net::Path& path, std::uint16_t open, std::uint16_t closed) {
  const auto link = open_link();
  Outbox outbox;
  outbox.add_syn(path, target, open, 1'000);
  outbox.add_syn(path, target, closed, 2'000);
  ASSERT_EQ(link->send(outbox.shots()), 2U);
  const auto packets = receive_packets(*link, 2);
  const auto* yes = segment_from(packets, open);
  const auto* no = segment_from(packets, closed);
  ASSERT_TRUE(yes != nullptr && no != nullptr) << net::to_string(target);
  EXPECT_TRUE(yes->syn && yes->ack && yes->acknowledgement == 1'001) << net::to_string(target);
  EXPECT_TRUE(no->rst && no->acknowledgement == 2'001) << net::to_string(target);
}

TEST(SendFailure, TellsAFullQueueFromALocalRefusal) {
  EXPECT_EQ(send_failure_of(EINTR), SendFailure::again);
  for (const int full : {EAGAIN, ENOBUFS, ENOMEM}) EXPECT_EQ(send_failure_of(full), SendFailure::full);
  for (const int refused : {EPERM, ENETDOWN, ENXIO, ENODEV, EHOSTUNREACH, ENETUNREACH, EMSGSIZE, EINVAL, EACCES}) {
    EXPECT_EQ(send_failure_of(refused), SendFailure::refused);
  }
  EXPECT_EQ(send_failure_of(EBADF), SendFailure::broken);
}

TEST(PacketLink, OwnAddressesAnswerOverLoopback) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const FileDescriptor server = listen_on(0);
    const std::uint16_t open = port_of(server);
    shell("ip addr add 198.18.7.7/32 dev lo; ip -6 addr add 2001:db8::7/128 dev lo nodad");
    for (const char* text : {"127.0.0.1", "127.0.0.9", "198.18.7.7", "::1", "2001:db8::7"}) {
      expect_open_and_closed(address(text), path_to(address(text)), open, 1);
    }
  });
}

TEST(PacketLink, AsksNeighboursAndThenTheirPorts) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Peer peer;
    make_wire(peer);
    FileDescriptor server;
    net::Mac mac;
    peer.enter([&] {
      server = listen_on(0);
      mac = mac_of_device("far");
    });
    for (const char* text : {"198.18.0.2", "2001:db8::2"}) {
      const IpAddress target = address(text);
      net::Path path = path_to(target);
      ASSERT_EQ(path.kind, net::Path::Kind::ethernet);
      {
        const auto link = open_link();
        Outbox outbox;
        if (target.is_v4()) {
          outbox.add_arp_request(path, target);
          ASSERT_EQ(link->send(outbox.shots()), 1U);
          path.next_hop_mac =
              std::get<wire::ArpReply>(receive_packets<wire::ArpReply>(*link, 1).at(0).content).sender_mac;
        } else {
          outbox.add_solicitation(path, target);
          ASSERT_EQ(link->send(outbox.shots()), 1U);
          path.next_hop_mac = std::get<wire::NeighbourAdvertisement>(
                                  receive_packets<wire::NeighbourAdvertisement>(*link, 1).at(0).content)
                                  .mac;
        }
      }
      ASSERT_EQ(path.next_hop_mac, mac);
      expect_open_and_closed(target, path, port_of(server), 1);
    }
  });
}

TEST(PacketLink, SendsPlainLayer3IntoTunnels) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const FileDescriptor tunnel{::open("/dev/net/tun", O_RDWR | O_CLOEXEC)};
    if (!tunnel.is_open()) return;  // nobody may make tunnels here
    ifreq request{};
    std::string{"tunnel"}.copy(request.ifr_name, IFNAMSIZ - 1);
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    ASSERT_EQ(::ioctl(tunnel.get(), TUNSETIFF, &request), 0);
    shell("ip addr add 198.18.9.1/24 dev tunnel; ip link set tunnel up addrgenmode none");
    const IpAddress target = address("198.18.9.2");
    const net::Path path = path_to(target);
    EXPECT_EQ(path.kind, net::Path::Kind::kernel);

    const auto link = open_link();
    Outbox outbox;
    outbox.add_syn(path, target, 80, 77);
    ASSERT_EQ(link->send(outbox.shots()), 1U);
    std::array<std::uint8_t, 256> seen{};
    ssize_t size = 0;
    do {  // the kernel has IPv6 multicasts of its own to say
      size = ::read(tunnel.get(), seen.data(), seen.size());
    } while (size > 0 && seen[0] >> 4U == 6);
    std::array<std::uint8_t, wire::longest_packet> asked{};
    const engine::Head head = engine::build(outbox.shots()[0], asked);
    ASSERT_EQ(size, static_cast<ssize_t>(head.size));
    // The kernel numbers the packet, and its checksum covers that (raw(7)).
    constexpr std::size_t addresses = 12;
    EXPECT_TRUE(std::ranges::equal(std::span{seen}.first(head.size).subspan(addresses),
                                   std::span{asked}.first(head.size).subspan(addresses)));

    std::array<std::uint8_t, wire::longest_packet> answer{};
    const std::size_t length = wire::build_tcp({.source = target,
                                                .destination = path.source,
                                                .source_port = Port{80},
                                                .destination_port = Port{tags.first},
                                                .sequence = 5,
                                                .acknowledgement = 78,
                                                .flags = wire::syn | wire::ack},
                                               answer);
    ASSERT_EQ(::write(tunnel.get(), answer.data(), length), static_cast<ssize_t>(length));
    const auto packets = receive_packets(*link, 1);
    ASSERT_NE(segment_from(packets, 80), nullptr);
  });
}

TEST(PacketLink, EthernetWithoutArpIsAddressedAsTheKernelDoes) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Peer peer;
    make_wire(peer);
    shell("ip link set near arp off");
    const IpAddress target = address("198.18.0.2");
    const net::Path path = path_to(target);
    ASSERT_EQ(path.kind, net::Path::Kind::kernel);
    FileDescriptor wire;
    peer.enter([&] { wire.reset(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_IP))); });
    const auto link = open_link();
    Outbox outbox;
    outbox.add_syn(path, target, 80, 1);
    ASSERT_EQ(link->send(outbox.shots()), 1U);
    std::array<std::uint8_t, 256> seen{};
    ASSERT_GE(::read(wire.get(), seen.data(), seen.size()), 34);
    EXPECT_TRUE(std::equal(path.source_mac.bytes.begin(), path.source_mac.bytes.end(), seen.begin()));
    EXPECT_TRUE(std::equal(path.source_mac.bytes.begin(), path.source_mac.bytes.end(), seen.begin() + 6));
  });
}

TEST(PacketLink, WhatThisMachineRefusesCountAsSentAndAreTold) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const Peer peer;
    make_wire(peer);
    net::Path far = path_to(address("198.18.0.2"));
    far.next_hop_mac = net::Mac{{2, 0, 0, 0, 0, 1}};
    net::Path gone = far;
    gone.interface = 4'711;
    shell("ip link set near down");
    shell(
        "nft 'add table inet f; add chain inet f o { type filter hook output priority 0; }; "
        "add rule inet f o tcp dport 81 drop'");
    const IpAddress own = address("127.0.0.1");
    const net::Path local = path_to(own);

    const auto link = open_link();
    Outbox outbox;
    outbox.add_syn(local, own, 80, 1);
    outbox.add_syn(far, address("198.18.0.2"), 80, 2);   // ENETDOWN
    outbox.add_syn(gone, address("198.18.0.2"), 80, 3);  // ENXIO
    outbox.add_syn(local, own, 81, 4);                   // EPERM
    outbox.add_syn(local, own, 82, 5);
    EXPECT_EQ(link->send(outbox.shots()), 5U);
    EXPECT_EQ(link->refusals().probes, 3U);
    const auto packets = receive_packets(*link, 2);
    EXPECT_NE(segment_from(packets, 80), nullptr);
    EXPECT_NE(segment_from(packets, 82), nullptr);
  });
}

TEST(PacketLink, FramesBeyondTheRingAreCountedAsDropped) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const auto link = open_link();
    EXPECT_EQ(link->dropped(), 0U);
    const IpAddress own = address("127.0.0.1");
    const net::Path local = path_to(own);
    Outbox outbox;
    for (std::uint16_t port = 1; port <= 64; ++port) outbox.add_syn(local, own, port, port);
    for (int i = 0; i < 40'000 / 64; ++i) ASSERT_EQ(link->send(outbox.shots()), 64U);
    EXPECT_EQ(link->dropped(), 40'000U - 32'768U);
    EXPECT_EQ(link->dropped(), 40'000U - 32'768U);  // so far: not taken off by asking
    std::size_t received = 0;
    for (;;) {
      const auto frames = link->receive(Instant{});
      ASSERT_TRUE(frames.has_value());
      if (frames->empty()) break;
      received += frames->size();
    }
    EXPECT_EQ(received, 32'768U);
    // The ring goes round.
    ASSERT_EQ(link->send(outbox.shots()), 64U);
    EXPECT_EQ(receive_packets(*link, 64).size(), 64U);
  });
}

TEST(PacketLink, WhatIsCutSaysHowLongItWasAndWhoeverWantsItWholeGetsIt) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const IpAddress own = address("127.0.0.1");
    const net::Path local = path_to(own);
    const wire::Dress long_data{.data = std::vector<std::uint8_t>(1'000)};
    const engine::Shot shot{&probe::udp,
                            {.path = local, .target = own, .port = Port{9}, .tag = tags.first, .dress = long_data}};
    constexpr std::size_t longest_error = 576;  // of what a host quotes in one (RFC 1812 §4.3.2.3)
    for (const bool whole : {false, true}) {
      const auto link = PacketLink::open({tags, std::nullopt, techniques(), whole});
      ASSERT_TRUE(link.has_value());
      ASSERT_EQ((*link)->send({&shot, 1}), 1U);
      const auto frames = (*link)->receive(MonotonicClock{}.now() + 10s);
      ASSERT_TRUE(frames.has_value());
      ASSERT_EQ(frames->size(), 1U);
      EXPECT_EQ(frames->front().length, longest_error);
      EXPECT_EQ(frames->front().bytes.size() == longest_error, whole) << frames->front().bytes.size();
    }
  });
}

TEST(PacketLink, DeadlineThatHasPassedDoesNotWait) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const auto link = open_link();
    const auto frames = link->receive(Instant{});
    ASSERT_TRUE(frames.has_value());
    EXPECT_TRUE(frames->empty());
  });
}

TEST(PacketLink, WaitsUntilItsDeadlineAndNoShorter) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const auto link = open_link();
    for (const Duration wait : {30us, 200us, 2'000us}) {
      const Instant deadline = MonotonicClock{}.now() + wait;
      ASSERT_TRUE(link->receive(deadline).has_value());
      EXPECT_GE(MonotonicClock{}.now(), deadline);
    }
  });
}

TEST(PacketLink, WakeDescriptorEndsTheWait) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const FileDescriptor wake{::eventfd(1, EFD_CLOEXEC)};
    const auto link = open_link(wake.get());
    const auto frames = link->receive(Instant::max());  // would be for ever
    ASSERT_TRUE(frames.has_value());
    EXPECT_TRUE(frames->empty());
  });
}

TEST(PacketLink, WithoutThePrivilegeOneSentenceSaysWhatToDo) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const auto dropped = drop_privileges();
    ASSERT_TRUE(dropped.has_value());
    const auto link = PacketLink::open(expected);
    ASSERT_FALSE(link.has_value());
    EXPECT_EQ(link.error().code, Errc::privilege);
    EXPECT_NE(link.error().message.find("-sT"), std::string::npos);
  });
}

TEST(PacketLink, WorksOnAfterPrivilegesWereDropped) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const IpAddress own = address("127.0.0.1");
    const net::Path local = path_to(own);
    const auto link = open_link();
    ASSERT_TRUE(drop_privileges().has_value());
    Outbox outbox;
    outbox.add_syn(local, own, 1, 1);
    ASSERT_EQ(link->send(outbox.shots()), 1U);
    EXPECT_NE(segment_from(receive_packets(*link, 1), 1), nullptr);
    EXPECT_EQ(link->dropped(), 0U);
  });
}

}  // namespace
}  // namespace portolan::os
