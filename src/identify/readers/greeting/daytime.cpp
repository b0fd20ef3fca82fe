// Daytime: one line with date and time, and the end (RFC 867). The RFC leaves the form to the server; those of
// ctime(3), of xinetd and of NIST are read, and nothing else may be said.
#include <algorithm>
#include <array>
#include <vector>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{13};
constexpr std::size_t longest = 80;

// 'd' stands for a digit, 'b' for a digit or a blank, all else for itself.
bool fits(std::string_view text, std::string_view pattern) {
  return std::ranges::equal(text, pattern, [](char c, char of) {
    const bool digit = c >= '0' && c <= '9';
    return of == 'd' ? digit : of == 'b' ? digit || c == ' ' : c == of;
  });
}

bool is_month(std::string_view word) {
  constexpr std::array<std::string_view, 12> months{"jan", "feb", "mar", "apr", "may", "jun",
                                                    "jul", "aug", "sep", "oct", "nov", "dec"};
  return std::ranges::find(months, lower(word)) != months.end();
}

bool is_day(std::string_view word) {
  constexpr std::array<std::string_view, 7> days{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  return std::ranges::find(days, lower(word)) != days.end();
}

// "Wed Dec  2 01:30:00 2026"
bool is_ctime(std::string_view line) {
  constexpr std::size_t after_month = 8;
  return line.size() == 24 && is_day(line.substr(0, 3)) && is_month(line.substr(4, 3)) && line[3] == ' ' &&
         line[7] == ' ' && fits(line.substr(after_month), "bd dd:dd:dd dddd");
}

// "02 DEC 2026 01:30:00 UTC"
bool is_xinetd(std::string_view line) {
  const auto words = words_of(line);
  return words.size() == 5 && fits(words[0], "dd") && is_month(words[1]) && fits(words[2], "dddd") &&
         fits(words[3], "dd:dd:dd") && words[4].size() <= 5 && is_printable(words[4]);
}

// "61376 26-12-02 01:30:00 00 0 0 895.0 UTC(NIST) *"
bool is_nist(std::string_view line) {
  const auto words = words_of(line);
  return words.size() == 9 && fits(words[0], "ddddd") && fits(words[1], "dd-dd-dd") && fits(words[2], "dd:dd:dd") &&
         words[7].starts_with("UTC(") && words[8].size() == 1;
}

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  if (first.size() > longest || !is_printable(trimmed(first))) return {};
  if (first.empty() || !talk.is_over) return cut_short(talk);
  const std::string_view line = trimmed(first);
  if (!is_ctime(line) && !is_xinetd(line) && !is_nist(line)) return {};
  return {.is = Reading::Is::yes, .confidence = by_grammar};
}

}  // namespace

constinit const Reader daytime{
    .name = "daytime",
    .service = "daytime",
    .document = "RFC 867",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
};

}  // namespace portolan::identify
