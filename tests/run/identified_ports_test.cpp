// What stands between a scan and its reports under -sV.
#include "run/identified_ports.h"

#include <gtest/gtest.h>

#include <vector>

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
