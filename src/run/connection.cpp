#include "run/connection.h"

#include <chrono>
#include <utility>

#include "explain/connection_witness.h"
#include "os/monotonic_clock.h"
#include "os/packet/watched_connection.h"

namespace portolan::run {
namespace {

using namespace std::chrono_literals;
using Progress = os::WatchedConnection::Progress;

// The kernel sends a SYN again after one second and after three (RFC 6298).
constexpr Duration connect_wait = 5s;
// Who speaks first mostly does so at once; some look the client's name up before.
constexpr Duration words_wait = 3s;
constexpr Duration end_wait = 2s;
constexpr Duration last_packets_wait = 500ms;
// Who goes on and on is not listened to any longer.
constexpr std::size_t most_bytes = 65'536;

}  // namespace

struct OpenConnection::Parts {
  os::WatchedConnection connection;
  explain::ConnectionWitness witness;
  std::string first_words;
  os::MonotonicClock clock{};
  std::size_t bytes = 0;  // that were heard
  bool ended = false;     // by the other side
};

OpenConnection::OpenConnection(std::unique_ptr<Parts> parts) : parts_{std::move(parts)} {}
OpenConnection::~OpenConnection() = default;

Result<std::unique_ptr<OpenConnection>> OpenConnection::open(const explain::Question& question,
                                                             std::string_view first_words) {
  auto connection = os::WatchedConnection::open(question.target, *question.port);
  if (!connection) return fail(connection.error());
  const net::Port own_port = connection->own_port();
  auto parts = std::make_unique<Parts>(std::move(*connection), explain::ConnectionWitness{question, own_port},
                                       std::string{first_words});
  return std::unique_ptr<OpenConnection>{new OpenConnection{std::move(parts)}};
}

// Waits, and has the witness see what passes.
Result<void> OpenConnection::pass(Instant deadline) {
  auto passed = parts_->connection.wait(deadline);
  if (!passed) return fail(passed.error());
  for (explain::Passed& packet : *passed) parts_->witness.see(std::move(packet));
  return {};
}

// Whether there is a connection.
Result<bool> OpenConnection::connect() {
  Parts& parts = *parts_;
  const Instant until = parts.clock.now() + connect_wait;
  parts.connection.begin();
  while (parts.connection.outcome().progress == Progress::under_way && parts.clock.now() < until) {
    if (const auto done = pass(until); !done) return fail(done.error());
  }
  return parts.connection.outcome().progress == Progress::connected;
}

Result<void> OpenConnection::listen(Instant deadline) {
  Parts& parts = *parts_;
  if (const auto done = pass(deadline); !done) return fail(done.error());
  const auto heard = parts.connection.hear();
  parts.witness.heard(heard.bytes);
  parts.bytes += heard.bytes.size();
  parts.ended = heard.ended;
  return {};
}

Result<void> OpenConnection::talk() {
  Parts& parts = *parts_;
  if (!parts.first_words.empty()) {
    parts.connection.say(parts.first_words);
    parts.witness.said(parts.first_words);
  }
  Instant until = parts.clock.now() + words_wait;
  while (!parts.ended && !parts.witness.has_heard() && parts.clock.now() < until) {
    if (const auto done = listen(until); !done) return fail(done.error());
  }
  parts.connection.end_speech();
  until = parts.clock.now() + end_wait;
  while (!parts.ended && parts.bytes < most_bytes && parts.clock.now() < until) {
    if (const auto done = listen(until); !done) return fail(done.error());
  }
  return {};
}

Result<explain::Story> OpenConnection::make() {
  Parts& parts = *parts_;
  const auto connected = connect();
  if (!connected) return fail(connected.error());
  if (*connected) {
    if (const auto done = talk(); !done) return fail(done.error());
  }
  parts.connection.close();
  // What has passed meanwhile, and what the ends still have to say to each other.
  const Instant until = parts.clock.now() + (*connected ? last_packets_wait : Duration::zero());
  do {
    if (const auto done = pass(until); !done) return fail(done.error());
  } while (!parts.witness.is_over() && parts.clock.now() < until);
  const auto outcome = parts.connection.outcome();
  return parts.witness.take({.connected = *connected, .cause = outcome.cause}, parts.connection.unseen());
}

}  // namespace portolan::run
