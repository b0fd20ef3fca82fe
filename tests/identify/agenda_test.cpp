// Who is asked, when, and what is made of silence, early ends and endless talk.
#include "identify/agenda.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <utility>

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
  EXPECT_LE(replayed.took, 13'300ms) << "a quarter of a second, a question, and the patience";
  EXPECT_LE(replayed.connections, Agenda::most_connections);
}

TEST(Agenda, WhoClosesTwiceBeforeAnythingIsSaidIsAWrapper) {
  const Replayed replayed = replay("wait 10ms\nfin\n", odd_port);
  EXPECT_TRUE(replayed.found.wrapped);
  EXPECT_EQ(replayed.found.name, "");
  EXPECT_EQ(replayed.connections, 2U);
  EXPECT_EQ(replayed.said, "");
}

// Some close what has been silent for half a second, which is no sooner than a question may find a place.
TEST(Agenda, WhoWaitsForAQuestionAsLongAsWeDoForAWordIsNoWrapper) {
  for (const std::uint16_t port : {odd_port, std::uint16_t{7000}}) {
    SCOPED_TRACE(port);
    Agenda agenda{net::Port{port}, "server.example", {}, Instant{}};
    Instant now{};
    std::map<std::uint32_t, Instant> silent;
    for (; now < Instant{} + 3s && !agenda.is_over(); now += 5ms) {
      for (const auto& [connection, until] : std::map{silent}) {
        if (until > now) continue;
        silent.erase(connection);
        agenda.on_end(connection, Ending::reset, now);
      }
      for (const Action& action : agenda.act(now, silent.empty() ? 1 : 0)) {
        if (action.what == Action::What::say || action.what == Action::What::close) silent.erase(action.connection);
        if (action.what == Action::What::open) {
          silent[action.connection] = now + 505ms;
          agenda.on_connected(action.connection, now);
        }
        if (action.what == Action::What::say && action.bytes.starts_with("GET ")) {
          agenda.on_heard(action.connection, "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nContent-Length: 0\r\n\r\n",
                          now);
          agenda.on_end(action.connection, Ending::closed, now);
        }
      }
    }
    EXPECT_EQ(agenda.found().product, "nginx");
  }
  const Replayed wrapper = replay("wait 505ms\nfin\n", odd_port);
  EXPECT_TRUE(wrapper.found.wrapped) << "who answers nothing else either";
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
  EXPECT_EQ(manner_at(net::Port{502}, true), Manner::ask_gently);
  EXPECT_EQ(manner_at(net::Port{80}, true), Manner::ask);
  EXPECT_EQ(manner_at(net::Port{9100}, true), Manner::leave);
  EXPECT_EQ(manner_at(net::Port{48899}), Manner::listen);
  EXPECT_EQ(manner_at(net::Port{9100}), Manner::leave);
  EXPECT_EQ(manner_at(net::Port{9107}), Manner::leave);
  EXPECT_EQ(manner_at(net::Port{9108}), Manner::ask);
  EXPECT_EQ(manner_of_datagrams_at(net::Port{53}), Manner::ask);
  EXPECT_EQ(manner_of_datagrams_at(net::Port{9100}), Manner::ask) << "nobody prints datagrams";
  EXPECT_EQ(manner_of_datagrams_at(net::Port{47808}), Manner::listen);
  EXPECT_EQ(manner_of_datagrams_at(net::Port{44818}), Manner::listen);
}

