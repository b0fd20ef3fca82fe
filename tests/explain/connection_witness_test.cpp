#include "explain/connection_witness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/escape.h"
#include "explain/first_words.h"
#include "explain/ladder.h"
#include "explain/page.h"
#include "explain/steps.h"
#include "explain/story_json.h"
#include "tests/explain/recorded_connection.h"
#include "tests/report/schemas.h"
#include "wire/build.h"
#include "wire/protocol.h"

namespace portolan::explain {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using End = Connection::End;
using wire::ack;
using wire::fin;
using wire::psh;
using wire::rst;
using wire::syn;

const net::IpAddress here = net::IpAddress::v4(0xc612'0001);
const net::IpAddress there = net::IpAddress::v4(0xc612'0002);
const net::IpAddress router = net::IpAddress::v4(0xc612'0901);

// Without its line breaks.
std::string flat(const std::string& page) {
  std::string text;
  for (const char c : page) {
    const bool is_blank = c == ' ' || c == '\n';
    if (!is_blank) {
      text += c;
    } else if (!text.empty() && text.back() != ' ') {
      text += ' ';
    }
  }
  return text;
}

std::vector<std::string> meanings(const Story& story) {
  std::vector<std::string> words;
  for (const Step& step : steps_of(story))
    words.push_back((step.again ? "again " : "") + std::string{name_of(step.meaning)});
  return words;
}

// A connection that is made up packet by packet.
class ConnectionTest : public ::testing::Test {
 protected:
  void send(std::uint8_t flags, std::uint32_t sequence, std::uint32_t acknowledged, std::string_view words = "") {
    see(true, segment(true, flags, sequence, acknowledged, words));
  }
  void receive(std::uint8_t flags, std::uint32_t sequence, std::uint32_t acknowledged, std::string_view words = "") {
    see(false, segment(false, flags, sequence, acknowledged, words));
  }
  void see(bool leaving, std::vector<std::uint8_t> bytes, std::uint32_t interface = 2) {
    witness_.see({.at = Instant{Duration{++clock_}},
                  .leaving = leaving,
                  .interface = interface,
                  .type = net::EtherType::ipv4,
                  .bytes = std::move(bytes)});
  }
  void shake_hands() {
    send(syn, 100, 0);
    receive(syn | ack, 500, 101);
    send(ack, 101, 501);
  }
  static std::vector<std::uint8_t> segment(bool ours, std::uint8_t flags, std::uint32_t sequence,
                                           std::uint32_t acknowledged, std::string_view words = "",
                                           std::uint16_t own_port = recorded_own_port) {
    std::vector<std::uint8_t> bytes(wire::longest_packet);
    wire::Dress dress;
    dress.data = {words.begin(), words.end()};
    const net::Port own{own_port};
    const net::Port other{22};
    bytes.resize(wire::build_tcp({.source = ours ? here : there,
                                  .destination = ours ? there : here,
                                  .source_port = ours ? own : other,
                                  .destination_port = ours ? other : own,
                                  .sequence = sequence,
                                  .acknowledgement = acknowledged,
                                  .flags = flags,
                                  .dress = dress},
                                 bytes));
    return bytes;
  }
  Story take(const ConnectOutcome& outcome) { return witness_.take(outcome, 0); }

  ConnectionWitness witness_{recorded_question(), net::Port{recorded_own_port}};
  int clock_ = 0;
};

TEST(Connection, ThatWasRecordedIsReadFromArpToTheLastAcknowledgement) {
  const Story story = recorded_story();
  EXPECT_EQ(story.connection->end, End::in_order);
  EXPECT_THAT(meanings(story), ElementsAre("arp-request", "arp-reply", "syn", "syn-ack", "kernel-acknowledges",
                                           "first-words", "acknowledges", "says-end", "ends-too", "acknowledges"));
  std::vector<std::string> states;
  for (const Step& step : steps_of(story)) {
    states.push_back(std::string{name_of(step.here)} + " " + std::string{name_of(step.there)});
  }
  EXPECT_THAT(states, ElementsAre(" ", " ", "SYN-SENT ", "ESTABLISHED SYN-RECEIVED", "ESTABLISHED ESTABLISHED",
                                  "ESTABLISHED ESTABLISHED", "ESTABLISHED ESTABLISHED", "FIN-WAIT-1 CLOSE-WAIT",
                                  "TIME-WAIT LAST-ACK", "TIME-WAIT CLOSED"));
}

TEST(Connection, ARouterThatTellsItsHardwareAddressIsNotTheHost) {
  Story story = recorded_story();
  story.question.target = net::IpAddress::parse("198.19.0.9").value();
  EXPECT_EQ(meanings(story).at(1), "next-hop");
  EXPECT_THAT(flat(page_of(story, {})), HasSubstr("Of the host itself it says nothing."));
}

TEST(Connection, IsAPageOfItsOwn) {
  const std::string page = page_of(recorded_story(), {.service = "ssh", .description = ""});
  EXPECT_THAT(page, HasSubstr("Port 22/tcp of 198.18.0.2: a connection, from its beginning to its end\n"));
  EXPECT_THAT(page, HasSubstr(" 3    0.026 ms  |--- SYN -----------------------------------------------------"));
  EXPECT_THAT(page, HasSubstr("<mss 1460,sackOK,"));
  EXPECT_THAT(page, HasSubstr("| ESTABLISHED                                     SYN-RECEIVED |\n"));
  EXPECT_THAT(page, HasSubstr("40 bytes"));
  EXPECT_THAT(page, HasSubstr("\"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\""));
  EXPECT_THAT(page, HasSubstr("| TIME-WAIT                                             CLOSED |\n"));
  EXPECT_THAT(page, HasSubstr("\n  CLOSE-WAIT    has got a FIN"));
  EXPECT_THAT(page, Not(HasSubstr("CLOSING  ")));
  EXPECT_THAT(page, HasSubstr("Result: port 22/tcp is open (syn-ack)\n"));
  EXPECT_THAT(flat(page), HasSubstr("The program there spoke first"));
  EXPECT_THAT(page, HasSubstr("  => -> SYN  <- SYN, ACK  -> ACK"));
}

TEST(Connection, AsJsonKeepsToTheSchema) {
  std::string lines = json_of(recorded_story(), {.service = "ssh", .description = ""});
  EXPECT_THAT(lines, HasSubstr(R"("technique":"tcp-connect","simulated":false,"connected":false,"whole":true})"));
  EXPECT_THAT(lines, HasSubstr(R"("state_here":"established","state_there":"syn-received"})"));
  EXPECT_THAT(lines, HasSubstr(R"({"record":"connection","end":"in-order","heard":"SSH-2.0-)"));
  ConnectionWitness refused{recorded_question(), net::Port{recorded_own_port}};
  refused.said("x");
  lines += json_of(refused.take({.connected = false, .cause = "ENETUNREACH"}, 3), {});
  EXPECT_THAT(lines, HasSubstr(R"("end":"not-sent","cause":"ENETUNREACH","said":"x","unseen":3})"));
  if (!report::testing::can_check_schemas()) GTEST_SKIP() << "python3-jsonschema is not installed";
  EXPECT_EQ(report::testing::breaches("explain", lines), "");
}

TEST_F(ConnectionTest, WhatComesWithAFinHasAMeaningOfItsOwn) {
  shake_hands();
  send(psh | ack, 101, 501, "HEAD / HTTP/1.0\r\n\r\n");
  witness_.said("HEAD / HTTP/1.0\r\n\r\n");
  receive(psh | ack | fin, 501, 120, "HTTP/1.0 200 OK\r\n");
  witness_.heard("HTTP/1.0 200 OK\r\n");
  send(fin | ack, 120, 519);
  receive(ack, 519, 121);
  const Story story = take({.connected = true});
  EXPECT_EQ(story.connection->end, End::in_order);
  EXPECT_THAT(meanings(story), ElementsAre("syn", "syn-ack", "kernel-acknowledges", "our-words", "last-words",
                                           "ends-too", "acknowledges"));
  EXPECT_THAT(page_of(story, {}), HasSubstr("\"HEAD / HTTP/1.0\""));
}

TEST_F(ConnectionTest, WhatIsSentAgainIsMarkedAndChangesNothing) {
  send(syn, 100, 0);
  send(syn, 100, 0);
  receive(syn | ack, 500, 101);
  send(ack, 101, 501);
  receive(syn | ack, 500, 101);
  send(ack, 101, 501);
  receive(psh | ack, 501, 101, "hello");
  receive(psh | ack, 501, 101, "hello");
  EXPECT_THAT(meanings(take({.connected = true})),
              ElementsAre("syn", "again syn", "syn-ack", "kernel-acknowledges", "again syn-ack", "acknowledges",
                          "first-words", "again more-words"));
}

TEST_F(ConnectionTest, AResetIsRefusalBeforeAConnectionAndAnEndWithinOne) {
  send(syn, 100, 0);
  receive(rst | ack, 0, 101);
  const Story refused = take({.connected = false, .cause = "ECONNREFUSED"});
  EXPECT_EQ(refused.connection->end, End::refused);
  EXPECT_THAT(meanings(refused), ElementsAre("syn", "refusing-reset"));
  EXPECT_THAT(page_of(refused, {}), HasSubstr("Result: port 22/tcp is closed (reset)\n"));

  witness_ = ConnectionWitness{recorded_question(), net::Port{recorded_own_port}};
  shake_hands();
  receive(rst, 501, 0);
  const Story reset = take({.connected = false, .cause = "ECONNRESET"});  // all that connect() tells of it
  EXPECT_EQ(reset.connection->end, End::reset);
  EXPECT_THAT(flat(page_of(reset, {})), HasSubstr("Nobody spoke. The other side ended it by a reset."));

  witness_ = ConnectionWitness{recorded_question(), net::Port{recorded_own_port}};
  shake_hands();
  send(rst | ack, 101, 501);
  EXPECT_EQ(take({.connected = true}).connection->end, End::hung_up);
}

TEST_F(ConnectionTest, WhoDoesNotEndIsLeft) {
  shake_hands();
  send(fin | ack, 101, 501);
  receive(ack, 501, 102);
  const Story story = take({.connected = true});
  EXPECT_EQ(story.connection->end, End::left);
  EXPECT_THAT(flat(page_of(story, {})), HasSubstr("had not when portolan left"));
  EXPECT_THAT(flat(page_of(story, {})), HasSubstr("wait for its client to begin"));
}

TEST_F(ConnectionTest, WhoEndsItWithoutAWordDoesNotWait) {
  shake_hands();
  receive(fin | ack, 501, 101);
  send(fin | ack, 101, 502);
  receive(ack, 502, 102);
  const std::string page = flat(page_of(take({.connected = true}), {}));
  EXPECT_THAT(page, HasSubstr("accepted the connection and ended it without a word."));
  EXPECT_THAT(page, Not(HasSubstr("wait for its client")));
}

TEST_F(ConnectionTest, WhatIsSaidAfterOurEndIsAnAnswerToIt) {
  for (const std::string words : {"bye", "\x15\x03\x03"}) {
    witness_ = ConnectionWitness{recorded_question(), net::Port{recorded_own_port}};
    shake_hands();
    send(fin | ack, 101, 501);
    receive(psh | ack, 501, 102, words);
    witness_.heard(words);
    receive(fin | ack, 501 + static_cast<std::uint32_t>(words.size()), 102);
    send(ack, 102, 502 + static_cast<std::uint32_t>(words.size()));
    const std::string page = flat(page_of(take({.connected = true}), {}));
    EXPECT_THAT(page, Not(HasSubstr("spoke first")));
    EXPECT_THAT(page, HasSubstr(words == "bye" ? "Nobody spoke until portolan ended it" : "is an alert of TLS"));
  }
}

TEST_F(ConnectionTest, SilenceAndARoutersRefusalAreJudgedAsByAScan) {
  send(syn, 100, 0);
  send(syn, 100, 0);
  const Story silent = take({.connected = false});
  EXPECT_EQ(silent.connection->end, End::silent);
  const std::string page = page_of(silent, {});
  EXPECT_THAT(page, HasSubstr("... nothing comes back ..."));
  EXPECT_THAT(page, HasSubstr("Result: port 22/tcp is filtered (no-response)\n"));

  witness_ = ConnectionWitness{recorded_question(), net::Port{recorded_own_port}};
  const auto asked = segment(true, syn, 100, 0);
  see(true, asked);
  std::vector<std::uint8_t> error(wire::longest_packet);
  error.resize(wire::build_icmp_error({.source = router,
                                       .destination = here,
                                       .type = wire::icmp_unreachable,
                                       .code = 13,
                                       .quoted = asked,
                                       .hop_limit = 63},
                                      error));
  see(false, error);
  const Story refused = take({.connected = false, .cause = "EHOSTUNREACH"});
  EXPECT_EQ(refused.connection->end, End::refused);
  EXPECT_THAT(page_of(refused, {}), HasSubstr("has answered but 198.18.9.1"));
  EXPECT_THAT(page_of(refused, {}), HasSubstr("Result: port 22/tcp is filtered (admin-prohibited)\n"));
}

TEST_F(ConnectionTest, WhatNeverLeftIsNoVerdictAboutAnybody) {
  const Story story = take({.connected = false, .cause = "ENETUNREACH"});
  EXPECT_EQ(story.connection->end, End::not_sent);
  const std::string page = page_of(story, {});
  EXPECT_THAT(page, HasSubstr("No packet was sent.\n"));
  EXPECT_THAT(page, HasSubstr("Result: this machine could not ask port 22/tcp\n"));
  EXPECT_THAT(flat(page), HasSubstr("Network is unreachable (ENETUNREACH)"));
  EXPECT_THAT(page, Not(HasSubstr("  => ")));
  ConnectionWitness asked{recorded_question(), net::Port{recorded_own_port}};
  asked.see(passed(recorded[0]));
  const std::string down = page_of(asked.take({.connected = false, .cause = "EHOSTUNREACH"}, 0), {});
  EXPECT_THAT(down, HasSubstr("Result: the host is down (no-response)\n"));
}

TEST_F(ConnectionTest, PacketsOfOthersAndSecondSightsAreLeftOut) {
  see(true, segment(true, syn, 100, 0));
  see(true, segment(true, syn, 100, 0), 3);                          // passed on within this machine
  see(true, segment(true, syn, 100, 0, "", recorded_own_port + 1));  // of another program
  see(false, segment(false, syn | ack, 500, 101, "", recorded_own_port + 1));
  witness_.see(passed(recorded[1]));  // nobody asked any more
  EXPECT_THAT(meanings(take({.connected = false})), ElementsAre("syn"));
}

TEST_F(ConnectionTest, WhatSomebodySaysStaysInertAndWithinThePage) {
  shake_hands();
  const std::string said = "\x1b[31mred" + std::string(200, '|') + "\r\nmore";
  receive(psh | ack, 501, 101, said);
  witness_.heard(said);
  const std::string page = page_of(take({.connected = true}), {});
  EXPECT_THAT(page, HasSubstr("\\x1B[31mred"));
  EXPECT_THAT(page, Not(HasSubstr("more\"")));
  for (std::size_t line = 0; line < page.size();) {
    const std::size_t end = page.find('\n', line);
    EXPECT_LE(display_width(page.substr(line, end - line)), page_width);
    EXPECT_EQ(escape_terminal(page.substr(line, end - line)), page.substr(line, end - line));
    line = end + 1;
  }
}

TEST_F(ConnectionTest, WhoHasNoEndIsNotKept) {
  shake_hands();
  for (std::uint32_t i = 0; i < 300; ++i) receive(psh | ack, 501 + i, 101, "x");
  witness_.heard(std::string(5'000, 'x'));
  const Story story = take({.connected = true});
  EXPECT_EQ(story.moments.size(), ConnectionWitness::most_moments);
  EXPECT_EQ(story.connection->heard.size(), Connection::most_heard);
}

TEST(FirstWords, AreThoseOfAClientWhereTheClientBegins) {
  EXPECT_EQ(first_words("http"), "HEAD / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(first_words("http-alt"), "HEAD / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(first_words("https"), "");
  EXPECT_EQ(first_words("ssh"), "");
  EXPECT_EQ(first_words(""), "");
}

}  // namespace
}  // namespace portolan::explain
