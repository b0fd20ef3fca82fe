// The record of a talk (--record, docs/talk.md): one JSON object a line. Pure.
#pragma once

#include <string>
#include <string_view>

#include "model/wall_time.h"
#include "talk/direction.h"

namespace portolan::talk {

using model::WallTime;

// The first line: with whom, and how ("tcp", "udp").
std::string transcript_head(WallTime time, std::string_view host, std::string_view address, std::string_view transport);
// A piece as it went or came, before it was encrypted or after: `text` where it is UTF-8, otherwise `hex`.
std::string transcript_piece(WallTime time, Direction direction, std::string_view bytes);
// Something that is no byte of either side: that TLS began, how it ended.
std::string transcript_event(WallTime time, std::string_view event, std::string_view says);

}  // namespace portolan::talk
