// Finding out who answers at one TCP port: which connections are opened, what is said on each, and how long is waited.
// Connections that only listen stay open while others ask, so that all waiting is done at once. A state machine that is
// told bytes and times; it owns no socket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "identify/fingerprints.h"
#include "identify/openings.h"
#include "identify/reader.h"
#include "model/service.h"
#include "net/port.h"

namespace portolan::identify {

struct AgendaSettings {
  // 0: listen, and ask only what the port hints at; 2: TLS and HTTP as well; 7: what is commonly met; 9: all.
  int intensity = 7;
  Duration patience = std::chrono::seconds{12};  // for a word of somebody who speaks first
  bool only_listens = false;                     // not a byte is sent, and it is not waited for long
  // One connection at a time, and nothing is asked but what the port hints at; where that is nothing it only listens.
  bool only_hints = false;
  // Of everything that is known; the registry's unless a test has its own.
  std::span<const Reader* const> readers = {};
  const Fingerprints* fingerprints = nullptr;  // that say more of who answers; they outlive the agenda
};

struct Action {
  enum class What : std::uint8_t {
    open,      // a connection
    open_tls,  // the same, and TLS is begun on it
    say,
    begin_tls,  // on a connection that has been spoken on in the clear
    close,      // in order, with the last word that `bytes` holds
  };
  What what = What::open;
  std::uint32_t connection = 0;
  std::string bytes = {};
  std::span<const std::string_view> offers = {};  // in TLS's handshake, of what may be spoken inside
};

// How a connection came to its end, or never began.
enum class Ending : std::uint8_t {
  closed,         // the other side has said all it had to say
  reset,          // it broke off
  not_connected,  // refused, or no answer
  no_tls,         // connected, and it speaks no TLS
};

// What it would open a connection for, if it had a place for one.
enum class Need : std::uint8_t {
  nothing,
  listening,  // once more, because its listener has made place for others
  question,
  first,  // nothing was opened yet
};

class Agenda {
 public:
  // To one port in all, unless everything is asked (intensity 9), which takes one a question.
  static constexpr std::size_t most_connections = 14;

  Agenda(net::Port port, std::string host, const AgendaSettings& settings, Instant now);

  // Of a connection that this has opened and not closed; others are ignored. With TLS: once its handshake is done, once
  // more where that was begun later.
  void on_connected(std::uint32_t connection, Instant now, std::optional<model::TlsRecord> tls = std::nullopt);
  void on_heard(std::uint32_t connection, std::string_view bytes, Instant now);
  // This machine had no room to begin it until now: of nobody's patience is that taken.
  void put_off(std::uint32_t connection, Instant now);
  void on_end(std::uint32_t connection, Ending ending, Instant now);

  static constexpr std::size_t any_number = SIZE_MAX;
  // What is to be done now, with no more new connections than there are places. To be called after anything above, at
  // wake_at(), and when there is a place for who needs one; time spent waiting for places is not counted.
  std::vector<Action> act(Instant now, std::size_t places = any_number);
  [[nodiscard]] Instant wake_at() const;
  [[nodiscard]] Need needs() const { return need_; }

  [[nodiscard]] std::size_t connections() const { return connections_.size(); }  // open, or being opened
  [[nodiscard]] std::uint32_t opened() const { return opened_; }                 // in all
  [[nodiscard]] bool has_heard() const { return heard_any_ || tls_; }
  // Somebody is there: he has spoken, or ended a connection on which he was asked.
  [[nodiscard]] bool reacts() const { return reacts_ || has_heard(); }
  // So many connections may still be opened for questions.
  [[nodiscard]] std::size_t may_want() const;
  // Questions and handshakes that nobody answered, and how long the slowest answer took.
  [[nodiscard]] unsigned let_pass() const { return let_pass_; }
  [[nodiscard]] Duration slowest_answer() const { return slowest_answer_; }
  // An answer to what the port does not hint at is waited for so long at least, and to a handshake twice that.
  void hurry(Duration wait) { hurried_ = wait; }
  // All is asked and answered or not: what is left is to listen.
  [[nodiscard]] bool only_waits() const;
  // So many connections in all, until it is told otherwise, of which those beyond its share may be taken back; one to
  // listen once more is not counted.
  void allow(std::size_t share, std::size_t more) {
    share_ = share;
    allowed_ = share + more;
  }
  // Whether it listens once more beside its questions, or when nothing is left to be asked.
  void listen_meanwhile(bool does) { listens_meanwhile_ = does; }
  // Nor is who turned us away come back to.
  void ask_no_more() {
    openings_.drop_rest();
    comes_back_ = {};
  }
  // It has let a whole patience pass without a word on any connection.
  [[nodiscard]] bool is_mute() const { return waited_out_ && !has_heard(); }
  // The first word of somebody who was not asked came later than most wait for one.
  [[nodiscard]] bool spoke_late() const { return spoke_late_; }
  // Its listener has made place, and it has not listened since.
  [[nodiscard]] bool listens_again() const { return listens_again_; }
  [[nodiscard]] bool has_listened_again() const { return has_listened_again_; }
  // Since when a connection has listened to nothing but silence, of those that have done so for long enough to be told
  // to make place; nullopt: there is none.
  [[nodiscard]] std::optional<Instant> idle_since(Instant now) const;
  // Closes that one; it is opened once more, and stays for the whole patience, when there is nothing else to do.
  void make_place();
  // What is to be done since act(), before anybody else opens a connection: places are free as soon as it is said that
  // connections are to be closed.
  std::vector<Action> take_actions() { return std::exchange(actions_, {}); }
  // Nothing more is asked, and nobody waited for.
  void give_up();
  // Nothing more is asked; what act() returned last closes all that is open.
  [[nodiscard]] bool is_over() const { return over_; }
  [[nodiscard]] const model::ServiceRecord& found() const { return found_; }

