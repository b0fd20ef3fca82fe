#include "base/escape.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <system_error>

#include "base/text.h"
#include "base/utf8.h"

namespace portolan {
namespace {

bool is_control(char32_t code) { return code < 0x20 || (code >= 0x7f && code <= 0x9f); }

struct Block {
  char32_t first;
  char32_t last;
};

// Characters that are not seen, or seen as a blank that they are not: those that reorder or break the line they stand
// in (the bidirectional controls of Unicode UAX #9, line and paragraph separators), spaces of other kinds than U+0020,
// fillers, joiners and tags (DerivedCoreProperties.txt: Default_Ignorable_Code_Point, but for variation selectors,
// which follow what is seen).
constexpr std::array invisible_blocks{
    Block{0x00a0, 0x00a0}, Block{0x00ad, 0x00ad},  Block{0x034f, 0x034f}, Block{0x061c, 0x061c}, Block{0x115f, 0x1160},
    Block{0x1680, 0x1680}, Block{0x17b4, 0x17b5},  Block{0x180e, 0x180e}, Block{0x2000, 0x200f}, Block{0x2028, 0x202f},
    Block{0x205f, 0x206f}, Block{0x3000, 0x3000},  Block{0x3164, 0x3164}, Block{0xfeff, 0xfeff}, Block{0xffa0, 0xffa0},
    Block{0xfff0, 0xfff8}, Block{0xe0000, 0xe0fff}};

bool is_invisible(char32_t code) {
  return code >= invisible_blocks.front().first && std::ranges::any_of(invisible_blocks, [code](const Block& block) {
           return code >= block.first && code <= block.last;
         });
}

bool is_noncharacter(char32_t code) { return (code & 0xfffeU) == 0xfffe || (code >= 0xfdd0 && code <= 0xfdef); }

void append_bytes(std::string& out, std::string_view bytes) {
  for (const char c : bytes) append(out, "\\x{:02X}", static_cast<unsigned char>(c));
}

// Appends `text` to `out` and calls `special(out, bytes of the character, character)` for whatever is not plain ASCII;
// `plain` tells what may be copied as it is. Nearly all text is plain, so it is copied in one piece.
template <class Plain, class Special>
void transform(std::string& out, std::string_view text, Plain plain, Special special) {
  std::size_t copied = 0;
  std::size_t i = 0;
  while (i < text.size()) {
    if (plain(static_cast<unsigned char>(text[i]))) {
      ++i;
      continue;
    }
    out.append(text, copied, i - copied);
    const Character c = decode_utf8(text.substr(i));
    special(out, text.substr(i, c.length), c);
    i += c.length;
    copied = i;
  }
  out.append(text, copied);
}

bool is_plain_ascii(unsigned char byte) { return byte >= 0x20 && byte < 0x7f; }

std::string_view xml_entity(char32_t code) {
  switch (code) {
    case U'&':
      return "&amp;";
    case U'<':
      return "&lt;";
    case U'>':
      return "&gt;";
    case U'"':
      return "&quot;";
    case U'\'':
      return "&apos;";
    // Legal, but an attribute value would turn them into spaces (XML 1.0 §3.3.3).
    case U'\t':
      return "&#9;";
    case U'\n':
      return "&#10;";
    case U'\r':
      return "&#13;";
    default:
      return {};
  }
}

void append_json_escape(std::string& out, char32_t code) {
  if (code > 0xffff) {  // RFC 8259 §7: as a UTF-16 surrogate pair
    code -= 0x10000;
    append(out, "\\u{:04x}\\u{:04x}", 0xd800U + static_cast<std::uint32_t>(code >> 10U),
           0xdc00U + static_cast<std::uint32_t>(code & 0x3ffU));
    return;
  }
  append(out, "\\u{:04x}", static_cast<std::uint32_t>(code));
}

void append_terminal_escape(std::string& out, std::string_view bytes, const Character& c) {
  if (!c.valid || (c.length == 1 && is_control(c.code))) {
    append_bytes(out, bytes);
  } else if (is_control(c.code) || is_invisible(c.code) || is_noncharacter(c.code)) {
    append(out, "\\u{{{:04X}}}", static_cast<std::uint32_t>(c.code));
  } else {
    out.append(bytes);
  }
}

void append_utf8(std::string& out, std::uint32_t code) {
  constexpr unsigned bits = 6;  // of each byte behind the first (RFC 3629 section 3)
  const auto tail = [&](unsigned place) { out.push_back(static_cast<char>(0x80U | (code >> (bits * place) & 0x3fU))); };
  if (code < 0x80) {
    out.push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out.push_back(static_cast<char>(0xc0U | code >> bits));
    tail(0);
  } else if (code < 0x10000) {
    out.push_back(static_cast<char>(0xe0U | code >> (bits * 2)));
    for (const unsigned place : {1U, 0U}) tail(place);
  } else {
    out.push_back(static_cast<char>(0xf0U | code >> (bits * 3)));
    for (const unsigned place : {2U, 1U, 0U}) tail(place);
  }
}

// `text` begins with a backslash. Appends what the escape there stands for, and tells its length; 0: there is none.
std::size_t append_unescaped(std::string& out, std::string_view text) {
  constexpr std::size_t byte_length = 4;  // \xHH
  constexpr int hexadecimal = 16;
  constexpr std::uint32_t last_character = 0x10ffff;
  const bool is_byte = text.starts_with("\\x") && text.size() >= byte_length;
  const std::size_t close = text.starts_with("\\u{") ? text.find('}') : std::string_view::npos;
  if (!is_byte && close == std::string_view::npos) return 0;
  const std::string_view digits = is_byte ? text.substr(2, 2) : text.substr(3, close - 3);
  std::uint32_t code = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, hexadecimal);
  if (error != std::errc{} || end != digits.data() + digits.size() || code > last_character) return 0;
  if (is_byte) {
    out.push_back(static_cast<char>(code));
    return byte_length;
  }
  append_utf8(out, code);
  return close + 1;
}

// Blocks of Unicode (EastAsianWidth.txt: W and F) that terminals draw two columns wide, and those of marks that they
// draw over the character before (general category Mn). Whole blocks: this aligns columns, nothing else hangs on it.
constexpr std::array wide_blocks{Block{0x1100, 0x115f},   Block{0x2e80, 0x303e},   Block{0x3041, 0xa4cf},
                                 Block{0xa960, 0xa97f},   Block{0xac00, 0xd7a3},   Block{0xf900, 0xfaff},
                                 Block{0xfe30, 0xfe6f},   Block{0xff00, 0xff60},   Block{0xffe0, 0xffe6},
                                 Block{0x1f300, 0x1f64f}, Block{0x1f680, 0x1f6ff}, Block{0x1f900, 0x1f9ff},
                                 Block{0x20000, 0x3fffd}};
constexpr std::array mark_blocks{
    Block{0x0300, 0x036f}, Block{0x0483, 0x0489}, Block{0x0591, 0x05bd}, Block{0x064b, 0x065f}, Block{0x1ab0, 0x1aff},
    Block{0x1dc0, 0x1dff}, Block{0x200b, 0x200d}, Block{0x20d0, 0x20ff}, Block{0xfe00, 0xfe0f}, Block{0xfe20, 0xfe2f}};

std::size_t width_of(char32_t code) {
  const auto holds = [code](const Block& block) { return code >= block.first && code <= block.last; };
  if (code < wide_blocks.front().first) return std::ranges::any_of(mark_blocks, holds) ? 0 : 1;
  if (std::ranges::any_of(wide_blocks, holds)) return 2;
  return std::ranges::any_of(mark_blocks, holds) ? 0 : 1;
}

bool is_ascii(std::string_view text) {
  unsigned char all = 0;
  for (const char c : text) all |= static_cast<unsigned char>(c);
  return all < 0x80;
}

}  // namespace

