// Protocols that say the same over UDP as over TCP, so that the readers of connections know them: remote procedure
// calls (RFC 5531 §11 has the frame of TCP), Kerberos (RFC 4120 §7.2), LDAP (RFC 1798 §4), SIP, memcached and OpenVPN.
#include "identify/datagrams.h"
#include "identify/readers/data/cursor.h"
#include "identify/readers/datagram/as_stream.h"
#include "identify/registry.h"
#include "payload/registry.h"

namespace portolan::identify {
namespace {

Reading grammar() { return {.is = Reading::Is::yes, .confidence = by_grammar}; }

constexpr std::size_t record_mark = 4;
// As the last fragment of a record.
std::string marked(std::string_view message) {
  constexpr std::uint32_t last_fragment = 0x8000'0000;
  return big(last_fragment | message.size(), record_mark) + std::string{message};
}

// What the port was asked by the scan does nothing; the reader's own question says more.
Reading read_calls(const Datagrams& talk, const payload::Payload& payload, const Reader& reader) {
  if (!is_answer(payload, talk.first())) return {};
  const std::string ask = reader.question({});
  Reading reading = grammar();
  if (talk.turns.size() == 1) reading.say = ask.substr(record_mark);
  if (talk.turns.size() == 2) {
    Reading more = read_as_stream(reader, ask, marked(talk.last_heard()));
    if (more.is == Reading::Is::yes) return more;
  }
  return reading;
}

Reading read_rpcbind(const Datagrams& talk) { return read_calls(talk, payload::rpcbind, rpcbind); }
Reading read_nfs_calls(const Datagrams& talk) { return read_calls(talk, payload::nfs, nfs); }

Reading read_kdc(const Datagrams& talk) {
  if (!is_answer(payload::kerberos, talk.first())) return {};
  const std::string_view heard = talk.first_heard();
  Reading reading = read_as_stream(kerberos, kerberos.question({}), big(heard.size(), 4) + std::string{heard});
  return reading.is == Reading::Is::yes ? reading : grammar();
}

Reading read_cldap(const Datagrams& talk) {
  if (!is_answer(payload::cldap, talk.first())) return {};
  Reading reading = grammar();
  const std::string ask = ldap.question({});
  if (talk.turns.size() == 1) reading.say = ask;
  if (talk.turns.size() == 2) {
    Reading more = read_as_stream(ldap, ask, talk.last_heard());
    if (more.is == Reading::Is::yes) return more;
  }
  return reading;
}

Reading read_sip(const Datagrams& talk) {
  return is_answer(payload::sip, talk.first()) ? read_as_stream(sip, {}, talk.first_heard()) : Reading{};
}

Reading read_memcached(const Datagrams& talk) {
  constexpr std::size_t header_size = 8;
  if (!is_answer(payload::memcached, talk.first())) return {};
  Reading reading = read_as_stream(memcached, memcached.question({}), talk.first_heard().substr(header_size));
  return reading.is == Reading::Is::yes ? reading : grammar();
}

Reading read_openvpn(const Datagrams& talk) {
  if (!is_answer(payload::openvpn, talk.first())) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "OpenVPN";
  return reading;
}

}  // namespace

constinit const DatagramReader udp_rpcbind{
    .name = "rpcbind", .service = "rpcbind", .document = "RFC 5531, RFC 1833", .read = read_rpcbind};
constinit const DatagramReader udp_nfs{
    .name = "nfs", .service = "nfs", .document = "RFC 5531, RFC 1813", .read = read_nfs_calls};
constinit const DatagramReader udp_kerberos{
    .name = "kerberos", .service = "kerberos-sec", .document = "RFC 4120", .read = read_kdc};
constinit const DatagramReader udp_ldap{
    .name = "ldap", .service = "ldap", .document = "RFC 1798, RFC 4511", .read = read_cldap};
constinit const DatagramReader udp_sip{.name = "sip", .service = "sip", .document = "RFC 3261", .read = read_sip};
constinit const DatagramReader udp_memcached{
    .name = "memcached", .service = "memcached", .document = "memcached doc/protocol.txt", .read = read_memcached};
constinit const DatagramReader udp_openvpn{
    .name = "openvpn", .service = "openvpn", .document = "draft-openvpn-wire-protocol", .read = read_openvpn};

}  // namespace portolan::identify
