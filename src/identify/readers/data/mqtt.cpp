// MQTT: CONNECT without a name is answered with CONNACK (MQTT 3.1.1 §3.1, §3.2), and by custom a broker tells its
// version under $SYS.
#include <algorithm>
#include <array>

#include "identify/readers/data/cursor.h"
#include "identify/registry.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{1883};
constexpr std::array<std::uint16_t, 1> tls_ports{8883};
// No name, a clean session, a minute to live.
constexpr std::string_view connect = literal("\x10\x0c\0\x04MQTT\x04\x02\0\x3c\0\0");
constexpr std::size_t connack_size = 4;
constexpr std::size_t longest_answer = 8'192;
constexpr std::string_view version_topic = "$SYS/broker/version";
constexpr std::string_view emqx_begin = "$SYS/brokers/";
constexpr std::string_view emqx_end = "/version";

enum Kind : std::uint8_t { publish = 3, suback = 9 };

std::string subscribe() {
  std::string topics;
  for (const std::string_view topic : {version_topic, std::string_view{"$SYS/brokers/+/version"}}) {
    topics += big(static_cast<std::uint32_t>(topic.size()), 2) + std::string{topic} + '\0';
  }
  return std::string{"\x82"} + static_cast<char>(topics.size() + 2) + big(1, 2) + topics;
}

struct Packet {
  unsigned kind = 0;
  unsigned flags = 0;
  std::string_view body;
  std::string_view rest;
};
// nullopt where its end has not come.
std::optional<Packet> packet_in(std::string_view bytes) {
  Cursor in{bytes};
  const unsigned begin = in.u8();
  std::size_t size = 0;
  constexpr unsigned most_digits = 4;
  for (unsigned i = 0; i < most_digits; ++i) {
    const unsigned digit = in.u8();
    size |= std::size_t{digit & 0x7fU} << 7U * i;
    if (digit < 0x80U) break;
  }
  const std::string_view body = in.take(size);
  if (!in.is_whole()) return std::nullopt;
  return Packet{begin >> 4U, begin & 0xfU, body, in.rest()};
}

// "mosquitto version 2.0.11", or the number alone.
void name(std::string_view topic, std::string_view value, Facts& facts) {
  if (!is_printable(value)) return;
  const auto words = words_of(value);
  if (topic == version_topic && words.size() == 3 && words[1] == "version") {
    facts.product = words[0] == "mosquitto" ? "Mosquitto" : words[0];
    facts.version = words[2];
  } else if (topic == version_topic && words.size() == 2 && is_version(words[1])) {
    facts.product = words[0];
    facts.version = words[1];
  } else if (topic.starts_with(emqx_begin) && topic.ends_with(emqx_end) && is_version(value)) {
    facts.product = "EMQX";
    facts.version = value;
  } else if (topic == version_topic) {
    facts.extra = "version " + std::string{value};
  }
}

// Messages until one tells the version. False while more may come.
bool read_messages(std::string_view bytes, Facts& facts) {
  bool is_subscribed = false;
  while (const auto packet = packet_in(bytes)) {
    bytes = packet->rest;
    if (packet->kind == suback) {
      // Granted, or not: behind two bytes of number one for each topic, 80 where refused.
      is_subscribed = true;
      const std::string_view granted = packet->body.substr(std::min<std::size_t>(2, packet->body.size()));
      if (std::ranges::all_of(granted, [](char one) { return one == '\x80'; })) return true;
    } else if (packet->kind == publish && (packet->flags & 0x6U) == 0) {
      Cursor in{packet->body};
      const std::string_view topic = in.take(in.u16());
      if (in.is_whole()) name(topic, in.rest(), facts);
    } else {
      return true;
    }
  }
  return is_subscribed && !(facts.product.empty() && facts.extra.empty());
}

Reading read(const Talk& talk) {
  const std::string_view answer = talk.first();
  if (talk.turns.front().said != connect || answer.empty() || answer.size() > longest_answer) return {};
  if (!may_begin(answer, "\x20\x02")) return {};
  if (answer.size() < connack_size) return cut_short(talk);
  const auto flags = u8_at(answer, 2);
  const auto code = u8_at(answer, 3).value_or(0);
  constexpr std::uint8_t not_authorised = 5;
  if (answer.size() != connack_size || flags != 0 || code > not_authorised) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  if (code != 0) {
    constexpr std::array<std::string_view, 5> reasons{"another version", "name refused", "unavailable",
                                                      "asks for a password", "asks for a password"};
    reading.facts.extra = reasons.at(code - 1U);
    return reading;
  }
  if (talk.turns.size() == 1) {
    reading.say = subscribe();
    return reading;
  }
  if (!read_messages(talk.turns[1].heard, reading.facts) && !talk.is_over) return {.is = Reading::Is::more};
  return reading;
}

}  // namespace

constinit const Reader mqtt{
    .name = "mqtt",
    .service = "mqtt",
    .document = "MQTT 3.1.1",
    .first = Speaks::client,
    .ports = ports,
    .tls_ports = tls_ports,
    .rarity = 3,
    .to_http = Foreign::resets,
    .to_tls = Foreign::resets,
    .question = [](std::string_view) { return std::string{connect}; },
    .read = read,
    .goodbye = literal("\xe0\0"),  // DISCONNECT
};

}  // namespace portolan::identify
