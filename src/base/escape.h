// Text from the network and from other people's machines stays inert: escaped for the place it
// goes to. Pure; every function is total (any bytes in, safe text out).
#pragma once

#include <string>
#include <string_view>

namespace portolan {

// For a terminal or a log: control characters, ESC, DEL, C1 controls, bidi overrides and invalid
// UTF-8 become \xHH (or \u{HHHH}); everything printable stays.
std::string escape_terminal(std::string_view text);
// For XML text and attribute values: & < > " ' and tab, line feed, carriage return become entities;
// characters that XML 1.0 does not allow or discourages (§2.2) become \xHH, and so does invalid UTF-8.
std::string escape_xml(std::string_view text);
// For a JSON string, quotes included (RFC 8259 §7); invalid UTF-8 becomes U+FFFD, and what could trick
// a terminal (controls, bidi overrides) becomes \uHHHH, which is the same string to a parser.
std::string quote_json(std::string_view text);

}  // namespace portolan
