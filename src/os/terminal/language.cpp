#include "os/terminal/language.h"

#include <libintl.h>
#include <unistd.h>

#include <clocale>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "base/message.h"
#include "os/environment.h"

namespace portolan::os {
namespace {

constexpr const char* domain = "portolan";

locale_t messages = nullptr;

// Of this program's texts alone, and of no others': the thread has its own locale again when it has been asked.
const char* text_of(const char* one, const char* many, std::size_t count) {
  const locale_t before = ::uselocale(messages);
  const char* const text = many == nullptr ? ::dgettext(domain, one) : ::dngettext(domain, one, many, count);
  ::uselocale(before);
  return text;
}

// POSIX (8.2 Internationalization Variables): the first that is set and not empty.
std::string_view locale_of_user() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    if (const auto value = environment(name); !value.empty()) return value;
  }
  return "C";
}

// Where the catalogues are: beside the program, so that a prefix can be moved; in the prefix it was configured for;
// where it was built.
std::string find_catalogues() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  std::vector<std::string> places{PORTOLAN_LOCALE_DIR, PORTOLAN_BUILT_LOCALE_DIR};
  if (!error) places.insert(places.begin(), (program.parent_path() / "../share/locale").string());
  for (const std::string& place : places) {
    if (::access((place + "/" PORTOLAN_A_CATALOGUE).c_str(), R_OK) == 0) return place;
  }
  return {};
}

}  // namespace

void speak_language_of_user() {
  const std::string locale{locale_of_user()};
  const bool has_choice = !environment("LANGUAGE").empty();
  if (locale == "C" || locale == "POSIX" || (locale.starts_with("C.") && !has_choice)) return;
  const std::string catalogues = find_catalogues();
  if (catalogues.empty()) return;
  // Whether the user's own locale was generated on this machine does not matter: for every locale but "C" gettext goes
  // by LANGUAGE, and C.UTF-8 is always there.
  if (messages == nullptr) messages = ::newlocale(LC_MESSAGES_MASK, "C.UTF-8", nullptr);
  if (messages == nullptr) return;
  if (!has_choice && ::setenv("LANGUAGE", locale.c_str(), 1) != 0) return;
  ::bindtextdomain(domain, catalogues.c_str());
  ::bind_textdomain_codeset(domain, "UTF-8");
  speak_by(text_of);
}

}  // namespace portolan::os
