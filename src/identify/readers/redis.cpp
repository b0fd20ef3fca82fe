// Redis: answers PING in its own protocol, and INFO names itself where no password is asked for.
#include <array>

#include "identify/details.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{6379};
constexpr std::string_view ping = "*1\r\n$4\r\nPING\r\n";
constexpr std::string_view info = "*2\r\n$4\r\nINFO\r\n$6\r\nserver\r\n";

std::string_view value_of(std::string_view text, std::string_view key) {
  for (const std::string_view line : lines_of(text)) {
    if (line.starts_with(key) && line.size() > key.size() && line[key.size()] == ':')
      return line.substr(key.size() + 1);
  }
  return {};
}

Reading read(const Talk& talk) {
  if (talk.turns.front().said != ping) return {};
  const auto answer = first_line(talk.first());
  if (!answer) return {.is = talk.first().size() < 64 && !talk.is_over ? Reading::Is::more : Reading::Is::no};
  const bool pong = answer->text == "+PONG";
  const bool refuses = answer->text.starts_with("-NOAUTH") || answer->text.starts_with("-DENIED");
  if (!pong && !refuses) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  reading.facts.product = "Redis key-value store";
  if (refuses) {
    reading.facts.extra = answer->text.starts_with("-NOAUTH") ? "asks for a password" : "protected mode";
    return reading;
  }
  if (talk.turns.size() == 1) {
    reading.say = info;
    return reading;
  }
  const std::string_view said = talk.turns[1].heard;
  const bool whole = said.ends_with("\r\n") && (said.starts_with('-') || said.find("redis_version:") != said.npos);
  if (!whole && !talk.is_over) return {.is = Reading::Is::more};
  if (const auto valkey = value_of(said, "valkey_version"); !valkey.empty()) {
    reading.facts.product = "Valkey key-value store";
    reading.facts.version = valkey;
  } else {
    reading.facts.version = value_of(said, "redis_version");
  }
  if (!reading.facts.version.empty()) reading.confidence = documented;
  constexpr std::array<std::string_view, 10> told{"redis_version", "valkey_version",   "redis_mode", "os",
                                                  "arch_bits",     "process_id",       "tcp_port",   "executable",
                                                  "config_file",   "uptime_in_seconds"};
  for (const std::string_view key : told) add_detail(reading.facts, "redis-info", key, value_of(said, key));
  const std::string_view system = value_of(said, "os");
  reading.facts.system = system.substr(0, system.find(' '));
  return reading;
}

}  // namespace

constinit const Reader redis{
    .name = "redis",
    .service = "redis",
    .document = "Redis serialization protocol",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 3,
    .to_tls = Foreign::waits,
    .question = [](std::string_view) { return std::string{ping}; },
    .read = read,
};

}  // namespace portolan::identify
