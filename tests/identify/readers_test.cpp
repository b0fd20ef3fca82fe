// What holds of every reader of the registry.
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "identify/registry.h"

namespace portolan::identify {
namespace {

// Readings of an echo of what was asked in this reader's way, while more may come and when nothing does.
void expect_no_other_claims_an_echo(const Reader& asks) {
  SCOPED_TRACE(asks.name);
  const std::string question = asks.question("server.example");
  const std::array turns{Turn{question, question}};
  for (const bool is_over : {false, true}) {
    for (const Reader* reader : registry) {
      if (reader == &echo) continue;
      const Reading reading = reader->read({.turns = turns, .is_over = is_over, .host = "server.example"});
      // Of JDWP it is the handshake, and an echo is told from it by the next answer.
      const bool asks_more = reading.confidence <= inferred && !reading.say.empty();
      EXPECT_TRUE(reading.is != Reading::Is::yes || asks_more) << reader->name;
    }
  }
  EXPECT_EQ(echo.read({.turns = turns, .is_over = false, .host = {}}).is, Reading::Is::more) << "an answer may follow";
  EXPECT_EQ(echo.read({.turns = turns, .is_over = true, .host = {}}).is, Reading::Is::yes);
}

TEST(Readers, WhatComesBackAsItWasSaidIsAnEchoAndNothingElse) {
  for (const Reader* reader : registry) {
    if (reader->question != nullptr) expect_no_other_claims_an_echo(*reader);
  }
}

TEST(Readers, HalfAnEchoAndMoreThanOneAreNone) {
  const std::array half{Turn{"portolan\r\n", "portolan"}};
  EXPECT_EQ(echo.read({.turns = half, .is_over = true, .host = {}}).is, Reading::Is::no);
  const std::array more{Turn{"portolan\r\n", "portolan\r\nlogin: "}};
  EXPECT_EQ(echo.read({.turns = more, .is_over = true, .host = {}}).is, Reading::Is::no);
}

// ngIRCd 26.1 says so to a word that it does not know.
TEST(Readers, WhoIsNotRegisteredYetMayRegister) {
  const std::array turns{Turn{"*1\r\n$4\r\nPING\r\n", ":irc.example.net 451 * :Connection not registered\r\n"}};
  const Reading reading = irc.read({.turns = turns, .is_over = false, .host = {}});
  EXPECT_EQ(reading.is, Reading::Is::yes);
  EXPECT_TRUE(reading.say.starts_with("NICK ")) << reading.say;
  EXPECT_EQ(reading.facts.host_name, "irc.example.net");
}

TEST(Readers, OfThoseWhoSpeakMpdsProtocolMopidyIsNotTakenForIt) {
  const std::array turns{Turn{"", "OK MPD 0.19.0\n"}};
  const Reading reading = mpd.read({.turns = turns, .is_over = false, .host = {}});
  EXPECT_EQ(reading.is, Reading::Is::yes);
  EXPECT_EQ(reading.facts.product, "");
}

// What came of the refusals behind the first may stand before the answer.
TEST(Readers, AnswersAreReadBehindRefusalsThatStillCome) {
  const std::array jobs{Turn{"GET / HTTP/1.1\r\n\r\n", "UNKNOWN_COMMAND\r\n"},
                        Turn{"stats\r\n",
                             "UNKNOWN_COMMAND\r\nOK 58\r\n---\ncurrent-jobs-ready: 0\npid: 1\n"
                             "version: \"1.12\"\nuptime: 1\n"}};
  EXPECT_EQ(beanstalk.read({.turns = jobs, .is_over = false, .host = {}}).facts.version, "1.12");
  const std::array cached{Turn{"*1\r\n$4\r\nPING\r\n", "ERROR\r\nERROR\r\n"},
                          Turn{"version\r\n", "ERROR\r\nVERSION 1.6.18\r\n"}};
  EXPECT_EQ(memcached.read({.turns = cached, .is_over = false, .host = {}}).facts.version, "1.6.18");
  const std::array other{cached.front(), Turn{"version\r\n", "ERROR\r\n"}};
  EXPECT_EQ(memcached.read({.turns = other, .is_over = true, .host = {}}).is, Reading::Is::no);
}

// Caddy says so to Redis' question, and names itself to its own, which may be answered later.
TEST(Readers, WhatAWebServerSaysToOthersEndsNoSearchUnlessItNamesItself) {
  const auto confidence = [](std::string_view said, std::string_view heard) {
    const std::array turns{Turn{std::string{said}, std::string{heard}}};
    return http.read({.turns = turns, .is_over = true, .host = {}}).confidence;
  };
  constexpr std::string_view refusal = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n400 Bad Request";
  EXPECT_EQ(confidence("*1\r\n$4\r\nPING\r\n", refusal), inferred);
  EXPECT_EQ(confidence("", "HTTP/1.1 408 Request Timeout\r\n\r\n"), inferred);
  EXPECT_EQ(confidence("GET / HTTP/1.1\r\n\r\n", refusal), by_grammar);
  EXPECT_EQ(confidence("*1\r\n$4\r\nPING\r\n", "HTTP/1.1 400 \r\n\r\n<h3>Apache Tomcat/10.1.60</h3>"), by_grammar);
  EXPECT_EQ(confidence("*1\r\n$4\r\nPING\r\n", "HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n"), documented);
}

TEST(Readers, WhoSaysInHttpThatItIsSomethingElseIsNoWebServer) {
  constexpr std::string_view native =
      "HTTP/1.0 200 OK\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: 85\r\n\r\n"
      "It looks like you are trying to access MongoDB over HTTP on the native driver port.\r\n";
  const std::array turns{Turn{"GET / HTTP/1.1\r\n\r\n", std::string{native}}};
  const Talk talk{.turns = turns, .is_over = true, .host = {}};
  EXPECT_EQ(http.read(talk).is, Reading::Is::no);
  EXPECT_EQ(mongodb.read(talk).is, Reading::Is::yes);
}

}  // namespace
}  // namespace portolan::identify
