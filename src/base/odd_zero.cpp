#include "base/odd_zero.h"

#include <algorithm>

#include "base/message.h"

namespace portolan {

std::optional<std::string_view> odd_zero(std::string_view text) {
  constexpr std::string_view digits = "0123456789";
  if (!text.contains('.') || text.find_first_not_of("0123456789.,*-") != std::string_view::npos) return std::nullopt;
  for (std::size_t begin = text.find_first_of(digits); begin < text.size(); begin = text.find_first_of(digits, begin)) {
    const auto end = std::min(text.find_first_not_of(digits, begin), text.size());
    if (text[begin] == '0' && end > begin + 1) {
      return message(
          "a number with a zero in front, which is octal to some programs and decimal to others; leave the zero out");
    }
    begin = end;
  }
  return std::nullopt;
}

}  // namespace portolan
