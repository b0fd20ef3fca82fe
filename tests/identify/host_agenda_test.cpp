// Many ports of one host, in virtual time: who waits for whom, how many connections there are at once, and that all of
// it ends.
#include "identify/host_agenda.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace portolan::identify {
namespace {

using namespace std::chrono_literals;

// How a port behaves: says `greeting` so long after it accepts, and answers what begins with `to` by `answer`, perhaps
// only inside TLS; what it does not understand is met with silence, or ends the connection.
struct Behaviour {
  std::optional<Duration> greets = {};
  std::string greeting = {};
  std::string to = {};
  std::string answer = {};
  bool tls = false;
  bool ends = false;
};
const Behaviour mute{};
const Behaviour web{.to = "GET ", .answer = "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nContent-Length: 0\r\n\r\n"};
const Behaviour web_in_tls{.to = web.to, .answer = web.answer, .tls = true, .ends = true};
const Behaviour player{
    .to = "OPTIONS * RTSP/", .answer = "RTSP/1.0 200 OK\r\nCSeq: 1\r\nPublic: DESCRIBE\r\n\r\n", .ends = true};
Behaviour greets_after(Duration time) { return {.greets = time, .greeting = "SSH-2.0-OpenSSH_9.2p1\r\n"}; }

class World {
 public:
  explicit World(HostSettings settings = {}, std::size_t places = Agenda::any_number)
      : most_{std::min(std::max(settings.connections, settings.listening), places)},
        most_asking_{settings.connections},
        places_{places},
        agenda_{"server.example", settings} {}

  void add(std::uint16_t port, const Behaviour& behaviour, Manner manner = Manner::ask) {
    behaviours_[net::Port{port}] = behaviour;
    agenda_.add(net::Port{port}, manner, now_);
  }

  void run() {
    constexpr int most_steps = 2'000'000;
    for (int step = 0; step < most_steps; ++step) {
      act();
      ASSERT_LE(at_once_, most_);
      ASSERT_LE(most_asks_, most_asking_);
      for (auto& done : agenda_.take_done()) {
        cut_ += done.cut ? 1 : 0;
        found_[done.port] = {std::move(done.service), now_ - Instant{}};
      }
      if (agenda_.is_over()) return;
      const Instant next = std::min(agenda_.wake_at(), events_.empty() ? Instant::max() : events_.begin()->first);
      ASSERT_NE(next, Instant::max()) << "nothing more happens, and the agenda is not over";
      now_ = std::max(now_, next);
      happen();
    }
    FAIL() << "it goes on and on";
  }

  [[nodiscard]] Duration took() const { return now_ - Instant{}; }
  [[nodiscard]] std::size_t at_once() const { return at_once_; }
  [[nodiscard]] std::size_t connections() const { return connections_; }
  [[nodiscard]] std::size_t most_of_a_port() const {
    std::size_t most = 0;
    for (const auto& [port, count] : of_port_) most = std::max(most, count);
    return most;
  }
  [[nodiscard]] std::size_t connections_of(std::uint16_t port) const { return of_port_.at(net::Port{port}); }
  // Questions, in all and to one port.
  [[nodiscard]] std::size_t said() const {
    std::size_t all = 0;
    for (const auto& [port, count] : said_) all += count;
    return all;
  }
  [[nodiscard]] std::size_t said_to(std::uint16_t port) const { return said_.at(net::Port{port}); }
  [[nodiscard]] std::size_t cut() const { return cut_; }
  [[nodiscard]] std::size_t found() const { return found_.size(); }
  [[nodiscard]] const model::ServiceRecord& service(std::uint16_t port) const {
    return found_.at(net::Port{port}).first;
  }
  [[nodiscard]] Duration known_after(std::uint16_t port) const { return found_.at(net::Port{port}).second; }

 private:
  using Place = std::pair<net::Port, std::uint32_t>;
  struct Event {
    enum class What : std::uint8_t { connect, no_tls, shake_hands, say, end } what;
    Place place;
    std::string bytes = {};
  };

