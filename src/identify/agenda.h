// Finding out who answers at one TCP port: which connections are opened, what is said on each, and how long is waited.
// Connections that only listen stay open while others ask, so that all waiting is done at once. A state machine that is
// told bytes and times; it owns no socket.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "identify/fingerprints.h"
#include "identify/reader.h"
#include "model/service.h"
#include "net/port.h"

namespace portolan::identify {

struct AgendaSettings {
  // 0: listen, and ask only what the port hints at; 2: TLS and HTTP as well; 7: what is commonly met; 9: all.
  int intensity = 7;
  Duration patience = std::chrono::seconds{12};  // for a word of somebody who speaks first
  bool only_listens = false;                     // not a byte is sent, and it is not waited for long
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

class Agenda {
 public:
  // To one port in all, unless everything is asked (intensity 9), which takes one a question.
  static constexpr std::size_t most_connections = 14;

  Agenda(net::Port port, std::string host, const AgendaSettings& settings, Instant now);

  // Of a connection that this has opened and not closed; others are ignored. With TLS: once its handshake is done, once
  // more where that was begun later.
  void on_connected(std::uint32_t connection, Instant now, std::optional<model::TlsRecord> tls = std::nullopt);
  void on_heard(std::uint32_t connection, std::string_view bytes, Instant now);
  void on_end(std::uint32_t connection, Ending ending, Instant now);

  // What is to be done now. To be called after anything above, and at wake_at().
  std::vector<Action> act(Instant now);
  [[nodiscard]] Instant wake_at() const;
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
    bool upgrading = false;  // its handshake goes on, behind words in the clear
    bool upgraded = false;   // it is done
    std::vector<Turn> turns = {Turn{}};
    std::size_t bytes = 0;   // heard in all
    std::size_t judged = 0;  // of the last turn, when it was judged last
  };
  struct Opening {
    const Reader* reader = nullptr;  // nullptr: TLS, and listen
    bool hinted = false;
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
  void on_silent_end(Instant now);
  void end() { over_ = true; }
  void end_if_sure(Instant now);
  bool asks_preference(Instant now);
  [[nodiscard]] bool has_owned() const;  // a connection on which somebody has been recognised

  void expire(Instant now);
  void renew_listener(Instant now);
  void open_next(Instant now);
  [[nodiscard]] bool may_open() const { return opened_ < most_connections || settings_.intensity == asks_all; }
  static constexpr int asks_all = 9;
  [[nodiscard]] std::size_t asking() const;  // connections that do not only listen
  [[nodiscard]] bool hints_at(Speaks first) const;
  [[nodiscard]] bool is_silent(const Connection& connection) const;
  [[nodiscard]] Duration answer_wait() const;
  [[nodiscard]] Duration silence() const;
  [[nodiscard]] Instant deadline_of(const Connection& connection) const;

  net::Port port_;
  std::string host_;
  AgendaSettings settings_;
  Instant started_;
  Instant listen_until_;  // before it, only what is hinted at is asked
  std::vector<Connection> connections_;
  std::vector<Opening> openings_;
  std::size_t next_ = 0;  // of them
  std::vector<Action> actions_;
  std::uint32_t opened_ = 0;
  std::uint32_t listeners_ = 0;  // opened since TLS began, or at all
  unsigned failed_ = 0;          // connections in a row
  unsigned silent_ends_ = 0;     // connections that ended before anything was said
  Duration round_trip_;
  std::optional<model::TlsRecord> tls_;
  std::optional<model::TlsRecord> starttls_;  // of what began behind words in the clear
  bool wants_tls_ = false;
  std::uint32_t preference_ = 0;  // the connection that only shakes hands; 0: there was none
  bool heard_any_ = false;
  bool over_ = false;
  model::ServiceRecord found_;
};

}  // namespace portolan::identify
