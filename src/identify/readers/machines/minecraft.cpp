// Minecraft: the server list ping; the answer is JSON with the version and the players (Minecraft protocol, "Server
// List Ping").
#include <fmt/core.h>

#include <array>

#include "identify/readers/machines/wire.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::uint16_t, 1> ports{25'565};

// A handshake of no protocol version that goes on to the status, and the question for it.
std::string request(std::string_view host) {
  constexpr std::size_t longest_host = 100;
  constexpr std::uint16_t port = 25'565;
  constexpr std::string_view head = "\0\xff\xff\xff\xff\x0f"sv;
  host = host.substr(0, longest_host);
  std::string packet{head};
  packet += static_cast<char>(host.size());
  packet += host;
  packet += big16(port) + '\x01';
  std::string all(1, static_cast<char>(packet.size()));
  all += packet;
  return all.append("\x01\0"sv);
}

// Seven bits a byte, the lowest first. nullopt where it does not end, or is longer than five bytes.
struct Number {
  std::uint32_t value = 0;
  std::size_t size = 0;
};
std::optional<Number> number_at(std::string_view bytes, std::size_t offset) {
  Number number;
  constexpr std::size_t longest = 5;
  for (; number.size < longest; ++number.size) {
    const auto byte = u8_at(bytes, offset + number.size);
    if (!byte) return std::nullopt;
    number.value |= static_cast<std::uint32_t>(*byte & 0x7fU) << 7U * number.size;
    if ((*byte & 0x80U) == 0) {
      ++number.size;
      return number;
    }
  }
  return std::nullopt;
}

// Behind the string that begins here.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      return at + 1;
    }
  }
  return text.size();
}

// The value of a member of the object that `text` is, as it stands there; empty where there is none.
std::string_view member(std::string_view text, std::string_view name) {
  std::size_t depth = 0;
  std::string_view key;
  std::size_t value_at = std::string_view::npos;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"') {
      const std::size_t end = end_of_string(text, at);
      if (depth == 1 && value_at == std::string_view::npos) key = text.substr(at, end - at);
      at = end;
      continue;
    }
    if (c == '{' || c == '[') ++depth;
    const bool closes = c == '}' || c == ']';
    if (depth == 1 && c == ':' && value_at == std::string_view::npos) value_at = at + 1;
    if (depth == 1 && (c == ',' || closes)) {
      const bool is_it = key.size() == name.size() + 2 && key.substr(1, name.size()) == name;
      if (is_it && value_at != std::string_view::npos) return trimmed(text.substr(value_at, at - value_at));
      value_at = std::string_view::npos;
    }
    if (closes && --depth == 0) return {};
    ++at;
  }
  return {};
}

std::string_view unquoted(std::string_view value) {
  const bool is_string = value.size() >= 2 && value.starts_with('"') && value.ends_with('"');
  if (!is_string || !is_printable(value) || value.find('\\') != std::string_view::npos) return {};
  return value.substr(1, value.size() - 2);
}

Reading read(const Talk& talk) {
  const std::string_view heard = talk.first();
  if (heard.empty() || talk.turns.front().said != request(talk.host)) return {};
  const auto size = number_at(heard, 0);
  constexpr std::uint32_t most = 65'000;
  if (size && size->value > most) return {};
  const auto packet = size ? part(heard, size->size, size->value) : std::nullopt;
  const auto id = size ? u8_at(heard, size->size) : std::nullopt;
  if (id && *id != 0) return {};
  if (!packet) return {.is = talk.is_over ? Reading::Is::no : Reading::Is::more};
  const auto text_size = number_at(*packet, 1);
  if (!text_size || packet->size() != 1 + text_size->size + text_size->value) return {};
  const std::string_view text = packet->substr(1 + text_size->size);
  const std::string_view version = member(text, "version");
  if (!text.starts_with('{') || !version.starts_with('{')) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  // "1.20.4", "Paper 1.20.4", "Velocity 1.7.2-1.20.4": software, where it is named, and the game's version.
  const std::string_view name = unquoted(member(version, "name"));
  const std::size_t blank = name.rfind(' ');
  reading.facts.product = "Minecraft";
  if (blank != std::string_view::npos && is_version(name.substr(blank + 1))) {
    reading.facts.extra = name.substr(0, blank);
    reading.facts.version = name.substr(blank + 1);
  } else if (is_version(name)) {
    reading.facts.version = name;
  } else {
    reading.facts.extra = name;
  }
  const std::string_view players = member(text, "players");
  const std::string_view online = member(players, "online");
  const std::string_view room = member(players, "max");
  const auto is_number = [](std::string_view word) {
    return !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos;
  };
  if (is_number(online) && is_number(room)) {
    add_word(reading.facts.extra, fmt::format("players {}/{}", online, room));
  }
  return reading;
}

}  // namespace

constinit const Reader minecraft{
    .name = "minecraft",
    .service = "minecraft",
    .document = "Minecraft protocol: server list ping",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .to_http = Foreign::waits,
    .to_tls = Foreign::waits,
    .question = request,
    .read = read,
};

}  // namespace portolan::identify
