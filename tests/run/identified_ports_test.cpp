// What stands between a scan and its reports under -sV.
#include "run/identified_ports.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <string_view>
#include <thread>
#include <vector>

#include "os/file_descriptor.h"

namespace portolan::run {
namespace {

using namespace std::chrono_literals;

class Kept final : public model::Sink {
 public:
  Result<void> on(const model::Event& event) override {
    events.push_back(event);
    return {};
  }
  [[nodiscard]] std::vector<model::HostRecord> hosts() const {
    std::vector<model::HostRecord> all;
    for (const auto& event : events) {
      if (const auto* host = std::get_if<model::HostRecord>(&event)) all.push_back(*host);
    }
    return all;
  }
  std::vector<model::Event> events;
};

model::PortRecord port_of(std::uint16_t number, model::PortState state = model::PortState::open,
                          net::Protocol protocol = net::Protocol::tcp) {
  model::PortRecord port;
  port.protocol = protocol;
  port.port = net::Port{number};
  port.state = state;
  return port;
}

model::HostRecord host_with(std::vector<model::PortRecord> ports) {
  model::HostRecord host;
  host.address = net::IpAddress::v4(0x7f000001);
  host.state = model::HostState::up;
  host.port_scanned = true;
  host.ports = std::move(ports);
  return host;
}

plan::Plan plan_with(int intensity = 7) {
  plan::Plan plan;
  plan.identify.emplace().intensity = intensity;
  return plan;
}

TEST(IdentifiedPorts, WhoHasNothingToAskPassesAtOnce) {
  const plan::Plan plan = plan_with();
  Kept kept;
  const auto ports = IdentifiedPorts::begin(plan, kept, {});
  ASSERT_TRUE(ports);
  EXPECT_TRUE((*ports)->on(
      host_with({port_of(22, model::PortState::closed), port_of(53, model::PortState::open, net::Protocol::udp)})));
  ASSERT_EQ(kept.hosts().size(), 1U);
  const model::HostRecord host = kept.hosts().front();
  for (const auto& port : host.ports) EXPECT_FALSE(port.identified);
}

// Whatever its threads are about to do.
TEST(IdentifiedPorts, MayEndAtAnyMoment) {
  const plan::Plan plan = plan_with();
  Kept kept;
  for (int i = 0; i < 1'000; ++i) {
    const auto ports = IdentifiedPorts::begin(plan, kept, {});
    ASSERT_TRUE(ports);
    for (int turns = 0; turns < i % 50; ++turns) std::this_thread::yield();
  }
}

// The scan's own answer goes along with an open port of UDP, and no further.
TEST(IdentifiedPorts, UdpPortsAreNamedByTheAnswerThatTheScanGot) {
  const plan::Plan plan = plan_with(0);
  Kept kept;
  const auto ports = IdentifiedPorts::begin(plan, kept, {});
  ASSERT_TRUE(ports);
  model::PortRecord open = port_of(7, model::PortState::open, net::Protocol::udp);
  auto& answer = open.identified.emplace();
  answer.asked = "0123abcd";
  answer.answered = "0123abcd";
  EXPECT_TRUE((*ports)->on(model::OpenPort{net::IpAddress::v4(0x7f000001), open}));
  ASSERT_EQ(kept.events.size(), 1U);
  EXPECT_FALSE(std::get<model::OpenPort>(kept.events.front()).port.identified);
  EXPECT_TRUE((*ports)->on(host_with({port_of(7, model::PortState::open, net::Protocol::udp)})));
  const auto done = (*ports)->finish(nullptr, -1);
  ASSERT_TRUE(done);
  EXPECT_TRUE(*done);
  ASSERT_EQ(kept.hosts().size(), 1U);
  const model::HostRecord host = kept.hosts().front();
  ASSERT_TRUE(host.ports.front().identified);
  EXPECT_EQ(host.ports.front().identified->name, "echo");
}

// Answers a DNS question to any port.
class Resolver {
 public:
  Resolver() {
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&own_), sizeof own_), 0);
    socklen_t size = sizeof own_;
    EXPECT_EQ(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&own_), &size), 0);
    thread_ = std::thread{[this] { serve(); }};
  }
  ~Resolver() {
    (void)::shutdown(socket_.get(), SHUT_RDWR);  // wakes who reads
    thread_.join();
  }
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  [[nodiscard]] std::uint16_t port() const { return ntohs(own_.sin_port); }

 private:
  void serve() {
    for (;;) {
      std::array<char, 512> piece{};
      sockaddr_in from{};
      socklen_t size = sizeof from;
      const ssize_t count =
          ::recvfrom(socket_.get(), piece.data(), piece.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
      if (count <= 0) return;
      piece[2] = static_cast<char>(0x84);
      const std::string_view said{piece.data(), static_cast<std::size_t>(count)};
      constexpr std::string_view class_and_type{"\0\x02\0\x01", 4};
      if (!said.ends_with(class_and_type)) continue;
      (void)::sendto(socket_.get(), said.data(), said.size(), 0, reinterpret_cast<const sockaddr*>(&from), size);
    }
  }

  os::FileDescriptor socket_{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  sockaddr_in own_{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
  std::thread thread_;
};

TEST(IdentifiedPorts, AUdpPortThatUnderstandsAnotherQuestionIsOpen) {
  const Resolver server;
  const plan::Plan plan = plan_with();
  Kept kept;
  const auto ports = IdentifiedPorts::begin(plan, kept, {});
  ASSERT_TRUE(ports);
  const auto silent = [](std::uint16_t port) {
    return port_of(port, model::PortState::open_filtered, net::Protocol::udp);
  };
  EXPECT_TRUE((*ports)->on(host_with({silent(47'808), silent(server.port())})));
  EXPECT_TRUE(kept.hosts().empty()) << "it is held back";
  EXPECT_TRUE((*ports)->finish(nullptr, -1));
  ASSERT_EQ(kept.hosts().size(), 1U);
  const auto told = kept.hosts().front().ports;
  EXPECT_EQ(told[0].state, model::PortState::open_filtered);
  EXPECT_FALSE(told[0].identified) << "a machine's port";
  EXPECT_EQ(told[1].state, model::PortState::open);
  EXPECT_EQ(told[1].reason, model::Reason::udp_response);
  ASSERT_TRUE(told[1].identified);
  EXPECT_EQ(told[1].identified->name, "domain");
}

TEST(IdentifiedPorts, OfAHostThatDropsEverythingNothingMoreIsAsked) {
  const plan::Plan plan = plan_with();
  Kept kept;
  const auto ports = IdentifiedPorts::begin(plan, kept, {});
  ASSERT_TRUE(ports);
  std::vector<model::PortRecord> silent;
  for (std::uint16_t port = 40'000; port < 40'026; ++port) {
    silent.push_back(port_of(port, model::PortState::open_filtered, net::Protocol::udp));
  }
  EXPECT_TRUE((*ports)->on(host_with(silent)));
  EXPECT_EQ(kept.hosts().size(), 1U);
}

TEST(IdentifiedPorts, PrintersAreNotTouchedUnlessThatIsWanted) {
  plan::Plan plan = plan_with();
  Kept kept;
  {
    const auto ports = IdentifiedPorts::begin(plan, kept, {});
    EXPECT_TRUE((*ports)->on(host_with({port_of(9100)})));
    ASSERT_EQ(kept.hosts().size(), 1U) << "nobody is waited for";
    ASSERT_TRUE(kept.hosts().front().ports.front().identified);
    EXPECT_TRUE(kept.hosts().front().ports.front().identified->untouched);
  }
  plan.identify->all_ports = true;
  const auto ports = IdentifiedPorts::begin(plan, kept, {});
  EXPECT_TRUE((*ports)->on(host_with({port_of(9100)})));
  const auto done = (*ports)->finish(nullptr, -1);
  EXPECT_TRUE(done && *done);
  ASSERT_EQ(kept.hosts().size(), 2U);
  EXPECT_FALSE(kept.hosts().back().ports.front().identified->untouched);
}

TEST(IdentifiedPorts, HostsAreHeldUntilTheirPortsAreKnown) {
  const plan::Plan plan = plan_with(0);
  Kept kept;
  const auto ports = IdentifiedPorts::begin(plan, kept, {});
  // Nothing listens there: that is soon known.
  EXPECT_TRUE((*ports)->on(model::OpenPort{net::IpAddress::v4(0x7f000001), port_of(1)}));
  EXPECT_TRUE((*ports)->on(host_with({port_of(1), port_of(2)})));
  const auto done = (*ports)->finish(nullptr, -1);
  ASSERT_TRUE(done);
  EXPECT_TRUE(*done);
  ASSERT_EQ(kept.hosts().size(), 1U);
  const model::HostRecord host = kept.hosts().front();
  for (const auto& port : host.ports) {
    ASSERT_TRUE(port.identified);
    EXPECT_EQ(port.identified->confidence, 0);
  }
}

class StopsAtOnce final : public engine::UserControl {
 public:
  bool stop_requested() override { return true; }
  bool progress_due() override { return false; }
};

TEST(IdentifiedPorts, WhoIsStoppedTellsWhatIsKnown) {
  const plan::Plan plan = plan_with();
  Kept kept;
  const auto ports = IdentifiedPorts::begin(plan, kept, {});
  model::HostRecord host = host_with({port_of(22)});
  host.address = net::IpAddress::v4(0x7f000002);
  EXPECT_TRUE((*ports)->on(host));
  StopsAtOnce control;
  const auto done = (*ports)->finish(&control, -1);
  ASSERT_TRUE(done);
  ASSERT_EQ(kept.hosts().size(), 1U);
  EXPECT_TRUE(*done || kept.hosts().front().interrupted);
}

}  // namespace
}  // namespace portolan::run
