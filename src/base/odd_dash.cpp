#include "base/odd_dash.h"

#include <array>

#include "base/message.h"

namespace portolan {
namespace {

struct Dash {
  std::string_view utf8;
  std::string_view name;
  bool is_in_names = false;
};
constexpr std::array dashes{
    Dash{"\u2010", message("a hyphen (U+2010)")},
    Dash{"\u2011", message("a non-breaking hyphen (U+2011)")},
    Dash{"\u2012", message("a figure dash (U+2012)")},
    Dash{"\u2013", message("an en dash (U+2013)")},
    Dash{"\u2014", message("an em dash (U+2014)")},
    Dash{"\u2015", message("a horizontal bar (U+2015)")},
    Dash{"\u2212", message("a minus sign (U+2212)")},
    Dash{"\ufe58", message("a small em dash (U+FE58)")},
    Dash{"\ufe63", message("a small hyphen (U+FE63)"), true},
    Dash{"\uff0d", message("a wide hyphen (U+FF0D)"), true},
};

std::optional<OddDash> first_in(std::string_view text, bool in_name) {
  std::optional<OddDash> first;
  for (const Dash& dash : dashes) {
    if (in_name && dash.is_in_names) continue;
    const std::size_t at = text.find(dash.utf8);
    if (at == std::string_view::npos || (first && first->at < at)) continue;
    first = OddDash{at, dash.utf8.size(), dash.name};
  }
  return first;
}

}  // namespace

std::optional<OddDash> odd_dash_in(std::string_view text) { return first_in(text, false); }
std::optional<OddDash> odd_dash_in_name(std::string_view text) { return first_in(text, true); }

}  // namespace portolan
