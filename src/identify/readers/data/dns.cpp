// DNS over TCP: version.bind of the class CHAOS, which servers answer with their name, or refuse (RFC 1035 §4.1,
// §4.2.2; RFC 4892 §2).
#include <algorithm>
#include <array>

#include "identify/details.h"
#include "identify/readers/data/cursor.h"
#include "identify/registry.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{53};
constexpr std::size_t header_size = 12;
// A number that no other protocol would send back, no flags, one question.
constexpr std::string_view query = literal(
    "\0\x1e"
    "\x70\x6f\0\0\0\x01\0\0\0\0\0\0"
    "\x07version\x04"
    "bind\0\0\x10\0\x03");

// A name, written out or pointing back; not followed.
void skip_name(Cursor& in) {
  constexpr unsigned pointer = 0xc0;
  while (in.is_whole()) {
    const unsigned size = in.u8();
    if (size >= pointer) in.skip(1);
    if (size == 0 || size >= pointer) return;
    in.skip(size);
  }
}

// What the first TXT among the answers says; nullopt where the message does not come to its end.
std::optional<std::string> version_in(std::string_view message) {
  Cursor in{message};
  in.skip(4);
  unsigned questions = in.u16();
  const unsigned answers = in.u16();
  in.skip(4);
  if (questions > 1) return std::nullopt;
  for (; questions > 0; --questions) {
    skip_name(in);
    in.skip(4);
  }
  std::string version;
  for (unsigned i = 0; i < answers && in.is_whole(); ++i) {
    skip_name(in);
    constexpr unsigned txt = 16;
    const unsigned type = in.u16();
    in.skip(6);
    Cursor text{in.take(in.u16())};
    while (type == txt && version.empty() && !text.is_at_end()) version += text.take(text.u8());
  }
  return in.is_whole() ? std::optional{version} : std::nullopt;
}

struct Named {
  std::string_view begin;
  std::string_view product;
};
// How servers begin what they say of themselves, where it is not "name version" or "name-version".
constexpr std::array<Named, 8> names{{{"dnsmasq-", "dnsmasq"},
                                      {"unbound ", "Unbound"},
                                      {"NSD ", "NLnet Labs NSD"},
                                      {"PowerDNS Recursor ", "PowerDNS Recursor"},
                                      {"PowerDNS Authoritative Server ", "PowerDNS Authoritative Server"},
                                      {"Knot DNS ", "Knot DNS"},
                                      {"Microsoft DNS ", "Microsoft DNS"},
                                      {"CoreDNS-", "CoreDNS"}}};

void name(std::string_view said, Facts& facts) {
  if (said.empty() || !is_printable(said)) return;
  const std::string_view number = said.substr(0, said.find_first_of(" ("));
  // Only BIND says nothing but its number: "9.18.49-1~deb12u3-Debian".
  if (said.starts_with("9.") && std::ranges::count(number, '.') >= 2) {
    facts.product = "ISC BIND";
    facts.version = number;
    if (contains_case(said, "debian") || contains_case(said, "ubuntu") || contains_case(said, "RedHat")) {
      facts.system = "Linux";
    }
    return;
  }
  const auto* const found =
      std::ranges::find_if(names, [said](const Named& one) { return said.starts_with(one.begin); });
  const std::string_view rest = found == names.end() ? std::string_view{} : said.substr(found->begin.size());
  if (found != names.end() && is_version(rest)) {
    facts.product = found->product;
    facts.version = rest.substr(0, rest.find_first_of(" ("));
  } else {
    facts.extra = "version.bind: " + std::string{said};
  }
}

Reading read(const Talk& talk) {
  const std::string_view answer = talk.first();
  if (talk.turns.front().said != query || answer.empty()) return {};
  const auto size = u16_at(answer, 0);
  const auto number = u16_at(answer, 2);
  const auto flags = u16_at(answer, 4);
  if ((size && *size < header_size) || (number && *number != u16_at(query, 2))) return {};
  constexpr unsigned is_answer = 0xf800;  // an answer, to a standard query
  if (flags && (*flags & is_answer) != 0x8000) return {};
  if (!size || answer.size() - 2 < *size) return cut_short(talk);
  const auto version = version_in(answer.substr(2, *size));
  if (!version) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  name(*version, reading.facts);
  add_detail(reading.facts, "dns-nsid", "bind_version", *version);
  return reading;
}

}  // namespace

constinit const Reader dns{
    .name = "dns",
    .service = "domain",
    .document = "RFC 1035, RFC 4892",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 3,
    .to_http = Foreign::waits,
    .to_tls = Foreign::waits,
    .question = [](std::string_view) { return std::string{query}; },
    .read = read,
};

}  // namespace portolan::identify
