#include "identify/fingerprints.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstring>
#include <mutex>
#include <optional>
#include <pugixml.hpp>
#include <set>

#include "base/escape.h"
#include "identify/pattern.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

struct Param {
  std::size_t group = 0;  // 0: `value` is said
  std::string name;
  std::string value;
};

struct Rule {
  Pattern pattern;
  std::vector<Param> params;
};

// Of what is put together: values may stand in each other many times.
constexpr std::size_t longest_value = 256;
constexpr std::string_view of_this_file_only = "_tmp.";
// Titles are the only field whose letters may be any script's.
constexpr std::string_view text_of_people = "html_title";

std::size_t line_of(std::string_view text, std::ptrdiff_t offset) {
  const std::size_t end = std::min(static_cast<std::size_t>(std::max<std::ptrdiff_t>(offset, 0)), text.size());
  return 1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, end), '\n'));
}

// "{service.version}" stands for what another parameter says. Where that says nothing, a CPE has "-" there, as Recog
// does it.
std::string filled_in(std::string_view value, const Param& param, const FingerprintValues& values) {
  std::string out;
  while (!value.empty() && out.size() < longest_value) {
    const std::size_t open = value.find('{');
    const std::size_t close = open == std::string_view::npos ? open : value.find('}', open);
    if (close == std::string_view::npos) break;
    out += value.substr(0, open);
    const std::string_view said = values[value.substr(open + 1, close - open - 1)];
    out += said.empty() && param.name.ends_with(".cpe23") ? "-" : said;
    value.remove_prefix(close + 1);
  }
  out += value;
  return out.substr(0, longest_value);
}

FingerprintValues values_of(const Rule& rule, const std::vector<std::string_view>& groups) {
  FingerprintValues values;
  for (const Param& param : rule.params) {
    if (param.group != 0 && !groups[param.group].empty()) values.set(param.name, std::string{groups[param.group]});
  }
  // They may stand in any order, and one may be made of another that is made of a third.
  constexpr int deepest = 3;
  for (int i = 0; i < deepest; ++i) {
    for (const Param& param : rule.params) {
      if (param.group == 0) values.set(param.name, filled_in(param.value, param, values));
    }
  }
  FingerprintValues told;
  for (const auto& [name, value] : values.all()) {
    if (!name.starts_with(of_this_file_only) && !value.empty()) told.set(name, value);
  }
  return told;
}

std::optional<std::string> from_base64(std::string_view text) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  constexpr unsigned bits_of_letter = 6;
  constexpr unsigned bits_of_byte = 8;
  std::string out;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    if (c == '=' || std::isspace(static_cast<unsigned char>(c)) != 0) continue;
    const std::size_t value = letters.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << bits_of_letter | static_cast<std::uint32_t>(value);
    count += bits_of_letter;
    if (count < bits_of_byte) continue;
    count -= bits_of_byte;
    out += static_cast<char>(bits >> count & 0xffU);
  }
  return out;
}

// ---- reading ------------------------------------------------------------------------------------

class FileReader {
 public:
  FileReader(std::string_view text, std::string_view path, bool tries_examples)
      : text_{text}, path_{path}, tries_examples_{tries_examples} {}

  Result<std::vector<Rule>> read(std::string& field) {
    pugi::xml_document document;
    const auto parsed = document.load_buffer(text_.data(), text_.size(), pugi::parse_default, pugi::encoding_utf8);
    if (!parsed) return wrong(parsed.offset, fmt::format("it is no XML: {}", parsed.description()));
    const pugi::xml_node root = document.document_element();
    if (std::string_view{root.name()} != "fingerprints") {
      return wrong(root.offset_debug(), "the element around all is 'fingerprints' in Recog's schema");
    }
    static const std::set<std::string_view> known{"matches", "protocol", "database_type", "preference", "priority"};
    if (auto checked = only_known(root, known); !checked) return fail(checked.error());
    if (const std::string_view matches = root.attribute("matches").value(); !matches.empty()) field = matches;
    is_utf_ = field == text_of_people;
    std::vector<Rule> rules;
    for (const pugi::xml_node child : root.children()) {
      if (child.type() != pugi::node_element) continue;
      if (std::string_view{child.name()} != "fingerprint") return unknown_element(child);
      auto rule = read_rule(child);
      if (!rule) return fail(rule.error());
      rules.push_back(std::move(*rule));
    }
    return rules;
  }

