// SNMP: of versions 1 and 2c the system's description (RFC 1213 §6.3), of version 3 the engine's number, which begins
// with that of whoever made it (RFC 3411 §5, IANA's Private Enterprise Numbers) and is told without any name or key.
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "identify/datagrams.h"
#include "identify/details.h"
#include "identify/readers/data/ber.h"
#include "identify/readers/data/cursor.h"
#include "payload/registry.h"

namespace portolan::identify {
namespace {

enum Tag : std::uint8_t { integer = 0x02, octets = 0x04, sequence = 0x30, get_response = 0xa2 };

constexpr std::size_t longest_description = 200;

struct Enterprise {
  std::uint32_t number;
  std::string_view name;
};
constexpr std::array<Enterprise, 28> enterprises{
    {{9, "Cisco"},         {11, "HP"},          {43, "3Com"},       {171, "D-Link"},     {311, "Microsoft"},
     {318, "APC"},         {367, "Ricoh"},      {674, "Dell"},      {1588, "Brocade"},   {1602, "Canon"},
     {1916, "Extreme"},    {2011, "Huawei"},    {2435, "Brother"},  {2636, "Juniper"},   {3902, "ZTE"},
     {4413, "Broadcom"},   {4526, "Netgear"},   {6574, "Synology"}, {6876, "VMware"},    {8072, "Net-SNMP"},
     {11863, "TP-Link"},   {12356, "Fortinet"}, {14823, "Aruba"},   {14988, "MikroTik"}, {24681, "QNAP"},
     {25461, "Palo Alto"}, {25506, "H3C"},      {30065, "Arista"}}};
constexpr std::uint32_t net_snmp = 8'072;

struct Community {
  std::int32_t version = 0;
  std::string_view description;
};

// A response with communities, and the value of its first binding where that is text.
std::optional<Community> response_in(std::string_view message) {
  const auto whole = element_in(message, sequence);
  const auto version = whole ? element_in(whole->content, integer) : std::nullopt;
  const auto community = version ? element_in(version->rest, octets) : std::nullopt;
  const auto pdu = community ? element_in(community->rest, get_response) : std::nullopt;
  if (!pdu) return std::nullopt;
  Community found{.version = integer_of(version->content).value_or(-1), .description = {}};
  std::string_view rest = pdu->content;
  for (int i = 0; i < 3; ++i) {  // the request's number, the error's status and index
    const auto number = element_in(rest, integer);
    if (!number) return std::nullopt;
    rest = number->rest;
  }
  const auto bindings = element_in(rest, sequence);
  const auto first = bindings ? element_in(bindings->content, sequence) : std::nullopt;
  const auto name = first ? element_in(first->content) : std::nullopt;
  const auto value = name ? element_in(name->rest, octets) : std::nullopt;
  if (value) found.description = value->content;
  return found;
}

// Version 3: the first of the security parameters (RFC 3414 §2.4).
struct Engine {
  std::string_view id;
  std::optional<std::int32_t> boots;
  std::optional<std::int32_t> seconds;  // since the last of them
};
std::optional<Engine> engine_in(std::string_view message) {
  constexpr std::int32_t version_3 = 3;
  const auto whole = element_in(message, sequence);
  const auto version = whole ? element_in(whole->content, integer) : std::nullopt;
  const auto header = version ? element_in(version->rest, sequence) : std::nullopt;
  const auto security = header ? element_in(header->rest, octets) : std::nullopt;
  const auto inner = security ? element_in(security->content, sequence) : std::nullopt;
  const auto id = inner ? element_in(inner->content, octets) : std::nullopt;
  if (!id || integer_of(version->content) != version_3) return std::nullopt;
  const auto boots = element_in(id->rest, integer);
  const auto seconds = boots ? element_in(boots->rest, integer) : std::nullopt;
  return Engine{.id = id->content,
                .boots = boots ? integer_of(boots->content) : std::nullopt,
                .seconds = seconds ? integer_of(seconds->content) : std::nullopt};
}

std::string bytes_text(std::string_view bytes, std::string_view between) {
  std::string text;
  for (const char byte : bytes) {
    text += fmt::format("{}{:02x}", text.empty() ? "" : between, static_cast<unsigned char>(byte));
  }
  return text;
}

// What follows the enterprise's number (RFC 3411 §5, SnmpEngineID): its fifth byte says what it is.
void tell_engine_data(std::string_view id, Facts& facts) {
  constexpr std::size_t format_at = 4;
  enum Format : std::uint8_t { ipv4 = 1, mac = 3, text = 4, of_net_snmp = 0x80 };
  const auto format = u8_at(id, format_at);
  if (!format) return;
  const std::string_view data = id.substr(format_at + 1);
  std::string_view name = "octets";
  std::string shown = bytes_text(data, "");
  constexpr std::size_t ipv4_size = 4;
  constexpr std::size_t mac_size = 6;
  if (*format == ipv4 && data.size() == ipv4_size) {
    name = "ipv4";
    shown = fmt::format("{}.{}.{}.{}", *u8_at(data, 0), *u8_at(data, 1), *u8_at(data, 2), *u8_at(data, 3));
  } else if (*format == mac && data.size() == mac_size) {
    name = "mac";
    shown = bytes_text(data, ":");
  } else if (*format == text && is_printable(data)) {
    name = "text";
    shown = data;
  } else if (*format >= of_net_snmp) {
    name = "its own";
  }
  add_detail(facts, "snmp-info", "engineIDFormat", name);
  add_detail(facts, "snmp-info", "engineIDData", shown);
}

void tell_engine(const Engine& engine, Facts& facts) {
  constexpr std::uint32_t has_format = 0x8000'0000;
  const auto first = u32_at(engine.id, 0);
  if (!first) return;
  const std::uint32_t number = *first & ~has_format;
  const auto* const found = std::ranges::find(enterprises, number, &Enterprise::number);
  const std::string name = found == enterprises.end() ? fmt::format("{}", number) : std::string{found->name};
  add_detail(facts, "snmp-info", "enterprise", name);
  if ((*first & has_format) != 0) tell_engine_data(engine.id, facts);
  if (engine.boots) add_detail(facts, "snmp-info", "snmpEngineBoots", fmt::format("{}", *engine.boots));
  if (engine.seconds) add_detail(facts, "snmp-info", "snmpEngineTime", fmt::format("{}s", *engine.seconds));
  if (number == net_snmp && facts.product.empty()) facts.product = name;
  if (number != net_snmp) add_extra(facts, fmt::format("enterprise {}", name));
}

// "Linux gate 6.1.0-18-amd64 #1 SMP ..." is uname(1)'s; others have sentences of their own.
void tell_description(std::string_view description, Facts& facts) {
  const std::string_view line = trimmed(description.substr(0, description.find_first_of("\r\n")));
  if (line.empty() || !is_printable(line)) return;
  add_detail(facts, "snmp-sysdescr", "", line);
  const auto words = words_of(line);
  constexpr std::array<std::string_view, 5> kernels{"Linux", "FreeBSD", "NetBSD", "OpenBSD", "Darwin"};
  constexpr std::size_t enough_words = 4;
  if (words.size() >= enough_words && std::ranges::find(kernels, words[0]) != kernels.end() && is_version(words[2])) {
    facts.system = words[0];
    facts.host_name = words[1];
  }
  if (line.find("Software: Windows") != std::string_view::npos) facts.system = "Windows";
  add_extra(facts, line.substr(0, longest_description));
}

Reading read(const Datagrams& talk) {
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  const auto engine = engine_in(talk.last_heard());
  const auto community = response_in(talk.first_heard());
  if (!community) {
    if (!is_answer(payload::snmp_v3, talk.first()) || !engine) return {};
    reading.facts.extra = "SNMPv3";
    tell_engine(*engine, reading.facts);
    return reading;
  }
  if (!is_answer(payload::snmp_v1, talk.first()) && !is_answer(payload::snmp_v2c, talk.first())) return {};
  reading.facts.extra = community->version == 0 ? "SNMPv1, public" : "SNMPv2c, public";
  tell_description(community->description, reading.facts);
  if (talk.turns.size() == 1) reading.say = question_of(payload::snmp_v3);
  if (talk.turns.size() == 2 && engine) tell_engine(*engine, reading.facts);
  return reading;
}

}  // namespace

constinit const DatagramReader udp_snmp{
    .name = "snmp", .service = "snmp", .document = "RFC 3411, RFC 3414, RFC 3416", .read = read};

}  // namespace portolan::identify
