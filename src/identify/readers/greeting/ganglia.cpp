// Ganglia: gmond and gmetad write an XML document whose root names version and program (its own DTD, which stands in
// the document).
#include <array>
#include <string_view>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 2> ports{8649, 8651};
constexpr std::string_view begin = "<?xml ";
constexpr std::string_view doctype = "<!DOCTYPE GANGLIA_XML ";
constexpr std::string_view root = "<GANGLIA_XML ";
constexpr std::size_t longest_head = 16'384;

// The value in `VERSION="3.7.2"` of a tag's attributes.
std::string_view attribute(std::string_view tag, std::string_view name) {
  std::size_t at = 0;
  while ((at = tag.find(name, at)) != std::string_view::npos) {
    const std::string_view rest = tag.substr(at + name.size());
    const bool begins_word = at > 0 && tag[at - 1] == ' ';
    at += name.size();
    if (!begins_word || !rest.starts_with("=\"")) continue;
    const std::size_t end = rest.find('"', 2);
    if (end == std::string_view::npos) return {};
    return rest.substr(2, end - 2);
  }
  return {};
}

Reading read(const Talk& talk) {
  const std::string_view first = talk.first().substr(0, longest_head);
  if (!may_begin(first, begin)) return {};
  const std::size_t end_of_declaration = first.find("?>");
  if (end_of_declaration == std::string_view::npos) return first.size() < 256 ? cut_short(talk) : Reading{};
  const std::size_t next = first.find_first_not_of(" \r\n\t", end_of_declaration + 2);
  if (next == std::string_view::npos) return cut_short(talk);
  if (!may_begin(first.substr(next), doctype)) return {};
  const std::size_t at = first.find(root, next);
  const std::size_t end = at == std::string_view::npos ? at : first.find('>', at);
  if (end == std::string_view::npos) return first.size() < longest_head ? cut_short(talk) : Reading{};
  const std::string_view tag = first.substr(at, end - at);
  const std::string_view version = attribute(tag, "VERSION");
  const std::string_view source = attribute(tag, "SOURCE");
  if (source.empty() || !is_printable(tag)) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "Ganglia " + std::string{source};
  reading.facts.version = version;
  return reading;
}

}  // namespace

constinit const Reader ganglia{
    .name = "ganglia",
    .service = "ganglia",
    .document = "Ganglia XML",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
};

}  // namespace portolan::identify
