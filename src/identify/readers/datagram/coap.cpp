// CoAP: its answer to the question which resources it has (RFC 7252 §3, RFC 6690).
#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "identify/datagrams.h"
#include "identify/details.h"
#include "identify/readers/data/cursor.h"
#include "payload/registry.h"

namespace portolan::identify {
namespace {

struct CoapMessage {
  unsigned code = 0;
  bool is_cut = false;  // more blocks follow (RFC 7959 §2.2)
  std::string_view payload;
};

// A number of an option and its length have a nibble each, and more bytes where that is too little (RFC 7252 §3.1).
std::size_t coap_extended(unsigned nibble, Cursor& in) {
  constexpr unsigned one_byte = 13;
  constexpr unsigned two_bytes = 14;
  constexpr unsigned behind_one_byte = 269;
  if (nibble == one_byte) return in.u8() + one_byte;
  if (nibble == two_bytes) return in.u16() + behind_one_byte;
  return nibble;
}

CoapMessage coap_message(std::string_view heard) {
  constexpr std::uint8_t payload_marker = 0xff;
  constexpr std::size_t block_2 = 23;
  constexpr unsigned more = 0x08;
  CoapMessage message;
  Cursor in{heard};
  const unsigned token_size = in.u8() & 0x0fU;
  message.code = in.u8();
  in.skip(2 + token_size);
  std::size_t number = 0;
  while (in.is_whole() && !in.is_at_end()) {
    const std::uint8_t head = in.u8();
    if (head == payload_marker) {
      message.payload = in.rest();
      break;
    }
    number += coap_extended(head >> 4U, in);
    const std::string_view value = in.take(coap_extended(head & 0x0fU, in));
    if (number == block_2 && !value.empty()) message.is_cut = (static_cast<unsigned char>(value.back()) & more) != 0;
  }
  return message;
}

// "</time>;rt=\"ticks\";ct=0,</a>": links and what is said of each (RFC 6690 §2); a comma may stand in quotation marks.
void tell_resources(const CoapMessage& message, Facts& facts) {
  constexpr std::size_t most_told = 8;
  std::string_view list = message.payload;
  std::vector<std::string_view> told;
  while (list.starts_with('<') && list.find('>') != std::string_view::npos) {
    const std::string_view path = list.substr(1, list.find('>') - 1);
    list.remove_prefix(path.size() + 2);
    bool quoted = false;
    std::size_t end = 0;
    for (; end < list.size() && (quoted || list[end] != ','); ++end) quoted ^= list[end] == '"';
    if (end == list.size() && message.is_cut) break;
    std::string_view attributes = list.substr(0, end);
    if (attributes.starts_with(';')) attributes.remove_prefix(1);
    // A point would make two keys of a path.
    add_detail(facts, "coap-resources", "", trimmed(fmt::format("{} {}", path, attributes)));
    if (told.size() < most_told && is_printable(path)) told.push_back(path);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  if (!told.empty()) facts.extra = "resources: " + join(told, ", ");
}

// The scan asks for the first sixteen bytes of the list alone, so that nobody is flooded in whose name it is asked.
std::string ask_coap_list() {
  std::string ask = question_of(payload::coap);
  ask.back() = '\xc1';  // the option of the block, with a value
  return ask + '\x06';  // the first, of 1,024 bytes
}

// Many first letters pass for a head of CoAP's: the token of the question has to come back, or its number where the
// answer is empty.
bool gives_back(const Turn& turn) {
  constexpr std::size_t token_size = 4;
  constexpr std::size_t number_at = 2;
  constexpr std::size_t token_at = 4;
  const std::string_view said = turn.said;
  const std::string_view heard = turn.heard;
  if (said.size() < token_at + token_size || heard.size() < token_at) return false;
  if (heard[1] == 0) return heard.substr(number_at, 2) == said.substr(number_at, 2);
  return heard.substr(token_at, token_size) == said.substr(token_at, token_size);
}

Reading read_coap(const Datagrams& talk) {
  if (!is_answer(payload::coap, talk.first()) || !gives_back(talk.first())) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  constexpr unsigned class_bits = 5;
  constexpr unsigned content = 0x45;  // 2.05
  const CoapMessage first = coap_message(talk.first_heard());
  if (first.code != 0 && first.code != content) {
    reading.facts.extra = fmt::format("code {}.{:02}", first.code >> class_bits, first.code & 0x1fU);
  }
  if (first.code != content) return reading;
  if (talk.turns.size() == 1 && first.is_cut) reading.say = ask_coap_list();
  tell_resources(coap_message(talk.last_heard()), reading.facts);
  return reading;
}

}  // namespace

constinit const DatagramReader udp_coap{.name = "coap", .service = "coap", .document = "RFC 7252", .read = read_coap};

}  // namespace portolan::identify
