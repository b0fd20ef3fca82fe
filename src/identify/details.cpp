#include "identify/details.h"

#include <algorithm>
#include <array>
#include <utility>

namespace portolan::identify {
namespace {

// In the order of their names.
constexpr std::array all_topics{
    Topic{.name = "afp-serverinfo", .summary = "an Apple file server's name, machine and versions", .by_default = true},
    Topic{.name = "amqp-info", .summary = "what a message broker says of itself", .by_default = true},
    Topic{.name = "bacnet-info", .summary = "the number of a BACnet device", .of_version = true},
    Topic{.name = "cassandra-info", .summary = "versions that a Cassandra node speaks", .by_default = true},
    Topic{.name = "coap-resources", .summary = "what a CoAP server lists as its resources"},
    Topic{.name = "dns-nsid", .summary = "what a name server calls itself", .by_default = true},
    Topic{.name = "dns-service-discovery", .summary = "types of services that a machine announces", .by_default = true},
    Topic{.name = "enip-info",
          .summary = "vendor, product and serial number of an EtherNet/IP device",
          .of_version = true},
    Topic{.name = "epmd-info", .summary = "Erlang nodes and their ports", .by_default = true},
    Topic{.name = "fox-info", .summary = "station and host of a Niagara building controller", .of_version = true},
    Topic{.name = "ftp-syst", .summary = "the system that an FTP server names", .by_default = true},
    Topic{.name = "gpsd-info", .summary = "version and protocol of a GPS daemon"},
    Topic{.name = "http-auth", .summary = "how a web server wants to be logged in to", .by_default = true},
    Topic{.name = "http-generator", .summary = "the program that a page names as its maker", .by_default = true},
    Topic{.name = "http-headers", .summary = "the fields of a web server's answer"},
    Topic{.name = "http-server-header", .summary = "what a web server calls itself", .of_version = true},
    Topic{.name = "http-title", .summary = "the title of a page, or where it leads on to", .by_default = true},
    Topic{.name = "ike-version",
          .summary = "by which numbers a VPN gateway is known",
          .by_default = true,
          .of_version = true},
    Topic{.name = "imap-capabilities", .summary = "what a mail store can do", .by_default = true},
    Topic{.name = "ipmi-version", .summary = "version and logins of a machine's management controller"},
    Topic{.name = "iscsi-info", .summary = "targets that an iSCSI portal shows", .by_default = true},
    Topic{.name = "jdwp-version", .summary = "the Java machine behind a debugging port", .of_version = true},
    Topic{.name = "ldap-rootdse", .summary = "the entry of a directory that tells of its server"},
    Topic{.name = "memcached-info", .summary = "version of a memory cache"},
    Topic{.name = "modbus-discover", .summary = "vendor, product and revision of a Modbus device"},
    Topic{.name = "mongodb-info", .summary = "version, build and role of a MongoDB server", .by_default = true},
    Topic{.name = "ms-sql-info", .summary = "release and version of a Microsoft SQL Server", .by_default = true},
    Topic{.name = "msrpc-ntlm-info", .summary = "the names of a Windows machine, told by its RPC", .by_default = true},
    Topic{.name = "mysql-info", .summary = "protocol, thread and login of a MySQL server", .by_default = true},
    Topic{.name = "nat-pmp-info", .summary = "the address that a gateway has outside", .by_default = true},
    Topic{.name = "nbstat", .summary = "names of a Windows or Samba machine, and of its user", .by_default = true},
    Topic{.name = "ntp-info", .summary = "clock, program and system of a time server", .by_default = true},
    Topic{.name = "pop3-capabilities", .summary = "what a mail box can do", .by_default = true},
    Topic{
        .name = "quake3-info", .summary = "what a game server says of itself", .by_default = true, .of_version = true},
    Topic{.name = "rdp-enum-encryption", .summary = "the security that remote desktop chooses"},
    Topic{.name = "redis-info", .summary = "what a Redis server says of itself"},
    Topic{.name = "rpcinfo", .summary = "RPC programs and their ports", .by_default = true},
    Topic{.name = "rtsp-methods", .summary = "methods of a media server", .by_default = true},
    Topic{.name = "s7-info", .summary = "modules, version and names of a Siemens controller", .of_version = true},
    Topic{.name = "sip-methods", .summary = "methods of a telephone server", .by_default = true},
    Topic{.name = "smb-os-discovery", .summary = "the names of a Windows or Samba machine", .by_default = true},
    Topic{.name = "smb2-security-mode", .summary = "dialect and signing of a file server", .by_default = true},
    Topic{.name = "smb2-time", .summary = "clock of a file server, and when it was started", .by_default = true},
    Topic{.name = "smtp-commands", .summary = "what a mail server can do", .by_default = true},
    Topic{.name = "snmp-info",
          .summary = "engine, vendor and running time of an SNMP agent",
          .by_default = true,
          .of_version = true},
    Topic{.name = "snmp-sysdescr", .summary = "how an SNMP agent describes its system", .by_default = true},
    Topic{.name = "socks-auth-info", .summary = "how a SOCKS proxy wants to be logged in to", .by_default = true},
    Topic{.name = "ssl-cert", .summary = "whose certificate it is, until when, and who signed it", .by_default = true},
    Topic{.name = "tls-alpn", .summary = "the protocol that a server prefers inside TLS", .by_default = true},
    Topic{.name = "ubiquiti-discovery",
          .summary = "model, name and firmware of a Ubiquiti device",
          .by_default = true,
          .of_version = true},
    Topic{.name = "upnp-info", .summary = "program and address of a UPnP device", .by_default = true},
    Topic{.name = "vnc-info", .summary = "protocol and login of a shared screen", .by_default = true},
    Topic{.name = "wsdd-discover",
          .summary = "type and addresses of a device that WS-Discovery finds",
          .by_default = true},
    Topic{.name = "x11-access", .summary = "whether a display is open to everybody", .by_default = true},
};

}  // namespace

void add_detail(Facts& facts, std::string_view topic, std::string_view key, std::string_view value) {
  if (value.empty() || facts.details.size() >= most_details) return;
  facts.details.push_back({std::string{topic}, std::string{key.substr(0, longest_detail_key)},
                           std::string{value.substr(0, longest_detail)}});
}

std::vector<model::ServiceDetail> ordered_details(std::vector<model::ServiceDetail> details) {
  std::vector<model::ServiceDetail> ordered;
  for (std::size_t first = 0; first < details.size(); ++first) {
    const std::string& topic = details[first].topic;
    const bool is_taken = std::ranges::find(ordered, topic, &model::ServiceDetail::topic) != ordered.end();
    for (std::size_t i = first; !is_taken && i < details.size() && ordered.size() < most_details; ++i) {
      const bool is_new = details[i].topic == topic && std::ranges::find(ordered, details[i]) == ordered.end();
      if (is_new) ordered.push_back(details[i]);
    }
  }
  return ordered;
}

std::span<const Topic> topics() { return all_topics; }

}  // namespace portolan::identify
