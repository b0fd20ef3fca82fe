// LDAP: the entry without a name tells of its server to everybody (RFC 4511 §4.5, RFC 4512 §5.1, RFC 3045; [MS-ADTS]
// §3.1.1.3.2).
#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "identify/details.h"
#include "identify/readers/data/ber.h"
#include "identify/readers/data/cursor.h"
#include "identify/readers/starttls.h"
#include "identify/registry.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 2> ports{389, 3268};
constexpr std::array<std::uint16_t, 2> tls_ports{636, 3269};
constexpr std::array<std::string_view, 12> wanted{
    "objectClass",          "vendorName",     "vendorVersion",        "namingContexts",
    "defaultNamingContext", "dnsHostName",    "ldapServiceName",      "domainControllerFunctionality",
    "forestFunctionality",  "isSynchronized", "supportedLDAPVersion", "supportedCapabilities"};

enum Tag : std::uint8_t {
  integer = 0x02,
  octets = 0x04,
  enumerated = 0x0a,
  sequence = 0x30,
  set = 0x31,
  boolean = 0x01,
  search_request = 0x63,
  search_entry = 0x64,
  search_done = 0x65,
  search_reference = 0x73,
  extended_response = 0x78,
  present = 0x87,
};

std::string search() {
  std::string attributes;
  for (const std::string_view name : wanted) attributes += element(octets, name);
  const std::string body = element(octets, "") + element(enumerated, literal("\0")) +
                           element(enumerated, literal("\0")) + element(integer, "\x01") + element(integer, "\x05") +
                           element(boolean, literal("\0")) + element(present, "objectClass") +
                           element(sequence, attributes);
  return element(sequence, element(integer, "\x01") + element(search_request, body));
}

using Attributes = std::map<std::string, std::vector<std::string_view>, std::less<>>;

bool read_entry(std::string_view content, Attributes& attributes) {
  const auto name = element_in(content, octets);
  if (!name || !name->content.empty()) return false;
  const auto list = element_in(name->rest, sequence);
  if (!list) return false;
  for (std::string_view rest = list->content; !rest.empty();) {
    const auto one = element_in(rest, sequence);
    const auto type = one ? element_in(one->content, octets) : std::nullopt;
    const auto values = type ? element_in(type->rest, set) : std::nullopt;
    if (!values) return false;
    rest = one->rest;
    auto& held = attributes[lower(type->content)];
    for (std::string_view more = values->content; !more.empty();) {
      const auto value = element_in(more, octets);
      if (!value) return false;
      more = value->rest;
      held.push_back(value->content);
    }
  }
  return true;
}

// All messages to the one that says how it went.
enum class Came : std::uint8_t { no, part, whole };
Came answer_in(std::string_view bytes, Attributes& attributes) {
  while (!bytes.empty()) {
    if (!bytes.starts_with(static_cast<char>(sequence))) return Came::no;
    const auto message = element_in(bytes);
    if (!message) return Came::part;
    bytes = message->rest;
    const auto id = element_in(message->content, integer);
    const auto operation = id ? element_in(id->rest) : std::nullopt;
    if (!operation) return Came::no;
    const auto number = integer_of(id->content);
    // 0: it says that it will close.
    if (operation->tag == extended_response) return number == 0 ? Came::whole : Came::no;
    if (number != 1) return Came::no;
    if (operation->tag == search_done) {
      return element_in(operation->content, enumerated) ? Came::whole : Came::no;
    }
    if (operation->tag == search_reference) continue;
    if (operation->tag != search_entry || !read_entry(operation->content, attributes)) return Came::no;
  }
  return Came::part;
}

std::string first_of(const Attributes& attributes, std::string_view name) {
  const auto found = attributes.find(name);
  if (found == attributes.end() || found->second.empty() || !is_printable(found->second.front())) return {};
  return std::string{found->second.front()};
}
bool holds(const Attributes& attributes, std::string_view name, std::string_view value) {
  const auto found = attributes.find(name);
  return found != attributes.end() && std::ranges::find(found->second, value) != found->second.end();
}

