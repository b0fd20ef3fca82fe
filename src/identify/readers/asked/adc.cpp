// ADC, the direct connect protocol: a client's SUP is answered by the hub's SUP, SID and INF; INF tells the program in
// AP or VE and the hub's name in NI (Advanced Direct Connect 1.0.4, sections 5 and 6).
#include <array>

#include "identify/readers/asked/head.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 2> ports{1511, 2780};
constexpr std::string_view ask = "HSUP ADBASE ADTIGR\n";

// "\s" stands for a blank, "\n" for a line's end, "\\" for itself.
std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      plain += text[i];
    } else {
      const char next = text[++i];
      plain += next == '\\' ? '\\' : ' ';
    }
  }
  return is_printable(plain) ? plain : std::string{};
}

std::string field_of(const std::vector<std::string_view>& words, std::string_view name) {
  for (const std::string_view word : words) {
    if (word.size() > name.size() && word.starts_with(name)) return unescaped(word.substr(name.size()));
  }
  return {};
}

Reading read(const Talk& talk) {
  if (!may_begin(talk.first(), "ISUP AD")) return {};
  bool has_number = false;
  for (const std::string_view line : lines_of(talk.first())) {
    has_number = has_number || line.starts_with("ISID ");
    if (!line.starts_with("IINF ")) continue;
    // The line may go on.
    if (!talk.first().ends_with('\n') && !talk.is_over) return {.is = Reading::Is::more};
    if (!has_number) return {};
    const auto words = words_of(line.substr(5));
    Reading reading{.is = Reading::Is::yes, .confidence = documented};
    const std::string program = field_of(words, "AP");
    const std::string version = field_of(words, "VE");
    if (program.empty()) {
      name_program(version, reading.facts);
    } else {
      reading.facts.product = program;
      reading.facts.version = version;
    }
    if (const std::string name = field_of(words, "NI"); !name.empty()) reading.facts.extra = "hub: " + name;
    return reading;
  }
  if (has_number && talk.is_over) return {.is = Reading::Is::yes, .confidence = by_grammar};
  return unfinished(talk, 8'192);
}

}  // namespace

constinit const Reader adc{
    .name = "adc",
    .service = "adc",
    .document = "Advanced Direct Connect 1.0.4",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 7,
    .to_http = Foreign::resets,
    .to_tls = Foreign::resets,
    .question = [](std::string_view) { return std::string{ask}; },
    .read = read,
};

}  // namespace portolan::identify