void append_terminal(std::string& out, std::string_view text) {
  transform(out, text, [](unsigned char byte) { return is_plain_ascii(byte); }, append_terminal_escape);
}

std::string escape_terminal(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  append_terminal(out, text);
  return out;
}

void append_word(std::string& out, std::string_view text) {
  std::size_t at = out.size();
  append_terminal(out, text);
  while ((at = out.find(' ', at)) != std::string::npos) out.replace(at, 1, "\\x20");
}

std::string escape_word(std::string_view text) {
  std::string out;
  append_word(out, text);
  return out;
}

std::string unescape(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto backslash = std::min(text.find('\\'), text.size());
    out.append(text.substr(0, backslash));
    text.remove_prefix(backslash);
    if (text.empty()) break;
    const std::size_t length = append_unescaped(out, text);
    if (length == 0) out.push_back('\\');
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

std::string escape_xml(std::string_view text) {
  const auto plain = [](unsigned char byte) {
    return is_plain_ascii(byte) && byte != '&' && byte != '<' && byte != '>' && byte != '"' && byte != '\'';
  };
  std::string escaped;
  escaped.reserve(text.size());
  transform(escaped, text, plain, [](std::string& out, std::string_view bytes, const Character& c) {
    const std::string_view entity = c.valid ? xml_entity(c.code) : std::string_view{};
    // DEL and C1 controls are legal but discouraged (§2.2), and no reader shows them safely.
    const bool forbidden = !c.valid || is_control(c.code) || is_noncharacter(c.code);
    if (!entity.empty()) {
      out.append(entity);
    } else if (forbidden) {
      append_bytes(out, bytes);
    } else if (is_invisible(c.code)) {
      append(out, "&#x{:X};", static_cast<std::uint32_t>(c.code));  // as in JSON below
    } else {
      out.append(bytes);
    }
  });
  return escaped;
}

void append_json(std::string& out, std::string_view text) {
  const auto plain = [](unsigned char byte) { return is_plain_ascii(byte) && byte != '"' && byte != '\\'; };
  out.push_back('"');
  transform(out, text, plain, [](std::string& to, std::string_view bytes, const Character& c) {
    if (!c.valid) {
      to.append("\xef\xbf\xbd");
    } else if (c.code == U'"' || c.code == U'\\') {
      to.push_back('\\');
      to.append(bytes);
    } else if (is_control(c.code) || is_invisible(c.code) || is_noncharacter(c.code)) {
      append_json_escape(to, c.code);  // the same string to a parser, inert on a terminal
    } else {
      to.append(bytes);
    }
  });
  out.push_back('"');
}

std::string quote_json(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  append_json(out, text);
  return out;
}

void append_csv(std::string& out, std::string_view text) {
  if (text.empty()) return;
  constexpr std::string_view formula_begins = "=+-@";
  const bool blank_ends = text.front() == ' ' || text.back() == ' ';
  const bool quoted = blank_ends || std::ranges::any_of(text, [](char c) { return c == ',' || c == '"'; });
  if (quoted) out.push_back('"');
  if (formula_begins.contains(text.front())) out.push_back('\'');
  const auto plain = [](unsigned char byte) { return is_plain_ascii(byte) && byte != '"'; };
  transform(out, text, plain, [](std::string& to, std::string_view bytes, const Character& c) {
    if (c.code == U'"') to.push_back('"');  // §2: doubled
    append_terminal_escape(to, bytes, c);
  });
  if (quoted) out.push_back('"');
}

std::string quote_csv(std::string_view text) {
  std::string out;
  append_csv(out, text);
  return out;
}

std::size_t bytes_that_fit(std::string_view text, std::size_t columns) {
  std::size_t i = 0;
  std::size_t used = 0;
  while (i < text.size()) {
    const Character c = decode_utf8(text.substr(i));
    used += width_of(c.code);
    if (used > columns) break;
    i += c.length;
  }
  return i;
}

std::size_t display_width(std::string_view text) {
  if (is_ascii(text)) return text.size();
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size();) {
    const Character c = decode_utf8(text.substr(i));
    width += width_of(c.code);
    i += c.length;
  }
  return width;
}

}  // namespace portolan
