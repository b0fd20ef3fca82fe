#include "talk/transcript.h"

#include <cstdint>

#include "base/json.h"
#include "base/text.h"
#include "base/utf8.h"

namespace portolan::talk {
namespace {

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const Character character = decode_utf8(text);
    if (!character.valid) return false;
    text.remove_prefix(character.length);
  }
  return true;
}

std::string hex_of(std::string_view bytes) {
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const char byte : bytes) append(hex, "{:02x}", static_cast<unsigned char>(byte));
  return hex;
}

template <class Fill>
std::string line(WallTime time, Fill fill) {
  std::string text;
  JsonWriter json{text};
  json.object([&] {
    json.member("time", model::rfc3339_text(time));
    fill(json);
  });
  json.end_line();
  return text;
}

}  // namespace

std::string transcript_head(WallTime time, std::string_view host, std::string_view address,
                            std::string_view transport) {
  return line(time, [&](JsonWriter& json) {
    json.member("schema", "portolan-talk/1");
    json.text_member("host", host);
    json.member("address", address);
    json.member("transport", transport);
  });
}

std::string transcript_piece(WallTime time, Direction direction, std::string_view bytes) {
  return line(time, [&](JsonWriter& json) {
    json.member("direction", direction == Direction::sent ? "sent" : "received");
    json.member("bytes", std::uint64_t{bytes.size()});
    if (is_utf8(bytes)) {
      json.member("text", bytes);
    } else {
      json.member("hex", hex_of(bytes));
    }
  });
}

std::string transcript_event(WallTime time, std::string_view event, std::string_view says) {
  return line(time, [&](JsonWriter& json) {
    json.member("event", event);
    json.text_member("says", says);
  });
}

}  // namespace portolan::talk
