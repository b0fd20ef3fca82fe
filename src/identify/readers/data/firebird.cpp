// Firebird: op_connect offers protocols, and the one that is accepted bounds the release (Firebird documentation,
// "Firebird Wire Protocol"; numbers in XDR, RFC 4506).
#include <algorithm>
#include <array>

#include "identify/readers/data/cursor.h"
#include "identify/registry.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{3050};
constexpr std::uint32_t op_connect = 1;
constexpr std::uint32_t op_accept = 3;
constexpr std::uint32_t op_reject = 4;
constexpr std::uint32_t op_response = 9;
constexpr std::uint32_t op_attach = 19;
constexpr std::uint32_t op_cont_auth = 92;
constexpr std::uint32_t op_accept_data = 94;
constexpr std::uint32_t op_cond_accept = 98;
constexpr std::uint32_t generic = 1;  // architecture
constexpr std::uint32_t lazy_send = 5;
constexpr std::uint32_t of_firebird = 0x8000;  // marks protocols that InterBase has not

struct Protocol {
  std::uint32_t number;
  std::string_view release;  // that brought it
};
constexpr std::array<Protocol, 11> protocols{{{10, ""},
                                              {0x800b, "2.1"},
                                              {0x800c, "2.5"},
                                              {0x800d, "3.0"},
                                              {0x800e, "3.0"},
                                              {0x800f, "3.0"},
                                              {0x8010, "4.0"},
                                              {0x8011, "4.0"},
                                              {0x8012, "5.0"},
                                              {0x8013, "5.0"},
                                              {0x8014, "6.0"}}};

std::string text(std::string_view words) {
  std::string out = big(static_cast<std::uint32_t>(words.size()), 4) + std::string{words};
  out.resize((out.size() + 3) / 4 * 4, '\0');
  return out;
}

// A name and the ways in which it might be proved; since 3.0 who says none of it is not told the protocol. Nothing is
// proved, and the talk ends there.
std::string user() {
  constexpr char plugin_name = 8;
  constexpr char login = 9;
  constexpr char plugin_list = 10;
  std::string out;
  for (const auto& [tag, words] :
       {std::pair{login, std::string_view{"PORTOLAN"}}, std::pair{plugin_name, std::string_view{"Srp"}},
        std::pair{plugin_list, std::string_view{"Srp,Srp256,Legacy_Auth"}}}) {
    out += tag;
    out += static_cast<char>(words.size());
    out += words;
  }
  return out;
}

std::string connect() {
  constexpr std::uint32_t connect_version = 3;
  std::string out = big(op_connect, 4) + big(op_attach, 4) + big(connect_version, 4) + big(generic, 4) +
                    text("portolan") + big(protocols.size(), 4) + text(user());
  std::uint32_t weight = 0;
  for (const Protocol& protocol : protocols) {
    weight += 2;
    out += big(protocol.number, 4) + big(generic, 4) + big(0, 4) + big(lazy_send, 4) + big(weight, 4);
  }
  return out;
}

std::string_view text_in(Cursor& in) {
  const std::uint32_t size = in.u32();
  const std::string_view text = in.take(size);
  in.skip((4 - size % 4) % 4);
  return text;
}

// It asks for more, as only 3.0 and later do, or says what it does not like: a list of codes, each of its own facility.
Reading read_other(std::uint32_t operation, Cursor in, const Talk& talk) {
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  if (operation == op_cont_auth) {
    for (int texts = 4; texts > 0; --texts) text_in(in);  // data, plugin, plugins, keys
    if (!in.is_whole()) return cut_short(talk);
    reading.facts.product = "Firebird";
    reading.facts.version = "3.0 or later";
    return in.is_at_end() ? reading : Reading{};
  }
  in.skip(12);  // object, blob
  text_in(in);
  const std::uint32_t kind = in.u32();
  const std::uint32_t code = in.u32();
  if (!in.is_whole()) return cut_short(talk);
  constexpr std::uint32_t facility = 0x1400'0000;
  reading.confidence = by_grammar;
  return kind == 1 && (code & 0xffff'0000U) == facility ? reading : Reading{};
}

Reading read(const Talk& talk) {
  const std::string_view answer = talk.first();
  if (talk.turns.front().said != connect() || !answer.starts_with('\0')) return {};
  Cursor in{answer};
  const std::uint32_t operation = in.u32();
  if (!in.is_whole()) return cut_short(talk);
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  if (operation == op_reject) {
    reading.confidence = by_grammar;
    return in.is_at_end() ? reading : Reading{};
  }
  if (operation == op_cont_auth || operation == op_response) return read_other(operation, in, talk);
  if (operation != op_accept && operation != op_accept_data && operation != op_cond_accept) return {};
  const std::uint32_t number = in.u32() & 0xffffU;  // its sign goes through all of the word
  const std::uint32_t architecture = in.u32();
  const std::uint32_t type = in.u32() & 0xffU;
  if (operation != op_accept) {
    text_in(in);  // data
    text_in(in);  // plugin
    in.u32();     // whether that was all it asks for
    text_in(in);  // keys
  }
  if (!in.is_whole()) return cut_short(talk);
  const auto* const known = std::ranges::find(protocols, number, &Protocol::number);
  if (known == protocols.end() || type > lazy_send || (architecture != generic && architecture > 64)) return {};
  if ((number & of_firebird) != 0) {
    reading.facts.product = "Firebird";
    reading.facts.version = known->release;
  }
  return reading;
}

}  // namespace

constinit const Reader firebird{
    .name = "firebird",
    .service = "firebird",
    .document = "Firebird documentation, Firebird Wire Protocol",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 7,
    .question = [](std::string_view) { return connect(); },
    .read = read,
    .goodbye = literal("\0\0\0\x06"),  // op_disconnect
};

}  // namespace portolan::identify
