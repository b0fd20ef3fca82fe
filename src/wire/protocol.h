// Protocol numbers (IANA) and message types.
#pragma once

#include <cstdint>

namespace portolan::wire {

inline constexpr std::uint8_t protocol_icmp = 1;
inline constexpr std::uint8_t protocol_igmp = 2;
inline constexpr std::uint8_t protocol_tcp = 6;
inline constexpr std::uint8_t protocol_udp = 17;
inline constexpr std::uint8_t protocol_icmpv6 = 58;
inline constexpr std::uint8_t protocol_sctp = 132;

// RFC 8200 §3
inline constexpr std::uint32_t flow_label_bits = 0xfffff;

// RFC 792
inline constexpr std::uint8_t icmp_echo_reply = 0;
inline constexpr std::uint8_t icmp_unreachable = 3;
inline constexpr std::uint8_t icmp_echo_request = 8;
inline constexpr std::uint8_t icmp_time_exceeded = 11;
inline constexpr std::uint8_t icmp_parameter_problem = 12;
inline constexpr std::uint8_t icmp_timestamp_request = 13;
inline constexpr std::uint8_t icmp_timestamp_reply = 14;

// RFC 4443 and RFC 4861
inline constexpr std::uint8_t icmpv6_unreachable = 1;
inline constexpr std::uint8_t icmpv6_time_exceeded = 3;
inline constexpr std::uint8_t icmpv6_parameter_problem = 4;
inline constexpr std::uint8_t icmpv6_unknown_header = 1;  // code of the one above
inline constexpr std::uint8_t icmpv6_echo_request = 128;
inline constexpr std::uint8_t icmpv6_echo_reply = 129;
inline constexpr std::uint8_t icmpv6_neighbour_solicitation = 135;
inline constexpr std::uint8_t icmpv6_neighbour_advertisement = 136;

// RFC 9260 §3.2
inline constexpr std::uint8_t sctp_init = 1;
inline constexpr std::uint8_t sctp_init_ack = 2;
inline constexpr std::uint8_t sctp_abort = 6;
inline constexpr std::uint8_t sctp_cookie_echo = 10;

// RFC 826
inline constexpr std::uint16_t arp_request = 1;
inline constexpr std::uint16_t arp_reply = 2;

}  // namespace portolan::wire