 private:
  struct Connection {
    std::uint32_t number = 0;
    bool tls = false;
    bool only_shakes = false;       // hands, to hear what is agreed upon
    const Reader* asks = nullptr;   // whose question is put; nullptr: it listens
    const Reader* owner = nullptr;  // who has recognised it
    Instant opened;
    Instant last;   // something happened
    Instant asked;  // when the present turn began
    bool connected = false;
    bool made_way = false;   // a listener has, when this was not answered in time
    bool upgrading = false;  // its handshake goes on, behind words in the clear
    bool upgraded = false;   // it is done
    std::vector<Turn> turns = {Turn{}};
    std::size_t bytes = 0;   // heard in all
    std::size_t judged = 0;  // of the last turn, when it was judged last
  };

  void plan_openings();
  Connection* find(std::uint32_t connection);
  Connection& open(bool tls, const Reader* asks, Instant now);
  void upgrade(Connection& connection, Instant now);
  void go_on_in_tls(Connection& connection, model::TlsRecord tls, Instant now);
  void note_agreed(const model::TlsRecord& tls);
  void say(Connection& connection, std::string bytes, Instant now);
  // Forgets it, and has it closed where that is still to be done.
  void drop(std::uint32_t connection, bool is_open);
  void read(Connection& connection, bool is_over, Instant now);
  void claim(const Reader& reader, const Reading& reading, const Talk& talk);
  void begin_tls(std::uint32_t connection, model::TlsRecord tls, Instant now);
  void note_words(const Connection& connection);
  void on_silent_end(bool at_once);
  void end() { over_ = true; }
  void end_asked();
  void end_if_sure(Instant now);
  bool asks_once_more(Instant now);
  // Once; what is claimed by then is claimed before.
  [[nodiscard]] bool may_come_back() const { return !is_throttled_ && !settings_.only_listens; }
  void come_back(const Connection& connection, Instant now);
  [[nodiscard]] bool has_owned() const;  // a connection on which somebody has been recognised

  void expire(Instant now);
  void listen_again(Instant now);
  void open_listener(Instant now);
  void open_next(Instant now);
  void begin(Instant now);
  void conclude(Instant now);
  bool takes_place(Need need);  // false: there is none
  [[nodiscard]] std::size_t most_asking() const;
  [[nodiscard]] bool asks_alone() const;
  [[nodiscard]] bool shakes_hands() const;  // and it is not known whether TLS is spoken
  [[nodiscard]] bool waits_for_others() const;
  bool make_way_for(std::uint32_t question, Instant now);
  // One connection is left for listening once more to whom that may help.
  [[nodiscard]] bool may_ask() const {
    const std::size_t kept = listens_again_ && !reacts() ? 1 : 0;
    return opened_ + kept < most_connections || settings_.intensity == asks_all;
  }
  [[nodiscard]] bool may_open() const { return opened_ < most_connections || settings_.intensity == asks_all; }
  static constexpr int asks_all = 9;
  [[nodiscard]] std::size_t asking() const;  // connections that do not only listen
  [[nodiscard]] bool hints_at(Speaks first) const;
  [[nodiscard]] bool is_silent(const Connection& connection) const;
  [[nodiscard]] bool only_listens(const Connection& connection) const;
  [[nodiscard]] Duration answer_wait(const Connection& connection) const;
  [[nodiscard]] Duration connect_wait_of(const Connection& connection) const;
  [[nodiscard]] Duration shortest_silence() const;  // of a server, until it waits for words
  [[nodiscard]] Duration silence() const;           // the same at this port
  [[nodiscard]] Instant deadline_of(const Connection& connection) const;

  net::Port port_;
  std::string host_;
  AgendaSettings settings_;
  Instant patience_ends_ = Instant::max();
  Instant ends_ = Instant::max();  // all of it
  Instant acted_{};                // last
  Instant listen_until_;           // before it, only what is hinted at is asked
  std::vector<Connection> connections_;
  Openings openings_;
  std::vector<Action> actions_;
  std::size_t places_ = 0;
  Need need_ = Need::nothing;
  std::uint32_t opened_ = 0;
  std::size_t share_ = SIZE_MAX;
  std::size_t allowed_ = SIZE_MAX;
  unsigned unanswered_ = 0;  // questions in a row
  unsigned let_pass_ = 0;    // in all
  Duration slowest_answer_{};
  std::optional<Duration> hurried_;
  bool has_connected_ = false;
  bool reacts_ = false;
  bool waited_out_ = false;
  bool spoke_late_ = false;
  bool listens_meanwhile_ = true;
  bool has_listened_again_ = false;
  bool listens_again_ = false;   // its listener has made place
  std::uint32_t listeners_ = 0;  // opened since TLS began, or at all
  unsigned failed_ = 0;          // connections in a row
  unsigned silent_ends_ = 0;     // connections that ended before anything was said
  Duration round_trip_;
  std::optional<model::TlsRecord> tls_;
  std::optional<model::TlsRecord> starttls_;  // of what began behind words in the clear
  bool wants_tls_ = false;
  const Reader* also_ = nullptr;  // whose question is to be put yet
  std::uint32_t once_more_ = 0;   // the connection that asks about TLS when all else is known; 0: there was none
  bool heard_any_ = false;
  // Too many of our connections were turned away: from then on one at a time, and not at once.
  std::optional<Instant> comes_back_;
  bool is_throttled_ = false;
  bool over_ = false;
  model::ServiceRecord found_;
};

}  // namespace portolan::identify
