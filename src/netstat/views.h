// netstat's views beside the list of sockets: routes (-r), interfaces (-i), multicast groups (-g), counters (-s)
// and translated connections (-M), each in net-tools' layout. Pure: they are given the kernel's texts and hand
// back what standard output, standard error and the shell are to see.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/ip_address.h"
#include "netstat/interface_facts.h"

namespace portolan::netstat {

// What the views ask of the machine. A function that is not set answers nothing.
struct Machine {
  // The content of a file of the kernel, "/proc/net/route". Errc::io: it is not there; Errc::privilege: its reading is
  // not allowed.
  std::function<Result<std::string>(std::string_view path)> read;
  // Every interface and every label of an IPv4 address ("eth0:1") of this network namespace, in any order.
  std::function<Result<std::vector<InterfaceFacts>>()> interfaces;
  // Names, "" where there is none. Not called for what is to stay numeric. Views stay good while the view is made.
  std::function<std::string_view(const net::IpAddress&)> host;
  std::function<std::string_view(const net::IpAddress&)> network;  // of an IPv4 network: /etc/networks
  std::function<std::string_view(std::string_view protocol, std::uint16_t port)> service;  // "tcp", 22
};

struct ViewOptions {
  bool numeric_hosts = false;  // -n, --numeric-hosts
  bool numeric_ports = false;  // -n, --numeric-ports
  int extended = 0;            // how often -e was given; more than 2 counts as 2
  bool all = false;            // -a: interfaces that are down, too
  // -W, or standard output is no terminal: names are not cut to their column's width.
  bool wide = true;
  // -c, from the second time on: -i leaves its title out.
  bool again = false;
  // -4, -6, -A inet, -A inet6. Neither: -r and -s show IPv4, -g both.
  bool inet = false;
  bool inet6 = false;
  // -r: -F is what is shown where neither is given.
  bool fib = false;
  bool cache = false;
  // -s: -t -u -w -S. None of them, nor -U: everything.
  bool tcp = false;
  bool udp = false;
  bool udplite = false;
  bool raw = false;
  bool sctp = false;
};

// What a view leaves behind. Both texts are whole lines.
struct View {
  std::string output;
  std::string errors;  // for standard error
  int status = 0;      // for the shell
};

View routes(const Machine& machine, const ViewOptions& options);      // -r
View interfaces(const Machine& machine, const ViewOptions& options);  // -i; with -e in ifconfig's layout
View groups(const Machine& machine, const ViewOptions& options);      // -g
View statistics(const Machine& machine, const ViewOptions& options);  // -s
View masquerade(const Machine& machine, const ViewOptions& options);  // -M

}  // namespace portolan::netstat
