// What stands behind the keywords of the filter language: hosts, ports, numbers. Private to filter*.cpp. Errors are
// parts of a sentence that begins "in the filter, ".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sockets/filter/filter_node.h"

namespace portolan::sockets {

// 'text' in quotes, inert on a terminal, cut where it is so long that it would bury the message.
std::string quoted_piece(std::string_view text);

// Decimal or 0x-hexadecimal, at most `most`. A zero in front is refused: ss takes it for octal, people do not.
std::optional<std::uint64_t> read_number(std::string_view text, std::uint64_t most);

// "22", "ssh", "8000-8100"; "*" and "" for any.
Result<Range> read_ports(std::string_view text, const FilterNames& names);

// [FAMILY:]ADDRESS[:PORT] behind src or dst.
Result<FilterNode> read_host(std::string_view text, Side side, const FilterNames& names);

// A name, or else an index.
Result<std::uint32_t> read_interface(std::string_view text, const FilterNames& names);

}  // namespace portolan::sockets
