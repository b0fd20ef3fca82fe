// Second questions to UDP ports in virtual time: which are put, how often, and how long is waited.
#include "identify/datagram_agenda.h"

#include <gtest/gtest.h>

#include "identify/registry.h"
#include "payload/registry.h"

namespace portolan::identify {
namespace {

using namespace std::chrono_literals;

// The scan's question, and what a plain server of the protocol says to it.
Turn answered(const payload::Payload& payload) {
  Turn turn{question_of(payload), {}};
  std::array<std::uint8_t, payload::longest> room{};
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(turn.said.data());
  const std::size_t size = payload.answer({bytes, turn.said.size()}, room);
  turn.heard.assign(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size));
  return turn;
}

constexpr net::Port dns_port{53};

// What a server called "9.18.1" says to version.bind.
std::string version_said(std::string_view question) {
  std::string answer{question};
  answer[2] = '\x84';
  answer[7] = '\x01';  // one answer
  return answer + std::string{
                      "\xc0\x0c\0\x10\0\x03\0\0\0\0\0\x07\x06"
                      "9.18.1",
                      19};
}

// And one called "ns1" to id.server.
std::string identified(std::string_view question) {
  std::string answer{question};
  answer[2] = '\x84';
  answer[7] = '\x01';
  return answer + std::string{
                      "\xc0\x0c\0\x10\0\x03\0\0\0\0\0\x04\x03"
                      "ns1",
                      16};
}

TEST(DatagramAgenda, OfADnsServerItAsksForTheVersionOnce) {
  DatagramAgenda agenda{dns_port, answered(payload::dns), false};
  EXPECT_EQ(agenda.found().name, "domain");
  const auto asked = agenda.act(Instant{});
  ASSERT_TRUE(asked);
  EXPECT_NE(asked->find("version"), std::string::npos);
  EXPECT_FALSE(agenda.act(Instant{})) << "it is waited for";
  agenda.on_heard(version_said(*asked), Instant{} + 20ms);
  const auto which = agenda.act(Instant{} + 20ms);
  ASSERT_TRUE(which);
  EXPECT_NE(which->find("server"), std::string::npos);
  agenda.on_heard(version_said(*asked), Instant{} + 30ms);
  EXPECT_FALSE(agenda.is_over()) << "that is said already, by a copy that is late";
  agenda.on_heard(identified(*which), Instant{} + 40ms);
  EXPECT_TRUE(agenda.is_over());
  EXPECT_EQ(agenda.found().product, "ISC BIND");
  EXPECT_EQ(agenda.found().version, "9.18.1");
  EXPECT_EQ(agenda.found().confidence, documented);
  EXPECT_EQ(agenda.found().asked, *which) << "the evidence";
  const model::ServiceDetail version{"dns-nsid", "bind_version", "9.18.1"};
  const model::ServiceDetail name{"dns-nsid", "id_server", "ns1"};
  EXPECT_EQ(agenda.found().details, (std::vector{version, name}));
}

TEST(DatagramAgenda, SilenceIsAskedOnceMoreAndThenWhatWasKnownStands) {
  DatagramAgenda agenda{dns_port, answered(payload::dns), false};
  const auto first = agenda.act(Instant{});
  EXPECT_EQ(agenda.wake_at(), Instant{} + 1s);
  EXPECT_FALSE(agenda.act(Instant{} + 999ms));
  EXPECT_EQ(agenda.act(Instant{} + 1s), first);
  EXPECT_FALSE(agenda.act(Instant{} + 2s));
  EXPECT_TRUE(agenda.is_over());
  EXPECT_EQ(agenda.wake_at(), Instant::max());
  EXPECT_EQ(agenda.found().name, "domain");
}

TEST(DatagramAgenda, WhoOnlyReadsAsksNothing) {
  DatagramAgenda agenda{dns_port, answered(payload::dns), true};
  EXPECT_TRUE(agenda.is_over());
  EXPECT_FALSE(agenda.act(Instant{}));
  EXPECT_EQ(agenda.found().name, "domain");
}

TEST(DatagramAgenda, ARefusalEndsIt) {
  DatagramAgenda agenda{dns_port, answered(payload::dns), false};
  EXPECT_TRUE(agenda.act(Instant{}));
  agenda.on_refused();
  EXPECT_TRUE(agenda.is_over());
  EXPECT_EQ(agenda.found().name, "domain");
}

TEST(DatagramAgenda, WhoAlwaysWantsItsNumberBackIsLeft) {
  DatagramAgenda agenda{net::Port{27'015}, answered(payload::a2s), false};
  std::size_t sent = 0;
  for (Instant now{}; !agenda.is_over() && sent < 20; now += 10ms) {
    if (!agenda.act(now)) continue;
    ++sent;
    const std::string challenge =
        "\xff\xff\xff\xff"
        "A" +
        std::string{"\0\0\0", 3} + static_cast<char>('0' + sent);
    agenda.on_heard(challenge, now + 1ms);
  }
  EXPECT_EQ(sent, most_datagrams);
  EXPECT_EQ(agenda.found().name, "source-engine");
}

TEST(DatagramAgenda, WhatNobodyAskedForIsNotHeard) {
  DatagramAgenda agenda{dns_port, answered(payload::dns), false};
  agenda.on_heard("nonsense", Instant{});
  EXPECT_TRUE(agenda.act(Instant{}));
  EXPECT_FALSE(agenda.is_over());
}

TEST(DatagramAgenda, WordsThatNobodyUnderstandsAreKept) {
  const DatagramAgenda agenda{net::Port{4'242}, {"", "hello\r\nmore"}, false};
  EXPECT_TRUE(agenda.is_over());
  EXPECT_EQ(agenda.found().name, "");
  EXPECT_EQ(agenda.found().words, "hello");
  EXPECT_EQ(agenda.found().confidence, 0);
}

// ---- silent ports -----------------------------------------------------------------------------------

constexpr net::Port odd_port{40'111};

TEST(DatagramOpenings, AreWhatThePortHintsAtAndWhatIsCommon) {
  const auto at = [](std::uint16_t port, int intensity) {
    std::vector<const payload::Payload*> all;
    for (const DatagramOpening& opening : openings_for(net::Port{port}, intensity)) all.push_back(opening.payload);
    return all;
  };
  EXPECT_TRUE(at(40'111, 2).empty()) << "--version-light asks nothing";
  EXPECT_EQ(at(40'111, 3), (std::vector{&payload::dns, &payload::snmp_v3, &payload::sip}));
  EXPECT_LT(at(40'111, 7).size(), 20U);
  EXPECT_GT(at(40'111, 9).size(), 50U);
  EXPECT_EQ(at(161, 3), (std::vector{&payload::snmp_v2c, &payload::dns, &payload::sip})) << "what was asked was asked";
  EXPECT_TRUE(at(47'808, 9).empty()) << "a machine's port";
  for (const payload::Payload* payload : at(40'111, 9)) {
    EXPECT_NE(payload, &payload::bacnet);
    EXPECT_NE(payload, &payload::tftp) << "it would not be heard";
  }
}

TEST(DatagramAgenda, ASilentPortIsAskedEverythingTwice) {
  const auto openings = openings_for(odd_port, 7);
  DatagramAgenda agenda{odd_port, openings};
  std::vector<std::string> asked;
  Instant now{};
  for (; !agenda.is_over(); now = std::max(now, agenda.wake_at())) {
    if (const auto question = agenda.act(now)) asked.push_back(*question);
    if (agenda.is_over()) break;
  }
  ASSERT_EQ(asked.size(), 2 * openings.size());
  for (std::size_t i = 0; i < asked.size(); ++i) EXPECT_EQ(asked[i], openings[i % openings.size()].question);
  EXPECT_LT(now, Instant{} + 4s);
  EXPECT_EQ(agenda.found(), model::ServiceRecord{});
  EXPECT_TRUE(DatagramAgenda(odd_port, {}).is_over()) << "nothing to ask";
}

// Whichever protocol answers, and however late: it is the same that a scan of its own port would have found.
TEST(DatagramAgenda, WhoUnderstandsOneOfTheQuestionsIsKnown) {
  for (const DatagramOpening& understood : openings_for(odd_port, 9)) {
    SCOPED_TRACE(understood.payload->name);
    const DatagramAgenda usual{odd_port, answered(*understood.payload), true};
    if (usual.found().name.empty()) continue;  // what is believed at its own port only
    std::array<std::uint8_t, payload::longest> room{};
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(understood.question.data());
    const std::size_t size = understood.payload->answer({bytes, understood.question.size()}, room);
    const std::string answer{room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size)};
    DatagramAgenda agenda{odd_port, openings_for(odd_port, 9)};
    Instant now{};
    bool was_asked = false;
    for (int later = 0; later < 5 && !agenda.is_over(); now = agenda.wake_at()) {
      was_asked |= agenda.act(now) == understood.question;
      later += was_asked ? 1 : 0;
    }
    agenda.on_heard(answer, now);
    EXPECT_EQ(agenda.found().name, usual.found().name);
    EXPECT_NE(agenda.found().answered, "");
  }
}

TEST(DatagramAgenda, WhoIsFoundThatWayIsAskedForMore) {
  DatagramAgenda agenda{odd_port, openings_for(odd_port, 3)};
  const auto question = agenda.act(Instant{});
  ASSERT_TRUE(question);
  std::string refusal = *question;
  refusal[2] = '\x81';
  refusal[3] = '\x05';
  agenda.on_heard(refusal, Instant{} + 10ms);
  EXPECT_EQ(agenda.found().name, "domain");
  EXPECT_EQ(agenda.turns().size(), 2U);
  const auto version = agenda.act(Instant{} + 10ms);
  ASSERT_TRUE(version);
  agenda.on_heard(version_said(*version), Instant{} + 20ms);
  EXPECT_EQ(agenda.found().version, "9.18.1");
}

TEST(DatagramAgenda, WordsOfASilentPortEndNoSearch) {
  DatagramAgenda agenda{odd_port, openings_for(odd_port, 3)};
  agenda.on_heard("unasked", Instant{});
  EXPECT_EQ(agenda.found().answered, "");
  const auto question = agenda.act(Instant{});
  agenda.on_heard("WHAT?\n", Instant{});
  agenda.on_heard("what?\n", Instant{});
  EXPECT_FALSE(agenda.is_over());
  EXPECT_EQ(agenda.found().words, "WHAT?");
  EXPECT_EQ(agenda.found().asked, *question);
  EXPECT_EQ(agenda.found().answered, "WHAT?\n");
}

// Of every protocol of which the scan has a question somebody knows the answers.
TEST(DatagramReaders, NameWhatAnswersEachPayload) {
  for (const payload::Payload* payload : payload::registry) {
    if (!payload->is_answered) continue;
    SCOPED_TRACE(payload->name);
    const DatagramAgenda agenda{net::Port{payload->ports.front()}, answered(*payload), true};
    EXPECT_NE(agenda.found().name, "");
    EXPECT_GE(agenda.found().confidence, inferred);
  }
}

TEST(DatagramReaders, HaveNamesOfTheirOwnAndSayWhereTheirBytesAreDescribed) {
  for (std::size_t i = 0; i < datagram_registry.size(); ++i) {
    EXPECT_NE(datagram_registry.at(i)->document, "") << datagram_registry.at(i)->name;
    for (std::size_t k = 0; k < i; ++k) EXPECT_NE(datagram_registry.at(i)->name, datagram_registry.at(k)->name);
  }
}

// Cut short, and with any byte changed: nobody minds.
TEST(DatagramReaders, TakeAnyBytes) {
  for (const payload::Payload* payload : payload::registry) {
    const Turn whole = answered(*payload);
    for (std::size_t size = 0; size < whole.heard.size(); ++size) {
      const DatagramAgenda cut{net::Port{payload->ports.front()}, {whole.said, whole.heard.substr(0, size)}, true};
      std::string changed = whole.heard;
      changed[size] = static_cast<char>(~changed[size]);
      const DatagramAgenda other{net::Port{payload->ports.front()}, {whole.said, changed}, true};
      EXPECT_TRUE(cut.is_over() && other.is_over());
    }
  }
}

}  // namespace
}  // namespace portolan::identify
