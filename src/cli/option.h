// An entry of an option table. Everything about an option stands in its entry: parsing, --help, the
// manual page, shell completion and suggestions are made from the tables and from nothing else.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace portolan::cli {

struct Given;

enum class Argument : std::uint8_t {
  none,
  required,  // -p 80, -p80, --max-rate 5, --max-rate=5
  attached,  // optional, and only in the same word: -v2, -PS22,80
};

enum class Support : std::uint8_t {
  built,
  unlisted,  // works, but help does not show it: old spellings
  ignored,   // an option of nmap that is taken and changes nothing; `summary` says why
  missing,   // an option of nmap that is not built yet; `summary` says what it would do
  declined,  // an option of nmap that will not be built; `summary` says why and what to do instead
  hiding,    // an option of nmap that hides who scans; never built
};

struct OptionSpec {
  std::array<std::string_view, 5> spellings{};  // with their dashes, the usual one first; "" for none
  Argument argument = Argument::none;
  std::string_view value{};  // how help names the argument: "<rate>"
  std::string_view group{};  // title of its paragraph in help
  std::string_view summary{};
  Support support = Support::built;
};

// With the function that puts what was given into the options of a command.
template <class Options>
struct Option : OptionSpec {
  Result<void> (*apply)(Options&, const Given&) = nullptr;
};

template <class Options>
std::vector<const OptionSpec*> specs_of(std::span<const Option<Options>> table) {
  std::vector<const OptionSpec*> specs;
  specs.reserve(table.size());
  for (const Option<Options>& option : table) specs.push_back(&option);
  return specs;
}

}  // namespace portolan::cli
