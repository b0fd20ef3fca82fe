// Questions about stacks: what leaves, which answers are genuine, what is read of them.
#include "probe/stack.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <vector>

#include "probe/registry.h"
#include "wire/build.h"
#include "wire/protocol.h"
#include "wire/tcp_options.h"

namespace portolan::probe {
namespace {

using model::StackAnswer;
using model::StackQuestion;
using Octets = std::vector<std::uint8_t>;

net::IpAddress place(const char* text) { return net::IpAddress::parse(text).value(); }

struct World {
  net::Path path;
  net::IpAddress host;
  explicit World(bool v4) : host{place(v4 ? "198.18.0.9" : "2001:db8::9")} {
    path.source = place(v4 ? "198.18.0.1" : "2001:db8::1");
  }
  [[nodiscard]] Attempt ask(StackQuestion question, std::uint16_t port = 80) const {
    return {.path = path,
            .target = host,
            .port = net::Port{port},
            .variant = static_cast<std::uint8_t>(question),
            .tag = 40'001,
            .cookie = 0xa1b2c3d4};
  }
  [[nodiscard]] net::EtherType type() const { return host.is_v4() ? net::EtherType::ipv4 : net::EtherType::ipv6; }
};

Octets built(const Attempt& attempt) {
  Octets bytes(wire::longest_packet);
  bytes.resize(stack.build(attempt, bytes));
  return bytes;
}

constexpr std::array all{StackQuestion::syn_full,  StackQuestion::syn_again,       StackQuestion::syn_plain,
                         StackQuestion::syn_fin,   StackQuestion::closed_syn,      StackQuestion::echo,
                         StackQuestion::echo_code, StackQuestion::closed_datagram, StackQuestion::ack,
                         StackQuestion::fin,       StackQuestion::unlikely_syn,    StackQuestion::short_syn};

TEST(Stack, EveryQuestionIsAWholePacketWithRightSums) {
  for (const bool v4 : {true, false}) {
    const World world{v4};
    for (const StackQuestion question : all) {
      SCOPED_TRACE(static_cast<int>(question));
      const Octets bytes = built(world.ask(question));
      ASSERT_TRUE(wire::parse(world.type(), bytes));
      EXPECT_FALSE(wire::is_damaged(world.type(), bytes));
      if (v4) {
        EXPECT_EQ(wire::checksum(std::span{bytes}.first(20)), 0);
      }
    }
  }
}

TEST(Stack, SynsDifferInTheirOptions) {
  const World world{true};
  const auto options_of = [&](StackQuestion question) {
    const Octets bytes = built(world.ask(question));
    return wire::read_tcp_options(std::get<wire::TcpSegment>(wire::parse(world.type(), bytes)->content).options).layout;
  };
  EXPECT_EQ(options_of(StackQuestion::syn_full), "M,S,T,N,W");
  EXPECT_EQ(options_of(StackQuestion::syn_plain), "M,N,N,S,N,W");
  EXPECT_EQ(options_of(StackQuestion::closed_syn), "M");
  EXPECT_EQ(built(world.ask(StackQuestion::closed_syn))[1], 4);
}

// What a host of the simulator answers, as Linux does.
std::optional<Octets> answered(const World& world, StackQuestion question, bool open) {
  const Octets bytes = built(world.ask(question));
  Octets answer(wire::longest_packet);
  const auto packet = wire::parse(world.type(), bytes);
  answer.resize(stack.answer({*packet, open, {}, bytes}, answer));
  if (answer.empty()) return std::nullopt;
  return answer;
}

TEST(Stack, AnswersAsLinuxGivesThemAreGenuineAndRead) {
  for (const bool v4 : {true, false}) {
    SCOPED_TRACE(v4);
    const World world{v4};
    const auto read = [&](StackQuestion question, bool open) {
      const auto bytes = answered(world, question, open);
      EXPECT_TRUE(bytes);
      const auto packet = wire::parse(world.type(), *bytes);
      EXPECT_FALSE(wire::is_damaged(world.type(), *bytes));
      const Attempt asked = world.ask(question);
      EXPECT_EQ(stack.subject(*packet)->target, world.host);
      EXPECT_TRUE(stack.judge(asked, *packet));
      Attempt other = world.ask(question);
      other.cookie ^= 0x10000U;
      EXPECT_FALSE(stack.judge(other, *packet)) << "forged";
      return read_stack_answer(question, *packet, *bytes, bytes->size());
    };
    const StackAnswer full = read(StackQuestion::syn_full, true);
    EXPECT_EQ(full.kind, StackAnswer::Kind::syn_ack);
    EXPECT_EQ(full.options, "M,S,T,N,W");
    EXPECT_EQ(full.window, 65160);
    EXPECT_EQ(full.scale, 7);
    EXPECT_EQ(full.dont_fragment, v4);
    EXPECT_EQ(full.ttl, 64);
    EXPECT_EQ(read(StackQuestion::syn_plain, true).options, "M,N,N,S,N,W");
    const StackAnswer reset = read(StackQuestion::closed_syn, false);
    EXPECT_EQ(reset.kind, StackAnswer::Kind::reset);
    EXPECT_EQ(reset.tos, 4);
    const StackAnswer echo = read(StackQuestion::echo_code, false);
    EXPECT_EQ(echo.kind, StackAnswer::Kind::echo_reply);
    EXPECT_EQ(echo.code, 9);
    EXPECT_FALSE(answered(world, StackQuestion::syn_fin, true));
  }
}

TEST(Stack, AnErrorAboutTheDatagramTellsHowMuchItQuotes) {
  const World world{true};
  const Attempt asked = world.ask(StackQuestion::closed_datagram, 41'641);
  const Octets sent = built(asked);
  Octets error(wire::longest_packet);
  error.resize(wire::build_icmp_error({.source = world.host,
                                       .destination = world.path.source,
                                       .type = wire::icmp_unreachable,
                                       .code = 3,
                                       .quoted = std::span{sent}.first(28)},
                                      error));
  const auto packet = wire::parse(world.type(), error);
  ASSERT_TRUE(packet);
  EXPECT_TRUE(stack.judge(asked, *packet));
  EXPECT_FALSE(stack.judge(world.ask(StackQuestion::closed_datagram, 41'642), *packet));
  const StackAnswer read = read_stack_answer(StackQuestion::closed_datagram, *packet, error, error.size());
  EXPECT_EQ(read.kind, StackAnswer::Kind::port_unreachable);
  EXPECT_EQ(read.quoted, 28);
  EXPECT_EQ(read.port, net::Port{41'641});
}

TEST(Stack, ResetsToWhatBelongsToNoConnectionAreGenuineByTheirNumbers) {
  for (const bool v4 : {true, false}) {
    const World world{v4};
    for (const StackQuestion question : {StackQuestion::ack, StackQuestion::fin}) {
      const auto bytes = answered(world, question, false);
      ASSERT_TRUE(bytes);
      auto packet = wire::parse(world.type(), *bytes);
      EXPECT_TRUE(stack.judge(world.ask(question), *packet));
      const StackAnswer read = read_stack_answer(question, *packet, *bytes, bytes->size());
      EXPECT_EQ(read.kind, StackAnswer::Kind::reset);
      EXPECT_EQ(read.tos, 4) << "it copies the DSCP of the question";
      auto& tcp = std::get<wire::TcpSegment>(packet->content);
      ++tcp.sequence;
      tcp.acknowledgement += 2;
      EXPECT_FALSE(stack.judge(world.ask(question), *packet));
    }
    EXPECT_TRUE(answered(world, StackQuestion::ack, true));
    EXPECT_FALSE(answered(world, StackQuestion::fin, true)) << "a listener drops it";
  }
}

TEST(Stack, AnErrorTellsWhoSaysWhat) {
  const World world{true};
  const Attempt asked = world.ask(StackQuestion::short_syn);
  const Octets sent = built(asked);
  for (const char* from : {"198.18.1.1", "198.18.0.9"}) {
    Octets error(wire::longest_packet);
    error.resize(wire::build_icmp_error({.source = place(from),
                                         .destination = world.path.source,
                                         .type = wire::icmp_unreachable,
                                         .code = 13,
                                         .quoted = std::span{sent}.first(28)},
                                        error));
    const auto packet = wire::parse(world.type(), error);
    ASSERT_TRUE(packet);
    EXPECT_TRUE(stack.judge(asked, *packet));
    const StackAnswer read = read_stack_answer(StackQuestion::short_syn, *packet, error, error.size());
    EXPECT_EQ(read.kind, StackAnswer::Kind::other);
    EXPECT_EQ(read.reason, model::Reason::admin_prohibited);
    EXPECT_EQ(read.from, place(from) == world.host ? std::nullopt : std::optional{place(from)});
  }
}

TEST(Stack, StaleAcknowledgementsAreNoAnswer) {
  const World world{true};
  const auto bytes = answered(world, StackQuestion::syn_full, true);
  auto packet = wire::parse(world.type(), *bytes);
  auto& tcp = std::get<wire::TcpSegment>(packet->content);
  tcp.acknowledgement += 1;
  EXPECT_FALSE(stack.judge(world.ask(StackQuestion::syn_full), *packet));
  EXPECT_TRUE(stack.judge(world.ask(StackQuestion::syn_fin), *packet)) << "a FIN is acknowledged as well";
}

}  // namespace
}  // namespace portolan::probe
