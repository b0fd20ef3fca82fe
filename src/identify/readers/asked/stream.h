// The beginning of an XMPP stream: the root element and what the server says in it first.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "identify/reader.h"

namespace portolan::identify {

// Reads an answer to a stream header, or an error to anything else; `name_space` is "jabber:client" or "jabber:server".
Reading read_stream(const Talk& talk, std::string_view name_space);
std::string stream_header(std::string_view host, std::string_view name_space);

}  // namespace portolan::identify
