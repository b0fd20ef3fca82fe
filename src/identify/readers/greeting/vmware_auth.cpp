// VMware's authentication daemon: 220, its name, its version, and what it demands (VMware's list of ports names 902).
// The form of the greeting is described nowhere, so only its whole opening counts, and not as documented.
#include <algorithm>
#include <array>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 2> ports{902, 903};
constexpr std::string_view begin = "220 VMware Authentication Daemon Version ";

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  if (!may_begin(first, begin)) return {};
  const auto line = first_line(first);
  if (!line) return cut_short(talk);
  const std::string_view rest = line->text.substr(std::min(begin.size(), line->text.size()));
  const std::string_view version = rest.substr(0, rest.find_first_of(":, "));
  if (!is_version(version) || !is_printable(rest)) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  reading.facts.product = "VMware Authentication Daemon";
  reading.facts.version = version;
  if (rest.size() > version.size() + 1) reading.facts.extra = trimmed(rest.substr(version.size() + 1));
  return reading;
}

}  // namespace

constinit const Reader vmware_auth{
    .name = "vmware-auth",
    .service = "vmware-auth",
    .document = "VMware ports and protocols",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
    .goodbye = "QUIT\r\n",
};

}  // namespace portolan::identify
