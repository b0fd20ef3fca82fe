// Cassandra and who speaks its CQL: OPTIONS is answered with SUPPORTED, and where no password is asked for a query
// tells the release (CQL BINARY PROTOCOL v4, §2, §4).
#include <array>
#include <map>

#include "identify/details.h"
#include "identify/readers/data/cursor.h"
#include "identify/registry.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{9042};
constexpr std::array<std::uint16_t, 1> tls_ports{9142};
constexpr std::size_t header_size = 9;
constexpr std::uint32_t longest_body = 16'384;
constexpr std::string_view options = literal("\x04\0\0\0\x05\0\0\0\0");

enum Opcode : std::uint8_t { error = 0, ready = 2, authenticate = 3, supported = 6, result = 8 };

std::string frame(std::uint8_t opcode, std::string_view body) {
  return std::string{literal("\x04\0\0\0")} + static_cast<char>(opcode) +
         big(static_cast<std::uint32_t>(body.size()), 4) + std::string{body};
}
std::string text(std::string_view words) {
  return big(static_cast<std::uint32_t>(words.size()), 2) + std::string{words};
}

std::string startup(std::string_view cql_version) {
  constexpr std::uint8_t opcode = 1;
  return frame(opcode, big(1, 2) + text("CQL_VERSION") + text(cql_version));
}
std::string query() {
  constexpr std::uint8_t opcode = 7;
  constexpr std::string_view words = "SELECT release_version FROM system.local";
  constexpr std::string_view consistency_one_no_flags = literal("\0\x01\0");
  return frame(opcode, big(static_cast<std::uint32_t>(words.size()), 4) + std::string{words} +
                           std::string{consistency_one_no_flags});
}

struct Frame {
  std::uint8_t opcode = 0;
  std::string_view body;
};
enum class Came : std::uint8_t { no, part, whole };
// An answer to a request without flags and of stream 0; an older server answers in its own version.
Came frame_in(std::string_view bytes, Frame& frame) {
  const auto version = u8_at(bytes, 0);
  if (version && (*version < 0x83 || *version > 0x86)) return Came::no;
  if (const auto stream = u16_at(bytes, 2); stream && *stream != 0) return Came::no;
  const auto size = u32_at(bytes, 5);
  if (size && *size > longest_body) return Came::no;
  if (!size || bytes.size() - header_size < *size) return Came::part;
  frame = {*u8_at(bytes, 4), bytes.substr(header_size, *size)};
  return Came::whole;
}

// [string multimap]
std::optional<std::map<std::string_view, std::string_view>> options_in(std::string_view body) {
  std::map<std::string_view, std::string_view> all;  // the first value of each
  Cursor in{body};
  for (unsigned left = in.u16(); left > 0 && in.is_whole(); --left) {
    const std::string_view name = in.take(in.u16());
    for (unsigned values = in.u16(); values > 0 && in.is_whole(); --values) all.try_emplace(name, in.take(in.u16()));
  }
  if (!in.is_whole() || !in.is_at_end() || !all.contains("CQL_VERSION")) return std::nullopt;
  return all;
}

// Rows of one column of text.
std::string_view release_in(std::string_view body) {
  Cursor in{body};
  constexpr std::uint32_t rows = 2;
  constexpr std::uint32_t one_table = 1;
  if (in.u32() != rows || in.u32() != one_table || in.u32() != 1) return {};
  in.skip(in.u16());  // keyspace
  in.skip(in.u16());  // table
  in.skip(in.u16());  // column
  constexpr unsigned varchar = 0x0d;
  if (in.u16() != varchar || in.u32() != 1) return {};
  const std::string_view value = in.take(in.u32());
  return in.is_whole() && is_version(value) && is_printable(value) ? value : std::string_view{};
}

constexpr std::string_view product = "Apache Cassandra";

// What came of STARTUP, and then of the query.
void follow(const Talk& talk, Reading& reading) {
  Frame answer;
  const Came came = frame_in(talk.last(), answer);
  if (came == Came::part && !talk.is_over) reading.is = Reading::Is::more;
  if (came != Came::whole) return;
  if (talk.turns.size() == 2 && answer.opcode == authenticate) {
    Cursor in{answer.body};
    if (in.take(in.u16()).starts_with("org.apache.cassandra.auth.")) reading.facts.product = product;
    reading.facts.extra = "asks for a password";
  } else if (talk.turns.size() == 2 && answer.opcode == ready) {
    reading.say = query();
  } else if (talk.turns.size() == 3 && answer.opcode == result) {
    reading.facts.version = release_in(answer.body);
    if (!reading.facts.version.empty()) reading.facts.product = product;
  }
}

Reading read(const Talk& talk) {
  if (talk.turns.front().said != options) return {};
  Frame answer;
  const Came came = frame_in(talk.first(), answer);
  if (came == Came::no) return {};
  if (came == Came::part) return cut_short(talk);
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  if (answer.opcode == error) {  // a number, and words
    Cursor in{answer.body};
    constexpr std::uint32_t protocol_error = 0x000a;
    const bool is_it = in.u32() == protocol_error && is_printable(in.take(in.u16())) && in.is_whole();
    reading.confidence = by_grammar;
    return is_it ? reading : Reading{};
  }
  if (answer.opcode != supported) return {};
  const auto supports = options_in(answer.body);
  if (!supports) return {};
  reading.facts.extra = "CQL " + std::string{supports->at("CQL_VERSION")};
  for (const auto& [key, value] : *supports) add_detail(reading.facts, "cassandra-info", key, value);
  // ScyllaDB tells of its shards here, and a release of Cassandra that it only resembles there.
  if (supports->contains("SCYLLA_SHARD") || supports->contains("SCYLLA_NR_SHARDS")) {
    reading.facts.product = "ScyllaDB";
  } else if (talk.turns.size() == 1) {
    reading.say = startup(supports->at("CQL_VERSION"));
  } else {
    follow(talk, reading);
  }
  return reading;
}

}  // namespace

constinit const Reader cassandra{
    .name = "cassandra",
    .service = "cassandra",
    .document = "CQL BINARY PROTOCOL v4",
    .first = Speaks::client,
    .ports = ports,
    .tls_ports = tls_ports,
    .rarity = 8,
    .question = [](std::string_view) { return std::string{options}; },
    .read = read,
};

}  // namespace portolan::identify
