#include "os/packet/connect_link.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <map>
#include <string>
#include <vector>

#include "os/net/kernel_routes.h"
#include "private_network.h"
#include "probe/registry.h"
#include "wire/packet.h"

namespace portolan::os {
namespace {

using namespace std::chrono_literals;
using net::IpAddress;
using net::Port;

constexpr std::uint16_t tag = 20'007;

IpAddress address(const char* text) { return *IpAddress::parse(text); }

// A connect scan of one target: questions go in, what the link makes of them comes out.
class Scan {
 public:
  explicit Scan(const char* target, const ConnectOptions& options = {}) : target_{address(target)} {
    auto link = ConnectLink::open(options);
    EXPECT_TRUE(link.has_value());
    link_ = std::move(*link);
    const auto router = KernelRoutes::open();
    path_ = (*router)->route({&target_, 1}).at(0).value_or(net::Path{});
  }

  std::size_t send(std::initializer_list<std::uint16_t> ports) {
    std::vector<engine::Shot> shots;
    for (const std::uint16_t port : ports) {
      shots.push_back({&probe::tcp_connect, {path_, target_, Port{port}, 0, tag, sequence_of(port)}});
    }
    const auto sent = link_->send(shots);
    EXPECT_TRUE(sent.has_value());
    return sent.value_or(0);
  }

  // Until `count` packets have come or ten seconds have passed.
  std::vector<wire::Packet> receive(std::size_t count) {
    std::vector<wire::Packet> packets;
    const Instant deadline = MonotonicClock{}.now() + 10s;
    while (packets.size() < count && MonotonicClock{}.now() < deadline) {
      const auto frames = link_->receive(deadline);
      EXPECT_TRUE(frames.has_value());
      for (const engine::Received& frame : *frames) {
        EXPECT_EQ(frame.interface, path_.interface);
        const auto packet = wire::parse(frame.type, frame.bytes);
        EXPECT_TRUE(packet.has_value());
        if (packet) packets.push_back(*packet);
      }
    }
    EXPECT_EQ(packets.size(), count);
    return packets;
  }

  void expect_silence(Duration patience) {
    const Instant deadline = MonotonicClock{}.now() + patience;
    do {
      const auto frames = link_->receive(deadline);
      ASSERT_TRUE(frames.has_value());
      EXPECT_TRUE(frames->empty());
    } while (MonotonicClock{}.now() < deadline);
  }

  std::map<std::uint16_t, std::string> states(std::initializer_list<std::uint16_t> ports) {
    EXPECT_EQ(send(ports), ports.size());
    std::map<std::uint16_t, std::string> told;
    for (const wire::Packet& packet : receive(ports.size())) {
      if (const auto* tcp = std::get_if<wire::TcpSegment>(&packet.content)) {
        EXPECT_EQ(packet.source, target_);
        EXPECT_EQ(packet.ttl, 0);
        EXPECT_EQ(tcp->destination, Port{tag});
        EXPECT_EQ(tcp->acknowledgement, sequence_of(tcp->source.value()) + 1);
        told[tcp->source.value()] = tcp->rst ? "reset" : "syn-ack";
      } else if (const auto* error = std::get_if<wire::IcmpError>(&packet.content)) {
        EXPECT_EQ(error->quoted_destination, target_);
        EXPECT_EQ(error->quoted_u16(0), tag);
        EXPECT_EQ(error->quoted_u32(4), sequence_of(error->quoted_u16(2)));
        told[error->quoted_u16(2)] =
            std::to_string(static_cast<int>(error->kind)) + " from " + net::to_string(packet.source);
      }
    }
    return told;
  }

  ConnectLink& link() { return *link_; }
  static std::uint32_t sequence_of(std::uint16_t port) { return 0xfffffff0U + port; }

 private:
  IpAddress target_;
  std::unique_ptr<ConnectLink> link_;
  net::Path path_;
};

std::string error_from(wire::IcmpError::Kind kind, const char* from) {
  return std::to_string(static_cast<int>(kind)) + " from " + from;
}

TEST(ConnectLink, OpenAndClosedPortsAnswerAsTheirPacketsWould) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const FileDescriptor server = listen_on(8'080);
    for (const char* target : {"127.0.0.1", "::1"}) {
      Scan scan{target};
      const auto told = scan.states({8'080, 1, 2, 65'535});
      EXPECT_EQ(told.size(), 4U);
      for (const auto& [port, state] : told) EXPECT_EQ(state, port == 8'080 ? "syn-ack" : "reset") << target;
      EXPECT_EQ(scan.link().refusals().probes, 0U);
    }
  });
}

TEST(ConnectLink, LeavesNoConnectionBehind) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const FileDescriptor server = listen_on(8'080);
    Scan scan{"127.0.0.1"};
    EXPECT_EQ(scan.states({8'080}).at(8'080), "syn-ack");
    EXPECT_EQ(output_of("ss -Htan | grep -v ^LISTEN"), "");
  });
}

