// beanstalkd: "stats" is answered by "OK <bytes>" and a dictionary in YAML, any line that is no command by a word
// (its doc/protocol.txt, "stats" and the errors).
#include <array>
#include <charconv>

#include "identify/readers/asked/head.h"
#include "identify/readers/asked/refused.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{11'300};
constexpr std::string_view ask = "stats\r\n";

std::string_view value_of(std::string_view yaml, std::string_view key) {
  for (const std::string_view line : lines_of(yaml)) {
    if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != ':') continue;
    std::string_view value = trimmed(line.substr(key.size() + 1));
    if (value.size() >= 2 && value.starts_with('"') && value.ends_with('"')) value = value.substr(1, value.size() - 2);
    return is_printable(value) ? value : std::string_view{};
  }
  return {};
}

constexpr std::string_view unknown = "UNKNOWN_COMMAND";

Reading read_job_stats(const Talk& talk, std::string_view heard) {
  if (!may_begin(heard, "OK ") && !may_begin(heard, unknown)) return {};
  const auto line = first_line(heard);
  if (!line) return unfinished(talk);
  if (!line->text.starts_with("OK ")) return {};
  const std::string_view digits = line->text.substr(3);
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
  if (error != std::errc{} || end != digits.data() + digits.size() || size > most_bytes) return {};
  if (!may_begin(line->rest, "---\n")) return {};
  if (line->rest.size() < size) {
    if (!talk.is_over) return {.is = Reading::Is::more};
    return {};
  }
  const std::string_view yaml = line->rest.substr(0, size);
  // What each of them tells since its first version.
  if (value_of(yaml, "current-jobs-ready").empty() || value_of(yaml, "pid").empty()) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "beanstalkd";
  reading.facts.version = value_of(yaml, "version");
  reading.facts.host_name = value_of(yaml, "hostname");
  // "#1 SMP Debian 6.1..." and a platform stand there since 1.12.
  const std::string_view platform = value_of(yaml, "platform");
  if (!platform.empty()) reading.facts.extra = "platform " + std::string{platform};
  return reading;
}

Reading read(const Talk& talk) {
  if (talk.turns.front().said == ask) return read_job_stats(talk, talk.first());
  const auto line = first_line(talk.first());
  if (!line || line->text != unknown) return {};
  if (talk.turns.size() > 1) {
    return talk.turns.back().said == ask ? read_job_stats(talk, past_lines(talk.last(), unknown)) : Reading{};
  }
  // Others may have the same word for it; it can be asked in its own protocol now.
  Reading reading{.is = Reading::Is::yes, .confidence = inferred};
  reading.say = ask;
  return reading;
}

}  // namespace

constinit const Reader beanstalk{
    .name = "beanstalk",
    .service = "beanstalk",
    .document = "beanstalkd doc/protocol.txt",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{ask}; },
    .read = read,
    .goodbye = "quit\r\n",
};

}  // namespace portolan::identify
