#include "catalog/port_facts.h"

#include <algorithm>
#include <array>

namespace portolan::catalog {
namespace {

using enum net::Protocol;
using Kind = Encryption::Kind;

// Ports that were registered without an RFC that says how to use them.
constexpr std::string_view iana = "IANA's registry";

constexpr Encryption built_in(net::Protocol protocol, std::uint16_t port, std::string_view document) {
  return {.protocol = protocol,
          .port = net::Port{port},
          .kind = Kind::built_in,
          .name = {},
          .counterpart = {},
          .over = protocol,
          .document = document};
}
constexpr Encryption upgrade(net::Protocol protocol, std::uint16_t port, std::string_view name,
                             std::string_view document) {
  return {.protocol = protocol,
          .port = net::Port{port},
          .kind = Kind::upgrade,
          .name = name,
          .counterpart = {},
          .over = protocol,
          .document = document};
}
struct Other {
  std::string_view name;
  std::uint16_t port;
  net::Protocol over;
};
constexpr Encryption separate(net::Protocol protocol, std::uint16_t port, Other other, std::string_view document) {
  return {.protocol = protocol,
          .port = net::Port{port},
          .kind = Kind::separate,
          .name = other.name,
          .counterpart = net::Port{other.port},
          .over = other.over,
          .document = document};
}
constexpr Encryption replaced_by_ssh(std::uint16_t port) {
  return {.protocol = tcp,
          .port = net::Port{port},
          .kind = Kind::replacement,
          .name = "ssh",
          .counterpart = net::Port{22},
          .over = tcp,
          .document = "RFC 4253"};
}

constexpr Other radsec{"radsec", 2083, tcp};
constexpr Other radsec_dtls{"radsec", 2083, udp};
constexpr Other submissions{"submissions", 465, tcp};
constexpr Other syslog_tls{"syslog-tls", 6514, tcp};
constexpr Other ircs{"ircs-u", 6697, tcp};

constexpr std::array table{
    separate(tcp, 20, {"ftps-data", 989, tcp}, iana),
    upgrade(tcp, 21, "AUTH TLS", "RFC 4217"),
    separate(tcp, 21, {"ftps", 990, tcp}, iana),
    built_in(tcp, 22, "RFC 4253"),
    replaced_by_ssh(23),
    separate(tcp, 23, {"telnets", 992, tcp}, iana),
    upgrade(tcp, 25, "STARTTLS", "RFC 3207"),
    separate(tcp, 25, submissions, "RFC 8314"),  // for mail programs; between servers it stays at 25
    separate(tcp, 53, {"domain-s", 853, tcp}, "RFC 7858"),
    separate(udp, 53, {"domain-s", 853, tcp}, "RFC 7858"),
    separate(udp, 53, {"domain-s", 853, udp}, "RFC 9250"),
    separate(tcp, 80, {"https", 443, tcp}, "RFC 9110"),
    upgrade(tcp, 110, "STLS", "RFC 2595"),
    separate(tcp, 110, {"pop3s", 995, tcp}, "RFC 8314"),
    upgrade(tcp, 119, "STARTTLS", "RFC 4642"),
    separate(tcp, 119, {"nntps", 563, tcp}, "RFC 8143"),
    upgrade(tcp, 143, "STARTTLS", "RFC 9051"),
    separate(tcp, 143, {"imaps", 993, tcp}, "RFC 8314"),
    separate(tcp, 161, {"snmptls", 10161, tcp}, "RFC 6353"),
    separate(udp, 161, {"snmpdtls", 10161, udp}, "RFC 6353"),
    separate(tcp, 162, {"snmptls-trap", 10162, tcp}, "RFC 6353"),
    separate(udp, 162, {"snmpdtls-trap", 10162, udp}, "RFC 6353"),
    separate(tcp, 194, ircs, "RFC 7194"),
    separate(tcp, 323, {"rpki-rtr-tls", 324, tcp}, "RFC 8210"),
    upgrade(tcp, 389, "StartTLS", "RFC 4511"),
    separate(tcp, 389, {"ldaps", 636, tcp}, iana),
    built_in(udp, 443, "RFC 9114"),
    built_in(udp, 500, "RFC 7296"),
    separate(tcp, 502, {"mbap-s", 802, tcp}, iana),
    replaced_by_ssh(512),
    replaced_by_ssh(513),
    replaced_by_ssh(514),
    separate(udp, 514, syslog_tls, "RFC 5425"),
    separate(udp, 514, {"syslog-tls", 6514, udp}, "RFC 6012"),
    separate(tcp, 554, {"rtsps", 322, tcp}, "RFC 7826"),
    upgrade(tcp, 587, "STARTTLS", "RFC 3207"),
    separate(tcp, 587, submissions, "RFC 8314"),
    separate(tcp, 601, syslog_tls, "RFC 5425"),
    upgrade(tcp, 631, "TLS", "RFC 7472"),
    built_in(tcp, 700, "RFC 5734"),
    built_in(tcp, 830, "RFC 6242"),
    separate(udp, 1812, radsec, "RFC 6614"),
    separate(udp, 1812, radsec_dtls, "RFC 7360"),
    separate(udp, 1813, radsec, "RFC 6614"),
    separate(udp, 1813, radsec_dtls, "RFC 7360"),
    separate(tcp, 1883, {"secure-mqtt", 8883, tcp}, "OASIS MQTT 5.0"),
    upgrade(tcp, 2049, "RPC-with-TLS", "RFC 9289"),
    separate(tcp, 2375, {"docker-s", 2376, tcp}, iana),
    separate(tcp, 3268, {"msft-gc-ssl", 3269, tcp}, iana),
    separate(tcp, 3478, {"stuns", 5349, tcp}, "RFC 8489"),
    separate(udp, 3478, {"stuns", 5349, udp}, "RFC 8489"),
    separate(udp, 3799, radsec, "RFC 6614"),
    separate(udp, 3799, radsec_dtls, "RFC 7360"),
    separate(tcp, 3868, {"diameters", 5868, tcp}, "RFC 6733"),
    separate(sctp, 3868, {"diameters", 5868, sctp}, "RFC 6733"),
    upgrade(tcp, 4190, "STARTTLS", "RFC 5804"),
    built_in(tcp, 4460, "RFC 8915"),
    built_in(udp, 4500, "RFC 7296"),
    separate(tcp, 4739, {"ipfixs", 4740, tcp}, "RFC 7011"),
    separate(udp, 4739, {"ipfixs", 4740, udp}, "RFC 7011"),
    separate(sctp, 4739, {"ipfixs", 4740, sctp}, "RFC 7011"),
    separate(tcp, 4840, {"opcua-tls", 4843, tcp}, iana),
    separate(tcp, 5060, {"sips", 5061, tcp}, "RFC 3261"),
    separate(udp, 5060, {"sips", 5061, tcp}, "RFC 3261"),
    upgrade(tcp, 5222, "STARTTLS", "RFC 6120"),
    upgrade(tcp, 5269, "STARTTLS", "RFC 6120"),
    separate(tcp, 5672, {"amqps", 5671, tcp}, "OASIS AMQP 1.0"),
    separate(tcp, 5683, {"coaps", 5684, tcp}, "RFC 8323"),
    separate(udp, 5683, {"coaps", 5684, udp}, "RFC 7252"),
    separate(tcp, 5985, {"wsmans", 5986, tcp}, iana),
    built_in(tcp, 6513, "RFC 7589"),
    separate(tcp, 6665, ircs, "RFC 7194"),
    separate(tcp, 6666, ircs, "RFC 7194"),
    separate(tcp, 6667, ircs, "RFC 7194"),
    separate(tcp, 6668, ircs, "RFC 7194"),
    separate(tcp, 6669, ircs, "RFC 7194"),
    separate(tcp, 11112, {"dicom-tls", 2762, tcp}, iana),
};
static_assert(std::ranges::is_sorted(table, {}, &Encryption::port));

}  // namespace

PortClass class_of(net::Port port) {
  if (port.value() == 0) return PortClass::reserved;
  if (port.value() < 1024) return PortClass::system;
  return port.value() < 49152 ? PortClass::registered : PortClass::dynamic;
}

std::string_view name_of(PortClass port_class) {
  switch (port_class) {
    case PortClass::reserved:
      return "reserved";
    case PortClass::system:
      return "system";
    case PortClass::registered:
      return "registered";
    case PortClass::dynamic:
      break;
  }
  return "dynamic";
}

std::string_view name_of(Encryption::Kind kind) {
  switch (kind) {
    case Kind::built_in:
      return "built-in";
    case Kind::upgrade:
      return "upgrade";
    case Kind::separate:
      return "separate";
    case Kind::replacement:
      break;
  }
  return "replacement";
}

std::vector<Encryption> encryption_of(net::Protocol protocol, net::Port port) {
  std::vector<Encryption> found;
  for (const Encryption& one : table) {
    if (one.protocol == protocol && one.port == port) found.push_back(one);
  }
  if (!found.empty()) return found;
  const auto plain = std::ranges::find_if(table, [&](const Encryption& one) {
    return one.kind == Kind::separate && one.counterpart == port && one.over == protocol;
  });
  if (plain != table.end()) found.push_back(built_in(protocol, port.value(), plain->document));
  return found;
}

std::span<const Encryption> encryptions() { return table; }

}  // namespace portolan::catalog
