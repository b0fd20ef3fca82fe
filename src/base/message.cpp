#include "base/message.h"

#include <exception>
#include <utility>

namespace portolan {
namespace {

Dictionary in_use = nullptr;

// `one` or `many` themselves where there is nothing else, and not their copies that the dictionary is asked with.
std::string_view looked_up(std::string_view one, std::string_view many, std::size_t count) {
  const std::string_view english = many.empty() || count == 1 ? one : many;
  // The empty text is the key of what a catalogue says about itself.
  if (in_use == nullptr || one.empty()) return english;
  const std::string first{one};
  const std::string second{many};
  const char* const found = in_use(first.c_str(), many.empty() ? nullptr : second.c_str(), count);
  return found == first.c_str() || found == second.c_str() ? english : std::string_view{found};
}

std::string filled_in(std::string_view pattern, std::string_view english, fmt::format_args arguments) {
  try {
    return fmt::vformat(fmt::string_view{pattern.data(), pattern.size()}, arguments);
  } catch (const std::exception&) {  // fmt's, of a catalogue that is none of ours
    return fmt::vformat(fmt::string_view{english.data(), english.size()}, arguments);
  }
}

}  // namespace

void speak_by(Dictionary dictionary) { in_use = dictionary; }

InEnglish::InEnglish() : before_{std::exchange(in_use, nullptr)} {}
InEnglish::~InEnglish() { in_use = before_; }

std::string_view translated(std::string_view english) { return looked_up(english, {}, 1); }

std::string say(std::string_view english, fmt::format_args arguments) {
  return filled_in(looked_up(english, {}, 1), english, arguments);
}

std::string say_count(std::string_view one, std::string_view many, std::size_t count, fmt::format_args arguments) {
  return filled_in(looked_up(one, many, count), count == 1 ? one : many, arguments);
}

}  // namespace portolan
