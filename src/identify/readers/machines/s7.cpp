// Siemens S7: a connection of ISO 8073 over TCP (RFC 1006, RFC 905 §13), and on it the lists in which a controller says
// which modules it is made of (SZL 0x11) and what they are called (0x1c). They are read and change nothing.
#include <fmt/core.h>

#include <array>

#include "identify/details.h"
#include "identify/readers/data/cursor.h"
#include "identify/readers/machines/wire.h"
#include "identify/registry.h"

namespace portolan::identify {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::uint16_t, 1> ports{102};
constexpr std::uint8_t packet_version = 3;
constexpr std::size_t packet_head = 4;
constexpr std::size_t most_packet = 8'192;
// Class 0; units of 1,024 bytes; from a programming device to the central module in slot 2 of rack 0, which controllers
// of one module take for themselves.
constexpr std::string_view connect = "\x11\xe0\0\0\0\x01\0\xc0\x01\x0a\xc1\x02\x01\0\xc2\x02\x01\x02"sv;
constexpr std::string_view data = "\x02\xf0\x80"sv;
// One job at a time, units of 480 bytes.
constexpr std::string_view set_up = "\x32\x01\0\0\0\0\0\x08\0\0\xf0\0\0\x01\0\x01\x01\xe0"sv;
constexpr std::uint16_t modules = 0x0011;
constexpr std::uint16_t names = 0x001c;

std::string packet(std::string_view body) {
  return std::string{packet_version, '\0'} + big(packet_head + body.size(), 2) + std::string{body};
}
std::string in_data(std::string_view body) { return packet(std::string{data} + std::string{body}); }
std::string ask_list(std::uint16_t list) {
  constexpr std::string_view head = "\x32\x07\0\0\0\0\0\x08\0\x08\0\x01\x12\x04\x11\x44\x01\0\xff\x09\0\x04"sv;
  return in_data(std::string{head} + big16(list) + big16(0));
}

struct Packet {
  Reading::Is is = Reading::Is::no;
  std::string_view body = {};
};
Packet packet_of(std::string_view heard) {
  constexpr std::string_view begin = "\x03\0"sv;
  if (!may_begin(heard, begin)) return {};
  if (heard.size() < packet_head) return {Reading::Is::more};
  const std::size_t size = *u16_at(heard, 2);
  if (size < packet_head + 2 || size > most_packet) return {};
  if (heard.size() < size) return {Reading::Is::more};
  return {Reading::Is::yes, heard.substr(packet_head, size - packet_head)};
}

struct List {
  std::uint16_t entry_size = 0;
  std::uint16_t count = 0;
  std::string_view entries = {};
};
std::optional<List> list_of(std::string_view body, std::uint16_t list) {
  if (!body.starts_with(data)) return std::nullopt;
  Cursor in{body.substr(data.size())};
  constexpr std::uint8_t protocol = 0x32;
  constexpr std::uint8_t user_data = 7;
  if (in.u8() != protocol || in.u8() != user_data) return std::nullopt;
  in.skip(4);
  const std::uint16_t parameters = in.u16();
  in.skip(2);
  in.skip(parameters);
  constexpr std::uint8_t success = 0xff;
  if (in.u8() != success) return std::nullopt;
  in.skip(1 + 2);
  if (in.u16() != list) return std::nullopt;
  in.skip(2);
  const std::uint16_t entry_size = in.u16();
  const std::uint16_t count = in.u16();
  if (!in.is_whole() || entry_size < 3) return std::nullopt;
  return List{entry_size, count, in.rest()};
}

template <typename Tell>
void each_entry(const List& list, Tell&& tell) {
  Cursor in{list.entries};
  for (std::uint16_t i = 0; i < list.count; ++i) {
    const std::string_view entry = in.take(list.entry_size);
    if (!in.is_whole()) return;
    tell(*u16_at(entry, 0), entry.substr(2));
  }
}

// Each has an order number of 20 bytes; that of the firmware has its version as "V" and three bytes at its end.
void tell_modules(const List& list, Facts& facts) {
  each_entry(list, [&facts](std::uint16_t index, std::string_view entry) {
    constexpr std::uint16_t module = 1;
    constexpr std::uint16_t hardware = 6;
    constexpr std::uint16_t firmware = 7;
    constexpr std::size_t order_size = 20;
    constexpr std::size_t to_version = 22;
    const std::string_view order = padded_text(entry.substr(0, order_size));
    if (index == module && !order.empty()) {
      facts.product = fmt::format("Siemens {}", order);
      add_detail(facts, "s7-info", "Module", order);
    }
    if (index == hardware) add_detail(facts, "s7-info", "Basic Hardware", order);
    const auto version = part(entry, to_version, 4);
    if (index == firmware && version && version->front() == 'V') {
      facts.version = fmt::format("{}.{}.{}", *u8_at(*version, 1), *u8_at(*version, 2), *u8_at(*version, 3));
      add_detail(facts, "s7-info", "Version", facts.version);
    }
  });
  if (facts.product.empty()) facts.version.clear();
}

void tell_names(const List& list, Facts& facts) {
  each_entry(list, [&facts](std::uint16_t index, std::string_view entry) {
    constexpr std::uint16_t system_name = 1;
    constexpr std::uint16_t module_type = 7;
    const auto add = [&](std::uint16_t its, std::string_view key) {
      const std::string_view text = padded_text(entry);
      if (index == its && !text.empty()) add_detail(facts, "s7-info", key, text);
    };
    add(system_name, "System Name");
    add(module_type, "Module Type");
    add(2, "Module");
    add(3, "Plant Identification");
    add(4, "Copyright");
    add(5, "Serial Number");
    const std::string_view text = padded_text(entry);
    if (index == system_name) add_extra(facts, text);
    if (index == module_type) add_extra(facts, text);
  });
}

// On the way: the connection, the set-up, and then both lists. Each step may be the last.
Reading read_s7(const Talk& talk) {
  static const std::string asked = packet(connect);
  if (talk.turns.front().said != asked) return {};
  constexpr std::uint8_t confirmed = 0xd0;
  const Packet first = packet_of(talk.first());
  if (first.is != Reading::Is::yes) return {.is = talk.is_over ? Reading::Is::no : first.is};
  if (u8_at(first.body, 1) != confirmed) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  if (talk.turns.size() == 1) {
    reading.say = in_data(set_up);
    return reading;
  }
  constexpr std::string_view accepted = "\x02\xf0\x80\x32\x03"sv;
  const Packet second = packet_of(talk.turns[1].heard);
  if (second.is == Reading::Is::more && !talk.is_over) return {.is = Reading::Is::more};
  if (!second.body.starts_with(accepted)) return reading;
  reading.confidence = documented;
  reading.facts.device = "PLC";
  const std::array lists{modules, names};
  for (std::size_t i = 0; i < lists.size(); ++i) {
    const std::size_t turn = 2 + i;
    if (talk.turns.size() == turn) {
      reading.say = ask_list(lists.at(i));
      return reading;
    }
    const Packet answer = packet_of(talk.turns[turn].heard);
    if (answer.is == Reading::Is::more && !talk.is_over) return {.is = Reading::Is::more};
    const auto list = list_of(answer.body, lists.at(i));
    if (!list) return reading;
    if (lists.at(i) == modules) tell_modules(*list, reading.facts);
    if (lists.at(i) == names) tell_names(*list, reading.facts);
  }
  return reading;
}

}  // namespace

constinit const Reader s7{
    .name = "s7",
    .service = "iso-tsap",
    .document = "RFC 1006, RFC 905",
    .first = Speaks::client,
    .ports = ports,
    .rarity = only_hinted,
    .question = [](std::string_view) { return packet(connect); },
    .read = read_s7,
};

}  // namespace portolan::identify
