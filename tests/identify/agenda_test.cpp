// Who is asked, when, and what is made of silence, early ends and endless talk.
#include "identify/agenda.h"

#include <gtest/gtest.h>

#include "identify/manners.h"
#include "replayed.h"

namespace portolan::identify {
namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t odd_port = 40'111;

TEST(Agenda, AGreetingIsReadOnAnyPort) {
  const Replayed replayed = replay("wait 5ms\n< \"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\\r\\n\"\n", odd_port);
  EXPECT_EQ(replayed.found.name, "ssh");
  EXPECT_EQ(replayed.found.product, "OpenSSH");
  EXPECT_EQ(replayed.found.version, "9.2p1");
  EXPECT_EQ(replayed.connections, 1U);
  EXPECT_EQ(replayed.said, "") << "nothing is said before a greeting";
  EXPECT_LT(replayed.took, 50ms);
}

TEST(Agenda, AGreetingMayComeInPieces) {
  const Replayed replayed =
      replay("< \"SS\"\nwait 100ms\n< \"H-2.0-Ope\"\nwait 100ms\n< \"nSSH_9.2p1\\n\"\n", odd_port);
  EXPECT_EQ(replayed.found.product, "OpenSSH");
  EXPECT_EQ(replayed.found.version, "9.2p1");
}

TEST(Agenda, AClaimComesWithWhatWasAskedAndAnswered) {
  const Replayed greeted = replay("< \"SSH-2.0-OpenSSH_9.2p1\\r\\n\"\n", odd_port);
  EXPECT_EQ(greeted.found.asked, "");
  EXPECT_EQ(greeted.found.answered, "SSH-2.0-OpenSSH_9.2p1\r\n");
  const Replayed asked = replay("> \"GET / HTTP/1.1\\r\\n\"\n< \"HTTP/1.1 200 OK\\r\\nServer: nginx\\r\\n\\r\\n" +
                                    std::string(1'000, 'x') + "\"\nfin\n",
                                80);
  EXPECT_EQ(asked.found.asked.substr(0, 16), "GET / HTTP/1.1\r\n");
  EXPECT_EQ(asked.found.answered.substr(0, 17), "HTTP/1.1 200 OK\r\n");
  EXPECT_EQ(asked.found.answered.size(), 160U) << "the beginning of it";
  EXPECT_EQ(replay("wait 100000ms\n< \"x\"\n", odd_port).found.answered, "") << "nobody said anything";
}

// Somebody who looks up who we are before he speaks, and does not find out.
TEST(Agenda, ALateGreetingIsWaitedForWhileOthersAsk) {
  for (const char* wait : {"1050ms", "6000ms", "10000ms"}) {
    const Replayed replayed = replay("wait " + std::string{wait} + "\n< \"SSH-2.0-OpenSSH_9.2p1\\r\\n\"\n", odd_port);
    EXPECT_EQ(replayed.found.name, "ssh") << wait;
    EXPECT_LT(replayed.took, 12'500ms) << wait;
  }
}

TEST(Agenda, AMutePortCostsOnePatience) {
  const Replayed replayed = replay("wait 100000ms\n< \"x\"\n", odd_port);
  EXPECT_EQ(replayed.found.name, "");
  EXPECT_EQ(replayed.found.confidence, 0);
  EXPECT_GE(replayed.took, 11'900ms);
  EXPECT_LE(replayed.took, 12'100ms);
  EXPECT_LE(replayed.connections, Agenda::most_connections);
}

TEST(Agenda, WhoClosesTwiceBeforeAnythingIsSaidIsAWrapper) {
  const Replayed replayed = replay("wait 10ms\nfin\n", odd_port);
  EXPECT_TRUE(replayed.found.wrapped);
  EXPECT_EQ(replayed.found.name, "");
  EXPECT_EQ(replayed.connections, 2U);
  EXPECT_EQ(replayed.said, "");
}

TEST(Agenda, WhoIsAskedAtOnceIsWhoThePortHintsAt) {
  const std::string answer =
      "< \"HTTP/1.1 200 OK\\r\\nServer: nginx/1.22.1\\r\\nContent-Length: 0\\r\\nConnection: "
      "close\\r\\n\\r\\n\"\nfin\n";
  const std::string question =
      "> \"GET / HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\nUser-Agent: portolan (service identification)\\r\\n"
      "Accept: */*\\r\\nConnection: close\\r\\n\\r\\n\"\n";
  const Replayed hinted = replay(question + answer, 80);
  EXPECT_EQ(hinted.found.product, "nginx");
  EXPECT_EQ(hinted.connections, 1U);
  EXPECT_LT(hinted.took, 50ms);
  const Replayed odd = replay(question + answer, odd_port);
  EXPECT_EQ(odd.found.version, "1.22.1");
  EXPECT_GE(odd.took, 250ms) << "first somebody might have greeted";
  EXPECT_LT(odd.took, 1s);
}

TEST(Agenda, InsideTlsAllBeginsAnew) {
  const Replayed replayed = replay("tls{\nwait 3ms\n< \"* OK [CAPABILITY IMAP4rev1] Dovecot ready.\\r\\n\"\n}\n", 993);
  EXPECT_EQ(replayed.found.name, "imap");
  ASSERT_TRUE(replayed.found.tls);
  EXPECT_EQ(replayed.found.tls->version, "TLSv1.3");
  const Replayed odd = replay("tls{\nwait 3ms\n< \"SSH-2.0-OpenSSH_9.2p1\\r\\n\"\n}\n", odd_port);
  EXPECT_EQ(odd.found.name, "ssh");
  EXPECT_TRUE(odd.found.tls);
}

// What a web server inside TLS prefers is asked in a handshake of its own, and only of it.
TEST(Agenda, AWebServerInsideTlsIsOfferedProtocolsOnceItIsKnown) {
  const std::string server =
      "> \"GET / HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\nUser-Agent: portolan (service identification)\\r\\n"
      "Accept: */*\\r\\nConnection: close\\r\\n\\r\\n\"\n"
      "< \"HTTP/1.1 200 OK\\r\\nServer: nginx/1.22.1\\r\\nContent-Length: 0\\r\\n\\r\\n\"\nfin\n}\n";
  const Replayed asked = replay("tls{\n" + server, 443);
  EXPECT_EQ(asked.found.product, "nginx");
  EXPECT_EQ(asked.connections, 3U) << "one that listens, one that asks, and one that only shakes hands";
  ASSERT_TRUE(asked.found.tls);
  EXPECT_EQ(asked.found.tls->alpn, "");
  EXPECT_EQ(replay("tls{\n" + server, 443, {.intensity = 2}).connections, 2U);
  const Replayed mail = replay("tls{\n< \"* OK [CAPABILITY IMAP4rev1] Dovecot ready.\\r\\n\"\n}\n", 993);
  EXPECT_EQ(mail.connections, 1U);
}

TEST(Agenda, WordsThatNobodyKnowsAreShown) {
  const Replayed replayed = replay("< \"READY 3 \\x1b[2J\\r\\nmore\\r\\n\"\n", odd_port);
  EXPECT_EQ(replayed.found.name, "");
  EXPECT_EQ(replayed.found.words, "READY 3 \x1b[2J");
}

TEST(Agenda, EndlessTalkIsCut) {
  std::string endless;
  for (int i = 0; i < 3'000; ++i) endless += "< \"" + std::string(100, 'x') + "\"\nwait 1ms\n";
  const Replayed replayed = replay(endless, odd_port);
  EXPECT_EQ(replayed.found.name, "");
  EXPECT_LE(replayed.took, 40s);
  EXPECT_LE(replayed.connections, Agenda::most_connections);
}

TEST(Agenda, OneByteASecondIsNotWaitedForWithoutEnd) {
  std::string slow;
  for (int i = 0; i < 200; ++i) slow += "< \"x\"\nwait 400ms\n";
  const Replayed replayed = replay(slow, odd_port);
  EXPECT_LE(replayed.took, 40s);
}

// Each question's answer is without end, and everything is asked.
TEST(Agenda, AllOfItEndsAfterThreePatiences) {
  std::string slow;
  for (int i = 0; i < 200; ++i) slow += "< \"x\"\nwait 400ms\n";
  const Replayed replayed = replay(slow, odd_port, {.intensity = 9, .patience = 2s});
  EXPECT_LE(replayed.took, 6'500ms);
}

TEST(Agenda, NobodyIsHeardBehindTheEnd) {
  Agenda agenda{net::Port{odd_port}, "server.example", {}, Instant{}};
  const auto listener = agenda.act(Instant{}).at(0).connection;
  agenda.on_connected(listener, Instant{});
  const Instant later = Instant{} + 1s;
  std::optional<std::uint32_t> question;
  for (const Action& action : agenda.act(later)) {
    if (action.what == Action::What::open) question = action.connection;
  }
  ASSERT_TRUE(question);
  agenda.on_connected(*question, later);
  agenda.on_heard(listener, "SSH-2.0-OpenSSH_9.2p1\r\n", later);
  ASSERT_TRUE(agenda.is_over());
  agenda.on_heard(*question, "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\n\r\n<title>hi</title>", later);
  EXPECT_EQ(agenda.found().name, "ssh");
}

TEST(Agenda, WhoIsOnlyListenedToHearsNothing) {
  const Replayed mute = replay("wait 100000ms\n< \"x\"\n", 502, {.only_listens = true});
  EXPECT_EQ(mute.said, "");
  EXPECT_EQ(mute.connections, 1U);
  EXPECT_LE(mute.took, 2'100ms);
  EXPECT_TRUE(mute.found.untouched);
  const Replayed greets = replay("< \"220 mail.example ESMTP Exim 4.96\\r\\n\"\n", 502, {.only_listens = true});
  EXPECT_EQ(greets.said, "") << "no follow-up, no goodbye";
  EXPECT_EQ(greets.found.name, "smtp");
}

TEST(Manners, OfPrintersAndMachines) {
  EXPECT_EQ(manner_at(net::Port{80}), Manner::ask);
  EXPECT_EQ(manner_at(net::Port{502}), Manner::listen);
  EXPECT_EQ(manner_at(net::Port{102}), Manner::listen);
  EXPECT_EQ(manner_at(net::Port{48899}), Manner::listen);
  EXPECT_EQ(manner_at(net::Port{9100}), Manner::leave);
  EXPECT_EQ(manner_at(net::Port{9107}), Manner::leave);
  EXPECT_EQ(manner_at(net::Port{9108}), Manner::ask);
  EXPECT_EQ(manner_of_datagrams_at(net::Port{53}), Manner::ask);
  EXPECT_EQ(manner_of_datagrams_at(net::Port{9100}), Manner::ask) << "nobody prints datagrams";
  EXPECT_EQ(manner_of_datagrams_at(net::Port{47808}), Manner::listen);
  EXPECT_EQ(manner_of_datagrams_at(net::Port{44818}), Manner::listen);
}

TEST(Agenda, OnlyWhatIsWantedIsAsked) {
  const Replayed nothing = replay("wait 100000ms\n< \"x\"\n", odd_port, {.intensity = 0});
  EXPECT_EQ(nothing.said, "");
  const Replayed light = replay("wait 100000ms\n< \"x\"\n", odd_port, {.intensity = 2});
  EXPECT_TRUE(light.said.starts_with("GET / HTTP/1.1\r\n"));
  EXPECT_EQ(light.said.find("PING"), std::string::npos);
}

}  // namespace
}  // namespace portolan::identify
