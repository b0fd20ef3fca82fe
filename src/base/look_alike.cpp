#include "base/look_alike.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <vector>

#include "base/escape.h"
#include "base/odd_dash.h"
#include "base/utf8.h"

namespace portolan {
namespace {

enum class Kind : std::uint8_t {
  plain,   // the keyboard's
  hyphen,  // small or wide: IDNA (UTS #46) takes them for '-'
  form,    // another form of the keyboard's, which no name has
  digit,   // of a script, and in names of that script
  letter,  // of a script, and in names of that script
  other,   // looks like none of the keyboard's
};

struct Seen {
  char32_t code;
  Kind kind;
  char looks_like;
};

// So many characters from `first` on look like those of `looks_like`, over and over.
struct Run {
  char32_t first;
  char32_t count;
  std::string_view looks_like;
  Kind kind = Kind::form;
};
constexpr std::string_view digits = "0123456789";
constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view printable =
    "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";

// Compatibility forms of UnicodeData.txt, and its decimal digits (Nd) of living scripts.
constexpr std::array runs{
    Run{0xb2, 2, "23"},
    Run{0xb9, 1, "1"},
    Run{0x2024, 1, "."},
    Run{0x2070, 1, "0"},
    Run{0x2074, 6, "456789"},
    Run{0x2080, 10, digits},
    Run{0x2460, 9, "123456789"},
    Run{0x24b6, 52, letters},
    Run{0x24ea, 1, "0"},
    Run{0x3002, 1, "."},
    Run{0xfe52, 1, "."},
    Run{0xfe63, 1, "-", Kind::hyphen},
    Run{0xff0d, 1, "-", Kind::hyphen},
    Run{0xff01, 94, printable},
    Run{0xff61, 1, "."},
    Run{0x1d400, 13 * 52, letters},  // thirteen alphabets: bold, italic, script, ...
    Run{0x1d7ce, 50, digits},
    Run{0x1fbf0, 10, digits},
    Run{0x660, 10, digits, Kind::digit},
    Run{0x6f0, 10, digits, Kind::digit},
    Run{0x7c0, 10, digits, Kind::digit},
    Run{0x966, 10, digits, Kind::digit},
    Run{0x9e6, 10, digits, Kind::digit},
    Run{0xa66, 10, digits, Kind::digit},
    Run{0xae6, 10, digits, Kind::digit},
    Run{0xb66, 10, digits, Kind::digit},
    Run{0xbe6, 10, digits, Kind::digit},
    Run{0xc66, 10, digits, Kind::digit},
    Run{0xce6, 10, digits, Kind::digit},
    Run{0xd66, 10, digits, Kind::digit},
    Run{0xe50, 10, digits, Kind::digit},
    Run{0xed0, 10, digits, Kind::digit},
    Run{0xf20, 10, digits, Kind::digit},
    Run{0x1040, 10, digits, Kind::digit},
    Run{0x17e0, 10, digits, Kind::digit},
    Run{0x1810, 10, digits, Kind::digit},
};

// Cyrillic and Greek letters that nobody tells from Latin ones (Unicode UTS #39, confusables.txt).
constexpr std::u32string_view odd_letters =
    U"\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0455\u0456\u0458\u04bb\u0501\u051b\u051d"
    U"\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0423\u0405\u0406\u0408"
    U"\u03bf\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7";
constexpr std::string_view latin_letters =
    "aeopcyxsijhdqw"
    "ABEKMHOPCTXYSIJ"
    "oABEZHIKMNOPTYX";
static_assert(odd_letters.size() == latin_letters.size());

Seen look_at(char32_t code) {
  if (code < 0x80) return {code, Kind::plain, static_cast<char>(code)};
  for (const Run& run : runs) {
    if (code < run.first || code - run.first >= run.count) continue;
    return {code, run.kind, run.looks_like[(code - run.first) % run.looks_like.size()]};
  }
  const auto letter = odd_letters.find(code);
  if (letter != std::u32string_view::npos) return {code, Kind::letter, latin_letters[letter]};
  return {code, Kind::other, 0};
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
// Of a name, an address, a range or a prefix: nothing else is worth typing.
bool is_of_host(char c) { return is_letter(c) || std::string_view{"0123456789.,-*/_:%"}.contains(c); }
bool is_of_address(const Seen& one) { return std::string_view{"0123456789.,-*/"}.contains(one.looks_like); }

using Characters = std::vector<Seen>;

auto is_one_of(std::initializer_list<Kind> kinds) {
  return [kinds](const Seen& one) { return std::ranges::find(kinds, one.kind) != kinds.end(); };
}

bool all(const Characters& name, std::initializer_list<Kind> kinds) {
  return std::ranges::all_of(name, is_one_of(kinds));
}

const Seen* first_of(const Characters& name, std::initializer_list<Kind> kinds) {
  const auto found = std::ranges::find_if(name, is_one_of(kinds));
  return found == name.end() ? nullptr : &*found;
}

// A letter of another script in a label that is else the keyboard's.
const Seen* odd_letter(const Characters& name) {
  for (auto begin = name.begin(); begin != name.end();) {
    const auto end = std::find_if(begin, name.end(), [](const Seen& one) { return one.looks_like == '.'; });
    const Characters label{begin, end};
    const bool has_letter = std::ranges::any_of(
        label, [](const Seen& one) { return one.kind == Kind::plain && is_letter(one.looks_like); });
    const Seen* const odd = first_of(label, {Kind::letter});
    if (has_letter && odd != nullptr && all(label, {Kind::plain, Kind::hyphen, Kind::letter})) {
      return &*begin + (odd - label.data());
    }
    begin = end == name.end() ? end : end + 1;
  }
  return nullptr;
}

const Seen* odd_one(const Characters& name) {
  if (std::ranges::all_of(name, is_of_address)) {
    return first_of(name, {Kind::form, Kind::digit, Kind::hyphen});
  }
  if (all(name, {Kind::plain, Kind::hyphen, Kind::form})) return first_of(name, {Kind::form});
  return odd_letter(name);
}

// "" where nobody should type that, or it is so long that it would bury a message.
std::string as_typed(const Characters& name) {
  constexpr std::size_t longest = 80;
  const bool is_host = std::ranges::all_of(name, [](const Seen& one) { return is_of_host(one.looks_like); });
  if (name.size() > longest || !is_host) return {};
  std::string typed;
  for (const Seen& one : name) typed += one.looks_like;
  return typed;
}

}  // namespace

std::optional<LookAlike> look_alike_in_name(std::string_view name) {
  if (std::ranges::all_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x80; })) return std::nullopt;
  Characters characters;
  for (std::size_t at = 0; at < name.size();) {
    const Character one = decode_utf8(name.substr(at));
    if (!one.valid) return std::nullopt;  // a resolver may know what that is
    characters.push_back(look_at(one.code));
    at += one.length;
  }
  const Seen* const odd = odd_one(characters);
  if (odd == nullptr) return std::nullopt;
  return LookAlike{.code = odd->code, .looks_like = odd->looks_like, .typed = as_typed(characters)};
}

std::string describe(const LookAlike& look_alike) {
  const std::string character = fmt::format("a character that only looks like '{}' (U+{:04X})", look_alike.looks_like,
                                            static_cast<std::uint32_t>(look_alike.code));
  return look_alike.typed.empty() ? character + "; type it on the keyboard"
                                  : fmt::format("{}; type {}", character, escape_terminal(look_alike.typed));
}

std::optional<std::string> odd_character_in_name(std::string_view name) {
  if (const auto dash = odd_dash_in_name(name)) {
    return fmt::format("{}, which no host name has; type it with the '-' of the keyboard", dash->name);
  }
  const auto look_alike = look_alike_in_name(name);
  return look_alike ? std::optional{describe(*look_alike)} : std::nullopt;
}

}  // namespace portolan
