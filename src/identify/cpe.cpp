#include "identify/cpe.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::string_view formatted_begin = "cpe:2.3:";
constexpr std::string_view uri_begin = "cpe:/";
constexpr std::string_view any = "*";
constexpr std::size_t longest_value = 64;
constexpr std::size_t attributes = 11;
constexpr std::size_t least = 3;  // part, vendor, product

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// §6.2.2.1: of the marks that stand quoted in a well-formed name, these three go without.
bool goes_unquoted(char c) { return is_digit(c) || is_letter(c) || c == '_' || c == '.' || c == '-'; }

std::string bound(std::string_view value) {
  if (value.empty() || value.size() > longest_value || !is_printable(value)) return std::string{any};
  // Alone the one would say that the attribute does not apply, and the other is what any value is written as.
  if (value == "-" || value == any) return std::string{any};
  std::string out;
  for (const char c : lower(value)) {
    const char one = c == ' ' || c == '\t' ? '_' : c;
    if (!goes_unquoted(one)) out += '\\';
    out += one;
  }
  return out;
}

std::optional<unsigned> hex_digit(char c) {
  constexpr unsigned ten = 10;
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + ten;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + ten;
  return std::nullopt;
}

// One value, of which `i` is the beginning and becomes the place behind it.
std::string unbound(std::string_view text, std::size_t& i, bool is_uri) {
  std::string out;
  for (; i < text.size() && text[i] != ':'; ++i) {
    if (is_uri && text[i] == '%' && i + 2 < text.size()) {
      const auto high = hex_digit(text[i + 1]);
      const auto low = hex_digit(text[i + 2]);
      if (high && low) {
        out += static_cast<char>(*high << 4U | *low);
        i += 2;
        continue;
      }
    }
    if (!is_uri && text[i] == '\\' && i + 1 < text.size()) ++i;
    out += text[i];
  }
  return out == "*" || out == "-" ? std::string{} : out;
}

// Words between number and number of an update, as they are met in versions.
bool is_stage(std::string_view word) {
  constexpr std::array<std::string_view, 9> stages{"p", "pl", "patch", "rc", "beta", "alpha", "b", "sp", "pre"};
  return std::ranges::find(stages, word) != stages.end();
}

std::size_t count_while(std::string_view text, bool (*is)(char)) {
  return static_cast<std::size_t>(std::ranges::find_if_not(text, is) - text.begin());
}

// "9.18.1" of "9.18.1-1~deb12u3": numbers and the points between them.
std::size_t end_of_number(std::string_view text) {
  std::size_t end = 0;
  for (std::size_t i = 0; i < text.size() && is_digit(text[i]);) {
    i += count_while(text.substr(i), is_digit);
    end = i;
    if (i < text.size() && text[i] == '.') ++i;
  }
  return end;
}

// "3-4": readers say so of what they cannot tell apart.
bool is_range(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return false;
  return dash == count_while(text, is_digit) && dash + 1 < text.size() &&
         count_while(text.substr(dash + 1), is_digit) == text.size() - dash - 1;
}

// By the marks of Debian, Ubuntu, Fedora, Red Hat and Amazon.
bool is_of_a_distribution(std::string_view text) {
  constexpr std::array<std::string_view, 6> marks{"deb", "ubuntu", "~bpo", ".el", ".fc", ".amzn"};
  return std::ranges::any_of(marks, [text](std::string_view mark) { return contains_case(text, mark); });
}

bool says_more(const Cpe& one, const Cpe& other) {
  return one.version.size() + one.update.size() > other.version.size() + other.update.size();
}

}  // namespace

std::string formatted_string(const Cpe& cpe) {
  std::string out = fmt::format("{}{}:{}:{}:{}:{}", formatted_begin, cpe.part, bound(cpe.vendor), bound(cpe.product),
                                bound(cpe.version), bound(cpe.update));
  constexpr std::size_t told = 5;
  for (std::size_t i = told; i < attributes; ++i) out += ":*";
  return out;
}

std::optional<Cpe> read_cpe(std::string_view text) {
  const bool is_uri = text.starts_with(uri_begin);
  if (!is_uri && !text.starts_with(formatted_begin)) return std::nullopt;
  text.remove_prefix(is_uri ? uri_begin.size() : formatted_begin.size());
  std::vector<std::string> values;
  for (std::size_t i = 0; i <= text.size() && values.size() < attributes; ++i) {
    values.push_back(unbound(text, i, is_uri));
  }
  if (values.size() < least || values[0].size() != 1 || values[1].empty() || values[2].empty()) return std::nullopt;
  const char part = values[0].front();
  if (part != 'a' && part != 'o' && part != 'h') return std::nullopt;
  constexpr std::size_t with_update = 5;
  values.resize(std::max(values.size(), with_update));
  return Cpe{part, std::move(values[1]), std::move(values[2]), std::move(values[3]), std::move(values[4])};
}

VersionParts version_parts(std::string_view said) {
  if (said.size() > 1 && (said.front() == 'v' || said.front() == 'V')) said.remove_prefix(1);
  const std::size_t end = end_of_number(said);
  if (end == 0 || is_range(said)) return {};
  VersionParts parts{std::string{said.substr(0, end)}, {}, {}};
  std::string_view rest = said.substr(end);
  const bool is_apart = !rest.empty() && (rest.front() == '-' || rest.front() == '_' || rest.front() == '.');
  const std::string_view behind = rest.substr(is_apart ? 1 : 0);
  const std::size_t letters = count_while(behind, is_letter);
  const std::string word = lower(behind.substr(0, letters));
  const std::size_t digits = count_while(behind.substr(letters), is_digit);
  if (is_stage(word) && digits > 0) {
    parts.update = word + std::string{behind.substr(letters, digits)};
    rest = behind.substr(letters + digits);
  } else if (!is_apart && letters == 1) {
    // "1.0.2k", "4.99a": the letter is the number's.
    parts.version += word;
    rest = behind.substr(letters);
  }
  constexpr std::string_view separators = "-~+.";
  if (rest.size() > 1 && separators.contains(rest.front()) && is_of_a_distribution(rest)) {
    parts.revision = rest.substr(1);
  }
  return parts;
}

void add_cpe(model::ServiceRecord& record, const Cpe& cpe) {
  if (bound(cpe.vendor) == any || bound(cpe.product) == any) return;
  for (std::string& there : record.cpes) {
    const auto known = read_cpe(there);
    if (!known || known->part != cpe.part || known->vendor != cpe.vendor || known->product != cpe.product) continue;
    if (says_more(cpe, *known)) there = formatted_string(cpe);
    return;
  }
  record.cpes.push_back(formatted_string(cpe));
}

}  // namespace portolan::identify