 private:
  [[nodiscard]] std::unexpected<Error> wrong(std::ptrdiff_t offset, std::string_view what) const {
    return fail(Errc::parse,
                fmt::format("{}:{}: {}", escape_terminal(path_), line_of(text_, offset), escape_terminal(what)));
  }
  [[nodiscard]] std::unexpected<Error> wrong(pugi::xml_node node, std::string_view what) const {
    return wrong(node.offset_debug(), what);
  }
  [[nodiscard]] std::unexpected<Error> unknown_element(pugi::xml_node node) const {
    return wrong(node, fmt::format("Recog's schema has no element '{}' here", node.name()));
  }
  [[nodiscard]] Result<void> only_known(pugi::xml_node node, const std::set<std::string_view>& known) const {
    for (const pugi::xml_attribute attribute : node.attributes()) {
      if (known.contains(attribute.name())) continue;
      return wrong(node, fmt::format("'{}' has no attribute '{}' in Recog's schema", node.name(), attribute.name()));
    }
    return {};
  }

  [[nodiscard]] Result<Pattern::Options> read_flags(pugi::xml_node node) const {
    Pattern::Options options{.is_utf = is_utf_};
    std::string flags = node.attribute("flags").value();
    std::ranges::replace_if(flags, [](char c) { return c == ',' || c == '|'; }, ' ');
    for (const std::string_view flag : words_of(flags)) {
      if (flag == "REG_ICASE") {
        options.any_case = true;
      } else if (flag == "REG_DOT_NEWLINE" || flag == "REG_MULTILINE") {
        options.dot_is_all = true;
      } else if (flag != "REG_LINE_ANY_CRLF" && flag != "REG_EXTENDED") {
        return wrong(node,
                     fmt::format("unknown flag '{}': REG_ICASE, REG_MULTILINE and REG_DOT_NEWLINE are known", flag));
      }
    }
    return options;
  }

  [[nodiscard]] Result<Param> read_param(pugi::xml_node node, std::size_t groups) const {
    static const std::set<std::string_view> known{"pos", "name", "value"};
    if (auto checked = only_known(node, known); !checked) return fail(checked.error());
    Param param{.name = node.attribute("name").value(), .value = node.attribute("value").value()};
    if (param.name.empty()) return wrong(node, "a param needs a name");
    const std::string_view pos = node.attribute("pos").value();
    const auto [end, error] = std::from_chars(pos.data(), pos.data() + pos.size(), param.group);
    if (pos.empty() || error != std::errc{} || end != pos.data() + pos.size()) {
      return wrong(node, fmt::format("the pos of param '{}' is no number", param.name));
    }
    if (param.group > groups) {
      return wrong(node,
                   fmt::format("param '{}' wants group {}, and the pattern has {}", param.name, param.group, groups));
    }
    const bool has_value = !node.attribute("value").empty();
    if ((param.group == 0) != has_value) {
      return wrong(node, fmt::format("param '{}' {}", param.name,
                                     has_value ? "has a value, which goes with pos 0 only" : "of pos 0 needs a value"));
    }
    return param;
  }

  [[nodiscard]] Result<Rule> read_rule(pugi::xml_node node) const {
    static const std::set<std::string_view> known{"pattern", "flags", "certainty"};
    if (auto checked = only_known(node, known); !checked) return fail(checked.error());
    const std::string_view pattern = node.attribute("pattern").value();
    if (pattern.empty()) return wrong(node, "a fingerprint needs a pattern");
    const auto options = read_flags(node);
    if (!options) return fail(options.error());
    auto compiled = Pattern::compile(pattern, *options);
    if (!compiled) return wrong(node, fmt::format("the pattern does not compile: {}", compiled.error().message));
    Rule rule{std::move(*compiled), {}};
    std::vector<pugi::xml_node> examples;
    for (const pugi::xml_node child : node.children()) {
      if (child.type() != pugi::node_element) continue;
      const std::string_view name = child.name();
      if (name == "param") {
        auto param = read_param(child, rule.pattern.groups());
        if (!param) return fail(param.error());
        rule.params.push_back(std::move(*param));
      } else if (name == "example") {
        examples.push_back(child);
      } else if (name != "description") {
        return unknown_element(child);
      }
    }
    if (!tries_examples_) examples.clear();
    for (const pugi::xml_node example : examples) {
      if (auto fits = try_example(example, rule); !fits) return fail(fits.error());
    }
    return rule;
  }

