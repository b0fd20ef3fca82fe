#include "engine/watched_link.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probe/registry.h"
#include "scan_world.h"

namespace portolan::engine {
namespace {

using namespace std::chrono_literals;

class Notes final : public PacketWatch {
 public:
  struct Note {
    Instant at;
    std::vector<std::uint8_t> bytes;
  };
  void begin_sending() override { sending = true; }
  void end_sending() override { sending = false; }
  Result<void> sent(const Departure& departure) override {
    EXPECT_TRUE(sending);
    if (sent_packets.size() == most) return fail(Errc::io, "no room for notes");
    const Note note{departure.at, {departure.bytes.begin(), departure.bytes.end()}};
    (departure.bytes.empty() ? connections : departure.refused ? refused_packets : sent_packets).push_back(note);
    return {};
  }
  Result<void> about_to_wait() override {
    ++waits;
    return {};
  }
  Result<void> received(const Received& frame) override {
    received_packets.push_back({frame.at, {frame.bytes.begin(), frame.bytes.end()}});
    return {};
  }
  std::size_t most = SIZE_MAX;
  bool sending = false;
  std::size_t waits = 0;
  std::vector<Note> sent_packets;
  std::vector<Note> refused_packets;
  std::vector<Note> connections;
  std::vector<Note> received_packets;
};

sim::NetworkOptions path_of_a_millisecond() { return {.delay = 1ms, .jitter = 1us}; }

// Scans the network through `link`; the sentence of the error, or "".
std::string scan(const plan::Plan& plan, sim::Network& network, Link& link, model::Sink& sink) {
  const auto services = catalog::Services::parse("").value();
  const catalog::Vendors vendors;
  const World world{
      link, network, network, 40'000, services, vendors, nullptr, nullptr, std::chrono::system_clock::now};
  const auto finished = run_scan(plan, world, sink);
  return finished.error;
}

TEST(WatchedLink, SeesEveryPacketBothWaysAndChangesNothing) {
  const auto plan = test::plan_for({"198.18.0.1-3"}, test::ports(1, 40), 7);
  sim::Network alone{1, path_of_a_millisecond()};
  sim::Network seen{1, path_of_a_millisecond()};
  for (sim::Network* network : {&alone, &seen}) {
    network->add_host(test::address("198.18.0.2"), {.open = test::ports({22, 23}), .on_link = true});
  }
  test::Collect plain;
  EXPECT_EQ(scan(plan, alone, alone, plain), "");
  Notes notes;
  WatchedLink link{seen, seen, notes};
  test::Collect watched;
  EXPECT_EQ(scan(plan, seen, link, watched), "");

  EXPECT_EQ(watched.open, plain.open);
  EXPECT_EQ(watched.open.size(), 2U);
  EXPECT_EQ(seen.sent(), alone.sent()) << "to the microsecond";
  ASSERT_EQ(notes.sent_packets.size(), seen.sent().size());
  EXPECT_EQ(notes.received_packets.size(), seen.delivered());
  for (std::size_t i = 0; i < notes.sent_packets.size(); ++i) EXPECT_EQ(notes.sent_packets[i].at, seen.sent()[i]);
  const auto is_arp = [](const Notes::Note& note) { return note.bytes.size() == 28 && note.bytes[0] == 0; };
  EXPECT_EQ(std::ranges::count_if(notes.received_packets, is_arp), 1) << "the one who is on the link";
  EXPECT_GT(notes.waits, 0U);
}

// Every third packet of any link is refused by this machine.
class Firewall final : public LinkWrapper {
 public:
  using LinkWrapper::LinkWrapper;
  Result<std::size_t> send(std::span<const Shot> shots) override {
    const auto sent = LinkWrapper::send(shots);
    refused_.clear();
    for (std::size_t i = 0; sent && i < *sent; i += 3) refused_.push_back(i);
    return sent;
  }
  [[nodiscard]] std::span<const std::size_t> refused_shots() const override { return refused_; }

 private:
  std::vector<std::size_t> refused_;
};

TEST(WatchedLink, WhatThisMachineRefusesIsToldApart) {
  const auto plan = test::plan_for({"198.18.0.2"}, test::ports(1, 40), 7);
  sim::Network network{1, path_of_a_millisecond()};
  Firewall firewall{network};
  Notes notes;
  WatchedLink link{firewall, network, notes};
  net::Path path;
  path.source = test::address("198.18.0.1");
  const Shot shot{&probe::tcp_syn, {.path = path, .target = test::address("198.18.0.2"), .port = net::Port{9}}};
  const std::vector<Shot> shots(5, shot);
  ASSERT_EQ(link.send(shots).value_or(0), shots.size());
  EXPECT_EQ(notes.refused_packets.size(), 2U) << "the first and the fourth";
  EXPECT_EQ(notes.sent_packets.size(), 3U);
}

TEST(WatchedLink, WhatBecomesAConnectionIsNoPacketOfOurs) {
  auto plan = test::plan_for({"198.18.0.2"}, test::ports(1, 40), 7);
  plan.techniques = {{"tcp-connect", test::ports(1, 40)}};
  plan.discovery_probes = {{"tcp-connect", net::Port{80}}};
  plan.privileged = false;
  sim::Network network{1, path_of_a_millisecond()};
  network.add_host(test::address("198.18.0.2"), {.open = test::ports({22})});
  Notes notes;
  WatchedLink link{network, network, notes};
  test::Collect sink;
  EXPECT_EQ(scan(plan, network, link, sink), "");
  EXPECT_EQ(sink.open.size(), 1U);
  EXPECT_THAT(notes.sent_packets, testing::IsEmpty());
  EXPECT_FALSE(notes.connections.empty());
  EXPECT_FALSE(notes.received_packets.empty());
}

TEST(WatchedLink, AWatchThatFailsEndsTheScan) {
  const auto plan = test::plan_for({"198.18.0.2"}, test::ports(1, 40), 7);
  sim::Network network{1, path_of_a_millisecond()};
  Notes notes;
  notes.most = 5;
  WatchedLink link{network, network, notes};
  test::Collect sink;
  EXPECT_EQ(scan(plan, network, link, sink), "no room for notes");
  EXPECT_EQ(notes.sent_packets.size(), 5U);
}

}  // namespace
}  // namespace portolan::engine
