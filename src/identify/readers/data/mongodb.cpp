// MongoDB: the commands hello and buildInfo, which need no login, in OP_MSG (MongoDB documentation, "Wire Protocol";
// bsonspec.org).
#include <array>
#include <map>

#include "identify/details.h"
#include "identify/readers/data/cursor.h"
#include "identify/registry.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 3> ports{27017, 27018, 27019};
constexpr std::uint32_t op_msg = 2013;
constexpr std::uint32_t header_size = 16;
constexpr std::uint32_t hello_id = 1;
constexpr std::uint32_t build_info_id = 2;
constexpr std::uint32_t longest_answer = 32'768;

std::string command(std::uint32_t id, std::string_view name) {
  std::string document = std::string{"\x10"} + std::string{name} + '\0' + little(1, 4);
  document += std::string{literal("\x02$db\0")} + little(6, 4) + std::string{literal("admin\0")};
  document = little(static_cast<std::uint32_t>(document.size() + 5), 4) + document + '\0';
  const std::string body = little(0, 4) + '\0' + document;  // no flags; a section of one document
  return little(header_size + static_cast<std::uint32_t>(body.size()), 4) + little(id, 4) + little(0, 4) +
         little(op_msg, 4) + body;
}

// The fields of a document: strings as they are, documents and all else empty. nullopt where it is none.
using Fields = std::map<std::string_view, std::string_view>;
std::optional<Fields> fields_of(std::string_view document) {
  Fields fields;
  Cursor in{document};
  if (in.u32_little() != document.size() || !document.ends_with('\0')) return std::nullopt;
  while (in.is_whole() && in.rest().size() > 1) {
    const std::uint8_t type = in.u8();
    const std::string_view name = in.until_zero();
    std::string_view& value = fields[name];
    switch (type) {
      case 0x01:  // double
      case 0x09:  // time
      case 0x11:  // timestamp
      case 0x12:  // 64 bits
        in.skip(8);
        break;
      case 0x02:    // string
      case 0x0d: {  // code
        const std::uint32_t size = in.u32_little();
        value = in.take(size);
        if (!value.ends_with('\0')) return std::nullopt;
        value.remove_suffix(1);
        break;
      }
      case 0x03:    // document
      case 0x04: {  // array
        const std::uint32_t size = in.u32_little();
        if (size < 5) return std::nullopt;
        in.skip(size - 4);
        break;
      }
      case 0x05: {  // bytes
        const std::uint32_t size = in.u32_little();
        in.skip(1);
        in.skip(size);
        break;
      }
      case 0x07:  // object id
        in.skip(12);
        break;
      case 0x08:  // truth value
        in.skip(1);
        break;
      case 0x0a:  // null
        break;
      case 0x10:  // 32 bits
        in.skip(4);
        break;
      case 0x13:  // decimal
        in.skip(16);
        break;
      default:
        return std::nullopt;
    }
  }
  return in.is_whole() ? std::optional{fields} : std::nullopt;
}

enum class Came : std::uint8_t { no, part, whole };
Came answer_in(std::string_view bytes, std::uint32_t id, Fields& fields) {
  const auto size = u32_little_at(bytes, 0);
  const auto answers = u32_little_at(bytes, 8);
  const auto operation = u32_little_at(bytes, 12);
  if ((size && (*size < header_size + 10 || *size > longest_answer)) || (answers && *answers != id) ||
      (operation && *operation != op_msg)) {
    return Came::no;
  }
  if (!size || bytes.size() < *size) return Came::part;
  constexpr std::size_t kind_at = header_size + 4;
  if (u8_at(bytes, kind_at) != 0) return Came::no;
  const auto length = u32_little_at(bytes, kind_at + 1);
  if (!length || *length > *size - kind_at - 1) return Came::no;
  auto found = fields_of(bytes.substr(kind_at + 1, *length));
  if (!found || !found->contains("ok")) return Came::no;
  fields = std::move(*found);
  return Came::whole;
}

constexpr std::string_view in_http = "trying to access MongoDB over HTTP on the native driver port";

// Who asks in HTTP is told so in HTTP.
Reading read_mongodb_told_in_http(const Talk& talk) {
  if (!talk.first().starts_with("HTTP/1.") || !talk.first().contains(in_http) || talk.turns.size() > 1) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = inferred};
  reading.facts.product = "MongoDB";
  return reading;
}

Reading read(const Talk& talk) {
  if (talk.turns.front().said != command(hello_id, "hello")) return read_mongodb_told_in_http(talk);
  Fields hello;
  const Came came = answer_in(talk.first(), hello_id, hello);
  if (came == Came::no) return {};
  if (came == Came::part) return cut_short(talk);
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  if (const std::string_view set = hello["setName"]; !set.empty())
    reading.facts.extra = "replica set " + std::string{set};
  if (hello["msg"] == "isdbgrid") reading.facts.extra = "mongos";
  add_detail(reading.facts, "mongodb-info", "set_name", hello["setName"]);
  add_detail(reading.facts, "mongodb-info", "primary", hello["primary"]);
  add_detail(reading.facts, "mongodb-info", "me", hello["me"]);
  if (talk.turns.size() == 1) {
    reading.say = command(build_info_id, "buildInfo");
    return reading;
  }
  Fields build;
  const Came then = answer_in(talk.turns[1].heard, build_info_id, build);
  if (then == Came::part && !talk.is_over) return {.is = Reading::Is::more};
  if (then != Came::whole) return reading;
  for (const char* key : {"version", "gitVersion", "allocator", "javascriptEngine", "ferretdbVersion"}) {
    if (const auto found = build.find(key); found != build.end()) {
      add_detail(reading.facts, "mongodb-info", key, found->second);
    }
  }
  if (const std::string_view version = build["version"]; is_version(version)) {
    // FerretDB adds its own to the one whose commands it keeps to: "v1.24.0".
    const bool is_ferret = build.contains("ferretdb") || build.contains("ferretdbVersion");
    std::string_view own = is_ferret ? build["ferretdbVersion"] : version;
    if (is_ferret && own.starts_with('v')) own.remove_prefix(1);
    reading.facts.product = is_ferret ? "FerretDB" : "MongoDB";
    reading.facts.version = own;
  }
  return reading;
}

}  // namespace

constinit const Reader mongodb{
    .name = "mongodb",
    .service = "mongodb",
    .document = "MongoDB documentation, Wire Protocol; bsonspec.org",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 6,
    .to_http = Foreign::resets,
    .to_tls = Foreign::resets,
    .question = [](std::string_view) { return command(hello_id, "hello"); },
    .read = read,
};

}  // namespace portolan::identify
