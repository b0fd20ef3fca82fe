// A server that says what a transcript says, and the agenda that asks it, in virtual time.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "identify/agenda.h"
#include "identify/transcript.h"

namespace portolan::identify {

// What came of it.
struct Replayed {
  model::ServiceRecord found;
  Duration took{};
  std::size_t connections = 0;
  std::size_t at_once = 0;  // of those, at most
  std::string said;         // by us, on all of them
};

// A server whose connections all go as the transcript has them. What it expects to hear before it goes on is compared
// with what is said, as far as that has come; who says something else is answered nothing.
class Replay {
 public:
  Replay(Transcript transcript, net::Port port, AgendaSettings settings = {})
      : transcript_{std::move(transcript)}, agenda_{port, host_in(transcript_), settings, now_} {}

  Replayed run() {
    constexpr int most_steps = 100'000;
    for (int step = 0; step < most_steps; ++step) {
      act();
      if (agenda_.is_over()) break;
      const Instant next = std::min(agenda_.wake_at(), next_event());
      if (next == Instant::max()) {
        ADD_FAILURE() << "nothing more happens, and the agenda is not over";
        break;
      }
      now_ = std::max(now_, next);
      happen();
    }
    EXPECT_TRUE(agenda_.is_over()) << "it goes on and on";
    result_.found = agenda_.found();
    result_.took = now_ - Instant{};
    return result_;
  }

 private:
  using What = TranscriptLine::What;
  // Recorded by name, or by address.
  static std::string host_in(const Transcript& transcript) {
    static constexpr std::string_view name = "server.example";
    const bool by_name = std::ranges::any_of(transcript.lines, [](const TranscriptLine& line) {
      return line.what == What::said && line.bytes.find(name) != std::string::npos;
    });
    return std::string{by_name ? name : "127.0.0.1"};
  }
  static constexpr Duration half_way = std::chrono::milliseconds{1};
  struct Connection {
    bool tls = false;
    std::vector<std::string> offers = {};  // in its handshake
    bool connected = false;
    bool shakes = false;     // hands, behind words in the clear
    std::size_t line = 0;    // what comes next
    Instant at{};            // when
    std::string heard = {};  // by the server, and not expected yet
  };

  void act() {
    for (const Action& action : agenda_.act(now_)) {
      switch (action.what) {
        case Action::What::open:
        case Action::What::open_tls:
          ++result_.connections;
          connections_[action.connection] = {.tls = action.what == Action::What::open_tls,
                                             .offers = {action.offers.begin(), action.offers.end()},
                                             .at = now_ + 2 * half_way};
          result_.at_once = std::max(result_.at_once, connections_.size());
          break;
        case Action::What::say:
          result_.said += action.bytes;
          if (const auto found = connections_.find(action.connection); found != connections_.end()) {
            found->second.heard += action.bytes;
            listen(found->second);
          }
          break;
        case Action::What::begin_tls:
          if (const auto found = connections_.find(action.connection); found != connections_.end()) {
            found->second.shakes = true;
            found->second.at = now_ + 2 * half_way;
          }
          break;
        case Action::What::close:
          result_.said += action.bytes;
          connections_.erase(action.connection);
          break;
      }
    }
  }

  // Goes on where what is expected has been heard.
  void listen(Connection& connection) {
    while (connection.line < transcript_.lines.size()) {
      const TranscriptLine& line = transcript_.lines[connection.line];
      if (line.what != What::said || !connection.heard.starts_with(line.bytes)) return;
      connection.heard.erase(0, line.bytes.size());
      ++connection.line;
      connection.at = std::max(connection.at, now_ + 2 * half_way);
    }
  }

  [[nodiscard]] Instant next_event() const {
    Instant next = Instant::max();
    for (const auto& [number, connection] : connections_) {
      if (!connection.connected || connection.shakes || says_something(connection))
        next = std::min(next, connection.at);
    }
    return next;
  }

  [[nodiscard]] bool says_something(const Connection& connection) const {
    return connection.line < transcript_.lines.size() && transcript_.lines[connection.line].what != What::said;
  }

  void happen() {
    for (auto it = connections_.begin(); it != connections_.end();) {
      auto& [number, connection] = *it;
      const bool is_due =
          connection.at <= now_ && (!connection.connected || connection.shakes || says_something(connection));
      if (is_due && !step(number, connection)) {
        it = connections_.erase(it);
      } else {
        ++it;
      }
    }
  }

  // False where the connection is over.
  bool step(std::uint32_t number, Connection& connection) {
    if (!connection.connected) {
      connection.connected = true;
      const bool begins_tls = !transcript_.lines.empty() && transcript_.lines.front().what == What::tls_begin;
      if (connection.tls && !begins_tls) {
        agenda_.on_end(number, Ending::no_tls, now_);
        return false;
      }
      model::TlsRecord tls;
      tls.version = "TLSv1.3";
      const std::string agreed = begins_tls ? transcript_.lines.front().bytes : std::string{};
      if (std::ranges::find(connection.offers, agreed) != connection.offers.end()) tls.alpn = agreed;
      const bool is_as_recorded = begins_tls && connection.tls && tls.alpn == agreed;
      if (is_as_recorded) ++connection.line;
      // It waits for a handshake, or for one that agrees.
      if (begins_tls && !is_as_recorded) connection.line = transcript_.lines.size();
      agenda_.on_connected(number, now_, connection.tls ? std::optional{tls} : std::nullopt);
      return true;
    }
    const bool waits =
        connection.line < transcript_.lines.size() && transcript_.lines[connection.line].what == What::wait;
    if (connection.shakes && !waits) {
      connection.shakes = false;
      const bool begins =
          connection.line < transcript_.lines.size() && transcript_.lines[connection.line].what == What::tls_begin;
      if (!begins) {
        agenda_.on_end(number, Ending::no_tls, now_);
        return false;
      }
      ++connection.line;
      model::TlsRecord tls;
      tls.version = "TLSv1.3";
      agenda_.on_connected(number, now_, tls);
      return true;
    }
    const TranscriptLine& line = transcript_.lines[connection.line++];
    switch (line.what) {
      case What::wait:
        connection.at = now_ + line.wait;
        break;
      case What::heard:
        agenda_.on_heard(number, line.bytes, now_);
        break;
      case What::fin:
        agenda_.on_end(number, Ending::closed, now_);
        return false;
      case What::rst:
        agenda_.on_end(number, Ending::reset, now_);
        return false;
      case What::said:
      case What::tls_begin:
      case What::tls_end:
        break;
    }
    listen(connection);
    return true;
  }

  Transcript transcript_;
  Instant now_{};
  Agenda agenda_;
  std::map<std::uint32_t, Connection> connections_;
  Replayed result_;
};

inline Replayed replay(std::string_view text, std::uint16_t port, const AgendaSettings& settings = {}) {
  auto transcript = read_transcript(text);
  EXPECT_TRUE(transcript) << (transcript ? "" : transcript.error().message);
  return Replay{transcript ? *transcript : Transcript{}, net::Port{port}, settings}.run();
}

}  // namespace portolan::identify