TEST(ConnectLink, FirewallsAreToldFromClosedPorts) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    using Kind = wire::IcmpError::Kind;
    const Peer peer;
    make_wire(peer);
    peer.shell(
        "nft 'add table inet f; add chain inet f i { type filter hook input priority 0; };"
        "add rule inet f i tcp dport 11 reject with icmpx port-unreachable;"
        "add rule inet f i tcp dport 12 reject with icmpx admin-prohibited;"
        "add rule inet f i tcp dport 13 reject with icmpx host-unreachable;"
        "add rule inet f i tcp dport 14 reject with tcp reset'");
    Scan scan{"198.18.0.2"};
    const auto told = scan.states({10, 11, 12, 13, 14});
    EXPECT_EQ(told.at(10), "reset");
    EXPECT_EQ(told.at(11), error_from(Kind::port_unreach, "198.18.0.2"));
    EXPECT_EQ(told.at(12), error_from(Kind::admin_prohibited, "198.18.0.2"));
    EXPECT_EQ(told.at(13), error_from(Kind::host_unreach, "198.18.0.2"));
    EXPECT_EQ(told.at(14), "reset");

    Scan six{"2001:db8::2"};
    const auto also = six.states({10, 11, 12});
    EXPECT_EQ(also.at(10), "reset");
    EXPECT_EQ(also.at(11), error_from(Kind::port_unreach, "2001:db8::2"));
    EXPECT_EQ(also.at(12), error_from(Kind::admin_prohibited, "2001:db8::2"));
  });
}

TEST(ConnectLink, SilenceStaysSilentAndIsGivenUpInItsTime) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    shell("nft 'add table inet f; add chain inet f i { type filter hook input priority 0; tcp dport 9 drop; }'");
    Scan scan{"127.0.0.1", {.longest_wait = 20ms}};
    EXPECT_EQ(scan.send({9}), 1U);
    scan.expect_silence(30ms);
    EXPECT_EQ(output_of("ss -Htan state syn-sent"), "");
    EXPECT_EQ(scan.link().refusals().probes, 0U);
  });
}

TEST(ConnectLink, AskingAgainTakesThePlaceOfTheEarlierConnect) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    shell("nft 'add table inet f; add chain inet f i { type filter hook input priority 0; tcp dport 9 drop; }'");
    Scan scan{"127.0.0.1"};
    EXPECT_EQ(scan.send({9}), 1U);
    EXPECT_EQ(scan.send({9, 9}), 2U);
    const std::string waiting = output_of("ss -Htan state syn-sent");
    EXPECT_EQ(std::count(waiting.begin(), waiting.end(), '\n'), 1) << waiting;
  });
}

// What may not be repeated has ended before the kernel repeats it.
TEST(ConnectLink, ConnectEndsBeforeTheKernelAsksWhatNobodyWants) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    shell("nft 'add table inet f; add chain inet f i { type filter hook input priority 0; tcp dport 9 drop; }'");
    const auto live = [] { return output_of("ss -Htan state syn-sent | wc -l"); };
    Scan by_rate{"127.0.0.1", {.repetitions = 0, .tag_base = tag, .repeats_after = 20ms}};
    EXPECT_EQ(by_rate.send({9}), 1U);
    by_rate.expect_silence(30ms);
    EXPECT_EQ(live(), "0\n");
    Scan last_attempt{"127.0.0.1", {.max_retries = 3, .tag_base = tag - 3, .repeats_after = 20ms}};
    EXPECT_EQ(last_attempt.send({9}), 1U);
    last_attempt.expect_silence(30ms);
    EXPECT_EQ(live(), "0\n");
    Scan with_more{"127.0.0.1", {.max_retries = 3, .tag_base = tag - 2, .repeats_after = 20ms}};
    EXPECT_EQ(with_more.send({9}), 1U);
    with_more.expect_silence(30ms);
    EXPECT_EQ(live(), "1\n");
  });
}

