#include "identify/system/classes.h"

#include <algorithm>

namespace portolan::identify {
namespace {

using enum Sign;
using enum Source;

// Linux: net/ipv4/tcp_output.c (tcp_synack_options: the order of options; tcp_select_initial_window), tcp_input.c
// (tcp_rcv_state_process, since 3.3 drops SYN with FIN), icmp.c (icmp_echo copies the header; errors have TOS c0 and
// quote up to 576 bytes), tcp_ipv4.c (tcp_v4_send_reset copies the TOS; SYN-ACKs have identification 0, ip_build_and_
// send_pkt). Windows of 65160 and their like are 45 segments, since 4.20 (a337531b942b); 20, 10 and 4 before it.
constexpr SystemClass on_linux(SystemClass one) {
  constexpr std::array common{Known{hops, "64"},          Known{fragments, "df"},      Known{identification, "zero"},
                              Known{reset_tos, "copied"}, Known{reset_window, "zero"}, Known{echo_code, "kept"},
                              Known{error_tos, "c0"},     Known{quoted, "all"}};
  one.kin = Kin::linux_kernel;
  for (std::size_t i = 0; i < common.size(); ++i) one.known[one.known.size() - common.size() + i] = common[i];
  return one;
}

// FreeBSD, NetBSD, OpenBSD: sys/netinet/tcp_output.c, tcp_syncache.c (tcp_addoptions), tcp_input.c. Others: what p0f's
// and Satori's authors have published about SYN-ACKs, and vendors' documentation. lwIP and libslirp: measured.
// clang-format off
constexpr SystemClass table[] = {
    on_linux({"Linux 4.20 or later", Kin::linux_kernel, "general purpose", "Linux", "Linux", "", "cpe:2.3:o:linux:linux_kernel:*:*:*:*:*:*:*:*", 1, measured,
     {{{options, "M,S,T,N,W"}, {options_plain, "M,N,N,S,N,W"}, {window, "65160|64260|43440|65483"}, {window_plain, "64240|64800|42340|65495"}, {syn_fin, "ignored"}}}}),
    on_linux({"Linux 3.10 to 4.19", Kin::linux_kernel, "general purpose", "Linux", "Linux", "3.X", "cpe:2.3:o:linux:linux_kernel:*:*:*:*:*:*:*:*", 1, published,
     {{{options, "M,S,T,N,W"}, {options_plain, "M,N,N,S,N,W"}, {window, "28960|28560"}, {window_plain, "29200|28800"}, {syn_fin, "ignored"}}}}),
    on_linux({"Linux 3.0 to 3.9", Kin::linux_kernel, "general purpose", "Linux", "Linux", "3.X", "cpe:2.3:o:linux:linux_kernel:3:*:*:*:*:*:*:*", 0.5, published,
     {{{options, "M,S,T,N,W"}, {options_plain, "M,N,N,S,N,W"}, {window, "14480|14280"}, {window_plain, "14600|14400"}}}}),
    on_linux({"Linux 2.6", Kin::linux_kernel, "general purpose", "Linux", "Linux", "2.6.X", "cpe:2.3:o:linux:linux_kernel:2.6:*:*:*:*:*:*:*", 0.5, published,
     {{{options, "M,S,T,N,W"}, {options_plain, "M,N,N,S,N,W"}, {window, "5792"}, {window_plain, "5840"}, {syn_fin, "answered"}}}}),
    on_linux({"Android", Kin::linux_kernel, "phone", "Google", "Android", "", "cpe:2.3:o:google:android:*:*:*:*:*:*:*:*", 0.5, published,
     {{{options, "M,S,T,N,W"}, {options_plain, "M,N,N,S,N,W"}, {window, "65535"}, {window_plain, "65535"}, {scale, "8|9"}}}}),
    {"FreeBSD", Kin::freebsd, "general purpose", "FreeBSD", "FreeBSD", "", "cpe:2.3:o:freebsd:freebsd:*:*:*:*:*:*:*:*", 1, published,
     {{{options, "M,N,W,S,T"}, {options_plain, "M,N,W,S,E|M,N,W,S"}, {window, "65535"}, {window_plain, "65535"}, {scale, "6"}, {hops, "64"}, {fragments, "df"}}}},
    {"NetBSD", Kin::netbsd, "general purpose", "NetBSD", "NetBSD", "", "cpe:2.3:o:netbsd:netbsd:*:*:*:*:*:*:*:*", 0.5, published,
     {{{options, "M,N,W,S,T"}, {window, "32768"}, {window_plain, "32768"}, {scale, "3"}, {hops, "64"}, {fragments, "df"}}}},
    {"OpenBSD", Kin::openbsd, "general purpose", "OpenBSD", "OpenBSD", "", "cpe:2.3:o:openbsd:openbsd:*:*:*:*:*:*:*:*", 0.5, published,
     {{{options, "M,N,N,S,N,W,N,N,T"}, {options_plain, "M,N,N,S,N,W"}, {window, "16384"}, {window_plain, "16384"}, {hops, "64"}, {fragments, "df"}, {identification, "varying"}}}},
    {"macOS or iOS", Kin::apple, "general purpose", "Apple", "macOS", "", "cpe:2.3:o:apple:macos:*:*:*:*:*:*:*:*", 1, published,
     {{{options, "M,N,W,N,N,T,S,E"}, {options_plain, "M,N,W,S,E"}, {window, "65535"}, {window_plain, "65535"}, {hops, "64"}, {fragments, "df"}}}},
    {"Windows 10 from 1703, 11, Server 2019 or later", Kin::windows, "general purpose", "Microsoft", "Windows", "10", "cpe:2.3:o:microsoft:windows:*:*:*:*:*:*:*:*", 1, published,
     {{{options, "M,N,W,N,N,S"}, {options_plain, "M,N,W,N,N,S"}, {window, "65535"}, {window_plain, "65535"}, {scale, "8"}, {hops, "128"}, {fragments, "df"}, {identification, "counting"}, {echo_code, "zero"}}}},
    {"Windows Vista to 8.1, Server 2008 to 2016", Kin::windows, "general purpose", "Microsoft", "Windows", "7", "cpe:2.3:o:microsoft:windows:*:*:*:*:*:*:*:*", 1, published,
     {{{options, "M,N,W,N,N,S"}, {options_plain, "M,N,W,N,N,S"}, {window, "8192"}, {window_plain, "8192"}, {scale, "8"}, {hops, "128"}, {fragments, "df"}, {identification, "counting"}, {echo_code, "zero"}}}},
    {"Windows XP or Server 2003", Kin::windows, "general purpose", "Microsoft", "Windows", "XP", "cpe:2.3:o:microsoft:windows_xp:*:*:*:*:*:*:*:*", 0.3, published,
     {{{options, "M,N,W,N,N,T,N,N,S"}, {options_plain, "M,N,W,N,N,S"}, {window, "65535|64240|16384"}, {window_plain, "65535|64240|16384"}, {scale, "0"}, {hops, "128"}, {fragments, "df"}, {identification, "counting"}, {echo_code, "zero"}}}},
    {"Solaris or illumos", Kin::solaris, "general purpose", "Oracle", "Solaris", "", "cpe:2.3:o:oracle:solaris:*:*:*:*:*:*:*:*", 0.3, published,
     {{{options, "N,N,T,M,N,W,N,N,S"}, {options_plain, "M,N,W,N,N,S"}, {hops, "64"}, {fragments, "df"}, {quoted, "64"}}}},
    {"Cisco IOS", Kin::cisco, "router", "Cisco", "IOS", "", "cpe:2.3:o:cisco:ios:*:*:*:*:*:*:*:*", 0.5, published,
     {{{options, "M"}, {options_plain, "M"}, {window, "4128"}, {window_plain, "4128"}, {hops, "255"}, {fragments, "may"}}}},
    {"F5 BIG-IP", Kin::f5, "load balancer", "F5", "TMOS", "", "cpe:2.3:o:f5:tmos:*:*:*:*:*:*:*:*", 0.3, published,
     {{{options, "M,N,N,T,S,E,E"}, {hops, "255"}, {fragments, "df"}}}},
    {"VMware ESXi", Kin::esxi, "specialized", "VMware", "ESXi", "", "cpe:2.3:o:vmware:esxi:*:*:*:*:*:*:*:*", 0.3, published,
     {{{options, "M,N,W,S,T"}, {window, "65535"}, {window_plain, "65535"}, {scale, "9"}, {hops, "64"}, {fragments, "df"}}}},
    {"VxWorks", Kin::vxworks, "specialized", "Wind River", "VxWorks", "", "cpe:2.3:o:windriver:vxworks:*:*:*:*:*:*:*:*", 0.3, published,
     {{{options, "M,N,W,N,N,T|M,N,W"}, {options_plain, "M,N,W"}, {window, "8192"}, {window_plain, "8192"}, {scale, "0"}, {hops, "64"}}}},
    {"a small controller (S7-1200 and its like)", Kin::siemens, "specialized", "Siemens", "embedded", "", "", 0.2, published,
     {{{options, "M|none"}, {options_plain, "M|none"}, {window, "4096|8192"}, {window_plain, "4096|8192"}, {hops, "32|64"}}}},
    {"lwIP", Kin::lwip, "specialized", "lwIP", "lwIP", "", "cpe:2.3:a:lwip_project:lwip:*:*:*:*:*:*:*:*", 0.5, measured,
     {{{options, "M|M,N,W"}, {options_plain, "M|M,N,W"}, {hops, "255"}, {fragments, "may"}, {identification, "counting"}, {syn_fin, "answered"}, {reset_window, "set"}, {quoted, "8"}}}},
    {"libslirp (user-mode network of a virtual machine)", Kin::libslirp, "specialized", "libslirp", "libslirp", "", "cpe:2.3:a:libslirp_project:libslirp:*:*:*:*:*:*:*:*", 0.3, measured,
     {{{options, "M"}, {options_plain, "M"}, {window, "65535"}, {window_plain, "65535"}, {hops, "64"}, {reset_window, "set"}}}},
};

constexpr KinName kins[] = {
    {Kin::linux_kernel, "Linux, or a system built on it", "general purpose", "Linux", "Linux", "cpe:2.3:o:linux:linux_kernel:*:*:*:*:*:*:*:*"},
    {Kin::windows, "Windows", "general purpose", "Microsoft", "Windows", "cpe:2.3:o:microsoft:windows:*:*:*:*:*:*:*:*"},
};
// clang-format on

}  // namespace

std::span<const SystemClass> system_classes() { return table; }

const KinName* name_of(Kin kin) {
  const auto* found = std::ranges::find(kins, kin, &KinName::kin);
  return found == std::end(kins) ? nullptr : found;
}

bool is_among(std::string_view word, std::string_view alternatives) {
  while (true) {
    const std::size_t bar = alternatives.find('|');
    if (alternatives.substr(0, bar) == word) return true;
    if (bar == std::string_view::npos) return false;
    alternatives.remove_prefix(bar + 1);
  }
}

std::size_t alternatives_of(std::string_view words) {
  return 1 + static_cast<std::size_t>(std::ranges::count(words, '|'));
}

}  // namespace portolan::identify
