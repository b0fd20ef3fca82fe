#include "os/terminal/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <string_view>

#include "os/environment.h"

namespace portolan::os {
namespace {

constexpr std::size_t usual_width = 80;

}  // namespace

bool is_terminal(int descriptor) { return ::isatty(descriptor) == 1; }

std::size_t terminal_width(int descriptor) {
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const std::string_view text = environment("COLUMNS");
  std::size_t columns = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), columns);
  return error == std::errc{} && end == text.data() + text.size() && columns > 0 ? columns : usual_width;
}

bool wants_colour(int descriptor) {
  const std::string_view kind = environment("TERM");
  return is_terminal(descriptor) && environment("NO_COLOR").empty() && !kind.empty() && kind != "dumb";
}

}  // namespace portolan::os
