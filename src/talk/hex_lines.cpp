#include "talk/hex_lines.h"

#include "base/text.h"

namespace portolan::talk {
namespace {

constexpr std::size_t bytes_a_line = 16;

char seen(char byte) { return byte >= ' ' && byte <= '~' ? byte : '.'; }

}  // namespace

std::string hex_lines(Direction direction, std::uint64_t offset, std::string_view bytes) {
  std::string text;
  for (; !bytes.empty(); offset += bytes_a_line) {
    const std::string_view line = bytes.substr(0, bytes_a_line);
    append(text, "{} {:08x} ", direction == Direction::sent ? '>' : '<', offset);
    for (std::size_t at = 0; at < bytes_a_line; ++at) {
      if (at == bytes_a_line / 2) text += ' ';
      if (at < line.size()) {
        append(text, " {:02x}", static_cast<unsigned char>(line[at]));
      } else {
        text += "   ";
      }
    }
    text += "  |";
    for (const char byte : line) text += seen(byte);
    text += "|\n";
    bytes.remove_prefix(line.size());
  }
  return text;
}

}  // namespace portolan::talk
