// Which protocol, what tells it from others, and the document that says so. Here: ACAP, whose server greets with "*
// ACAP" and what it is able to do, the program's name first (RFC 2244 §3.1 and §7.1).
#include <array>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{674};
constexpr std::string_view greeting = "* ACAP ";
constexpr std::string_view names_program = "(IMPLEMENTATION \"";

// `Product version`: where the last word is no version, all of it is the product.
void name_program(std::string_view said, Facts& facts) {
  const std::size_t blank = said.rfind(' ');
  const bool has_version = blank != std::string_view::npos && is_version(said.substr(blank + 1));
  facts.product = said.substr(0, has_version ? blank : said.size());
  if (has_version) facts.version = said.substr(blank + 1);
}

// Any bytes may come. What is asked first stands in `question` below; what is asked then, on the same connection, a
// Reading says in `say`, and this is called again with all that was said.
Reading read(const Talk& talk) {
  if (!may_begin(talk.first(), greeting)) return {};
  const auto line = first_line(talk.first());
  if (!line) return cut_short(talk);
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  std::string_view said = line->text.substr(greeting.size());
  if (!said.starts_with(names_program)) return reading;
  said.remove_prefix(names_program.size());
  const std::string_view program = said.substr(0, said.find('"'));
  if (program.size() < said.size() && is_printable(program)) name_program(program, reading.facts);
  return reading;
}

}  // namespace

constinit const Reader new_reader{
    .name = "new_reader",
    .service = "acap",  // as users of scanners know it
    .document = "RFC 2244",
    .first = Speaks::server,
    .ports = ports,
    .question = nullptr,  // it listens
    .read = read,
    .goodbye = "portolan LOGOUT\r\n",
};

}  // namespace portolan::identify
