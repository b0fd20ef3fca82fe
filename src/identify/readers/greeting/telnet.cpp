// Telnet: the server begins with options (RFC 854, RFC 855). All are refused, so that the text before the login comes.
#include <algorithm>
#include <array>
#include <string>

#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 3> ports{23, 2323, 992};
constexpr std::uint8_t iac = 255;
constexpr std::uint8_t dont = 254;
constexpr std::uint8_t do_it = 253;
constexpr std::uint8_t wont = 252;
constexpr std::uint8_t will = 251;
constexpr std::uint8_t begin_sub = 250;
constexpr std::uint8_t end_sub = 240;
constexpr std::size_t most_refused = 64;
constexpr std::size_t longest_line = 256;
constexpr std::size_t most_turns_of_ours = 3;
constexpr std::size_t longest_before = 2'048;
constexpr std::size_t most_parsed = 16'384;  // of one turn

struct Parsed {
  bool is_telnet = true;
  bool whole = true;        // no command is cut short at the end
  std::size_t options = 0;  // negotiated
  std::string text;
  std::string refusals;
};

// IANA's list of telnet options: 0 to 49, 138 to 140, 255.
bool is_option(std::uint8_t option) {
  constexpr std::uint8_t last_of_first = 49;
  return option <= last_of_first || (option >= 138 && option <= 140) || option == iac;
}

// Text with the controls of RFC 854's virtual terminal, and colours.
bool is_text(char c) {
  constexpr std::string_view controls{"\0\a\b\t\n\v\f\r\x1b", 9};
  return static_cast<unsigned char>(c) >= ' ' ? c != '\x7f' : controls.find(c) != std::string_view::npos;
}

void refuse(Parsed& parsed, std::uint8_t command, std::uint8_t option) {
  if (command != do_it && command != will) return;
  if (parsed.refusals.size() >= 3 * most_refused) return;
  parsed.refusals += static_cast<char>(iac);
  parsed.refusals += static_cast<char>(command == do_it ? wont : dont);
  parsed.refusals += static_cast<char>(option);
}

// Reads the command at `at`, which holds IAC, and goes behind it.
void read_command(std::string_view bytes, std::size_t& at, Parsed& parsed) {
  const auto command = u8_at(bytes, at + 1);
  if (!command) {
    parsed.whole = false;
    at = bytes.size();
    return;
  }
  if (*command == iac) {  // a byte of 255 in the text
    parsed.text += static_cast<char>(iac);
    at += 2;
    return;
  }
  if (*command < end_sub) {
    parsed.is_telnet = false;
    return;
  }
  if (*command < begin_sub) {  // NOP, GA and others stand alone
    at += 2;
    return;
  }
  const auto option = u8_at(bytes, at + 2);
  if (option && !is_option(*option)) {
    parsed.is_telnet = false;
    return;
  }
  if (!option) {
    parsed.whole = false;
    at = bytes.size();
    return;
  }
  ++parsed.options;
  if (*command != begin_sub) {
    refuse(parsed, *command, *option);
    at += 3;
    return;
  }
  constexpr std::string_view end{"\xff\xf0", 2};
  const std::size_t close = bytes.find(end, at + 3);
  if (close == std::string_view::npos) {
    parsed.whole = false;
    at = bytes.size();
    return;
  }
  at = close + end.size();
}

Parsed parse(std::string_view bytes) {
  Parsed parsed;
  std::size_t at = 0;
  while (at < bytes.size() && parsed.is_telnet) {
    if (static_cast<std::uint8_t>(bytes[at]) == iac) {
      read_command(bytes, at, parsed);
      continue;
    }
    if (!is_text(bytes[at])) parsed.is_telnet = false;
    // A zero does nothing: it stands behind a CR that ends no line.
    if (bytes[at] != '\0') parsed.text += bytes[at];
    ++at;
  }
  return parsed;
}

// "Hello, this is FRRouting (version 8.4.4)." of routing daemons, "MikroTik v6.49.7 (stable)": lines that programs
// begin with by themselves.
void name_by_line(std::string_view line, Facts& facts) {
  constexpr std::string_view hello = "Hello, this is ";
  constexpr std::string_view before_version = " (version ";
  constexpr std::string_view routeros = "MikroTik v";
  if (line.starts_with(hello)) {
    const std::size_t at = line.find(before_version);
    const std::size_t end = line.find(')', at == std::string_view::npos ? line.size() : at);
    if (end == std::string_view::npos) return;
    facts.product = line.substr(hello.size(), at - hello.size());
    facts.version = line.substr(at + before_version.size(), end - at - before_version.size());
  } else if (line.starts_with(routeros) && is_version(line.substr(routeros.size() - 1))) {
    facts.product = "MikroTik RouterOS";
    facts.version = line.substr(routeros.size(), line.find(' ', routeros.size()) - routeros.size());
    facts.system = "RouterOS";
    facts.device = "router";
  }
}

// "host login: " is login(1)'s; the first line is what the machine says of itself.
void read_text(std::string_view text, Facts& facts) {
  constexpr std::string_view login = " login:";
  std::string first;
  for (const std::string_view raw : lines_of(text)) {
    const std::string_view line = trimmed(raw);
    if (line.empty() || line.size() > longest_line || !is_printable(line)) continue;
    name_by_line(line, facts);
    if (line.ends_with(login)) {
      const std::string_view host = line.substr(0, line.size() - login.size());
      if (host.find(' ') == std::string_view::npos && !host.empty()) facts.host_name = host;
      continue;
    }
    if (first.empty() && !line.ends_with(':')) first = line;
  }
  add_extra(facts, first);
}

Reading read(const Talk& talk) {
  const std::string_view start = talk.first();
  if (start.empty()) return cut_short(talk);
  // Nobody says so much before the first command.
  if (start.size() > longest_before && start.substr(0, longest_before).find('\xff') == std::string_view::npos)
    return {};
  Facts facts;
  std::string all;
  std::string refusals;
  bool whole = true;
  std::size_t options = 0;
  std::size_t ours = 0;
  for (const Turn& turn : talk.turns) {
    const Parsed parsed = parse(std::string_view{turn.heard}.substr(0, most_parsed));
    if (!parsed.is_telnet) return {};
    all += parsed.text;
    whole = parsed.whole;
    options += parsed.options;
    refusals = parsed.refusals;
    ours += !turn.said.empty() && static_cast<std::uint8_t>(turn.said.front()) == iac ? 1U : 0U;
  }
  // Text without a command is anybody's.
  if (options == 0) return cut_short(talk);
  if (!whole && !talk.is_over) return {.is = Reading::Is::more};
  read_text(all, facts);
  Reading reading{
      .is = Reading::Is::yes, .confidence = facts.product.empty() ? by_grammar : documented, .facts = std::move(facts)};
  if (talk.is_over) return reading;
  if (!refusals.empty() && ours + 1 < most_turns_of_ours) {
    reading.say = refusals;
    return reading;
  }
  // What is typed behind a prompt ends it.
  const std::string_view end = trimmed(all);
  if (!end.ends_with(':') && !end.ends_with('>') && !end.ends_with('#')) return {.is = Reading::Is::more};
  return reading;
}

}  // namespace

constinit const Reader telnet{
    .name = "telnet",
    .service = "telnet",
    .document = "RFC 854, RFC 855",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
};

}  // namespace portolan::identify
