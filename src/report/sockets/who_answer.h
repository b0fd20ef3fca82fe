// What `portolan who` answers: a paragraph for each process that can be called there, or what else is known. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/remark.h"
#include "report/calendar.h"
#include "sockets/availability.h"
#include "sockets/listeners.h"
#include "sockets/row_names.h"

namespace portolan::report {

inline constexpr std::string_view who_schema = "portolan-who/1";

struct WhoAnswer {
  sockets::Service service;
  std::size_t connections = 0;  // established now
};

// A socket that uses the port (or path) and waits for nobody.
struct WhoUser {
  sockets::Service holder;  // with the socket's own address
  std::string remote;       // "198.18.0.2:443"; "" where it is connected to nobody
  std::string_view state;   // "ESTABLISHED"
};

// Where else somebody listens.
struct WhoElsewhere {
  std::uint64_t network_namespace = 0;
  sockets::Service service;
};

struct Who {
  std::string question;   // as it was asked
  bool is_port = true;    // not a path
  bool is_range = false;  // several ports
  std::vector<WhoAnswer> answers = {};
  // Beside answers: those connected there whom none of the answers holds; without: everybody who is there.
  std::vector<WhoUser> users = {};
  std::vector<WhoElsewhere> elsewhere = {};  // only where there are no answers
  // Who listens on a socket that once had the path, and cannot be reached by it; only where there are no answers.
  std::vector<sockets::Service> namesakes = {};
  sockets::Availability availability = sockets::Availability::not_asked;
  std::string hint = {};  // one more sentence; "" for none
};

struct WhoStyle {
  std::int64_t now = 0;  // Unix time in seconds
  Calendar calendar = nullptr;
};

std::string who_text(const Who& who, sockets::RowNames& names, const WhoStyle& style);
// An object a line: start, an `answer` each, `user`, `elsewhere`, `namesake` and `bind`, a `gap` each, finish.
std::string who_json(const Who& who, sockets::RowNames& names, std::span<const model::Remark> gaps);
// docs/who.schema.json.
std::string who_json_schema();

// Bytes as they are bound: the abstract namespace's NUL is told as '@', as everywhere.
std::string path_text(const sockets::Service& service);

// "4 s", "12 min", "3 h 12 min", "5 days 3 h".
std::string age_text(std::int64_t seconds);

}  // namespace portolan::report
