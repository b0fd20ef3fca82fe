// SIP over TCP: OPTIONS asks what somebody can (RFC 3261 §11); Server or User-Agent name the program (§20.35, §20.41).
#include <fmt/core.h>

#include <array>

#include "identify/details.h"
#include "identify/readers/asked/head.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 1> ports{5060};
constexpr std::array<std::uint16_t, 1> tls_ports{5061};
constexpr std::string_view protocol = "SIP/2.0";
constexpr unsigned final_answer = 200;

Reading read(const Talk& talk) {
  if (!may_begin(talk.first(), protocol)) return {};
  auto head = head_in(talk.first(), protocol);
  if (!head) return first_line(talk.first()) ? Reading{} : unfinished(talk);
  // "100 Trying" goes before what is meant.
  while (head->is_whole && head->status < final_answer) {
    auto next = head_in(head->rest, protocol);
    if (!next) break;
    head = std::move(next);
  }
  if ((!head->is_whole || head->status < final_answer) && !talk.is_over) return {.is = Reading::Is::more};
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  if (!head->is_whole) return reading;
  // Each answer repeats them (§8.2.6.2).
  if (!head->field("cseq").empty()) reading.confidence = documented;
  const std::string_view server = head->field("server");
  name_program(server.empty() ? head->field("user-agent") : server, reading.facts);
  add_detail(reading.facts, "sip-methods", "", head->field("allow"));
  if (reading.facts.extra.empty()) reading.facts.extra = fmt::format("status {}", head->status);
  return reading;
}

std::string question(std::string_view host) {
  const bool is_ipv6 = host.find(':') != std::string_view::npos;
  const std::string name = is_ipv6 ? fmt::format("[{}]", host.substr(0, host.find('%'))) : std::string{host};
  return fmt::format(
      "OPTIONS sip:{0} SIP/2.0\r\nVia: SIP/2.0/TCP portolan.invalid;branch=z9hG4bK-portolan;rport\r\n"
      "Max-Forwards: 70\r\nFrom: <sip:portolan@portolan.invalid>;tag=portolan\r\nTo: <sip:{0}>\r\n"
      "Call-ID: 1@portolan.invalid\r\nCSeq: 1 OPTIONS\r\nContact: <sip:portolan@portolan.invalid;transport=tcp>\r\n"
      "Accept: application/sdp\r\nUser-Agent: portolan\r\nContent-Length: 0\r\n\r\n",
      name);
}

}  // namespace

constinit const Reader sip{
    .name = "sip",
    .service = "sip",
    .document = "RFC 3261",
    .first = Speaks::client,
    .ports = ports,
    .tls_ports = tls_ports,
    .rarity = 4,
    .to_tls = Foreign::waits,
    .question = question,
    .read = read,
};

}  // namespace portolan::identify
