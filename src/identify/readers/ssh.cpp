// SSH: the identification string names the software (RFC 4253 §4.2). Lines may stand before it.
#include <algorithm>
#include <array>

#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 2> ports{22, 2222};

// "OpenSSH_9.2p1", "dropbear_2022.83", "libssh_0.10.4", "Cisco-1.25".
void name_software(std::string_view software, Facts& facts) {
  const std::size_t end = software.find_first_of("_-");
  if (end == std::string_view::npos || !is_version(software.substr(end + 1))) {
    facts.product = software;
    return;
  }
  facts.product = software.substr(0, end);
  facts.version = software.substr(end + 1);
  if (facts.product == "dropbear") facts.product = "Dropbear sshd";
}

Reading read(const Talk& talk) {
  std::string_view rest = talk.first();
  while (const auto line = first_line(rest)) {
    rest = line->rest;
    std::string_view id = line->text;
    if (!id.starts_with("SSH-")) {
      // RFC 4253 §4.2: other lines only before it, and none that a client would take for it.
      if (!is_printable(id)) return {};
      continue;
    }
    id.remove_prefix(4);
    const std::size_t dash = id.find('-');
    if (dash == std::string_view::npos || !is_version(id.substr(0, dash))) return {};
    const std::string_view protocol = id.substr(0, dash);
    id.remove_prefix(dash + 1);
    const std::size_t blank = std::min(id.find(' '), id.size());
    Reading reading{.is = Reading::Is::yes, .confidence = documented};
    name_software(id.substr(0, blank), reading.facts);
    const std::string_view comment = trimmed(id.substr(blank));
    reading.facts.extra = comment;
    reading.facts.extra += comment.empty() ? "" : "; ";
    reading.facts.extra += "protocol " + std::string{protocol == "1.99" ? "2.0" : protocol};
    if (comment.find("Debian") != std::string_view::npos || comment.find("Ubuntu") != std::string_view::npos) {
      reading.facts.system = "Linux";
    }
    if (comment.find("FreeBSD") != std::string_view::npos) reading.facts.system = "FreeBSD";
    return reading;
  }
  const bool may_be = std::string_view{"SSH-"}.starts_with(rest.substr(0, 4));
  return {.is = may_be && !talk.is_over ? Reading::Is::more : Reading::Is::no};
}

}  // namespace

constinit const Reader ssh{
    .name = "ssh",
    .service = "ssh",
    .document = "RFC 4253",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
};

}  // namespace portolan::identify
