#include "talk/typed.h"

#include <utility>

namespace portolan::talk {

std::string LineEnds::with_cr(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (const char c : bytes) {
    if (c == '\n' && !after_cr_) out += '\r';
    out += c;
    after_cr_ = c == '\r';
  }
  return out;
}

std::optional<std::string> Lines::next() {
  const std::size_t end = kept_.find('\n');
  if (end == std::string::npos) return std::nullopt;
  std::string line = kept_.substr(0, end + 1);
  kept_.erase(0, end + 1);
  return line;
}

std::string Lines::rest() { return std::exchange(kept_, {}); }

}  // namespace portolan::talk
