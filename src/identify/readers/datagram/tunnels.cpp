// Tunnels: IKE of both versions with the numbers by which implementations know each other (RFC 2408 §3.16, RFC 7296
// §3.12), L2TP (RFC 2661 §4.4), DTLS (RFC 6347 §4.2) and QUIC, whose servers list their versions (RFC 9000 §6).
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "identify/datagrams.h"
#include "identify/details.h"
#include "identify/readers/data/cursor.h"
#include "payload/registry.h"

namespace portolan::identify {
namespace {

// ---- IKE ----------------------------------------------------------------------------------------

struct VendorId {
  std::string_view begin;
  std::string_view says;
  std::string_view product = {};
};
// MD5 of the texts named, but for the third, which its document has as it stands, and Cisco's, which is one of those
// that it numbers in its last bytes.
constexpr std::array<VendorId, 6> vendor_ids{{
    {literal("\x88\x2f\xe5\x6d\x6f\xd2\x0d\xbc\x22\x51\x61\x3b\x2e\xbe\x5b\xeb"), "strongSwan", "strongSwan"},
    {literal("\x4a\x13\x1c\x81\x07\x03\x58\x45\x5c\x57\x28\xf2\x0e\x95\x45\x2f"), "NAT traversal"},        // RFC 3947
    {literal("\xaf\xca\xd7\x13\x68\xa1\xf1\xc9\x6b\x86\x96\xfc\x77\x57\x01\x00"), "dead peer detection"},  // RFC 3706
    {literal("\x09\x00\x26\x89\xdf\xd6\xb7\x12"), "XAUTH"},  // draft-ietf-ipsec-isakmp-xauth
    {literal("\x40\x48\xb7\xd5\x6e\xbc\xe8\x85\x25\xe7\xde\x7f\x00\xd6\xc2\xd3"), "fragmentation"},
    {literal("\x1e\x2b\x51\x69\x05\x99\x1c\x7d\x7c\x96\xfc\xbf\xb5\x87\xe4\x61"), "Windows", "Microsoft Windows"},
}};

// The payloads behind the header: what each is stands in the one before it.
void tell_vendors(Cursor in, std::uint8_t next, std::uint8_t vendor_id, Facts& facts) {
  constexpr std::size_t head_size = 4;
  while (next != 0) {
    const std::uint8_t kind = next;
    next = in.u8();
    in.skip(1);
    const std::uint16_t size = in.u16();
    if (size < head_size) return;
    const std::string_view body = in.take(size - head_size);
    if (!in.is_whole()) return;
    if (kind != vendor_id) continue;
    const auto* const found =
        std::ranges::find_if(vendor_ids, [body](const VendorId& one) { return body.starts_with(one.begin); });
    if (found == vendor_ids.end()) continue;
    add_detail(facts, "ike-version", found->product.empty() ? "attributes." : "vendor_id", found->says);
    if (found->product.empty()) add_extra(facts, found->says);
    if (!found->product.empty()) facts.product = found->product;
    if (found->says == "Windows") facts.system = "Windows";
  }
}

Reading read_ike(const Datagrams& talk) {
  constexpr std::string_view marker = literal("\0\0\0\0");  // where NAT is gone through (RFC 3948 §2.2)
  constexpr std::uint8_t vendor_id_v1 = 13;
  constexpr std::uint8_t vendor_id_v2 = 43;
  constexpr std::size_t to_first = 16;
  const bool is_v1 = is_answer(payload::ikev1, talk.first()) || is_answer(payload::ikev1_nat_t, talk.first());
  const bool is_v2 = is_answer(payload::ikev2, talk.first()) || is_answer(payload::ikev2_nat_t, talk.first());
  if (!is_v1 && !is_v2) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  std::string_view message = talk.first_heard();
  if (message.starts_with(marker)) message.remove_prefix(marker.size());
  Cursor in{message};
  in.skip(to_first);
  const std::uint8_t next = in.u8();
  const std::uint8_t version = in.u8();
  constexpr std::size_t to_payloads = 10;
  in.skip(to_payloads);
  reading.facts.extra = fmt::format("IKEv{}", version >> 4U);
  tell_vendors(in, next, is_v1 ? vendor_id_v1 : vendor_id_v2, reading.facts);
  return reading;
}

// ---- L2TP ---------------------------------------------------------------------------------------

Reading read_l2tp(const Datagrams& talk) {
  if (!is_answer(payload::l2tp, talk.first())) return {};
  constexpr std::size_t header_size = 12;
  constexpr std::size_t pair_head = 6;
  constexpr std::uint16_t hidden = 0x4000;
  constexpr std::uint16_t size_bits = 0x03ff;
  enum Attribute : std::uint8_t { host_name = 7, vendor_name = 8 };
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  Cursor in{talk.first_heard()};
  in.skip(header_size);
  while (in.is_whole() && !in.is_at_end()) {
    const std::uint16_t head = in.u16();
    const std::uint16_t vendor = in.u16();
    const std::uint16_t kind = in.u16();
    if ((head & size_bits) < pair_head) break;
    const std::string_view value = in.take((head & size_bits) - pair_head);
    if (!in.is_whole() || vendor != 0 || (head & hidden) != 0 || !is_printable(value)) continue;
    if (kind == host_name) reading.facts.host_name = trimmed(value);
    if (kind == vendor_name) add_extra(reading.facts, fmt::format("vendor {}", trimmed(value)));
    // Whoever maintains it has written its name there.
    if (kind == vendor_name && value == "xelerance.com") reading.facts.product = "xl2tpd";
  }
  return reading;
}

// ---- DTLS and QUIC ------------------------------------------------------------------------------

std::string dtls_version(std::uint16_t version) {
  switch (version) {
    case 0xfeff:
      return "DTLS 1.0";
    case 0xfefd:
      return "DTLS 1.2";
    default:
      return {};
  }
}

Reading read_dtls(const Datagrams& talk) {
  if (!is_answer(payload::dtls, talk.first())) return {};
  enum Type : std::uint8_t { alert = 21, server_hello = 2 };
  constexpr std::size_t sequence_size = 8;
  constexpr std::size_t message_head = 11;  // behind its type
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  Cursor in{talk.first_heard()};
  const std::uint8_t type = in.u8();
  const std::uint16_t version = in.u16();
  in.skip(sequence_size + 2);
  if (type == alert) {
    in.skip(1);  // how bad it is
    reading.facts.extra = fmt::format("refuses: alert {}", in.u8());
    return reading;
  }
  const std::uint8_t message = in.u8();
  in.skip(message_head);
  // A request to say hello once more has version 1.0 whatever is spoken then (RFC 6347 §4.2.1).
  add_extra(reading.facts, message == server_hello ? dtls_version(in.u16()) : std::string{});
  if (message != server_hello) reading.facts.extra = "asks for a cookie";
  if (!in.is_whole()) reading.facts.extra = dtls_version(version);
  return reading;
}

std::string quic_version(std::uint32_t version) {
  constexpr std::uint32_t draft = 0xff00'0000;      // draft-ietf-quic-transport
  constexpr std::uint32_t version_2 = 0x6b33'43cf;  // RFC 9369
  constexpr std::uint32_t reserved = 0x0f0f'0f0f;   // RFC 9000 §15: of no version
  if ((version & reserved) == 0x0a0a'0a0aU) return {};
  if (version == 1) return "1";
  if (version == version_2) return "2";
  if ((version & 0xffff'ff00U) == draft) return fmt::format("draft-{}", version & 0xffU);
  const std::string letters = big(version, 4);  // Google's: "Q046"
  return is_printable(letters) ? letters : fmt::format("{:#010x}", version);
}

Reading read_quic(const Datagrams& talk) {
  if (!is_answer(payload::quic, talk.first())) return {};
  constexpr std::size_t most_told = 12;
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  Cursor in{talk.first_heard()};
  in.skip(5);
  in.skip(in.u8());
  in.skip(in.u8());
  std::string versions;
  for (std::size_t told = 0; in.rest().size() >= 4 && told < most_told; ++told) {
    const std::string version = quic_version(in.u32());
    versions += versions.empty() || version.empty() ? "" : ", ";
    versions += version;
  }
  if (!versions.empty()) reading.facts.extra = "versions " + versions;
  return reading;
}

}  // namespace

constinit const DatagramReader udp_ike{
    .name = "ike", .service = "isakmp", .document = "RFC 2408, RFC 7296", .read = read_ike};
constinit const DatagramReader udp_l2tp{.name = "l2tp", .service = "l2tp", .document = "RFC 2661", .read = read_l2tp};
constinit const DatagramReader udp_dtls{.name = "dtls", .service = "dtls", .document = "RFC 6347", .read = read_dtls};
constinit const DatagramReader udp_quic{.name = "quic", .service = "quic", .document = "RFC 9000", .read = read_quic};

}  // namespace portolan::identify