TEST(ConnectLink, WhatTheKernelRepeatedIsNotAskedOnceMore) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    shell(
        "nft 'add table inet f; add chain inet f i { type filter hook input priority 0; tcp dport 9 counter drop; }'");
    const auto arrived = [] { return output_of("nft list ruleset | grep -o 'packets [0-9]*'"); };
    Scan scan{"127.0.0.1"};
    EXPECT_EQ(scan.send({9}), 1U);
    const Instant deadline = MonotonicClock{}.now() + 10s;
    while (arrived() == "packets 1\n" && MonotonicClock{}.now() < deadline) scan.expect_silence(10ms);
    EXPECT_EQ(arrived(), "packets 2\n");
    EXPECT_EQ(scan.send({9}), 1U);  // stands in the place of the repetition
    EXPECT_EQ(arrived(), "packets 2\n");
    EXPECT_EQ(scan.send({9}), 1U);
    EXPECT_EQ(arrived(), "packets 3\n");
  });
}

TEST(ConnectLink, StopsWhereSocketsRunOutAndGoesOnWhenTheyComeBack) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    shell("nft 'add table inet f; add chain inet f i { type filter hook input priority 0; tcp dport < 100 drop; }'");
    const rlimit few{20, 20};
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
    Scan scan{"127.0.0.1", {.longest_wait = 10s, .patience = 50ms}};
    EXPECT_LE(scan.link().limit(), 20U);
    const std::size_t sent = scan.send({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20});
    EXPECT_GT(sent, 0U);
    EXPECT_LE(sent, scan.link().limit());
    scan.expect_silence(60ms);
    EXPECT_GT(scan.send({30}), 0U);  // the oldest, which has waited for long enough, made room
    EXPECT_EQ(scan.link().refusals().probes, 0U);
  });
}

TEST(ConnectLink, ConnectThatMeetsItselfIsNoOpenPort) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    // Two ports to choose from: sooner or later the kernel takes the one that is asked.
    shell("echo 40000 40001 > /proc/sys/net/ipv4/ip_local_port_range");
    Scan scan{"127.0.0.1"};
    for (int i = 0; i < 50; ++i) {
      for (const std::uint16_t port : {std::uint16_t{40'000}, std::uint16_t{40'001}}) {
        ASSERT_EQ(scan.states({port}).at(port), "reset");
      }
    }
  });
}

TEST(ConnectLink, NeighbourThatDoesNotAnswerIsAnUnreachableHost) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    using Kind = wire::IcmpError::Kind;
    const Peer peer;
    make_wire(peer);
    shell("for v in 4 6; do echo 20 > /proc/sys/net/ipv$v/neigh/near/retrans_time_ms; done");
    Scan scan{"198.18.0.200"};
    EXPECT_EQ(scan.states({80}).at(80), error_from(Kind::host_unreach, "198.18.0.1"));
    EXPECT_EQ(scan.link().refusals().probes, 0U);
    Scan six{"2001:db8::200"};
    EXPECT_EQ(six.states({80}).at(80), error_from(Kind::addr_unreach, "2001:db8::1"));
    EXPECT_EQ(six.link().refusals().probes, 0U);
  });
}

TEST(ConnectLink, WayThatIsLostDuringTheScanIsNoAnswerOfTheTarget) {
  NEEDS_PRIVATE_NETWORK();
  for (const char* loss : {"ip addr flush dev near", "ip link set near down", "ip link del near",
                           "ip route replace unreachable 198.18.0.2; ip -6 route replace unreachable 2001:db8::2",
                           "ip route replace prohibit 198.18.0.2; ip -6 route replace prohibit 2001:db8::2"}) {
    in_private_network([loss] {
      const Peer peer;
      make_wire(peer);
      Scan four{"198.18.0.2"};
      Scan six{"2001:db8::2"};
      EXPECT_EQ(four.states({80}).at(80), "reset");
      EXPECT_EQ(six.states({80}).at(80), "reset");
      shell(loss);
      for (Scan* scan : {&four, &six}) {
        EXPECT_EQ(scan->send({81, 82}), 2U) << loss;  // connect() fails at once
        scan->expect_silence(0ms);
        EXPECT_EQ(scan->link().refusals().probes, 2U) << loss;
      }
    });
  }
}

TEST(ConnectLink, WhatConnectCannotAskCountsAsRefused) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    Scan scan{"127.0.0.1"};
    const net::Path path;
    const engine::Shot shot{&probe::arp, {path, address("127.0.0.1"), Port{}}};
    EXPECT_EQ(scan.link().send({&shot, 1}), 1U);
    EXPECT_EQ(scan.link().refusals().probes, 1U);
  });
}

TEST(ConnectLink, WakeDescriptorEndsTheWait) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const FileDescriptor wake{::eventfd(1, EFD_CLOEXEC)};
    Scan scan{"127.0.0.1", {.wake = wake.get()}};
    const auto frames = scan.link().receive(Instant::max());
    ASSERT_TRUE(frames.has_value());
    EXPECT_TRUE(frames->empty());
  });
}

}  // namespace
}  // namespace portolan::os
