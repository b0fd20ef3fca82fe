// Protocols that say over UDP what they say over TCP, in another frame.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "identify/reader.h"

namespace portolan::identify {

// What a reader of connections makes of this as the whole of one; both in the frame that it knows. It asks nothing
// more.
inline Reading read_as_stream(const Reader& reader, std::string said, std::string_view heard) {
  const Turn turn{std::move(said), std::string{heard}};
  Reading reading = reader.read({.turns = {&turn, 1}, .is_over = true, .host = {}, .in_tls = false});
  reading.say.clear();
  return reading;
}

}  // namespace portolan::identify
