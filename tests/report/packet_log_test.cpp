#include "report/packets/packet_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <thread>
#include <vector>

#include "probe/registry.h"
#include "records.h"
#include "report/packets/pcapng.h"
#include "tests/report/packet_world.h"
#include "wire/build.h"
#include "wire/cursor.h"

namespace portolan::report {
namespace {

using namespace std::chrono_literals;
using net::IpAddress;
using net::Port;
using testing::MemoryOutput;
using testing::path;
using testing::them;
using testing::us;

constexpr Instant began{5s};

engine::Shot shot(const probe::Probe& probe) {
  return {&probe, {.path = path, .target = them, .port = Port{80}, .tag = 40'000, .cookie = 7}};
}

struct Packet {
  explicit Packet(const engine::Shot& shot) : head{engine::build(shot, room)} {}
  explicit Packet(const wire::TcpFields& fields) { head.size = wire::build_tcp(fields, room); }
  [[nodiscard]] wire::Bytes bytes() const { return wire::Bytes{room}.first(head.size); }
  std::array<std::uint8_t, wire::longest_packet> room{};
  engine::Head head;
};
Packet answer(std::uint8_t flags = wire::syn | wire::ack) {
  return Packet{wire::TcpFields{.source = them,
                                .destination = us,
                                .source_port = Port{80},
                                .destination_port = Port{40'000},
                                .sequence = 99,
                                .acknowledgement = 8,
                                .flags = flags}};
}

class PacketLogTest : public ::testing::Test {
 protected:
  PacketLog& open(bool meanings = true) {
    return log_.emplace(
        PacketLogOptions{.lines = {&shared_},
                         .meanings = meanings,
                         .capture = &file_,
                         .program = "portolan",
                         .began = began,
                         .epoch = 1'795'256'204s,
                         .capture_ended = [this](const Error& error) { said_.push_back(error.message); }});
  }
  static void ask(engine::PacketWatch& watch, const engine::Shot& shot, bool refused = false) {
    engine::Departure departure{.at = began + 40'300us, .shot = shot, .refused = refused};
    std::optional<Packet> packet;
    if (!shot.probe->connects) {
      packet.emplace(shot);
      departure.head = packet->head;
      departure.bytes = packet->bytes();
    }
    watch.begin_sending();
    EXPECT_TRUE(watch.sent(departure).has_value());
    watch.end_sending();
  }
  static void hear(engine::PacketWatch& watch, const Packet& packet, bool deduced = false) {
    const engine::Received frame{
        .at = began + 41ms, .interface = 3, .from = std::nullopt, .bytes = packet.bytes(), .deduced = deduced};
    EXPECT_TRUE(watch.received(frame).has_value());
  }
  [[nodiscard]] std::size_t captured() const {
    std::size_t packets = 0;
    wire::Reader r{{reinterpret_cast<const std::uint8_t*>(file_.text.data()), file_.text.size()}};
    while (!r.rest().empty()) {
      packets += r.u32() == 6 ? 1U : 0U;
      r.skip(r.u32() - 8);
    }
    return packets;
  }

  MemoryOutput text_;
  SharedOutput shared_{text_};
  MemoryOutput file_;
  std::vector<std::string> said_;
  std::optional<PacketLog> log_;
};

TEST_F(PacketLogTest, QuestionAndAnswerAreALineAndAPacketEach) {
  engine::PacketWatch& watch = open().watch();
  ask(watch, shot(probe::tcp_syn));
  hear(watch, answer());
  EXPECT_NE(text_.text, "") << "in front of what is reported next";
  EXPECT_NE(text_.pending, "") << "and not to its reader one by one";
  EXPECT_TRUE(watch.about_to_wait().has_value());
  EXPECT_EQ(
      text_.text,
      "SENT (0.0403s) TCP 198.18.0.1:40000 > 198.18.0.2:80 S ttl=64 id=0 iplen=44 seq=7 win=1024 <mss 1460> - "
      "tcp-syn to 198.18.0.2 port 80, attempt 1\n"
      "RCVD (0.0410s) TCP 198.18.0.2:80 > 198.18.0.1:40000 SA ttl=64 id=0 iplen=44 seq=99 ack=8 win=1024 <mss 1460> "
      "- tcp-syn to 198.18.0.2 port 80, attempt 1: open (syn-ack)\n");
  EXPECT_EQ(text_.pending, "");
  EXPECT_EQ(captured(), 2U);
  EXPECT_THAT(file_.text, ::testing::HasSubstr("attempt 1: open (syn-ack)"));
}

TEST_F(PacketLogTest, UnderTheNameNmapALineHasNoMeaning) {
  PacketLog& log = open(false);
  ask(log.watch(), shot(probe::tcp_syn));
  log.flush();
  EXPECT_THAT(text_.text, ::testing::EndsWith("<mss 1460>\n"));
  EXPECT_THAT(file_.text, ::testing::HasSubstr("attempt 1"));
}

TEST_F(PacketLogTest, WhatNeverLeftIsInNoCapture) {
  PacketLog& log = open();
  engine::PacketWatch& watch = log.watch();
  ask(watch, shot(probe::tcp_syn), true);
  hear(watch, answer());
  log.flush();
  EXPECT_THAT(text_.text, ::testing::StartsWith("KEPT (0.0403s) TCP 198.18.0.1:40000 > "));
  EXPECT_THAT(text_.text, ::testing::HasSubstr(" - this machine refused to send it: tcp-syn to 198.18.0.2 port 80"));
  EXPECT_THAT(text_.text, ::testing::EndsWith(" - belongs to no question of this scan\n"));
  EXPECT_EQ(captured(), 1U);
}

TEST_F(PacketLogTest, ConnectionsAreLinesAndNoPackets) {
  PacketLog& log = open();
  engine::PacketWatch& watch = log.watch();
  ask(watch, shot(probe::tcp_connect));
  hear(watch, answer(), true);
  hear(watch, answer(wire::rst | wire::ack), true);
  log.flush();
  EXPECT_EQ(
      text_.text,
      "CONN (0.0403s) TCP 198.18.0.1 > 198.18.0.2:80 => Operation now in progress - tcp-connect to 198.18.0.2 port "
      "80, attempt 1\n"
      "CONN (0.0410s) TCP 198.18.0.1 > 198.18.0.2:80 => Connected - tcp-connect to 198.18.0.2 port 80, attempt 1: "
      "open (syn-ack)\n"
      "CONN (0.0410s) TCP 198.18.0.1 > 198.18.0.2:80 => Connection refused - tcp-connect to 198.18.0.2 port 80, "
      "attempt 1: closed (conn-refused)\n");
  EXPECT_EQ(captured(), 0U);
}

TEST_F(PacketLogTest, AFullDiskEndsTheCaptureAndNothingElse) {
  PacketLog& log = open();
  engine::PacketWatch& watch = log.watch();
  ask(watch, shot(probe::tcp_syn));
  log.flush();
  EXPECT_EQ(log.failure(), nullptr);
  file_.full = true;
  hear(watch, answer());
  log.flush();
  file_.full = false;
  hear(watch, answer());
  log.flush();
  EXPECT_THAT(said_, ::testing::ElementsAre("disk full"));
  ASSERT_NE(log.failure(), nullptr);
  EXPECT_EQ(log.failure()->message, "disk full");
  EXPECT_EQ(captured(), 1U) << "nothing comes behind a gap";
  EXPECT_EQ(std::ranges::count(text_.text, '\n'), 3) << text_.text;
}

TEST_F(PacketLogTest, ACaptureThatIsAllEndsWhatItIsMadeFor) {
  PacketLog log{{.capture = &file_, .capture_is_all = true, .capture_ended = [this](const Error& error) {
                   said_.push_back(error.message);
                 }}};
  engine::PacketWatch& watch = log.watch();
  ask(watch, shot(probe::tcp_syn));
  file_.full = true;
  const Packet packet = answer();
  const Result<void> heard =
      watch.received({.at = began, .interface = 3, .from = std::nullopt, .bytes = packet.bytes()});
  const Result<void> told = heard ? watch.about_to_wait() : heard;
  ASSERT_FALSE(told.has_value());
  EXPECT_EQ(told.error().message, "disk full");
  EXPECT_FALSE(watch.about_to_wait().has_value());
  EXPECT_THAT(said_, ::testing::IsEmpty()) << "who ends by it says it";
}

TEST_F(PacketLogTest, WhatSeveralEnginesHearIsToldOnce) {
  PacketLog& log = open();
  engine::PacketWatch& first = log.watch();
  engine::PacketWatch& second = log.watch();
  ask(second, shot(probe::tcp_syn));
  hear(first, answer());
  hear(second, answer());
  log.flush();
  EXPECT_EQ(captured(), 2U);
  EXPECT_THAT(text_.text, ::testing::HasSubstr("open (syn-ack)")) << "whoever of them has asked";
  hear(second, answer());
  hear(second, answer(wire::rst | wire::ack));
  hear(first, answer());
  log.flush();
  EXPECT_EQ(captured(), 4U) << "it came twice to both";
}

TEST_F(PacketLogTest, IsSafeFromSeveralThreads) {
  PacketLog& log = open();
  constexpr int rounds = 200;
  std::array<engine::PacketWatch*, 2> watches{&log.watch(), &log.watch()};
  {
    std::vector<std::jthread> threads;
    for (engine::PacketWatch* watch : watches) {
      threads.emplace_back([watch] {
        for (int i = 0; i < rounds; ++i) {
          ask(*watch, shot(probe::tcp_syn));
          (void)watch->about_to_wait();
        }
      });
    }
    for (int i = 0; i < rounds; ++i) (void)shared_.write("a line of the report\n");
  }
  EXPECT_EQ(captured(), 2U * rounds);
  EXPECT_EQ(std::ranges::count(text_.text, '\n'), 3 * rounds);
}

TEST(SharedOutput, LinesOfTwoNeverMix) {
  MemoryOutput output;
  SharedOutput shared{output};
  ASSERT_TRUE(shared.write("half of ").has_value());
  ASSERT_TRUE(shared.put_lines("another\n").has_value());
  EXPECT_EQ(output.text, "half of ");
  ASSERT_TRUE(shared.write("a line\nand half").has_value());
  ASSERT_TRUE(shared.write(" of the next\n").has_value());
  EXPECT_EQ(output.text, "half of a line\nand half of the next\nanother\n");
}

}  // namespace
}  // namespace portolan::report
