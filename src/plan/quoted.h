// How a message shows the piece of the user's text that it is about.
#pragma once

#include <fmt/core.h>

#include <string>
#include <string_view>

#include "base/escape.h"

namespace portolan::plan {

// 'text' in quotes, inert on a terminal, cut where it is so long that it would bury the message.
inline std::string quoted(std::string_view text) {
  constexpr std::size_t longest = 80;
  return fmt::format("'{}{}'", escape_terminal(text.substr(0, longest)), text.size() > longest ? "..." : "");
}

}  // namespace portolan::plan