  [[nodiscard]] Result<void> try_example(pugi::xml_node node, const Rule& rule) const {
    // In a file of its own: that is left to whoever tests the collection.
    if (node.attribute("_filename")) return {};
    std::string text;
    for (const pugi::xml_node part : node.children()) text += part.value();
    if (const std::string_view encoding = node.attribute("_encoding").value(); encoding == "base64") {
      auto bytes = from_base64(text);
      if (!bytes) return wrong(node, "the example is not in base64");
      text = std::move(*bytes);
    } else if (!encoding.empty()) {
      return wrong(node, fmt::format("examples are in no encoding '{}'; base64 is known", encoding));
    }
    std::vector<std::string_view> groups;
    const Pattern::Fit fit = rule.pattern.match(text, groups);
    // It may be a good one for somebody with more patience.
    if (fit == Pattern::Fit::gave_up) return {};
    if (fit == Pattern::Fit::no)
      return wrong(node, fmt::format("the pattern does not fit its example '{}'", shown(text)));
    const FingerprintValues values = values_of(rule, groups);
    for (const pugi::xml_attribute attribute : node.attributes()) {
      const std::string_view name = attribute.name();
      if (name.starts_with('_') || values[name] == attribute.value()) continue;
      return wrong(node, fmt::format("'{}' of the example is '{}', not '{}'", name, shown(values[name]),
                                     shown(attribute.value())));
    }
    return {};
  }

  static std::string_view shown(std::string_view text) {
    constexpr std::size_t most = 80;
    return text.substr(0, most);
  }

  std::string_view text_;
  std::string_view path_;
  bool tries_examples_;
  bool is_utf_ = false;
};

}  // namespace

// ---- what is kept -------------------------------------------------------------------------------

std::string_view FingerprintValues::operator[](std::string_view name) const {
  const auto found = std::ranges::find(values_, name, &std::pair<std::string, std::string>::first);
  return found == values_.end() ? std::string_view{} : found->second;
}

void FingerprintValues::set(std::string_view name, std::string value) {
  const auto found = std::ranges::find(values_, name, &std::pair<std::string, std::string>::first);
  if (found == values_.end()) {
    values_.emplace_back(name, std::move(value));
  } else {
    found->second = std::move(value);
  }
}

struct Fingerprints::File {
  std::string field;
  bool is_ours = false;
  std::vector<Rule> rules;
  std::once_flag is_fast;  // made so when its field first turns up
};

Fingerprints::Fingerprints() = default;
Fingerprints::Fingerprints(Fingerprints&&) noexcept = default;
Fingerprints& Fingerprints::operator=(Fingerprints&&) noexcept = default;
Fingerprints::~Fingerprints() = default;

Result<void> Fingerprints::add(std::string_view text, std::string_view path, bool is_ours) {
  auto file = std::make_unique<File>();
  std::string_view name = path.substr(path.rfind('/') + 1);
  if (name.ends_with(".xml")) name.remove_suffix(std::strlen(".xml"));
  file->field = name;
  file->is_ours = is_ours;
  auto rules = FileReader{text, path, !is_ours}.read(file->field);
  if (!rules) return fail(rules.error());
  file->rules = std::move(*rules);
  files_.push_back(std::move(file));
  return {};
}

void Fingerprints::add(Fingerprints others) {
  for (auto& file : others.files_) files_.push_back(std::move(file));
}

std::vector<FingerprintMatch> Fingerprints::match(std::string_view field, std::string_view text) const {
  std::vector<FingerprintMatch> matches;
  std::vector<std::string_view> groups;
  text = text.substr(0, longest_field);
  for (const auto& file : files_) {
    if (file->field != field) continue;
    std::call_once(file->is_fast, [&file] {
      for (Rule& rule : file->rules) rule.pattern.speed_up();
    });
    for (const Rule& rule : file->rules) {
      if (rule.pattern.match(text, groups) != Pattern::Fit::yes) continue;
      matches.push_back({values_of(rule, groups), file->is_ours});
      break;
    }
  }
  return matches;
}

std::size_t Fingerprints::rules() const {
  std::size_t count = 0;
  for (const auto& file : files_) count += file->rules.size();
  return count;
}

std::vector<std::string_view> Fingerprints::fields() const {
  std::vector<std::string_view> names;
  for (const auto& file : files_) names.emplace_back(file->field);
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace portolan::identify
