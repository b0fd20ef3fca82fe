// DNS and what speaks in its messages. DNS: who answers is asked for version.bind, as over TCP, and for id.server (RFC
// 4892 §2). mDNS: the types of services that there are (RFC 6763 §9). NetBIOS names: the node status, a table of names
// (RFC 1002 §4.2.18).
#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "identify/datagrams.h"
#include "identify/details.h"
#include "identify/readers/data/cursor.h"
#include "identify/readers/datagram/as_stream.h"
#include "identify/readers/datagram/dns_message.h"
#include "identify/registry.h"
#include "payload/registry.h"

namespace portolan::identify {
namespace {

// Over TCP a message has its length before it (RFC 1035 §4.2.2).
std::string with_length(std::string_view message) { return big(message.size(), 2) + std::string{message}; }

// The three differ by what they ask for.
std::optional<DnsAnswers> answers_to(const payload::Payload& payload, const Turn& turn) {
  if (!is_answer(payload, turn)) return std::nullopt;
  return dns_answers(turn.heard);
}

// Which of several servers behind one address it is: a text of the class CHAOS.
constexpr std::string_view which_server = literal(
    "\x70\x71\0\0\0\x01\0\0\0\0\0\0"
    "\x02id\x06server\0\0\x10\0\x03");

void tell_which(std::string_view heard, Facts& facts) {
  constexpr std::uint16_t type_text = 16;
  const auto answers = dns_answers(heard);
  if (!answers || u16_at(heard, 0) != u16_at(which_server, 0)) return;
  const auto text = std::ranges::find(answers->records, type_text, &DnsRecord::type);
  if (text == answers->records.end()) return;
  Cursor in{text->data};
  const std::string_view said = in.take(in.u8());
  if (!in.is_whole() || said.empty() || !is_printable(said)) return;
  add_detail(facts, "dns-nsid", "id_server", said);
  add_extra(facts, fmt::format("id {}", said));
}

Reading read_dns(const Datagrams& talk) {
  const auto answers = answers_to(payload::dns, talk.first());
  if (!answers) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  const std::string ask = dns.question({});
  if (talk.turns.size() == 1) reading.say = ask.substr(2);
  if (talk.turns.size() > 1) {
    Reading named = read_as_stream(dns, ask, with_length(talk.turns[1].heard));
    if (named.is == Reading::Is::yes) reading.facts = std::move(named.facts);
    if (talk.turns.size() == 2) reading.say = which_server;
    if (talk.turns.size() > 2) tell_which(talk.last_heard(), reading.facts);
  }
  constexpr unsigned recursion_available = 0x0080;
  if ((answers->flags & recursion_available) != 0) add_extra(reading.facts, "recursion available");
  return reading;
}

Reading read_mdns(const Datagrams& talk) {
  const auto answers = answers_to(payload::mdns, talk.first());
  if (!answers) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  constexpr std::uint16_t type_ptr = 12;
  constexpr std::size_t most_told = 12;
  constexpr std::string_view local = ".local";
  std::vector<std::string> told;
  for (const DnsRecord& record : answers->records) {
    if (record.type != type_ptr || told.size() == most_told) continue;
    auto type = dns_name_at(talk.first_heard(), record.data_at);
    if (!type || !type->ends_with(local) || !is_printable(*type)) continue;
    type->resize(type->size() - local.size());
    if (std::ranges::find(told, *type) == told.end()) told.push_back(std::move(*type));
  }
  for (const std::string& type : told) {
    add_detail(reading.facts, "dns-service-discovery", "", type);
    reading.facts.extra += reading.facts.extra.empty() ? "" : ", ";
    reading.facts.extra += type;
  }
  return reading;
}

Reading read_netbios(const Datagrams& talk) {
  constexpr std::uint16_t node_status = 0x21;
  constexpr std::uint16_t is_group = 0x8000;
  constexpr std::size_t name_size = 15;
  const auto answers = answers_to(payload::netbios_ns, talk.first());
  if (!answers) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  const auto table = std::ranges::find(answers->records, node_status, &DnsRecord::type);
  if (table == answers->records.end()) return reading;
  Cursor in{table->data};
  constexpr std::uint8_t of_messages = 3;
  std::string_view group;
  std::string_view speaker;
  std::vector<std::string> names;
  for (unsigned left = in.u8(); left > 0 && in.is_whole(); --left) {
    const std::string_view name = trimmed(in.take(name_size));
    const std::uint8_t suffix = in.u8();
    const std::uint16_t flags = in.u16();
    if (!in.is_whole() || !is_printable(name)) continue;
    const bool grouped = (flags & is_group) != 0;
    names.push_back(fmt::format("{}<{:02x}> {}", name, suffix, grouped ? "group" : "unique"));
    if (suffix == of_messages && !grouped) speaker = name;  // the machine, and then whoever uses it
    if (suffix != 0) continue;                              // 0: the workstation itself
    if (grouped && group.empty()) group = name;
    if (!grouped && reading.facts.host_name.empty()) reading.facts.host_name = name;
  }
  if (!group.empty()) add_extra(reading.facts, fmt::format("workgroup: {}", group));
  add_detail(reading.facts, "nbstat", "server_name", reading.facts.host_name);
  add_detail(reading.facts, "nbstat", "workgroup", group);
  if (speaker != reading.facts.host_name) add_detail(reading.facts, "nbstat", "user", speaker);
  const std::string_view mac = in.take(6);
  // Samba's nmbd sends zeros.
  if (in.is_whole() && mac.find_first_not_of('\0') != std::string_view::npos) {
    std::string text;
    for (const char byte : mac)
      text += fmt::format("{}{:02X}", text.empty() ? "" : ":", static_cast<unsigned char>(byte));
    add_extra(reading.facts, fmt::format("MAC {}", text));
    add_detail(reading.facts, "nbstat", "mac.address", text);
  }
  for (const std::string& name : names) add_detail(reading.facts, "nbstat", "names.", name);
  return reading;
}

}  // namespace

constinit const DatagramReader udp_dns{
    .name = "dns", .service = "domain", .document = "RFC 1035, RFC 4892", .read = read_dns};
constinit const DatagramReader udp_mdns{
    .name = "mdns", .service = "mdns", .document = "RFC 6762, RFC 6763", .read = read_mdns};
constinit const DatagramReader udp_netbios_names{
    .name = "netbios-ns", .service = "netbios-ns", .document = "RFC 1002 §4.2.18", .read = read_netbios};

}  // namespace portolan::identify
