// What an engine hands on of the answers that come: each genuine one with its packet, also those that settle nothing
// any more, for whoever reads more out of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "probe/registry.h"
#include "tests/engine/scripted_network.h"

namespace portolan::engine {
namespace {

using namespace std::chrono_literals;
using model::PortState;
using testing::ElementsAre;

struct Heard {
  PortState state;
  std::uint8_t ttl;  // read off the packet that came with it
  bool to_verdict = false;
  friend bool operator==(const Heard&, const Heard&) = default;
};

class Listener final : public AnswerListener {
 public:
  void on_verdict(const Answer& answer) override { heard.push_back({answer.verdict.state, answer.ttl, true}); }
  void on_reply(const Answer& answer, const wire::Packet& packet) override {
    heard.push_back({answer.verdict.state, packet.ttl});
  }
  std::vector<Heard> heard;
};

class Replies : public testing::Test {
 protected:
  // Asks port 80 of one host once; the question as it left.
  test::SentFrame ask() {
    engine_.enter(target_, 7, std::nullopt);
    for (; engine_.outbox().empty(); now_ += 1ms) engine_.advance(now_, now_);
    const auto shots = engine_.outbox();
    EXPECT_EQ(shots.size(), 1U);
    test::Bytes bytes(wire::longest_packet);
    const Head head = build(shots.front(), bytes);
    bytes.resize(head.size);
    engine_.on_sent(shots.size(), now_);
    return {now_, head.type, head.to, false, path_.interface, std::move(bytes)};
  }
  // Whether it is an answer to a question of the engine.
  bool hears(test::Reply reply, std::uint8_t ttl) {
    reply.bytes[8] = ttl;
    const auto packet = wire::parse(reply.type, reply.bytes);
    now_ += reply.after;
    return packet && engine_.on_packet(*packet, {now_, reply.type, path_.interface, std::nullopt, reply.bytes});
  }

  Listener listener_;
  Instant now_{1s};

 private:
  net::Path path_ = test::ScriptedNetwork::path(net::Path::Kind::kernel, net::IpAddress::v4(0xc6120009));
  WalkTarget target_{path_.next_hop, &path_};
  Job job_{.techniques = {&probe::tcp_syn}, .questions = {{.technique = 0, .variant = 0, .port = net::Port{80}}}};
  Pacer pacer_{PacerLimits{}};
  Engine engine_{job_, {.timing = plan::timing_template(4), .key = {1, 2}, .tag_base = 40'000}, pacer_, listener_};
};

TEST_F(Replies, AreHandedOnWithTheirPacketsAndRepetitionsToo) {
  const auto question = ask();
  EXPECT_TRUE(hears(test::open_answer(question, 1ms), 61));
  EXPECT_TRUE(hears(test::open_answer(question, 1ms), 60));
  EXPECT_THAT(listener_.heard,
              ElementsAre(Heard{PortState::open, 61}, Heard{PortState::open, 61, true}, Heard{PortState::open, 60}));
}

TEST_F(Replies, OfARouterAndThenOfThePortAreBothHandedOn) {
  const auto question = ask();
  const auto router = net::IpAddress::v4(0xc6120001);
  EXPECT_TRUE(hears(test::prohibited_by(router, question, 1ms), 63));
  EXPECT_TRUE(hears(test::open_answer(question, 1ms), 61));
  EXPECT_THAT(listener_.heard, ElementsAre(Heard{PortState::filtered, 63}, Heard{PortState::filtered, 63, true},
                                           Heard{PortState::open, 61}, Heard{PortState::open, 61, true}));
}

TEST_F(Replies, ThatAreForgedAreNot) {
  auto question = ask();
  question.bytes[27] ^= 1;  // of the sequence number, which the answer acknowledges
  EXPECT_FALSE(hears(test::open_answer(question, 1ms), 61));
  EXPECT_THAT(listener_.heard, testing::IsEmpty());
}

}  // namespace
}  // namespace portolan::engine