  void act() {
    const std::size_t places = places_ == Agenda::any_number ? places_ : places_ - open_.size();
    for (const HostAgenda::Act& act : agenda_.act(now_, places)) {
      const Place place{act.port, act.action.connection};
      const Behaviour& behaviour = behaviours_.at(act.port);
      switch (act.action.what) {
        case Action::What::open:
        case Action::What::open_tls: {
          const bool tls = act.action.what == Action::What::open_tls;
          open_.insert(place);
          at_once_ = std::max(at_once_, open_.size());
          if (tls) asks_.insert(place);
          ++connections_;
          ++of_port_[act.port];
          // Who is mute lets a handshake wait, too.
          if (tls && behaviour.answer.empty()) break;
          if (tls) tls_.insert(place);
          events_.emplace(now_ + 1ms, Event{!tls            ? Event::What::connect
                                            : behaviour.tls ? Event::What::shake_hands
                                                            : Event::What::no_tls,
                                            place});
          break;
        }
        case Action::What::say:
          asks_.insert(place);
          ++said_[act.port];
          if (behaviour.answer.empty()) break;
          if (!act.action.bytes.starts_with(behaviour.to) || (behaviour.tls && !tls_.contains(place))) {
            if (behaviour.ends) events_.emplace(now_ + 1ms, Event{Event::What::end, place});
            break;
          }
          events_.emplace(now_ + 1ms, Event{Event::What::say, place, behaviour.answer});
          break;
        case Action::What::begin_tls:
          break;
        case Action::What::close:
          EXPECT_EQ(open_.erase(place), 1U);
          asks_.erase(place);
          break;
      }
    }
    most_asks_ = std::max(most_asks_, asks_.size());
  }

  void happen() {
    while (!events_.empty() && events_.begin()->first <= now_) {
      const Event event = events_.extract(events_.begin()).mapped();
      const auto& [port, connection] = event.place;
      if (!open_.contains(event.place)) continue;
      switch (event.what) {
        case Event::What::connect:
          agenda_.on_connected(port, connection, now_);
          if (const Behaviour& behaviour = behaviours_.at(port); behaviour.greets) {
            events_.emplace(now_ + *behaviour.greets, Event{Event::What::say, event.place, behaviour.greeting});
          }
          break;
        case Event::What::no_tls:
          open_.erase(event.place);
          asks_.erase(event.place);
          agenda_.on_end(port, connection, Ending::no_tls, now_);
          break;
        case Event::What::shake_hands:
          asks_.erase(event.place);  // it listens there, unless it says something
          agenda_.on_connected(port, connection, now_, model::TlsRecord{});
          break;
        case Event::What::end:
          open_.erase(event.place);
          asks_.erase(event.place);
          agenda_.on_end(port, connection, Ending::closed, now_);
          break;
        case Event::What::say:
          agenda_.on_heard(port, connection, event.bytes, now_);
          break;
      }
    }
  }

