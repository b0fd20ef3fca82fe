// IRC: any ":server NNN" line, NOTICE, ERROR or PING is its (RFC 2812 §2.3). Who registers is told the server's name
// and version (004, §5.1). Some say nothing before that, so on its ports registration is also what is said first.
#include <algorithm>
#include <array>
#include <vector>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 8> ports{6667, 194, 6665, 6666, 6668, 6669, 6670, 7000};
constexpr std::array<std::uint16_t, 2> tls_ports{6697, 994};
// Two names, so that both connections may register.
constexpr std::string_view register_first = "NICK prtlna\r\nUSER portolan 0 * :service identification\r\n";
constexpr std::string_view register_then = "NICK prtlnb\r\nUSER portolan 0 * :service identification\r\n";
constexpr std::string_view not_registered = "451";
constexpr std::size_t most_lines = 200;
constexpr std::size_t longest_line = 1'024;
constexpr std::size_t digits = 3;

struct Message {
  std::string_view source;
  std::string_view command;
  std::vector<std::string_view> parameters;
};

bool is_numeric(std::string_view command) {
  return command.size() == digits && std::ranges::all_of(command, [](char c) { return c >= '0' && c <= '9'; });
}

// nullopt where it is none.
std::optional<Message> message_in(std::string_view line) {
  Message message;
  if (line.size() > longest_line) return std::nullopt;
  if (line.starts_with(':')) {
    const std::size_t end = line.find(' ');
    if (end == std::string_view::npos || end == 1) return std::nullopt;
    message.source = line.substr(1, end - 1);
    line.remove_prefix(end + 1);
  }
  const std::size_t end = std::min(line.find(' '), line.size());
  message.command = line.substr(0, end);
  line.remove_prefix(end);
  while (!line.empty()) {
    const std::size_t begin = line.find_first_not_of(' ');
    if (begin == std::string_view::npos) break;
    line.remove_prefix(begin);
    if (line.front() == ':') {
      message.parameters.push_back(line.substr(1));
      break;
    }
    const std::size_t next = std::min(line.find(' '), line.size());
    message.parameters.push_back(line.substr(0, next));
    line.remove_prefix(next);
  }
  const bool letters = !message.command.empty() && std::ranges::all_of(message.command, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  });
  if (!letters && !is_numeric(message.command)) return std::nullopt;
  return message;
}

// What a server begins with.
bool is_first(const Message& message) {
  const bool numeric = is_numeric(message.command) && !message.source.empty();
  const bool notice = message.command == "NOTICE" && message.parameters.size() == 2;
  const bool one = (message.command == "ERROR" || message.command == "PING") && message.parameters.size() == 1;
  return numeric || notice || one;
}

// ERROR and PING alone are words of others as well; only IRC has a colon behind them.
bool may_be_irc(std::string_view heard) {
  constexpr std::array<std::string_view, 4> begins{":", "NOTICE ", "ERROR :", "PING "};
  return std::ranges::any_of(begins, [heard](std::string_view begin) { return may_begin(heard, begin); });
}

// "ngircd-26.1", "InspIRCd-3", "UnrealIRCd-6.0.4", "hybrid-1:8.2.43", "u2.10.12.19".
void name_software(std::string_view version, Facts& facts) {
  if (!is_printable(version) || is_version(version)) return;
  for (std::size_t dash = version.find('-'); dash != std::string_view::npos; dash = version.find('-', dash + 1)) {
    if (dash == 0 || !is_version(version.substr(dash + 1))) continue;
    facts.product = version.substr(0, dash);
    facts.version = version.substr(dash + 1);
    if (facts.product == "hybrid") facts.product = "ircd-hybrid";
    return;
  }
  if (version.starts_with('u') && is_version(version.substr(1))) {
    facts.product = "ircu";
    facts.version = version.substr(1);
    return;
  }
  facts.product = version;
}

