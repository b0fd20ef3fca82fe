// How a protocol begins TLS on a connection that is spoken in the clear: a word, consent, and what is asked again
// inside.
#pragma once

#include <optional>
#include <string_view>

#include "identify/reader.h"

namespace portolan::identify {

struct StartTlsWords {
  std::string_view asks;
  // Whether the answer consents; nullopt while it has not come to its end.
  std::optional<bool> (*agrees)(std::string_view heard) = nullptr;
  std::string_view asks_inside = {};  // "": nothing
};

// Of a talk in which all is read that was asked in the clear: adds to `reading`, which says yes, what leads into TLS
// next. To be called where the other side offers it.
void go_on_into_tls(Reading& reading, const Talk& talk, const StartTlsWords& words);

// What was heard last to a question; empty where that was not asked.
std::string_view last_answer_to(const Talk& talk, std::string_view question);

}  // namespace portolan::identify