  std::size_t most_;
  std::size_t most_asking_;
  std::size_t places_;
  Instant now_{};
  HostAgenda agenda_;
  std::map<net::Port, Behaviour> behaviours_;
  std::multimap<Instant, Event> events_;
  std::set<Place> asks_;  // on which something was said, or TLS begun
  std::size_t most_asks_ = 0;
  std::set<Place> open_;
  std::set<Place> tls_;
  std::size_t at_once_ = 0;
  std::size_t connections_ = 0;
  std::size_t cut_ = 0;
  std::map<net::Port, std::size_t> of_port_;
  std::map<net::Port, std::size_t> said_;
  std::map<net::Port, std::pair<model::ServiceRecord, Duration>> found_;
};

// What a host may cost whose ports are all mute, whether they are many or few: its patience, and the questions before.
constexpr Duration one_patience = 12s + 4s;

constexpr std::uint16_t base = 40'000;

TEST(HostAgenda, TenMutePortsAmongFortyCostOnePatience) {
  World world;
  for (std::uint16_t i = 0; i < 40; ++i) {
    const bool is_mute = i % 4 == 0;
    world.add(base + i, is_mute ? mute : i % 2 == 0 ? web : greets_after(5ms));
  }
  world.run();
  ASSERT_EQ(world.found(), 40U);
  for (std::uint16_t i = 0; i < 40; ++i) {
    EXPECT_EQ(world.service(base + i).name, i % 4 == 0 ? "" : i % 2 == 0 ? "http" : "ssh") << i;
  }
  EXPECT_GE(world.took(), 12s);
  EXPECT_LE(world.took(), one_patience);
}

class MuteHost : public testing::TestWithParam<std::uint16_t> {};
TEST_P(MuteHost, CostsOnePatience) {
  World world;
  for (std::uint16_t i = 0; i < GetParam(); ++i) world.add(base + i, mute);
  world.run();
  ASSERT_EQ(world.found(), GetParam());
  EXPECT_GE(world.took(), 12s);
  EXPECT_LE(world.took(), one_patience);
  EXPECT_EQ(world.cut(), 0U);
  EXPECT_LE(world.most_of_a_port(), 14U);
  // Eight of them may have had to make place while they listened once more.
  EXPECT_LE(world.connections(), std::max<std::size_t>(4U * GetParam(), 28U) + 8);
}
INSTANTIATE_TEST_SUITE_P(Ports, MuteHost, testing::Values(1, 2, 7, 10, 40, 100));

TEST(HostAgenda, WhoIsMuteHoldsNobodyUp) {
  World world;
  for (std::uint16_t i = 0; i < 60; ++i) world.add(base + i, mute);
  for (std::uint16_t i = 60; i < 70; ++i) world.add(base + i, i % 2 == 0 ? web : greets_after(5ms));
  world.run();
  ASSERT_EQ(world.found(), 70U);
  Duration last{};
  for (std::uint16_t i = 60; i < 70; ++i) {
    EXPECT_EQ(world.service(base + i).name, i % 2 == 0 ? "http" : "ssh") << i;
    last = std::max(last, world.known_after(base + i));
  }
  EXPECT_LE(last, 12s);
  EXPECT_LE(world.took(), one_patience);
}

TEST(HostAgenda, APortHasFourConnectionsOnAverage) {
  World world;
  for (std::uint16_t i = 0; i < 100; ++i) {
    world.add(base + i, i % 5 == 0 ? mute : i % 5 == 1 ? greets_after(700ms) : i % 2 == 0 ? web : greets_after(5ms));
  }
  world.run();
  EXPECT_LE(world.connections(), 400U);
  EXPECT_LE(world.most_of_a_port(), 14U);
  EXPECT_GT(world.most_of_a_port(), 4U) << "what others leave is used";
}

// There are not enough connections to ask everybody everything.
TEST(HostAgenda, WhoReactsIsAskedBeforeWhoDoesNot) {
  World world;
  for (std::uint16_t i = 0; i < 12; ++i) world.add(base + i, mute);
  for (std::uint16_t i = 12; i < 18; ++i) world.add(base + i, greets_after(5ms));
  for (std::uint16_t i = 18; i < 21; ++i) world.add(base + i, player);
  world.run();
  for (std::uint16_t i = 18; i < 21; ++i) EXPECT_EQ(world.service(base + i).name, "rtsp") << i;
  EXPECT_LE(world.connections(), 84U + 28U) << "28 more for those that react";
  EXPECT_LE(world.took(), one_patience);
}

// Some of them have few connections to give, and never take them back.
TEST(HostAgenda, OfMachinesOneConnectionIsOpenAtOnce) {
  World world;
  for (const std::uint16_t port : std::initializer_list<std::uint16_t>{102, 502, 2404, 20'000})
    world.add(port, mute, Manner::listen);
  world.run();
  EXPECT_EQ(world.found(), 4U);
  EXPECT_EQ(world.at_once(), 1U);
  EXPECT_EQ(world.connections(), 4U);
  EXPECT_EQ(world.said(), 0U);
  EXPECT_TRUE(world.service(502).untouched);
}

TEST(HostAgenda, MachinesAreAskedGentlyWhatTheirPortIsKnownFor) {
  World world;
  for (const std::uint16_t port : std::initializer_list<std::uint16_t>{102, 502, 2404, 44'818})
    world.add(port, mute, Manner::ask_gently);
  world.add(base, web);
  world.run();
  EXPECT_EQ(world.found(), 5U);
  EXPECT_EQ(world.service(base).name, "http");
  EXPECT_EQ(world.connections() - world.connections_of(base), 4U) << "one each";
  EXPECT_EQ(world.said() - world.said_to(base), 3U) << "of IEC 60870-5-104 no question is known";
  EXPECT_TRUE(world.service(2404).untouched);
  EXPECT_FALSE(world.service(502).untouched);
}

TEST(HostAgenda, WhoIsAloneIsAskedAll) {
  World world;
  world.add(base, mute);
  world.run();
  EXPECT_GE(world.connections(), 10U);
}

TEST(HostAgenda, WhoGreetsLateIsHeardThoughItsConnectionMadePlace) {
  World world;
  for (std::uint16_t i = 0; i < 40; ++i) world.add(base + i, greets_after(10s));
  world.run();
  for (std::uint16_t i = 0; i < 40; ++i) EXPECT_EQ(world.service(base + i).name, "ssh") << i;
}

// One who does it may have others beside him, so that all are listened to; at once, where nothing else is left to do.
TEST(HostAgenda, WhoGreetsLateDelaysNobody) {
  World world;
  for (std::uint16_t i = 0; i < 100; ++i) world.add(base + i, i == 50 ? greets_after(3s) : mute);
  world.run();
  EXPECT_EQ(world.service(base + 50).name, "ssh");
  EXPECT_LE(world.took(), one_patience);
  EXPECT_GE(world.at_once(), 90U);
}

TEST(HostAgenda, OneConnectionIsEnoughForAll) {
  World world{{.connections = 1, .listening = 1}};
  world.add(base, mute);
  world.add(base + 1, web);
  world.add(base + 2, greets_after(10s));
  world.run();
  ASSERT_EQ(world.found(), 3U);
  EXPECT_EQ(world.at_once(), 1U);
  EXPECT_EQ(world.service(base).name, "");
  EXPECT_EQ(world.service(base + 1).name, "http");
  EXPECT_EQ(world.service(base + 2).name, "ssh");
}

// Four connections are enough for it: one that listens, two that ask in the clear or shake hands, one inside TLS.
TEST(HostAgenda, WhoSpeaksInsideTlsIsAskedThere) {
  World world;
  for (std::uint16_t i = 0; i < 30; ++i) world.add(base + i, i % 3 == 0 ? mute : web_in_tls);
  world.run();
  ASSERT_EQ(world.found(), 30U);
  for (std::uint16_t i = 0; i < 30; ++i) {
    EXPECT_EQ(world.service(base + i).name, i % 3 == 0 ? "" : "http") << i;
    EXPECT_EQ(world.service(base + i).tls.has_value(), i % 3 != 0) << i;
  }
  EXPECT_LE(world.connections(), 148U) << "28 more for those that react";
}

// Whatever ports a host has, and however few connections it or this machine allows: every port comes to its end.
TEST(HostAgenda, EveryPortComesToItsEnd) {
  std::mt19937 random{1};
  const auto below = [&random](unsigned end) { return static_cast<unsigned>(random() % end); };
  for (int round = 0; round < 200; ++round) {
    SCOPED_TRACE(round);
    HostSettings settings{.connections = 1 + below(40)};
    settings.listening = below(2) == 0 ? settings.connections : 256;
    constexpr std::array<int, 4> intensities{0, 2, 7, 9};
    settings.agenda.intensity = intensities.at(below(4));
    const bool is_poor = below(3) == 0;
    World world{settings, is_poor ? 1 + below(4) : Agenda::any_number};
    const unsigned ports = 1 + below(60);
    for (unsigned i = 0; i < ports; ++i) {
      const unsigned kind = below(6);
      const auto port = static_cast<std::uint16_t>(below(2) == 0 ? base + i : 1 + i * 150);
      world.add(port, kind == 0   ? web
                      : kind == 1 ? web_in_tls
                      : kind == 2 ? greets_after(1ms * below(15'000))
                      : kind == 3 ? greets_after(5ms)
                                  : mute);
    }
    world.run();
    ASSERT_FALSE(HasFatalFailure());
    EXPECT_EQ(world.found(), ports);
  }
}

TEST(HostAgenda, WhatThisMachineHasNoRoomForIsNobodysSilence) {
  HostAgenda agenda{"server.example", {}};
  Instant now{};
  agenda.add(net::Port{base}, Manner::ask, now);
  ASSERT_EQ(agenda.act(now).size(), 1U);
  const Instant until = now + 60s;
  for (; now < until; now += 50ms) {
    agenda.put_off(net::Port{base}, 1, now);
    EXPECT_TRUE(agenda.act(now, 0).empty());
  }
  agenda.on_connected(net::Port{base}, 1, now);
  agenda.on_heard(net::Port{base}, 1, "SSH-2.0-OpenSSH_9.2p1\r\n", now);
  (void)agenda.act(now);
  const auto done = agenda.take_done();
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done.front().service.name, "ssh");
}

// Nobody is given up as mute there, so that all are listened to until the deadline.
TEST(HostAgenda, ATarpitThatGreetsLateIsLeftAtTheDeadline) {
  World world{{.deadline = 1min}};
  for (std::uint16_t i = 0; i < 2'000; ++i) world.add(base + i, greets_after(11s));
  world.run();
  EXPECT_EQ(world.found(), 2'000U);
  EXPECT_LE(world.took(), 1min);
  EXPECT_GT(world.cut(), 0U);
}

TEST(HostAgenda, ATarpitIsLeftAtTheDeadline) {
  World world;
  for (std::uint16_t i = 0; i < 10'000; ++i) world.add(base + i, mute);
  world.run();
  EXPECT_EQ(world.found(), 10'000U);
  EXPECT_LE(world.took(), 10min);
  EXPECT_LE(world.connections(), 40'000U);
}

// Who was turned away is to be come back to, and others leave no connection for that.
TEST(HostAgenda, WhoTurnsUsAwayHoldsNobodyUp) {
  World world;
  const Behaviour turns_away{.greets = 400ms, .greeting = "421 4.7.0 Error: too many connections\r\n", .ends = true};
  for (std::uint16_t i = 0; i < 30; ++i) {
    world.add(base + i, i % 3 == 0   ? turns_away
                        : i % 3 == 1 ? Behaviour{.to = "?", .answer = "!", .ends = true}
                                     : mute);
  }
  world.run();
  EXPECT_EQ(world.found(), 30U);
}

// They are listened to, however many others were listened to in vain.
TEST(HostAgenda, WhoGreetsIsHeardWhereNothingIsAsked) {
  HostSettings settings;
  settings.agenda.intensity = 0;
  settings.agenda.patience = 6s;
  World world{settings};
  for (std::uint16_t i = 0; i < 60; ++i) world.add(base + i, i < 45 ? mute : greets_after(5ms));
  world.run();
  for (std::uint16_t i = 45; i < 60; ++i) EXPECT_EQ(world.service(base + i).name, "ssh") << i;
  EXPECT_LT(world.known_after(base + 59), 6s) << "who only listens makes place";
}

TEST(HostAgenda, WhatTheDeadlineCutsIsSaid) {
  World world{{.connections = 1, .listening = 1, .deadline = 30s}};
  for (std::uint16_t i = 0; i < 1'000; ++i) world.add(base + i, greets_after(100ms));
  world.run();
  EXPECT_EQ(world.found(), 1'000U);
  EXPECT_EQ(world.took(), 30s);
  EXPECT_GE(world.cut(), 600U);
  EXPECT_LE(world.cut(), 800U);
}

}  // namespace
}  // namespace portolan::identify
