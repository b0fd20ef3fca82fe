// Command line words to options and operands, by glibc's rules. Pure, no global state; a test compares
// it with glibc.
//
// Every unambiguous beginning of a long name will do; -x and -xVALUE and -x VALUE are short options; options
// and operands come in any order; -- ends the options; a bare - is an operand.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/option.h"

namespace portolan::cli {

// One option as it was given.
struct Given {
  std::size_t option = 0;            // index into the table
  std::string spelling;              // in full, as the table spells it: "--max-rate", "-sS"
  std::optional<std::string> value;  // always there for Argument::required
  std::size_t next_word = 0;         // of the line, behind the option and its argument
};

struct Arguments {
  std::vector<Given> options;  // in the order of the line
  std::vector<std::string> operands;
};

enum class Dashes : std::uint8_t {
  // getopt_long_only, which is what nmap's users have in their fingers: a long name may stand behind one dash
  // too (-reason), and -s and -P begin families (-sS).
  one_or_two,
  // The same, and what nmap 7.93 lets pass besides: -P alone is -PE, and what stands behind the letter of a -P that
  // takes no argument is not looked at (-Pn0). Of a -P that there is not nmap complains by itself, not by getopt:
  // Errc::usage.
  nmap,
  // getopt_long, as netstat and ss have it: behind one dash stand letters only, so -anpe is four options.
  two,
};

// `words` begins behind the command's name. Errors, each one sentence that quotes the word:
// Errc::parse; an unknown option comes with the closest known one, where there is one.
Result<Arguments> parse_arguments(std::span<const OptionSpec* const> table, std::span<const std::string> words,
                                  Dashes dashes = Dashes::one_or_two);

// Of a word that begins with a dash that only looks like the '-' of options: no operand does, but a path behind ./ or
// --. nullopt of all other words.
std::optional<std::string> odd_dash_complaint(std::string_view word);

// How a spelling of the table is to be typed.
enum class Form {
  letter,  // "-p": a short option
  family,  // "-sS", "-PE": one letter of a family; -sST is both of its letters
  name,    // "--open", "-oX": a long name, behind one dash or two
};
constexpr Form form_of(const OptionSpec& option, std::string_view spelling) {
  if (spelling.starts_with("--")) return Form::name;
  if (spelling.size() == 2) return Form::letter;
  const bool family = spelling.size() == 3 && (spelling[1] == 's' || spelling[1] == 'P');
  // An option with an argument of its own cannot share its word with other letters (-sI zombie).
  return family && option.argument != Argument::required ? Form::family : Form::name;
}

}  // namespace portolan::cli
