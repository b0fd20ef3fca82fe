// The words of the filter language that stand for numbers. Private to filter*.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sockets/row.h"

namespace portolan::sockets {

struct StateWord {
  std::string_view word;
  StateMask states;
};

constexpr StateMask mask_of_all(std::initializer_list<State> states) {
  StateMask mask = 0;
  for (const State state : states) mask |= mask_of(state);
  return mask;
}

// What a listener's request is told as differs from what it is; both count as the one state.
inline constexpr StateMask syn_recv_states = mask_of_all({State::syn_recv, State::new_syn_recv});
inline constexpr StateMask synchronized_states =
    syn_recv_states | mask_of_all({State::established, State::fin_wait_1, State::fin_wait_2, State::time_wait,
                                   State::close_wait, State::last_ack, State::closing});
inline constexpr StateMask bucket_states = syn_recv_states | mask_of(State::time_wait);

// ss's words, in the order in which help lists them; text() prints the first ones.
inline constexpr std::size_t single_states = 12;
inline constexpr std::array<StateWord, 17> state_words{{
    {"established", mask_of(State::established)},
    {"syn-sent", mask_of(State::syn_sent)},
    {"syn-recv", syn_recv_states},
    {"fin-wait-1", mask_of(State::fin_wait_1)},
    {"fin-wait-2", mask_of(State::fin_wait_2)},
    {"time-wait", mask_of(State::time_wait)},
    {"closed", mask_of(State::closed)},
    {"close-wait", mask_of(State::close_wait)},
    {"last-ack", mask_of(State::last_ack)},
    {"listening", mask_of(State::listen)},
    {"closing", mask_of(State::closing)},
    {"bound", mask_of(State::bound_inactive)},
    {"all", all_states},
    {"connected", synchronized_states | mask_of(State::syn_sent)},
    {"synchronized", synchronized_states},
    {"bucket", bucket_states},
    {"big", ~bucket_states},
}};

// Other spellings: those of our tables, of netstat and of ss's output.
struct Alias {
  std::string_view word;
  std::string_view means;
};
inline constexpr std::array<Alias, 6> state_aliases{{{"estab", "established"},
                                                     {"listen", "listening"},
                                                     {"close", "closed"},
                                                     {"unconn", "closed"},
                                                     {"unconnected", "closed"},
                                                     {"boundinactive", "bound"}}};

template <class Number>
struct NumberWord {
  std::string_view word;
  Number number;
};

// NETLINK_* of linux/netlink.h, with the names that ss gives and takes; the first of equals is printed.
inline constexpr std::array<NumberWord<std::uint8_t>, 23> netlink_words{{
    {"rtnl", 0},       {"route", 0},      {"unused", 1},   {"usersock", 2},    {"fw", 3},     {"tcpdiag", 4},
    {"sock_diag", 4},  {"nflog", 5},      {"xfrm", 6},     {"selinux", 7},     {"iscsi", 8},  {"audit", 9},
    {"fiblookup", 10}, {"connector", 11}, {"nft", 12},     {"netfilter", 12},  {"ip6fw", 13}, {"dec-rt", 14},
    {"uevent", 15},    {"genl", 16},      {"generic", 16}, {"scsi-trans", 18}, {"rdma", 20},
}};

// ETH_P_* of linux/if_ether.h.
inline constexpr std::array<NumberWord<std::uint16_t>, 12> ether_words{{
    {"all", 0x0003},
    {"ip", 0x0800},
    {"ipv4", 0x0800},
    {"arp", 0x0806},
    {"rarp", 0x8035},
    {"802.1q", 0x8100},
    {"ipv6", 0x86dd},
    {"mpls", 0x8847},
    {"ppp_disc", 0x8863},
    {"ppp_ses", 0x8864},
    {"802.1x", 0x888e},
    {"lldp", 0x88cc},
}};

}  // namespace portolan::sockets
