// NSQ: IDENTIFY is answered with what the server is, as JSON (nsq.io, "TCP Protocol Spec").
#include <array>

#include "identify/readers/data/cursor.h"
#include "identify/registry.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{4150};
constexpr std::uint32_t longest_frame = 8'192;
constexpr std::string_view ask = literal("  V2IDENTIFY\n\0\0\0\x1c{\"feature_negotiation\":true}");

// The text under a name of an object, found by walking over its strings; objects within it are not looked into.
std::string_view text_of(std::string_view object, std::string_view name) {
  int depth = 0;
  std::string_view key;
  bool is_value = false;
  for (std::size_t i = 0; i < object.size(); ++i) {
    const char c = object[i];
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (c == ':') is_value = true;
    if (c == ',') is_value = false;
    if (c != '"') continue;
    const std::size_t begin = i + 1;
    for (++i; i < object.size() && object[i] != '"'; ++i) {
      if (object[i] == '\\') ++i;
    }
    if (i >= object.size()) return {};
    const std::string_view text = object.substr(begin, i - begin);
    if (depth == 1 && is_value && key == name) return text;
    if (depth == 1 && !is_value) key = text;
  }
  return {};
}

Reading read(const Talk& talk) {
  const std::string_view answer = talk.first();
  if (talk.turns.front().said != ask) return {};
  Cursor in{answer};
  const std::uint32_t size = in.u32();
  if (in.is_whole() && (size < 6 || size > longest_frame)) return {};
  const std::uint32_t kind = in.u32();
  if (!in.is_whole()) return cut_short(talk);
  constexpr std::uint32_t response = 0;
  constexpr std::uint32_t error = 1;
  if (kind != response && kind != error) return {};
  const std::string_view body = in.take(size - 4);
  if (!in.is_whole()) return cut_short(talk);
  if (kind == error)
    return {.is = body.starts_with("E_") ? Reading::Is::yes : Reading::Is::no, .confidence = by_grammar};
  // Who does not know IDENTIFY's answer says OK.
  if (body == "OK") return {.is = Reading::Is::yes, .confidence = by_grammar};
  if (!body.starts_with('{') || !body.ends_with('}')) return {};
  const std::string_view version = text_of(body, "version");
  if (!is_version(version) || !is_printable(version)) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "nsqd";
  reading.facts.version = version;
  return reading;
}

}  // namespace

constinit const Reader nsq{
    .name = "nsq",
    .service = "nsq",
    .document = "nsq.io, TCP Protocol Spec",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{ask}; },
    .read = read,
};

}  // namespace portolan::identify
