// Heads of the family of HTTP (RTSP, SIP, ICAP and others): a status line and fields.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "identify/readers/shared.h"

namespace portolan::identify {

struct Head {
  unsigned status = 0;
  std::string_view reason;
  std::vector<std::pair<std::string, std::string_view>> fields;  // names in small letters
  bool is_whole = false;                                         // the empty line behind it has come
  std::string_view rest;                                         // what follows it

  [[nodiscard]] std::string_view field(std::string_view name) const;  // "" where there is none
};

// Of an answer whose first word is `protocol`, "RTSP/1.0"; nullopt where that line has not come or is another.
std::optional<Head> head_in(std::string_view text, std::string_view protocol);

// What to make of an answer whose end has not come: it is waited for, but not without end.
Reading unfinished(const Talk& talk, std::size_t longest = 1'024);

// "GStreamer/1.22", "Wowza Streaming Engine 4.8.5 build2020", "Asterisk PBX 18.9-cert4": a name, a version, and more.
void name_program(std::string_view said, Facts& facts);

}  // namespace portolan::identify
