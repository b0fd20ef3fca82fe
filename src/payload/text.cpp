#include "payload/text.h"

#include <fmt/core.h>

#include <algorithm>

#include "wire/cursor.h"

namespace portolan::payload {

std::size_t write_text(std::string_view text, Buffer out) { return wire::Writer{out}.text(text).size(); }

std::string_view as_text(Bytes bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

std::string hex_text(std::uint32_t cookie) { return fmt::format("{:08x}", cookie); }

Match match_hex_text(std::uint32_t cookie, std::string_view answer) {
  return answer.find(hex_text(cookie)) != answer.npos ? Match::genuine : Match::stale;
}

bool is_readable(Bytes bytes) {
  const auto is_space = [](std::uint8_t byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); };
  const auto is_visible = [](std::uint8_t byte) { return byte > ' ' && byte <= '~'; };
  return std::ranges::any_of(bytes, is_visible) &&
         std::ranges::all_of(bytes, [&](std::uint8_t byte) { return is_space(byte) || is_visible(byte); });
}

std::size_t build_any_datagram(std::uint32_t, Buffer out) { return write_text("\r\n", out); }

Match match_readable(std::uint32_t, Bytes answer) { return is_readable(answer) ? Match::genuine : Match::other; }

}  // namespace portolan::payload
