// Heads of the family of HTTP (RFC 2326 §6 and §7, RFC 3261 §7.2, RFC 3507 §4.3).
#include "identify/readers/asked/head.h"

#include <algorithm>

#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::size_t most_fields = 64;
constexpr std::size_t longest_name = 80;

std::optional<unsigned> status_in(std::string_view text) {
  const auto code = reply_code(text);
  constexpr unsigned lowest = 100;
  constexpr unsigned behind_highest = 700;
  if (!code || *code < lowest || *code >= behind_highest) return std::nullopt;
  if (text.size() > 3 && text[3] != ' ') return std::nullopt;
  return code;
}

// The word behind the name that is most like a version: the first with a point in it, or else the first number.
std::optional<std::string_view> version_among(const std::vector<std::string_view>& words) {
  std::optional<std::string_view> number;
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (!is_version(words[i]) || words[i].find(':') != std::string_view::npos) continue;
    if (words[i].find('.') != std::string_view::npos) return words[i];
    if (!number) number = words[i];
  }
  return number;
}

}  // namespace

std::string_view Head::field(std::string_view name) const {
  for (const auto& [its, value] : fields) {
    if (its == name) return value;
  }
  return {};
}

std::optional<Head> head_in(std::string_view text, std::string_view protocol) {
  const auto first = first_line(text);
  if (!first || !first->text.starts_with(protocol)) return std::nullopt;
  std::string_view line = first->text.substr(protocol.size());
  if (!line.starts_with(' ')) return std::nullopt;
  line.remove_prefix(1);
  const auto status = status_in(line);
  if (!status) return std::nullopt;
  Head head{.status = *status, .reason = {}, .fields = {}, .rest = first->rest};
  head.reason = trimmed(line.substr(3));
  while (const auto next = first_line(head.rest)) {
    head.rest = next->rest;
    if (next->text.empty()) {
      head.is_whole = true;
      break;
    }
    const std::size_t colon = next->text.find(':');
    if (colon == std::string_view::npos || head.fields.size() == most_fields) continue;
    head.fields.emplace_back(lower(trimmed(next->text.substr(0, colon))), trimmed(next->text.substr(colon + 1)));
  }
  return head;
}

Reading unfinished(const Talk& talk, std::size_t longest) {
  return {.is = !talk.is_over && talk.last().size() < longest ? Reading::Is::more : Reading::Is::no};
}

void name_program(std::string_view said, Facts& facts) {
  said = trimmed(said);
  if (said.empty() || said.size() > 4 * longest_name || !is_printable(said)) return;
  const std::string_view behind = said.substr(0, std::min(said.find('('), said.size()));
  const std::size_t slash = behind.find('/');
  std::size_t name_end = behind.size();
  std::size_t version_begin = behind.size();
  // "NTRIP Caster 2.0.15/2.0" has the version of its protocol behind it.
  const auto before = words_of(behind.substr(0, std::min(slash, behind.size())));
  const bool has_version = before.size() > 1 && is_version(before.back());
  if (slash != std::string_view::npos && slash > 0 && !has_version && is_version(behind.substr(slash + 1))) {
    name_end = slash;
    version_begin = slash + 1;
  } else {
    if (const auto version = version_among(words_of(behind))) {
      name_end = static_cast<std::size_t>(version->data() - behind.data());
      version_begin = name_end;
    }
  }
  std::string_view name = trimmed(behind.substr(0, name_end));
  while (name.ends_with('-') || name.ends_with(',') || name.ends_with(':'))
    name = trimmed(name.substr(0, name.size() - 1));
  if (name.empty() || name.size() > longest_name) return;
  facts.product = name;
  const std::string_view from = said.substr(version_begin);
  const std::size_t version_end = std::min(from.find_first_of(" ,;([/"), from.size());
  if (version_begin < behind.size()) {
    facts.version = from.substr(0, version_end);
    facts.extra = trimmed(from.substr(version_end));
  } else {
    facts.extra = trimmed(said.substr(behind.size()));
    // "kamailio (5.6.3 (x86_64/linux))"
    const std::string_view comment = said.substr(std::min(behind.size() + 1, said.size()));
    const std::size_t end = comment.find_first_of(" )");
    if (is_version(comment) && end != std::string_view::npos && said.ends_with(')')) {
      facts.version = comment.substr(0, end);
      facts.extra = trimmed(comment.substr(end, comment.size() - end - 1));
    }
  }
  if (facts.extra.starts_with('(') && facts.extra.find(')') == facts.extra.size() - 1) {
    facts.extra = facts.extra.substr(1, facts.extra.size() - 2);
  }
}

}  // namespace portolan::identify
