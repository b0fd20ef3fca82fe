#include "cli/scan/target_words.h"

#include <algorithm>
#include <charconv>
#include <variant>

#include "plan/c_address.h"

namespace portolan::cli {
namespace {

constexpr std::string_view blanks = " \t\r\n\v\f";

std::string_view host_of(std::string_view expression) { return expression.substr(0, expression.find('/')); }

}  // namespace

std::vector<std::string> target_words(std::string_view text, Dialect dialect) {
  if (dialect == Dialect::portolan) return plan::split_expressions(text);
  std::vector<std::string> words;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    line = line.substr(0, line.find('#'));
    for (;;) {
      line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
      if (line.empty()) break;
      const auto word = line.substr(0, line.find_first_of(blanks));
      words.emplace_back(word);
      line.remove_prefix(word.size());
    }
  }
  return words;
}

std::string without_long_prefix(std::string_view expression, unsigned longest) {
  const auto host = host_of(expression);
  if (host.size() == expression.size()) return std::string{expression};
  const auto digits = expression.substr(host.size() + 1);
  int length = 0;  // nmap reads no more
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  const bool is_number = !digits.starts_with('-') && error == std::errc{} && end == digits.data() + digits.size();
  const unsigned most = host.contains(':') ? 128 : longest;
  return std::string{is_number && static_cast<unsigned>(length) > most ? host : expression};
}

Result<plan::TargetExpression> read_target(std::string_view expression, Dialect dialect, const plan::ZoneOf& zone_of) {
  if (dialect == Dialect::nmap) return plan::read_target(expression, zone_of);
  auto target = plan::parse_target(expression, zone_of);
  if (!target) return target;
  if (const auto host = plan::check_names_a_host(expression, *target); !host) return fail(host.error());
  return target;
}

Result<plan::TargetExpression> read_exclusion(std::string_view expression, Dialect dialect,
                                              const plan::ZoneOf& zone_of) {
  return dialect == Dialect::nmap ? plan::read_exclusion(expression, zone_of) : plan::parse_target(expression, zone_of);
}

const plan::NamedTarget* name_in(const plan::TargetExpression& target) {
  const auto* name = std::get_if<plan::NamedTarget>(&target);
  return name != nullptr && !plan::c_address(name->name) ? name : nullptr;
}

}  // namespace portolan::cli