// What it said before it turned us away stands where it says no more later.
TEST(Agenda, WhoTurnsUsAwayIsComeBackToOnce) {
  constexpr const char* too_often = "ERROR :Closing Link: 127.0.0.1 (Throttled: Reconnecting too fast)\r\n";
  const Replayed always = replay("< \"" + std::string{too_often}.substr(0, 60) + "too fast\\r\\n\"\nfin\n", odd_port);
  EXPECT_EQ(always.found.name, "irc");
  EXPECT_EQ(always.connections, 2U);
  EXPECT_GE(always.took, 1s);

  Agenda agenda{net::Port{odd_port}, "server.example", {}, Instant{}};
  const auto first = agenda.act(Instant{}).at(0).connection;
  agenda.on_connected(first, Instant{});
  agenda.on_heard(first, too_often, Instant{});
  for (const Action& action : agenda.act(Instant{})) EXPECT_EQ(action.what, Action::What::close);
  const Instant later = agenda.wake_at();
  EXPECT_EQ(later, Instant{} + 1s);
  const auto actions = agenda.act(later);
  ASSERT_EQ(actions.size(), 1U);
  EXPECT_EQ(actions.front().what, Action::What::open);
  agenda.on_connected(actions.front().connection, later);
  agenda.on_heard(actions.front().connection, "SSH-2.0-OpenSSH_9.2p1\r\n", later);
  EXPECT_TRUE(agenda.is_over());
  EXPECT_EQ(agenda.found().name, "ssh");
}

// Where others leave no connection for that, the search ends.
TEST(Agenda, WhoTurnsUsAwayIsNotComeBackToWithoutAConnection) {
  Agenda agenda{net::Port{odd_port}, "server.example", {}, Instant{}};
  const auto first = agenda.act(Instant{}).at(0).connection;
  agenda.on_connected(first, Instant{});
  agenda.on_heard(first, "421 4.7.0 Error: too many connections\r\n", Instant{});
  (void)agenda.act(Instant{});
  const Instant later = agenda.wake_at();
  agenda.allow(1, 0);
  EXPECT_TRUE(agenda.act(later).empty());
  EXPECT_EQ(agenda.needs(), Need::question);
  agenda.ask_no_more();
  (void)agenda.act(later);
  EXPECT_TRUE(agenda.is_over());
}

TEST(Agenda, TooManyForAMailerIsNoNameOfOne) {
  const Replayed mailer =
      replay("< \"421 4.7.0 box.example Error: too many connections from 127.0.0.1\\r\\n\"\nfin\n", odd_port);
  EXPECT_EQ(mailer.found.name, "");
  EXPECT_EQ(mailer.found.words, "421 4.7.0 box.example Error: too many connections from 127.0.0.1");
}

TEST(Agenda, AnEchoIsNobodyElse) {
  std::string echo =
      "> \"GET / HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\nUser-Agent: portolan (service identification)\\r\\nAccept: "
      "*/*\\r\\nConnection: close\\r\\n\\r\\n\"\n";
  const Replayed found = replay(echo + "<" + echo.substr(1), odd_port);
  EXPECT_EQ(found.found.name, "echo");
  EXPECT_EQ(found.found.confidence, 100);
}

// Of the many protocols, those are asked first whose servers would have done the same.
TEST(Agenda, WhatBecomesOfTheFirstQuestionSaysWhatToAskNext) {
  const Replayed waits = replay("wait 100000ms\n< \"x\"\n", odd_port);
  EXPECT_LT(waits.said.find("version"), waits.said.find("PING\r\n")) << "DNS before Redis, which would have answered";
  const Replayed in_the_end = replay("> \"GET\"\nwait 510ms\nfin\n", odd_port);
  EXPECT_LT(in_the_end.said.find("version"), in_the_end.said.find("PING\r\n")) << "it did wait";
  const Replayed ends = replay("> \"GET\"\nfin\n", odd_port);
  EXPECT_NE(ends.said.find("PING\r\n"), std::string::npos);
  EXPECT_EQ(ends.said.find("version\4bind"), std::string::npos);
}

// A machine may have one connection to give, TLS or not.
TEST(Agenda, AMachineInsideTlsIsAskedOnTheConnectionThatBeganIt) {
  const Replayed replayed =
      replay("tls{\n> \"fox a 1 -1 fox hello\\n\"\n< \"fox a 0 -1 fox hello\\n{\\nhostName=s:ahu-7\\n};;\\n\"\n}\n",
             4911, {.only_hints = true});
  EXPECT_EQ(replayed.found.name, "niagara-fox");
  EXPECT_EQ(replayed.found.host_name, "ahu-7");
  EXPECT_EQ(replayed.connections, 1U);
}

