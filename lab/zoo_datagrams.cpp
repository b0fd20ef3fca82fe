// Datagrams, raw IP, packets, netlink, and kinds that the kernel has no list of.
#include <fmt/core.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/vm_sockets.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <stdexcept>
#include <string>
#include <tuple>

#include "lab/zoo_builder.h"

namespace portolan::lab {
namespace {

constexpr std::uint16_t ether_type_for_experiments = 0x88b5;  // IEEE 802
constexpr int protocol_for_experiments = 253;                 // RFC 3692

}  // namespace

void ZooBuilder::datagrams(int protocol, const std::string& name) {
  keep(name + ", any address", bound_socket(AF_INET, SOCK_DGRAM, protocol, ip_address("0.0.0.0", 1090)), {server_});
  const Handle receiver = bound_socket(AF_INET, SOCK_DGRAM, protocol, ip_address("127.0.0.1", 1091));
  keep(name + ", one address", receiver, {server_});
  const Handle sender = open_socket(AF_INET, SOCK_DGRAM, protocol);
  connect_to(sender, ip_address("127.0.0.1", 1091));
  if (::send(sender.number(), "hello", 5, 0) != 5) throw std::runtime_error("lab: nothing was sent");
  keep(name + ", connected", sender, {client_});
  const Handle dual = open_socket(AF_INET6, SOCK_DGRAM, protocol);
  set_option(dual, IPPROTO_IPV6, IPV6_V6ONLY, 0);
  bind_to(dual, ip_address("::", 1092));
  keep(name + "6, dual-stack", dual, {server_});
  const Handle only = open_socket(AF_INET6, SOCK_DGRAM, protocol);
  set_option(only, IPPROTO_IPV6, IPV6_V6ONLY, 1);
  bind_to(only, ip_address("::", 1090));
  keep(name + "6, IPv6 only", only, {server_});
  const Handle sender6 = open_socket(AF_INET6, SOCK_DGRAM, protocol);
  connect_to(sender6, ip_address("::1", 1092));
  keep(name + "6, connected", sender6, {client_});
  keep(name + ", not even bound", open_socket(AF_INET, SOCK_DGRAM, protocol), {client_}).listed = Listed::nowhere;
}

void ZooBuilder::datagrams_with_device() {
  const Handle socket = open_socket(AF_INET, SOCK_DGRAM);
  bind_to_device(socket, "zoo0");
  bind_to(socket, ip_address("0.0.0.0", 1093));
  keep("udp, one device", socket, {server_});
  keep("udp6, link-local", bound_socket(AF_INET6, SOCK_DGRAM, 0, ip_address("fe80::100%zoo0", 1094)), {server_});
}

void ZooBuilder::raw_sockets() {
  keep("raw, ICMP", open_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP), {server_});
  keep("raw6, ICMPv6", open_socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6), {server_});
  const Handle connected = bound_socket(AF_INET, SOCK_RAW, protocol_for_experiments, ip_address("127.0.0.1"));
  connect_to(connected, ip_address("127.0.0.1"));
  ZooSocket& entry = keep("raw, connected", connected, {server_});
  // Raw sockets have no port, without which getpeername gives no peer.
  entry.remote = {"127.0.0.1", 0};
  entry.state = "ESTABLISHED";
}

void ZooBuilder::ping_sockets() {
  keep("icmp", bound_socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP, ip_address("127.0.0.1", 77)), {client_});
  keep("icmp6", bound_socket(AF_INET6, SOCK_DGRAM, IPPROTO_ICMPV6, ip_address("::1", 78)), {client_});
}

void ZooBuilder::packet_sockets() {
  sockaddr_ll link{};
  link.sll_family = AF_PACKET;
  link.sll_protocol = htons(ether_type_for_experiments);
  link.sll_ifindex = static_cast<int>(::if_nametoindex("zoo0"));
  keep("packet, raw, one device", bound_socket(AF_PACKET, SOCK_RAW, 0, address_as(link)), {server_});
  link.sll_ifindex = 0;
  keep("packet, datagrams, all devices", bound_socket(AF_PACKET, SOCK_DGRAM, 0, address_as(link)), {server_});
  keep("packet, receives nothing", open_socket(AF_PACKET, SOCK_RAW, 0), {server_});
}

void ZooBuilder::netlink_sockets() {
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  keep("netlink, route", bound_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, address_as(address)), {client_});
  address.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_ROUTE;
  keep("netlink, route, groups", bound_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, address_as(address)), {server_});
  address.nl_groups = 0;
  keep("netlink, sock_diag", bound_socket(AF_NETLINK, SOCK_DGRAM, NETLINK_SOCK_DIAG, address_as(address)), {server_});
}

void ZooBuilder::virtual_machine_sockets() {
  try {
    sockaddr_vm address{};
    address.svm_family = AF_VSOCK;
    address.svm_cid = VMADDR_CID_ANY;
    address.svm_port = VMADDR_PORT_ANY;
    const Handle listener = bound_socket(AF_VSOCK, SOCK_STREAM, 0, address_as(address));
    listen_on(listener);
    // Whether this kernel can list them shows only in the listing; net/vmw_vsock/diag.c is a module of its own.
    keep("vsock listener", listener, {server_});
  } catch (const std::runtime_error& error) {
    zoo_.missing_.emplace_back(fmt::format("no vsock: {}", error.what()));
  }
}

void ZooBuilder::kinds_without_list() {
  for (const auto& [family, type, name] :
       {std::tuple{AF_ALG, SOCK_SEQPACKET, "alg"}, std::tuple{AF_XDP, SOCK_RAW, "xdp"}}) {
    try {
      keep(name, open_socket(family, type), {server_}).listed = Listed::nowhere;
    } catch (const std::runtime_error& error) {
      zoo_.missing_.emplace_back(fmt::format("no {}: {}", name, error.what()));
    }
  }
}

void ZooBuilder::kernel_sockets() {
  const Finished made = host_.run({.words = {"ip", "link", "add", "zoo2", "type", "vxlan", "id", "7", "dstport", "4789",
                                             "local", "127.0.0.1", "dev", "zoo0"}});
  if (made.status != 0) {
    zoo_.missing_.emplace_back("no VXLAN, so no kernel socket: " + made.errors);
    return;
  }
  host_.ip("link set zoo2 up\n");
  ZooSocket socket;
  socket.protocol = "udp";
  socket.state = "UNCONN";
  socket.family = AF_INET;
  socket.type = SOCK_DGRAM;
  socket.local = {"0.0.0.0", 4789};
  socket.remote = {"0.0.0.0", 0};
  socket.nobody = "kernel";
  add(std::move(socket), "udp of VXLAN");
}

}  // namespace portolan::lab
