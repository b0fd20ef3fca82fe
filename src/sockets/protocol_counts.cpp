#include "sockets/protocol_counts.h"

#include <algorithm>

#include "sockets/sources/proc_line.h"

namespace portolan::sockets {

std::optional<std::uint64_t> counted(std::string_view text, std::string_view name) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    ProcLine words{text.substr(0, end)};
    text.remove_prefix(std::min(end + 1, text.size()));
    if (words.word() != name) continue;
    std::uint64_t count = 0;
    words.skip(1).number(count);  // behind the size of one
    return words.good() ? std::optional{count} : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace portolan::sockets
