// Errors are values: what the world does wrong travels as Result<T>; only programmer errors assert.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace portolan {

// What a caller may branch on. Everything else stands in the message.
enum class Errc {
  parse,        // text the user gave cannot be understood
  usage,        // words are understood but do not go together
  io,           // a file or stream could not be read or written
  reader_gone,  // of the pipe that was written to
  privilege,    // the kernel refuses what was asked for
  unresolved,   // a name has no address
  unreachable,  // no route, no such interface, no neighbour
  limit,        // a stated limit would be passed
  unsupported,  // known, but not built
};

struct Error {
  Errc code;
  std::string message;  // one sentence for a person: what was being done, to what, what to try
  // The same for records, which hold no words: why, as the name of an errno ("ENETUNREACH") or a word of its own
  // ("no-carrier"), "" where nobody asks; and what it is about, in the order that the cause has.
  std::string cause = {};
  std::vector<std::string> about = {};
};

// "privilege", "io": for records.
constexpr std::string_view name_of(Errc code) {
  switch (code) {
    case Errc::parse:
      return "parse";
    case Errc::usage:
      return "usage";
    case Errc::io:
      return "io";
    case Errc::reader_gone:
      return "reader-gone";
    case Errc::privilege:
      return "privilege";
    case Errc::unresolved:
      return "unresolved";
    case Errc::unreachable:
      return "unreachable";
    case Errc::limit:
      return "limit";
    case Errc::unsupported:
      return "unsupported";
  }
  return "io";
}
// Its cause, or what its code is called where it has none.
inline std::string cause_of(const Error& error) {
  return error.cause.empty() ? std::string{name_of(error.code)} : error.cause;
}

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Errc code, std::string message) {
  return std::unexpected(Error{.code = code, .message = std::move(message)});
}
inline std::unexpected<Error> fail(Error error) { return std::unexpected(std::move(error)); }

// For std::visit over a variant: one lambda an alternative.
template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

}  // namespace portolan
