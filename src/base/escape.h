// Text from the network and from other people's machines stays inert: escaped for the place it
// goes to. Pure; every function is total (any bytes in, safe text out).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace portolan {

// For a terminal or a log: control characters, ESC, DEL, C1 controls, bidi overrides, characters that are not seen
// (zero-width ones, spaces other than the usual one) and invalid UTF-8 become \xHH (or \u{HHHH}); what is seen stays.
std::string escape_terminal(std::string_view text);
// The same as one word of a line of words: the blank becomes \x20 as well.
std::string escape_word(std::string_view text);
// What escape_terminal or escape_word made such a text of: \xHH and \u{HHHH} become bytes again, all else stays. A
// backslash is not escaped, so a text that holds "\x20" itself reads as another.
std::string unescape(std::string_view text);
// For XML text and attribute values: & < > " ' and tab, line feed, carriage return become entities;
// characters that XML 1.0 does not allow or discourages (§2.2) become \xHH, and so does invalid UTF-8.
std::string escape_xml(std::string_view text);
// For a JSON string, quotes included (RFC 8259 §7); invalid UTF-8 becomes U+FFFD, and what could trick
// a terminal or a reader (controls, bidi overrides, what is not seen) becomes \uHHHH, which is the same string to a
// parser.
std::string quote_json(std::string_view text);
// One field of CSV (RFC 4180), in quotes where it needs them. What escape_terminal escapes stands escaped, line breaks
// too, so that a record is a line; and what a spreadsheet would take for a formula (= + - @ in front) gets an
// apostrophe in front of it.
std::string quote_csv(std::string_view text);

// The same, behind what `out` holds already: nothing is allocated once `out` is large enough.
void append_terminal(std::string& out, std::string_view text);
void append_word(std::string& out, std::string_view text);
void append_json(std::string& out, std::string_view text);
void append_csv(std::string& out, std::string_view text);

// How many columns of a terminal `text` takes, which escape_terminal has made: two for each wide character (East
// Asian, emoji), none for combining marks.
std::size_t display_width(std::string_view text);
// How many bytes of such a text fit into `columns`.
std::size_t bytes_that_fit(std::string_view text, std::size_t columns);

}  // namespace portolan
