#include "netstat/table.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/escape.h"

namespace portolan::netstat {
namespace {

std::string_view first_word(std::string_view command_line) {
  std::string_view word = command_line.substr(0, command_line.find('\0'));
  // A title that a daemon gave itself ("sshd: user@pts/0") is no path, whatever slashes are in it.
  if (word.starts_with('/')) word.remove_prefix(word.rfind('/') + 1);
  return word;
}

}  // namespace

std::string_view banner_of(Which which) {
  switch (which) {
    case Which::connected:
      return "(w/o servers)";
    case Which::listening:
      return "(only servers)";
    case Which::all:
      return "(servers and established)";
  }
  return "";
}

std::string program_of(std::optional<std::uint32_t> pid, Lookup& lookup) {
  if (!pid) return "-";
  const auto command_line = lookup.command_line(*pid);
  if (!command_line) return "-";  // it ended since it was seen
  std::string text = fmt::format("{}/", *pid);
  append_terminal(text, first_word(*command_line));
  return text;
}

std::string_view cut_program(std::string_view program) {
  std::size_t size = std::min(program.size(), program_width - 1);
  // Bytes 10xxxxxx go on with a character of UTF-8.
  while (size > 0 && size < program.size() && (static_cast<unsigned char>(program[size]) & 0xc0U) == 0x80U) --size;
  return program.substr(0, size);
}

std::string_view whole_words(std::string_view program) {
  if (program.size() < program_width) return program;
  std::string_view kept = program.substr(0, program.find(' ', program_width - 2));
  while (kept.ends_with(' ')) kept.remove_suffix(1);
  return kept;
}

}  // namespace portolan::netstat
