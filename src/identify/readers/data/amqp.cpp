// AMQP 0-9-1: connection.start names the broker (AMQP 0-9-1 §4.2, §1.4.2.1); who speaks another version says which.
#include <array>
#include <map>

#include "identify/details.h"
#include "identify/readers/data/cursor.h"
#include "identify/registry.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{5672};
constexpr std::array<std::uint16_t, 1> tls_ports{5671};
constexpr std::string_view name = "AMQP";
constexpr std::string_view header = literal("AMQP\0\0\x09\x01");
constexpr std::size_t frame_header = 7;
constexpr std::uint32_t longest_start = 16'384;

// A field's value; only texts are told.
std::string_view value_in(Cursor& in) {
  switch (in.u8()) {
    case 'S':  // text
      return in.take(in.u32());
    case 'F':  // table
    case 'A':  // array
    case 'x':  // bytes
      in.skip(in.u32());
      return {};
    case 't':
    case 'b':
    case 'B':
      in.skip(1);
      return {};
    case 's':  // as brokers have it, a short number
    case 'U':
    case 'u':
      in.skip(2);
      return {};
    case 'I':
    case 'i':
    case 'f':
      in.skip(4);
      return {};
    case 'D':
      in.skip(5);
      return {};
    case 'L':
    case 'l':
    case 'd':
    case 'T':
      in.skip(8);
      return {};
    case 'V':
      return {};
    default:
      in.skip(std::string_view::npos);
      return {};
  }
}

using Fields = std::map<std::string_view, std::string_view>;
std::optional<Fields> properties_in(std::string_view method) {
  Cursor in{method};
  constexpr std::uint32_t connection_start = 0x000a'000a;
  if (in.u32() != connection_start || in.u8() != 0 || in.u8() > 9) return std::nullopt;
  Cursor table{in.take(in.u32())};
  in.skip(in.u32());  // mechanisms
  in.skip(in.u32());  // locales
  if (!in.is_whole() || !in.is_at_end()) return std::nullopt;
  Fields fields;
  while (!table.is_at_end()) {
    const std::string_view key = table.take(table.u8());
    fields[key] = value_in(table);
  }
  if (!table.is_whole()) return std::nullopt;
  return fields;
}

// "AMQP" and four numbers: the version that is spoken.
Reading read_header(const Talk& talk) {
  const std::string_view answer = talk.first();
  if (answer.size() < header.size()) return cut_short(talk);
  if (answer == header && talk.turns.front().said == header) return {};  // an echo
  // Product and version are told to who asks in its own way.
  const bool is_asked = talk.turns.front().said == header;
  Reading reading{.is = Reading::Is::yes, .confidence = is_asked ? by_grammar : inferred};
  const auto protocol = u8_at(answer, 4).value_or(0);
  const auto major = u8_at(answer, 5).value_or(0);
  const auto minor = u8_at(answer, 6).value_or(0);
  const auto revision = u8_at(answer, 7).value_or(0);
  if (answer.size() > header.size() || protocol > 3 || major > 99 || minor > 99 || revision > 99) return {};
  if (major == 1) reading.facts.extra = "AMQP 1.0";
  return reading;
}

Reading read(const Talk& talk) {
  const std::string_view answer = talk.first();
  if (answer.empty()) return {};
  // To whoever asked in another protocol as well.
  if (may_begin(answer, name)) return read_header(talk);
  if (talk.turns.front().said != header) return {};
  // A method's frame, on channel 0.
  if (!may_begin(answer, literal("\x01\0\0"))) return {};
  const auto size = u32_at(answer, 3);
  if (!size) return cut_short(talk);
  if (*size > longest_start) return {};
  if (answer.size() < frame_header + *size + 1) return cut_short(talk);
  constexpr std::uint8_t frame_end = 0xce;
  if (u8_at(answer, frame_header + *size) != frame_end) return {};
  auto properties = properties_in(answer.substr(frame_header, *size));
  if (!properties) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  auto& fields = *properties;
  if (is_printable(fields["product"]) && is_printable(fields["version"])) {
    reading.facts.product = fields["product"];
    reading.facts.version = fields["version"];
  }
  for (const auto& [key, value] : fields) add_detail(reading.facts, "amqp-info", key, value);
  if (is_printable(fields["platform"])) reading.facts.extra = fields["platform"];
  return reading;
}

}  // namespace

constinit const Reader amqp{
    .name = "amqp",
    .service = "amqp",
    .document = "AMQP 0-9-1",
    .first = Speaks::client,
    .ports = ports,
    .tls_ports = tls_ports,
    .rarity = 8,
    .question = [](std::string_view) { return std::string{header}; },
    .read = read,
};

}  // namespace portolan::identify
