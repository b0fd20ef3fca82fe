// Finding out who answers at the ports of one host: an Agenda each, side by side, and which of them may open a
// connection when. Ports that have only been silent make place for those that wait for one, and what a host does not do
// at many of its ports, answer or greet late, is not waited for at the others. A state machine as those are: it is told
// bytes and times, and owns no socket.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "identify/agenda.h"
#include "identify/manners.h"
#include "model/service.h"
#include "net/port.h"

namespace portolan::identify {

struct HostSettings {
  AgendaSettings agenda = {};
  std::size_t connections = 40;  // at once, beside those that only listen
  std::size_t listening = 256;   // with those; where it is no more than the others, half of them may listen
  // From the last port that was added on; what is not asked by then is not known.
  Duration deadline = std::chrono::minutes{10};
};

class HostAgenda {
 public:
  // `host` as Talk has it. At least one connection is allowed.
  HostAgenda(std::string host, const HostSettings& settings);

  // Of machines, which may have few connections to give and never take them back, one port at a time is connected to.
  void add(net::Port port, Manner manner, Instant now);

  // As an Agenda has them; of ports that are not under way they are ignored.
  void on_connected(net::Port port, std::uint32_t connection, Instant now, std::optional<model::TlsRecord> tls = {});
  void on_heard(net::Port port, std::uint32_t connection, std::string_view bytes, Instant now);
  void put_off(net::Port port, std::uint32_t connection, Instant now);
  void on_end(net::Port port, std::uint32_t connection, Ending ending, Instant now);

  struct Act {
    net::Port port;
    Action action;
  };
  // What is to be done now, with `places` for new connections beside those that are open, whatever the host may have.
  // To be called after anything above and at wake_at(); and when there are places again while needs_places().
  std::vector<Act> act(Instant now, std::size_t places = Agenda::any_number);
  [[nodiscard]] Instant wake_at() const;
  [[nodiscard]] bool needs_places() const { return needs_places_; }

  struct Done {
    net::Port port;
    model::ServiceRecord service;
    bool cut = false;  // the deadline came before all was asked
  };
  // What has ended since; act() has closed all that it had open.
  std::vector<Done> take_done() { return std::exchange(done_, {}); }
  [[nodiscard]] bool is_over() const { return left() == 0; }
  [[nodiscard]] std::size_t left() const { return waiting_.size() + machines_.size() + talks_.size(); }
  [[nodiscard]] std::size_t connections() const;

 private:
  struct Waiting {
    net::Port port;
    Manner manner = Manner::ask;
  };
  // For connections: of ports that ask, and of those that wait.
  struct Room {
    std::size_t in_all = 0;
    std::size_t questions = 0;
    std::size_t listening = 0;
  };
  struct PortTalk {
    net::Port port;
    bool is_machine;
    Agenda agenda;
  };

  Agenda* find(net::Port port);
  bool enter(Instant now);
  void begin(std::deque<Waiting>& from, Instant now);
  void act_all(Instant now, std::size_t places, std::vector<Act>& acts);
  bool make_place(Instant now);
  Agenda* idle_for_longest(Instant now, bool whoever);
  void count_spare();
  [[nodiscard]] std::size_t spare_for(const Agenda& agenda) const;
  void learn();
  bool settle(Instant now);
  void give_up(std::vector<Act>& acts, Instant now);
  void take_ended();
  [[nodiscard]] std::size_t listening(Instant now) const;
  [[nodiscard]] std::size_t most_listening() const;
  [[nodiscard]] Room free_places(Instant now) const;
  [[nodiscard]] bool has_need(Need need) const;
  [[nodiscard]] bool is_starved(const Agenda& agenda) const;  // it has had its share, and the others need theirs
  [[nodiscard]] bool waits(const Agenda& agenda) const;       // to listen, or for a share that others leave
  [[nodiscard]] bool all_wait() const;                        // nothing is left to be asked

  std::string host_;
  HostSettings settings_;
  Instant ends_ = Instant::max();
  std::deque<Waiting> waiting_;
  std::deque<Waiting> machines_;  // wait as well
  std::vector<std::unique_ptr<PortTalk>> talks_;
  std::vector<Done> done_;
  bool needs_places_ = false;
  // Of ports whose talks are over:
  std::size_t ended_ = 0;
  std::size_t opened_ = 0;  // connections
  std::size_t mute_ = 0;    // ports that were
  std::size_t late_ = 0;    // that spoke late
  std::size_t silent_ = 0;  // that have not answered what they were asked
  Duration slowest_answer_{};
  bool is_hurried_ = false;
  std::size_t spare_ = 0;  // connections beyond everybody's share
  std::size_t kept_ = 0;   // of them, for ports that react or may
};

}  // namespace portolan::identify
