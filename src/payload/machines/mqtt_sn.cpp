// MQTT-SN: are you a gateway?
#include <array>

#include "payload/registry.h"
#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::array<std::uint16_t, 3> ports{1883, 1884, 10000};
constexpr std::uint8_t search_gateway = 0x01;
constexpr std::uint8_t gateway_info = 0x02;
constexpr std::uint8_t size = 3;  // which every message begins with

std::size_t build(std::uint32_t, Buffer out) {
  wire::Writer w{out};
  w.u8(size).u8(search_gateway).u8(0);  // for none to repeat
  return w.size();
}

Match match(std::uint32_t, Bytes answer) {
  if (answer.size() < size || answer[0] != answer.size() || answer[1] != gateway_info) return Match::other;
  return Match::genuine;
}

std::size_t answer(Bytes question, Buffer out) {
  if (question.size() < size || question[0] != size || question[1] != search_gateway) return 0;
  wire::Writer w{out};
  w.u8(size).u8(gateway_info).u8(1);
  return w.size();
}

}  // namespace

constinit const Payload mqtt_sn{.name = "mqtt-sn",
                                .document = "MQTT-SN 1.2 §5.4.2",
                                .ports = ports,
                                .build = build,
                                .match = match,
                                .answer = answer};

}  // namespace portolan::payload
