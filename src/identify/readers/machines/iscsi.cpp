// iSCSI: a login to a discovery session, and then which targets there are (RFC 7143 §11.12, §11.10, appendix C).
#include <fmt/core.h>

#include <array>

#include "identify/details.h"
#include "identify/readers/machines/wire.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::uint16_t, 2> ports{3260, 860};
constexpr std::size_t header_size = 48;
constexpr std::uint32_t task = 0x706f7274;
constexpr std::size_t most_data = 16'384;

std::string padded(std::string data) {
  while (data.size() % 4 != 0) data += '\0';
  return data;
}

std::string login() {
  // Immediate login; from the operational stage straight to the full feature phase.
  constexpr std::string_view keys = "InitiatorName=iqn.2001-04.com.example:portolan\0SessionType=Discovery\0"sv;
  constexpr std::string_view head = "\x43\x87\0\0\0"sv;
  constexpr std::string_view session = "\0\x02\x3d\0\0\0\0\0"sv;
  return std::string{head} + big(keys.size(), 3) + std::string{session} + big32(task) + zeros(4) + big32(1) +
         zeros(header_size - 28) + padded(std::string{keys});
}

std::string ask_targets(std::uint32_t next_status) {
  constexpr std::string_view keys = "SendTargets=All\0"sv;
  constexpr std::string_view head = "\x04\x80\0\0\0"sv;
  constexpr std::uint32_t no_tag = 0xffff'ffff;
  return std::string{head} + big(keys.size(), 3) + zeros(8) + big32(task + 1) + big32(no_tag) + big32(1) +
         big32(next_status) + zeros(16) + std::string{keys};
}

struct Unit {
  Reading::Is is = Reading::Is::no;
  std::string_view head = {};
  std::string_view data = {};
};
Unit unit_of(std::string_view bytes, std::uint8_t code, std::uint32_t tag) {
  constexpr std::uint8_t code_bits = 0x3f;
  if (const auto first = u8_at(bytes, 0); first && (*first & code_bits) != code) return {};
  if (bytes.size() < header_size) return {Reading::Is::more};
  if (*u32_at(bytes, 16) != tag) return {};
  constexpr std::uint32_t size_bits = 0xff'ffff;
  const std::size_t extra_heads = *u8_at(bytes, 4) * std::size_t{4};
  const std::size_t size = *u32_at(bytes, 4) & size_bits;
  if (size > most_data) return {};
  // Filled up to whole words of four bytes.
  const auto data = part(bytes, header_size + extra_heads, (size + 3) / 4 * 4);
  if (!data) return {Reading::Is::more};
  return {Reading::Is::yes, bytes.substr(0, header_size), data->substr(0, size)};
}

// "key=value", each with a zero behind it.
void tell_targets(std::string_view data, Facts& facts) {
  std::size_t count = 0;
  std::string first;
  while (!data.empty()) {
    const std::string_view pair = data.substr(0, data.find('\0'));
    constexpr std::string_view target = "TargetName=";
    if (pair.starts_with(target) && is_printable(pair)) {
      add_detail(facts, "iscsi-info", "target", pair.substr(target.size()));
      if (++count == 1) first = pair.substr(target.size());
    }
    data.remove_prefix(std::min(data.size(), pair.size() + 1));
  }
  add_word(facts.extra, count == 0   ? std::string{"shows no targets"}
                        : count == 1 ? fmt::format("target {}", first)
                                     : fmt::format("{} targets, {} ...", count, first));
}

Reading read(const Talk& talk) {
  static const std::string asked = login();
  if (talk.turns.front().said != asked) return {};
  constexpr std::uint8_t login_answer = 0x23;
  constexpr std::uint8_t text_answer = 0x24;
  const Unit answer = unit_of(talk.first(), login_answer, task);
  if (answer.is != Reading::Is::yes) return {.is = talk.is_over ? Reading::Is::no : answer.is};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  const std::uint16_t status = *u16_at(answer.head, 36);
  if (status != 0) {
    constexpr std::uint16_t wants_name = 0x0201;
    constexpr std::uint16_t refused = 0x0202;
    const bool is_refusal = status == wants_name || status == refused;
    reading.facts.extra = is_refusal ? "refuses who has not logged in" : fmt::format("login status {:04x}", status);
    return reading;
  }
  constexpr std::uint8_t may_go_on = 0x80;
  if (talk.turns.size() == 1) {
    // Where a further step of the login is wanted, it is not taken.
    if ((*u8_at(answer.head, 1) & may_go_on) != 0) reading.say = ask_targets(*u32_at(answer.head, 24) + 1);
    return reading;
  }
  const Unit targets = unit_of(talk.turns[1].heard, text_answer, task + 1);
  if (targets.is == Reading::Is::more && !talk.is_over) return {.is = Reading::Is::more};
  if (targets.is == Reading::Is::yes) tell_targets(targets.data, reading.facts);
  return reading;
}

}  // namespace

constinit const Reader iscsi{
    .name = "iscsi",
    .service = "iscsi",
    .document = "RFC 7143",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 7,
    .to_http = Foreign::waits,
    .to_tls = Foreign::waits,
    .question = [](std::string_view) { return login(); },
    .read = read,
};

}  // namespace portolan::identify