// "Host localhost is running BitlBee 3.6." in 002, where 004 has a bare number.
void name_by_welcome(std::string_view text, Facts& facts) {
  const auto words = words_of(text);
  const auto running = std::ranges::find(words, "running");
  if (words.end() - running < 3 || running[1] == "version" || !is_version(running[2])) return;
  std::string_view version = running[2];
  if (version.ends_with('.')) version.remove_suffix(1);
  if (!is_printable(running[1]) || !is_printable(version)) return;
  facts.product = running[1];
  facts.version = version;
}

// "Trying to reconnect too fast.", "(Throttled: Reconnecting too fast)", "Connection closed, too many connections".
bool is_too_often(const std::vector<std::string_view>& parameters) {
  return std::ranges::any_of(parameters, [](std::string_view text) {
    return contains_case(text, "too fast") || contains_case(text, "throttled") ||
           contains_case(text, "too many connections");
  });
}

struct Heard {
  bool any = false;
  bool all = true;  // were messages
  bool settled = false;
  bool refused = false;
  bool too_often = false;
  std::string_view ping;  // that is not answered yet
};

void read_lines(std::string_view text, bool registers, Heard& heard, Reading& reading) {
  constexpr std::size_t version_at = 2;
  std::size_t count = 0;
  while (const auto line = first_line(text)) {
    text = line->rest;
    if (line->text.empty() || count++ > most_lines) continue;
    const auto message = message_in(line->text);
    if (!message || (!heard.any && !is_first(*message))) {
      heard.all = false;
      return;
    }
    heard.any = true;
    if (is_numeric(message->command) && is_printable(message->source)) reading.facts.host_name = message->source;
    if (message->command == "PING" && !message->parameters.empty()) heard.ping = message->parameters.front();
    if (message->command == "ERROR") {
      heard.refused = true;
      heard.too_often = is_too_often(message->parameters);
      heard.settled = true;
    }
    if (message->command == "002" && !message->parameters.empty())
      name_by_welcome(message->parameters.back(), reading.facts);
    if (message->command == "004" && message->parameters.size() > version_at) {
      name_software(message->parameters[version_at], reading.facts);
      reading.confidence = documented;
      heard.settled = true;
    }
    // Errors end it: a name in use, a password wanted, banned. But who was asked in another protocol says so (451
    // ERR_NOTREGISTERED, RFC 2812 §5.2), and may be told who asks.
    const bool is_error = is_numeric(message->command) && message->command.starts_with('4');
    if (is_error && (registers || message->command != not_registered)) heard.settled = true;
  }
}

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  if (!may_be_irc(first) || first == talk.turns.front().said) return {};
  if (!first_line(first)) return cut_short(talk);
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  Heard heard;
  bool registers = false;
  std::string answered;
  for (const Turn& turn : talk.turns) {
    registers = registers || turn.said == register_first || turn.said == register_then;
    if (turn.said.starts_with("PONG ")) answered = turn.said;
    read_lines(turn.heard, registers, heard, reading);
  }
  if (!heard.any || !heard.all) return {};
  const bool asked = !talk.turns.front().said.empty();
  if (heard.settled) {
    // Who asked and is refused may be told more on a connection that was there before.
    reading.turned_away = heard.too_often;
    if (heard.refused && asked && reading.confidence != documented) reading.confidence = inferred;
    return reading;
  }
  // ngIRCd lets who asked in another protocol wait for so long that he may be told sooner elsewhere.
  if (talk.is_over && asked && talk.turns.front().said != register_first) reading.confidence = inferred;
  if (talk.is_over) return reading;
  // While something is asked it is claimed softly: another connection that is refused must not end this one.
  reading.confidence = inferred;
  if (!registers) {
    reading.say = register_then;
    return reading;
  }
  if (!heard.ping.empty() && answered.empty()) {
    reading.say = "PONG :" + std::string{heard.ping} + "\r\n";
    return reading;
  }
  return {.is = Reading::Is::more};
}

}  // namespace

constinit const Reader irc{
    .name = "irc",
    .service = "irc",
    .document = "RFC 2812",
    .first = Speaks::server,
    .ports = ports,
    .tls_ports = tls_ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{register_first}; },
    .read = read,
    .goodbye = "QUIT\r\n",
};

}  // namespace portolan::identify
