// What readers of text protocols need.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace portolan::identify {

// The first line without its end (CR LF or LF), and what follows it; nullopt while its end has not come.
struct Line {
  std::string_view text;
  std::string_view rest;
};
std::optional<Line> first_line(std::string_view text);

// The same where the end of what was heard ends a line as well.
std::vector<std::string_view> lines_of(std::string_view text);

std::vector<std::string_view> words_of(std::string_view line);
std::string_view trimmed(std::string_view text);
bool starts_with_case(std::string_view text, std::string_view prefix);  // ASCII letters of either case
bool contains_case(std::string_view text, std::string_view part);
std::string lower(std::string_view text);

// Three digits and then a blank or '-', as SMTP, FTP, NNTP and others begin a line; nullopt otherwise.
std::optional<unsigned> reply_code(std::string_view line);
// A whole reply, of one line ("220 ...") or of several ("220-...", "220 ..."); `text` are its lines without the code.
// nullopt while it has not come, or where it is none.
struct Reply {
  unsigned code = 0;
  std::vector<std::string_view> text;
};
std::optional<Reply> whole_reply(std::string_view text);

// Whether this begins such a reply as far as it has come.
bool may_be_reply(std::string_view text);

// "9.2p1", "1.24.0", "v2": begins, perhaps behind a v, with a digit.
bool is_version(std::string_view word);

// All printable ASCII, blanks and tabs.
bool is_printable(std::string_view text);

// Bytes as they stand, for numbers in network order; nullopt behind the end.
std::optional<std::uint8_t> u8_at(std::string_view bytes, std::size_t offset);
std::optional<std::uint16_t> u16_at(std::string_view bytes, std::size_t offset);
std::optional<std::uint32_t> u32_at(std::string_view bytes, std::size_t offset);
// The same with the lowest byte first.
std::optional<std::uint16_t> u16_little_at(std::string_view bytes, std::size_t offset);
std::optional<std::uint32_t> u32_little_at(std::string_view bytes, std::size_t offset);

}  // namespace portolan::identify
