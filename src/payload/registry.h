// Every protocol of which a question is known, one line each. Where several are spoken at a port, those further up are
// asked first.
#pragma once

#include <array>
#include <span>

#include "payload/payload.h"

namespace portolan::payload {

extern const Payload dns;
extern const Payload mdns;
extern const Payload netbios_ns;
extern const Payload dhcp;
extern const Payload llmnr;
extern const Payload ntp;
extern const Payload rpcbind;
extern const Payload nfs;
extern const Payload mountd;
extern const Payload echo;
extern const Payload systat;
extern const Payload daytime;
extern const Payload qotd;
extern const Payload chargen;
extern const Payload time;
extern const Payload snmp_v1;
extern const Payload snmp_v3;
extern const Payload snmp_v2c;
extern const Payload cldap;
extern const Payload kerberos;
extern const Payload ikev1;
extern const Payload ikev1_nat_t;
extern const Payload ikev2;
extern const Payload ikev2_nat_t;
extern const Payload l2tp;
extern const Payload openvpn;
extern const Payload wireguard;
extern const Payload dtls;
extern const Payload quic;
extern const Payload stun;
extern const Payload pcp;
extern const Payload nat_pmp;
extern const Payload amt;
extern const Payload rip;
extern const Payload slp;
extern const Payload syslog;
extern const Payload tftp;
extern const Payload coap;
extern const Payload mqtt_sn;
extern const Payload radius;
extern const Payload memcached;
extern const Payload ntp_control;
extern const Payload icp;
extern const Payload stamp;
extern const Payload dcerpc;
extern const Payload rdp_udp;
extern const Payload sip;
extern const Payload ssdp;
extern const Payload plex_gdm;
extern const Payload ws_discovery;
extern const Payload mgcp;
extern const Payload quake3;
extern const Payload quake2;
extern const Payload quakeworld;
extern const Payload a2s;
extern const Payload minecraft_bedrock;
extern const Payload minecraft_query;
extern const Payload mumble;
extern const Payload teamspeak3;
extern const Payload bittorrent_dht;
extern const Payload bittorrent_tracker;
extern const Payload openttd;
extern const Payload slimproto;
extern const Payload jellyfin;
extern const Payload ubiquiti;
extern const Payload hdhomerun;
extern const Payload lifx;
extern const Payload bacnet;
extern const Payload enip;
extern const Payload asf_rmcp;
extern const Payload ipmi;
extern const Payload knx;
extern const Payload fins;
extern const Payload beckhoff_ads;
extern const Payload doip;
extern const Payload gvcp;
extern const Payload gtp_v1;
extern const Payload gtp_v2;
extern const Payload iax2;
extern const Payload xdmcp;
extern const Payload mssql_browser;
extern const Payload citrix_browser;
extern const Payload afs_rx;
extern const Payload bjnp;
extern const Payload icecream;

// clang-format off
inline constexpr std::array registry{
    &dns,
    &mdns,
    &netbios_ns,
    &dhcp,
    &llmnr,
    &ntp,
    &rpcbind,
    &nfs,
    &mountd,
    &echo,
    &systat,
    &daytime,
    &qotd,
    &chargen,
    &time,
    &snmp_v1,
    &snmp_v3,  // before 2c: it is answered to strangers, and a silent port is asked twice only
    &snmp_v2c,
    &cldap,
    &kerberos,
    &ikev1,
    &ikev1_nat_t,
    &ikev2,
    &ikev2_nat_t,
    &l2tp,
    &openvpn,
    &wireguard,
    &dtls,
    &quic,
    &stun,
    &pcp,
    &nat_pmp,
    &amt,
    &rip,
    &slp,
    &syslog,
    &tftp,
    &coap,
    &mqtt_sn,
    &radius,
    &memcached,
    &ntp_control,
    &icp,
    &stamp,
    &dcerpc,
    &rdp_udp,
    &sip,
    &ssdp,
    &plex_gdm,
    &ws_discovery,
    &mgcp,
    &quake3,
    &quake2,
    &quakeworld,
    &a2s,
    &minecraft_bedrock,
    &minecraft_query,
    &mumble,
    &teamspeak3,
    &bittorrent_dht,
    &bittorrent_tracker,
    &openttd,
    &slimproto,
    &jellyfin,
    &ubiquiti,
    &hdhomerun,
    &lifx,
    &bacnet,
    &enip,
    &asf_rmcp,
    &ipmi,
    &knx,
    &fins,
    &beckhoff_ads,
    &doip,
    &gvcp,
    &gtp_v1,
    &gtp_v2,
    &iax2,
    &xdmcp,
    &mssql_browser,
    &citrix_browser,
    &afs_rx,
    &bjnp,
    &icecream,
};
// clang-format on

// What is asked at this port, in turn; empty where nothing is known of it, so that an empty datagram has to do.
std::span<const Payload* const> payloads_for(std::uint16_t port);

// Whose answer this may be that came from a port which was not asked; nullptr mostly.
const Payload* answered_elsewhere(Bytes answer);

}  // namespace portolan::payload
