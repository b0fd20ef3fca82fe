// Errors are values: what the world does wrong travels as Result<T>; only programmer errors assert.
#pragma once

#include <expected>
#include <string>
#include <utility>

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
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Errc code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}
inline std::unexpected<Error> fail(Error error) { return std::unexpected(std::move(error)); }

// For std::visit over a variant: one lambda an alternative.
template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

}  // namespace portolan
