#include "os/net/way_out.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <linux/xfrm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/error_name.h"
#include "os/file_descriptor.h"
#include "os/files.h"
#include "os/net/netlink.h"

namespace portolan::os {
namespace {

constexpr std::uint16_t nftables = NFNL_SUBSYS_NFTABLES << 8U;

// The attributes behind a message's body.
template <class Body>
MessageBytes behind(MessageBytes message) {
  return message.subspan(std::min(sizeof(nlmsghdr) + wire::netlink_align(sizeof(Body)), message.size()));
}

template <class Body>
std::optional<Body> body_of(MessageBytes message, std::uint16_t type) {
  if (header_of(message).nlmsg_type != type) return std::nullopt;
  return wire::read_struct<Body>(message.subspan(std::min(sizeof(nlmsghdr), message.size())));
}

std::uint32_t big_endian(MessageBytes payload) { return ntohl(wire::read_struct<std::uint32_t>(payload).value_or(0)); }

template <class Body>
std::span<const std::uint8_t> bytes_of(const Body& body) {
  return {reinterpret_cast<const std::uint8_t*>(&body), sizeof body};
}

// Reads a whole list into `way`.
template <class Body>
void read_list(WayOut& way, int protocol, std::uint16_t type, const Body& body, void (*learn)(WayOut&, MessageBytes)) {
  auto socket = NetlinkSocket::open(protocol);
  if (!socket) return learn_failure(way, socket.error());
  const auto read =
      socket->visit_dump(type, bytes_of(body), [&way, learn](MessageBytes message) { learn(way, message); });
  if (!read) learn_failure(way, read.error());
}

// The first one is kept. No right to administer the network opens a file: what cannot be read is not `hidden`.
void keep_unread(WayOut& way, const std::string& cause) {
  if (way.unread.empty()) way.unread = cause;
}

// Nothing where the file is not there: this kernel has nothing to list in it.
std::string read_listing(WayOut& way, std::string_view path) {
  auto text = read_file(path);
  if (text) return std::move(*text);
  const std::string cause = cause_of(text.error());
  if (cause != "ENOENT") keep_unread(way, cause);
  return {};
}

// The folder of this process in the control groups of version 2; "" where it is in none.
std::string folder_of_group(WayOut& way) {
  const std::string groups = read_listing(way, "/proc/self/cgroup");
  constexpr std::string_view unified = "0::";
  const std::size_t at = groups.find(unified);
  if (at == std::string::npos) return {};
  const std::size_t first = at + unified.size();
  return "/sys/fs/cgroup" + groups.substr(first, groups.find('\n', first) - first);
}

}  // namespace

bool has_old_tables(WayOut& way, std::string_view path) {
  const std::string names = read_listing(way, path);
  return std::ranges::any_of(std::array{"filter\n", "mangle\n", "raw\n", "security\n"},
                             [&](const char* name) { return names.contains(name); });
}

// ENOENT and EBADF: no control groups of version 2 stand there, as below `ip netns exec`, which mounts a /sys of its
// own. EINVAL and ENOSYS: the kernel was built without such programs. EPERM: wherever this process may administer its
// network and yet not ask (bpf(2)), it is in a container or in a user namespace. Whoever shut it in has filters of
// their own behind that network; and where it may not administer it either, the other lists have said so.
bool has_group_programs(WayOut& way, const std::string& folder) {
  const FileDescriptor group{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  bpf_attr question{};
  question.query.target_fd = static_cast<std::uint32_t>(group.get());
  question.query.attach_type = BPF_CGROUP_INET_EGRESS;
  question.query.query_flags = BPF_F_QUERY_EFFECTIVE;
  if (group.is_open() && ::syscall(SYS_bpf, BPF_PROG_QUERY, &question, sizeof question) == 0) {
    return question.query.prog_cnt > 0;
  }
  constexpr std::array none{ENOENT, EBADF, EINVAL, ENOSYS, EPERM};
  if (std::ranges::find(none, errno) == none.end()) keep_unread(way, error_name(errno));
  return false;
}

void learn_chain(WayOut& way, MessageBytes message) {
  const auto head = body_of<nfgenmsg>(message, nftables | NFT_MSG_NEWCHAIN);
  if (!head) return;
  std::uint32_t hook = NF_INET_NUMHOOKS;  // an ordinary chain has none
  bool drops = false;
  bool has_rules = false;
  bool translates = false;
  wire::for_each_attribute(behind<nfgenmsg>(message), [&](std::uint16_t type, MessageBytes payload) {
    if (type == NFTA_CHAIN_POLICY) drops = big_endian(payload) == NF_DROP;
    if (type == NFTA_CHAIN_USE) has_rules = big_endian(payload) > 0;
    if (type == NFTA_CHAIN_TYPE) translates = wire::netlink_text(payload) == "nat";
    if (type != NFTA_CHAIN_HOOK) return;
    wire::for_each_attribute(payload, [&](std::uint16_t inner, MessageBytes number) {
      if (inner == NFTA_HOOK_HOOKNUM) hook = big_endian(number);
    });
  });
  const bool on_the_way = hook == NF_INET_LOCAL_OUT || hook == NF_INET_POST_ROUTING;
  if (!on_the_way || translates || !(drops || has_rules)) return;
  const std::uint8_t family = head->nfgen_family;
  way.filters_v4 |= family == NFPROTO_INET || family == NFPROTO_IPV4;
  way.filters_v6 |= family == NFPROTO_INET || family == NFPROTO_IPV6;
}

void learn_policy(WayOut& way, MessageBytes message) {
  const auto policy = body_of<xfrm_userpolicy_info>(message, XFRM_MSG_NEWPOLICY);
  if (!policy || policy->dir != XFRM_POLICY_OUT) return;
  const bool v4 = policy->sel.family == AF_INET;
  const auto raw = bytes_of(policy->sel.daddr).first(v4 ? 4 : 16);
  const unsigned longest = v4 ? 32 : 128;
  way.policies.push_back(
      net::Prefix::around(net::IpAddress::from_bytes(raw), std::min<unsigned>(policy->sel.prefixlen_d, longest)));
}

void learn_discipline(WayOut& way, MessageBytes message) {
  const auto head = body_of<tcmsg>(message, RTM_NEWQDISC);
  if (!head) return;
  wire::for_each_attribute(behind<tcmsg>(message), [&](std::uint16_t type, MessageBytes payload) {
    if (type == TCA_KIND && wire::netlink_text(payload) == "clsact") {
      way.filtered_interfaces.insert(static_cast<std::uint32_t>(head->tcm_ifindex));
    }
  });
}

// A kernel that was built without a list does not know its protocol (EPROTONOSUPPORT: netlink_create()) or its part of
// the protocol (EINVAL: nfnetlink_rcv_msg(); EOPNOTSUPP: rtnetlink_rcv_msg()).
void learn_failure(WayOut& way, const Error& error) {
  const std::string cause = cause_of(error);
  if (cause == "EPROTONOSUPPORT" || cause == "EINVAL" || cause == "EOPNOTSUPP") return;
  if (cause == "EPERM" || cause == "EACCES") {
    way.hidden = true;
  } else {
    keep_unread(way, cause);
  }
}

WayOut read_way_out() {
  WayOut way;
  read_list(way, NETLINK_NETFILTER, nftables | NFT_MSG_GETCHAIN, nfgenmsg{}, learn_chain);
  read_list(way, NETLINK_XFRM, XFRM_MSG_GETPOLICY, xfrm_userpolicy_id{}, learn_policy);
  read_list(way, NETLINK_ROUTE, RTM_GETQDISC, tcmsg{}, learn_discipline);
  const std::string folder = folder_of_group(way);
  const bool group = !folder.empty() && has_group_programs(way, folder);
  way.filters_v4 |= group || has_old_tables(way, "/proc/net/ip_tables_names");
  way.filters_v6 |= group || has_old_tables(way, "/proc/net/ip6_tables_names");
  return way;
}

net::Path::ByKernel reason_on(const WayOut& way, const net::IpAddress& target, std::uint32_t interface) {
  using enum net::Path::ByKernel;
  const net::IpAddress plain = target.without_zone();
  if (std::ranges::any_of(way.policies, [&](const net::Prefix& to) { return to.contains(plain); })) return ipsec;
  if (target.is_v4() ? way.filters_v4 : way.filters_v6) return filter;
  if (way.filtered_interfaces.contains(interface)) return filter;
  if (way.hidden) return hidden;
  return way.unread.empty() ? no : unread;
}

}  // namespace portolan::os
