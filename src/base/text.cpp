#include "base/text.h"

#include <fmt/format.h>

#include <iterator>

namespace portolan {

void append_formatted(std::string& out, fmt::string_view format, fmt::format_args arguments) {
  fmt::vformat_to(std::back_inserter(out), format, arguments);
}

std::string lower_case(std::string_view text) {
  std::string folded{text};
  for (char& c : folded) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return folded;
}

}  // namespace portolan