// What it says may sound like somebody else's words; his question is not for it.
TEST(Agenda, AMachineIsNotAskedWhatItsPortIsNotKnownFor) {
  const std::string answer = "\n< \"\\x03\\x00\\x00\\x09\\x02\\xf0\\x80!\\x80\"\nrst\n";
  constexpr std::string_view asks_rdp{"\x03\x00\x00\x13\x0e\xe0", 6};
  const Replayed machine = replay("> \"\\x03\"" + answer, 102, {.only_hints = true});
  EXPECT_EQ(machine.found.name, "ms-wbt-server") << "it is told nevertheless";
  EXPECT_EQ(machine.said.find(asks_rdp), std::string::npos);
  const Replayed other = replay("> \"GET \"" + answer, odd_port);
  EXPECT_NE(other.said.find(asks_rdp), std::string::npos);
}

// Of two connections, whoever serves one client at a time hears what is said on the first, and that is nothing.
TEST(Agenda, TheListenerMakesWayForAQuestionThatNobodyAnswers) {
  Agenda agenda{net::Port{odd_port}, "server.example", {}, Instant{}};
  const auto listens = agenda.act(Instant{}).at(0).connection;
  agenda.on_connected(listens, Instant{});
  Instant now = agenda.wake_at();
  auto actions = agenda.act(now);
  ASSERT_EQ(actions.size(), 1U);
  const auto asks = actions.front().connection;
  agenda.on_connected(asks, now);
  actions = agenda.act(now);
  ASSERT_EQ(actions.size(), 1U);
  EXPECT_TRUE(actions.front().bytes.starts_with("GET / "));
  now = agenda.wake_at();
  actions = agenda.act(now);
  ASSERT_FALSE(actions.empty());
  EXPECT_EQ(actions.front().what, Action::What::close);
  EXPECT_EQ(actions.front().connection, listens);
  EXPECT_TRUE(std::ranges::none_of(actions, [&](const Action& one) { return one.connection == asks; }));
  agenda.on_heard(asks, "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nContent-Length: 0\r\n\r\n", now + 1ms);
  agenda.on_end(asks, Ending::closed, now + 2ms);
  agenda.act(now + 2ms);
  EXPECT_TRUE(agenda.is_over());
  EXPECT_EQ(agenda.found().product, "nginx");
}

// Where the words by which a server is known do not lead into TLS, others do.
TEST(Agenda, WhatIsKnownMayBeLedIntoTlsOnAConnectionOfItsOwn) {
  constexpr std::string_view bad_start{"\0\0\0\x08\0\xff\0\0", 8};
  constexpr std::string_view refused{
      "E\0\0\0\x89SFATAL\0VFATAL\0C0A000\0Munsupported frontend protocol 255.0: server supports 3.0 to 3.0\0"
      "Fbackend_startup.c\0L704\0RProcessStartupPacket\0\0",
      138};
  const auto run = [&](std::uint16_t port, AgendaSettings settings, std::string_view offer) {
    Agenda agenda{net::Port{port}, "server.example", settings, Instant{}};
    Instant now{};
    for (int step = 0; step < 100 && !agenda.is_over(); ++step) {
      const auto actions = agenda.act(now);
      if (actions.empty()) now = std::max(now, agenda.wake_at());
      for (const Action& action : actions) {
        if (action.what == Action::What::open) agenda.on_connected(action.connection, now);
        if (action.what == Action::What::say && action.bytes.size() == bad_start.size()) {
          agenda.on_heard(action.connection, action.bytes == bad_start ? refused : offer, now);
        }
        if (action.what == Action::What::begin_tls) agenda.on_connected(action.connection, now, model::TlsRecord{});
      }
    }
    EXPECT_TRUE(agenda.is_over());
    EXPECT_EQ(agenda.found().version, "17") << "what was known stands";
    return std::pair{agenda.found().tls, agenda.opened()};
  };
  const auto [offered, connections] = run(5432, {}, "S");
  ASSERT_TRUE(offered);
  EXPECT_TRUE(offered->starttls);
  EXPECT_EQ(connections, 2U) << "the one that was there already";
  EXPECT_TRUE(run(odd_port, {}, "S").first);
  EXPECT_FALSE(run(5432, {}, "N").first);
  EXPECT_FALSE(run(5432, {.intensity = 2}, "S").first) << "a second question";
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
