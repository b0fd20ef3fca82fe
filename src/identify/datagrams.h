// Readers of datagrams: what a protocol's answers say of who gives them. One file a protocol or family, the registry
// below lists them. A reader is a pure function of what was asked and answered, the scan's own question first; nothing
// here sends or waits.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "identify/reader.h"
#include "net/port.h"
#include "payload/payload.h"

namespace portolan::identify {

// A port is sent no more than this, the scan's own question not counted.
inline constexpr std::size_t most_datagrams = 3;

// A question and its answer each. No more than 1,500 bytes of the first are kept.
struct Datagrams {
  std::span<const Turn> turns;  // at least one
  net::Port port;               // where they were put

  [[nodiscard]] const Turn& first() const { return turns.front(); }
  [[nodiscard]] const Turn& last() const { return turns.back(); }
  [[nodiscard]] std::string_view first_heard() const { return turns.front().heard; }
  [[nodiscard]] std::string_view last_heard() const { return turns.back().heard; }
};

struct DatagramReader {
  std::string_view name;      // unique among these
  std::string_view service;   // what nmap calls it
  std::string_view document;  // that says what the bytes mean
  // Any bytes in. What it says is asked next, of the same port, where that is still allowed; it is read again once that
  // is answered.
  Reading (*read)(const Datagrams& talk) = nullptr;
};

// Whether it is that payload's question, whatever the cookie in it.
bool is_question(const payload::Payload& payload, std::string_view said);
// Whether this is that payload's question and an answer to it. A cookie of the scan's has been looked at by the scan.
bool is_answer(const payload::Payload& payload, const Turn& turn);
// Its question, for who wants to ask it.
std::string question_of(const payload::Payload& payload);

extern const DatagramReader udp_dns;
extern const DatagramReader udp_mdns;
extern const DatagramReader udp_netbios_names;
extern const DatagramReader udp_ntp;
extern const DatagramReader udp_snmp;
extern const DatagramReader udp_rpcbind;
extern const DatagramReader udp_nfs;
extern const DatagramReader udp_kerberos;
extern const DatagramReader udp_ldap;
extern const DatagramReader udp_sip;
extern const DatagramReader udp_memcached;
extern const DatagramReader udp_openvpn;
extern const DatagramReader udp_ssdp;
extern const DatagramReader udp_plex;
extern const DatagramReader udp_ws_discovery;
extern const DatagramReader udp_ike;
extern const DatagramReader udp_l2tp;
extern const DatagramReader udp_dtls;
extern const DatagramReader udp_quic;
extern const DatagramReader udp_stun;
extern const DatagramReader udp_coap;
extern const DatagramReader udp_port_mapping;
extern const DatagramReader udp_rmcp;
extern const DatagramReader udp_tftp;
extern const DatagramReader udp_mssql_browser;
extern const DatagramReader udp_xdmcp;
extern const DatagramReader udp_afs;
extern const DatagramReader udp_source_game;
extern const DatagramReader udp_quake3;
extern const DatagramReader udp_minecraft_bedrock;
extern const DatagramReader udp_minecraft_query;
extern const DatagramReader udp_mumble;
extern const DatagramReader udp_jellyfin;
extern const DatagramReader udp_ubiquiti;
extern const DatagramReader udp_bacnet;
extern const DatagramReader udp_ethernet_ip;
extern const DatagramReader udp_echo;
extern const DatagramReader udp_daytime;
extern const DatagramReader udp_chargen;
extern const DatagramReader udp_time;
extern const DatagramReader udp_text;
extern const DatagramReader udp_by_question;

// Where two are equally sure, the one further up has it.
// clang-format off
inline constexpr std::array datagram_registry{
    &udp_dns,
    &udp_mdns,
    &udp_netbios_names,
    &udp_ntp,
    &udp_snmp,
    &udp_rpcbind,
    &udp_nfs,
    &udp_kerberos,
    &udp_ldap,
    &udp_sip,
    &udp_memcached,
    &udp_openvpn,
    &udp_ssdp,
    &udp_plex,
    &udp_ws_discovery,
    &udp_ike,
    &udp_l2tp,
    &udp_dtls,
    &udp_quic,
    &udp_stun,
    &udp_coap,
    &udp_port_mapping,
    &udp_rmcp,
    &udp_tftp,
    &udp_mssql_browser,
    &udp_xdmcp,
    &udp_afs,
    &udp_source_game,
    &udp_quake3,
    &udp_minecraft_bedrock,
    &udp_minecraft_query,
    &udp_mumble,
    &udp_jellyfin,
    &udp_ubiquiti,
    &udp_bacnet,
    &udp_ethernet_ip,
    &udp_echo,
    &udp_daytime,
    &udp_chargen,
    &udp_time,
    &udp_text,
    &udp_by_question,
};
// clang-format on

}  // namespace portolan::identify
