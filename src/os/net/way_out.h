// What stands between a route and the wire on this machine: firewalls on the way out, IPsec policies, programs at a
// device. What is put onto the wire as it is passes them all by, so where one of them may have a say, the kernel's IP
// layer is to send.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/ip_address.h"
#include "net/path.h"
#include "wire/netlink_message.h"

namespace portolan::os {

struct WayOut {
  // Whether something may drop or change packets of the family. Address translation does not count: it drops nothing,
  // and tracking every probe would fill the kernel's table of connections.
  bool filters_v4 = false;
  bool filters_v6 = false;
  std::set<std::uint32_t> filtered_interfaces;  // by a program or filter of their own
  std::vector<net::Prefix> policies;            // destinations of IPsec policies
  bool hidden = false;                          // this user may not look (CAP_NET_ADMIN)
  std::string unread = {};                      // the error because of which the rest is not known: "EMFILE"; "EACCES"
                                                // for a file that is not this user's
};

// In the network namespace of the calling thread. What this kernel was built without is not there.
WayOut read_way_out();

// Why the kernel is to send to `target` through that interface; ByKernel::no where nothing stands in between.
net::Path::ByKernel reason_on(const WayOut& way, const net::IpAddress& target, std::uint32_t interface);

// Each learns from one message of a dump: chains of nftables, policies of xfrm, queueing disciplines. Pure.
void learn_chain(WayOut& way, wire::MessageBytes message);
void learn_policy(WayOut& way, wire::MessageBytes message);
void learn_discipline(WayOut& way, wire::MessageBytes message);
// And from the error with which such a list ended.
void learn_failure(WayOut& way, const Error& error);

// What has no list of its own: whether `path` (/proc/net/ip_tables_names) names a table of the older iptables, which
// may have rules where it is loaded. The one for address translation does not count.
bool has_old_tables(WayOut& way, std::string_view path);
// Whether programs see what the sockets of the control group with this folder send (systemd's IPAddressDeny=).
bool has_group_programs(WayOut& way, const std::string& folder);

}  // namespace portolan::os