// "DC=example,DC=com"
std::string domain_of(std::string_view name) {
  std::string domain;
  while (starts_with_case(name, "DC=")) {
    const std::size_t end = std::min(name.find(','), name.size());
    domain += (domain.empty() ? "" : ".") + std::string{name.substr(3, end - 3)};
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  return name.empty() ? domain : "";
}

// [MS-ADTS] §3.1.1.3.2.25: what all of a domain's controllers are at least.
std::string_view release_of(std::string_view level) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> levels{{{"0", "2000"},
                                                                                 {"2", "2003"},
                                                                                 {"3", "2008"},
                                                                                 {"4", "2008 R2"},
                                                                                 {"5", "2012"},
                                                                                 {"6", "2012 R2"},
                                                                                 {"7", "2016"},
                                                                                 {"10", "2025"}}};
  const auto* const found = std::ranges::find(levels, level, &std::pair<std::string_view, std::string_view>::first);
  return found == levels.end() ? std::string_view{} : found->second;
}

void add(std::string& extra, std::string_view what, std::string_view value) {
  if (value.empty()) return;
  extra += (extra.empty() ? "" : "; ") + std::string{what} + std::string{value};
}

Facts facts_of(const Attributes& attributes) {
  Facts facts;
  const std::string vendor = first_of(attributes, "vendorname");
  const std::string version = first_of(attributes, "vendorversion");
  constexpr std::string_view active_directory = "1.2.840.113556.1.4.800";
  const bool is_active_directory = holds(attributes, "supportedcapabilities", active_directory);
  constexpr std::string_view directory_389 = "389-Directory/";
  if (vendor.starts_with("Samba Team")) {
    facts.product = "Samba AD LDAP";
    if (is_version(version)) facts.version = version;
  } else if (holds(attributes, "objectclass", "OpenLDAProotDSE")) {
    facts.product = "OpenLDAP";
  } else if (version.starts_with(directory_389)) {
    facts.product = "389 Directory Server";
    const std::string_view all = std::string_view{version}.substr(directory_389.size());
    facts.version = all.substr(0, all.find(' '));
  } else if (is_active_directory && vendor.empty()) {
    facts.product = "Microsoft Windows Active Directory LDAP";
    facts.system = "Windows";
  } else if (!vendor.empty()) {
    facts.product = vendor;
    if (is_version(version)) facts.version = version;
    if (!is_version(version)) add(facts.extra, "", version);
  }
  for (const auto& [name, values] : attributes) {
    for (const std::string_view value : values) add_detail(facts, "ldap-rootdse", name, value);
  }
  if (is_active_directory) {
    facts.host_name = first_of(attributes, "dnshostname");
    add(facts.extra, "domain ", domain_of(first_of(attributes, "defaultnamingcontext")));
    const std::string_view release = release_of(first_of(attributes, "domaincontrollerfunctionality"));
    if (!release.empty()) add(facts.extra, "level of Windows Server ", release);
  } else {
    add(facts.extra, "", first_of(attributes, "namingcontexts"));
  }
  return facts;
}

// RFC 4511 §4.14: an extended request by its number, and in the answer to it a result of zero. What it can do is not
// asked before: most list it (supportedExtension) only to who asks for that, and some have it and do not list it.
constexpr StartTlsWords tls_words{.asks = literal("\x30\x1d\x02\x01\x03\x77\x18\x80\x16"
                                                  "1.3.6.1.4.1.1466.20037"),
                                  .agrees = [](std::string_view heard) -> std::optional<bool> {
                                    const auto message = element_in(heard, sequence);
                                    if (!message) return std::nullopt;
                                    const auto id = element_in(message->content, integer);
                                    const auto response = id ? element_in(id->rest, extended_response) : std::nullopt;
                                    const auto result =
                                        response ? element_in(response->content, enumerated) : std::nullopt;
                                    return result && integer_of(result->content) == 0;
                                  }};

Reading read(const Talk& talk) {
  if (talk.turns.front().said != search() || talk.first().empty()) return {};
  Attributes attributes;
  const Came came = answer_in(talk.first(), attributes);
  if (came == Came::no) return {};
  if (came == Came::part) return cut_short(talk);
  Reading reading{.is = Reading::Is::yes, .confidence = documented, .facts = facts_of(attributes)};
  go_on_into_tls(reading, talk, tls_words);
  return reading;
}

}  // namespace

constinit const Reader ldap{
    .name = "ldap",
    .service = "ldap",
    .document = "RFC 4511, RFC 4512, RFC 3045",
    .first = Speaks::client,
    .ports = ports,
    .tls_ports = tls_ports,
    .rarity = 4,
    .question = [](std::string_view) { return search(); },
    .read = read,
    .goodbye = literal("\x30\x05\x02\x01\x02\x42\0"),  // UnbindRequest
};

}  // namespace portolan::identify
