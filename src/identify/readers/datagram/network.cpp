// Small protocols of networks and their machines: STUN (RFC 8489 §14.14), PCP and NAT-PMP (RFC 6887 §14, RFC 6886
// §3.2), RMCP with ASF and IPMI, TFTP (RFC 1350 §5).
#include <fmt/core.h>

#include <array>

#include "identify/datagrams.h"
#include "identify/details.h"
#include "identify/readers/asked/head.h"
#include "identify/readers/data/cursor.h"
#include "payload/registry.h"

namespace portolan::identify {
namespace {

// "Coturn-4.5.2 'dan Eider'" beside what others write.
void tell_software(std::string_view said, Facts& facts) {
  const std::string_view word = said.substr(0, said.find(' '));
  const std::size_t dash = word.find('-');
  if (dash == 0 || dash == std::string_view::npos || !is_version(word.substr(dash + 1)) || !is_printable(said)) {
    return name_program(said, facts);
  }
  facts.product = word.substr(0, dash);
  facts.version = word.substr(dash + 1);
}

Reading read_stun(const Datagrams& talk) {
  if (!is_answer(payload::stun, talk.first())) return {};
  constexpr std::uint16_t software = 0x8022;
  constexpr std::size_t header_size = 20;
  constexpr std::size_t word = 4;  // attributes are filled up to it
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  Cursor in{talk.first_heard()};
  in.skip(header_size);
  while (in.is_whole() && !in.is_at_end()) {
    const std::uint16_t type = in.u16();
    const std::uint16_t size = in.u16();
    const std::string_view value = in.take(size);
    if (in.is_whole() && type == software) tell_software(value.substr(0, value.find('\0')), reading.facts);
    in.skip((word - size % word) % word);
  }
  return reading;
}

Reading read_port_mapping(const Datagrams& talk) {
  const bool is_pcp = is_answer(payload::pcp, talk.first());
  if (!is_pcp && !is_answer(payload::nat_pmp, talk.first())) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented, .service = "nat-pmp"};
  constexpr std::uint8_t pcp_version = 2;
  const std::string_view heard = talk.last_heard();
  if (u8_at(heard, 0) == pcp_version) {
    reading.service = "pcp";
    return reading;
  }
  // It knows the elder protocol alone, or was asked by that.
  const std::string ask = question_of(payload::nat_pmp);
  if (talk.last().said != ask) {
    reading.say = ask;
    return reading;
  }
  Cursor in{heard};
  in.skip(2);
  const std::uint16_t result = in.u16();
  in.skip(4);
  const std::string_view address = in.take(4);
  if (in.is_whole() && result == 0) {
    const auto part = [address](std::size_t at) { return static_cast<unsigned char>(address[at]); };
    const std::string text = fmt::format("{}.{}.{}.{}", part(0), part(1), part(2), part(3));
    reading.facts.extra = "external address " + text;
    add_detail(reading.facts, "nat-pmp-info", "WAN IP", text);
  }
  return reading;
}

// IPMI 2.0 §22.13, "Get Channel Authentication Capabilities".
void tell_capabilities(std::string_view heard, Facts& facts) {
  constexpr std::size_t head_size = 4;
  constexpr std::size_t session_size = 8;
  constexpr std::size_t code_size = 16;
  constexpr std::size_t to_completion = 7;  // length, addresses, sequence, command
  constexpr std::uint8_t is_extended = 0x80;
  constexpr std::uint8_t has_version_2 = 0x02;
  Cursor in{heard};
  in.skip(head_size);
  in.skip(session_size + (in.u8() == 0 ? 0 : code_size));
  in.skip(to_completion);
  const std::uint8_t completion = in.u8();
  in.skip(1);
  const std::uint8_t types = in.u8();
  const std::uint8_t logins = in.u8();
  const std::uint8_t extended = in.u8();
  if (!in.is_whole() || completion != 0) return;
  const std::string version = (types & is_extended) != 0 && (extended & has_version_2) != 0 ? "2.0" : "1.5";
  constexpr std::array<std::string_view, 6> names{"none", "MD2", "MD5", "", "password", "OEM"};
  std::string allowed;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if ((types >> i & 1U) == 0 || names.at(i).empty()) continue;
    allowed += allowed.empty() ? "" : ", ";
    allowed += names.at(i);
  }
  facts.extra = "IPMI " + version;
  if (!allowed.empty()) add_extra(facts, "authentication: " + allowed);
  constexpr std::array<std::string_view, 3> users{"anonymous", "null_user", "non_null_user"};
  std::string who;
  for (std::size_t i = 0; i < users.size(); ++i) {
    if ((logins >> i & 1U) != 0) who += (who.empty() ? "" : ", ") + std::string{users.at(i)};
  }
  if ((logins & 1U) != 0) add_extra(facts, "anonymous login");
  add_detail(facts, "ipmi-version", "Version", "IPMI-" + version);
  add_detail(facts, "ipmi-version", "UserAuth", who);
  add_detail(facts, "ipmi-version", "PassAuth", allowed);
}

Reading read_rmcp(const Datagrams& talk) {
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  if (is_answer(payload::ipmi, talk.last())) {
    tell_capabilities(talk.last_heard(), reading.facts);
    return reading;
  }
  if (!is_answer(payload::asf_rmcp, talk.first())) return {};
  constexpr std::size_t entities = 20;
  constexpr std::uint8_t has_ipmi = 0x80;
  if ((u8_at(talk.first_heard(), entities).value_or(0) & has_ipmi) != 0) reading.say = question_of(payload::ipmi);
  return reading;
}

Reading read_tftp(const Datagrams& talk) {
  if (!is_answer(payload::tftp, talk.first())) return {};
  constexpr std::uint16_t is_error = 5;
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  Cursor in{talk.first_heard()};
  const std::uint16_t opcode = in.u16();
  in.skip(2);
  const std::string_view text = in.until_zero();
  if (opcode == is_error && in.is_whole() && is_printable(text)) reading.facts.extra = text;
  return reading;
}

}  // namespace

constinit const DatagramReader udp_stun{.name = "stun", .service = "stun", .document = "RFC 8489", .read = read_stun};
constinit const DatagramReader udp_port_mapping{
    .name = "port-mapping", .service = "nat-pmp", .document = "RFC 6886, RFC 6887", .read = read_port_mapping};
constinit const DatagramReader udp_rmcp{
    .name = "rmcp", .service = "asf-rmcp", .document = "DMTF DSP0136, IPMI 2.0", .read = read_rmcp};
constinit const DatagramReader udp_tftp{.name = "tftp", .service = "tftp", .document = "RFC 1350", .read = read_tftp};

}  // namespace portolan::identify
