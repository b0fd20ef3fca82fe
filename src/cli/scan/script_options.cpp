#include "cli/scan/script_options.h"

#include <fmt/core.h>
#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/escape.h"
#include "base/text.h"
#include "cli/option_actions.h"
#include "identify/details.h"

namespace portolan::cli {
namespace {

using identify::Topic;

constexpr std::string_view usual = "default";

// Whether one word of an expression means a topic: one of nmap's categories, or a name, perhaps with * and ?. All that
// is told here is what asking for versions tells, so it is safe, and it discovers.
bool means(const std::string& word, const Topic& topic) {
  constexpr std::array<std::string_view, 3> of_all{"all", "safe", "discovery"};
  if (std::ranges::find(of_all, word) != of_all.end()) return true;
  if (word == usual) return topic.by_default;
  if (word == "version") return topic.of_version;
  return ::fnmatch(word.c_str(), std::string{topic.name}.c_str(), 0) == 0;
}

// "(default or version) and not http-*", read from left to right about one topic. nmap's grammar; what does not keep to
// it means as much as was read of it.
class Expression {
 public:
  explicit Expression(std::string_view text) {
    std::string word;
    const auto end_word = [&] {
      if (!word.empty()) words_.push_back(std::exchange(word, {}));
    };
    for (const char c : text.substr(0, longest)) {
      const bool is_bracket = c == '(' || c == ')';
      if (is_bracket || c == ' ') end_word();
      if (is_bracket) words_.emplace_back(1, c);
      if (!is_bracket && c != ' ') word += c;
    }
    end_word();
  }

  [[nodiscard]] bool holds(const Topic& topic) {
    at_ = 0;
    return any_of(topic);
  }

 private:
  static constexpr std::size_t longest = 256;

  bool takes(std::string_view word) {
    const bool is_it = at_ < words_.size() && words_[at_] == word;
    at_ += is_it ? 1 : 0;
    return is_it;
  }
  bool any_of(const Topic& topic) {  // NOLINT(misc-no-recursion): no deeper than `longest`
    bool held = all_of(topic);
    while (takes("or")) held = all_of(topic) || held;
    return held;
  }
  bool all_of(const Topic& topic) {  // NOLINT(misc-no-recursion)
    bool held = one(topic);
    while (takes("and")) held = one(topic) && held;
    return held;
  }
  bool one(const Topic& topic) {  // NOLINT(misc-no-recursion)
    if (takes("not")) return !one(topic);
    if (takes("(")) {
      const bool held = any_of(topic);
      takes(")");
      return held;
    }
    if (at_ == words_.size()) return false;
    const std::string& word = words_[at_];
    ++at_;
    return means(word, topic);
  }

  std::vector<std::string> words_;
  std::size_t at_ = 0;
};

// What --script lists, each without the + by which nmap runs it in any case.
std::vector<std::string> listed(std::string_view list) {
  std::vector<std::string> all;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    std::string_view one = list.substr(0, end);
    while (one.starts_with(' ') || one.starts_with('+')) one.remove_prefix(1);
    if (!one.empty()) all.emplace_back(one);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return all;
}

std::vector<const Topic*> topics_in(const std::string& text) {
  Expression expression{text};
  std::vector<const Topic*> held;
  for (const Topic& topic : identify::topics()) {
    if (expression.holds(topic)) held.push_back(&topic);
  }
  return held;
}

Result<void> ask_default(ScanOptions& options, const Given& given) {
  options.scripts.emplace_back(usual);
  return ask_services(options, given);
}
Result<void> ask_named(ScanOptions& options, const Given& given) {
  options.scripts.push_back(*given.value);
  return ask_services(options, given);
}
Result<void> ask_all(ScanOptions& options, const Given& given) {
  options.everything = true;
  return ask_default(options, given);
}

}  // namespace

Result<void> ask_services(ScanOptions& options, const Given& given) {
  options.identify = true;
  if (options.identified_by.empty()) options.identified_by = given.spelling;
  return {};
}

std::vector<Option<ScanOptions>> script_rows(std::string_view group) {
  return {
      {{.spellings = {"-sC"},
        .group = group,
        .summary = "ask as -sV does, and show also what services tell beside product and version, as nmap's default "
                   "scripts do"},
       ask_default},
      {{.spellings = {"--script"},
        .argument = Argument::required,
        .value = "<names>",
        .group = group,
        .summary = "the same, of these: default, safe, discovery, version, all, or names as http-title and ssl-*, with "
                   "commas, and, or, not between"},
       ask_named},
      {{.spellings = {"--script-help"},
        .argument = Argument::required,
        .value = "<names>",
        .group = group,
        .summary = "print what these names show and end"},
       text<&ScanOptions::script_help>},
      {{.spellings = {"-A"},
        .group = group,
        .summary = "-sV, -sC and, where raw packets are allowed, -O, --firewall and --traceroute"},
       ask_all},
  };
}

WantedTopics wanted_topics(const ScanOptions& options, Dialect dialect) {
  WantedTopics wanted;
  std::vector<const Topic*> held;
  for (const std::string& list : options.scripts) {
    for (const std::string& one : listed(list)) {
      const auto more = topics_in(one);
      held.insert(held.end(), more.begin(), more.end());
      if (more.empty()) wanted.unknown.push_back(one);
    }
  }
  // nmap shows those under -sV alone as well.
  const bool with_versions = options.identify && (dialect == Dialect::nmap || !held.empty());
  for (const Topic& topic : identify::topics()) {
    const bool is_held = std::ranges::find(held, &topic) != held.end();
    if (is_held || (with_versions && topic.of_version)) wanted.names.emplace_back(topic.name);
  }
  return wanted;
}

std::string topics_text(std::string_view expression) {
  std::string text;
  for (const std::string& one : listed(expression)) {
    const auto held = topics_in(one);
    if (held.empty())
      append(text, "{}: no script is run here, and nothing that services tell has that name\n", escape_terminal(one));
    for (const Topic* topic : held) append(text, "{}: {}\n", topic->name, topic->summary);
  }
  return text;
}

}  // namespace portolan::cli
