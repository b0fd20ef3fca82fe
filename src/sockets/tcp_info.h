// Where the fields of struct tcp_info are (include/uapi/linux/tcp.h, Linux 6.18). The kernel only ever appends to it,
// so a shorter one comes from an older kernel and lacks its last fields. A layout of our own, because the C library's
// header is older than the kernels that portolan meets; a test compares it with <linux/tcp.h> as far as that goes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

namespace portolan::sockets {

struct TcpField {
  std::uint16_t offset;
  std::uint8_t size;  // 1, 2, 4 or 8 bytes in the machine's own order
};

namespace tcp_info {

inline constexpr TcpField ca_state{1, 1};  // TCP_CA_*
inline constexpr TcpField probes{3, 1};
inline constexpr TcpField backoff{4, 1};
inline constexpr TcpField options{5, 1};        // TCPI_OPT_*
inline constexpr TcpField window_scales{6, 1};  // bit fields: the low four bits are the sender's
inline constexpr TcpField flags{7, 1};          // bit 0: delivery_rate is limited by the program
inline constexpr TcpField rto{8, 4};            // microseconds
inline constexpr TcpField ato{12, 4};           // microseconds
inline constexpr TcpField snd_mss{16, 4};
inline constexpr TcpField rcv_mss{20, 4};
inline constexpr TcpField unacked{24, 4};
inline constexpr TcpField sacked{28, 4};
inline constexpr TcpField lost{32, 4};
inline constexpr TcpField retrans{36, 4};         // out now
inline constexpr TcpField last_data_sent{44, 4};  // milliseconds ago, like the next two
inline constexpr TcpField last_data_recv{52, 4};
inline constexpr TcpField last_ack_recv{56, 4};
inline constexpr TcpField pmtu{60, 4};
inline constexpr TcpField rcv_ssthresh{64, 4};
inline constexpr TcpField rtt{68, 4};           // microseconds
inline constexpr TcpField rttvar{72, 4};        // microseconds
inline constexpr TcpField snd_ssthresh{76, 4};  // 0x7fffffff and above: none yet
inline constexpr TcpField snd_cwnd{80, 4};
inline constexpr TcpField advmss{84, 4};
inline constexpr TcpField reordering{88, 4};
inline constexpr TcpField rcv_rtt{92, 4};  // microseconds
inline constexpr TcpField rcv_space{96, 4};
inline constexpr TcpField total_retrans{100, 4};
inline constexpr TcpField pacing_rate{104, 8};  // bytes a second; all ones: none
inline constexpr TcpField max_pacing_rate{112, 8};
inline constexpr TcpField bytes_acked{120, 8};
inline constexpr TcpField bytes_received{128, 8};
inline constexpr TcpField segs_out{136, 4};
inline constexpr TcpField segs_in{140, 4};
inline constexpr TcpField notsent_bytes{144, 4};
inline constexpr TcpField min_rtt{148, 4};  // microseconds; all ones: none yet
inline constexpr TcpField data_segs_in{152, 4};
inline constexpr TcpField data_segs_out{156, 4};
inline constexpr TcpField delivery_rate{160, 8};   // bytes a second
inline constexpr TcpField busy_time{168, 8};       // microseconds, like the next two
inline constexpr TcpField rwnd_limited{176, 8};    // by the peer's receive window
inline constexpr TcpField sndbuf_limited{184, 8};  // by this end's send buffer
inline constexpr TcpField delivered{192, 4};
inline constexpr TcpField delivered_ce{196, 4};
inline constexpr TcpField bytes_sent{200, 8};
inline constexpr TcpField bytes_retrans{208, 8};
inline constexpr TcpField dsack_dups{216, 4};
inline constexpr TcpField reord_seen{220, 4};
inline constexpr TcpField rcv_ooopack{224, 4};
inline constexpr TcpField snd_wnd{228, 4};
inline constexpr TcpField rcv_wnd{232, 4};
inline constexpr TcpField rehash{236, 4};

}  // namespace tcp_info

// nullopt: this kernel's struct ends before it.
inline std::optional<std::uint64_t> read_field(std::span<const std::uint8_t> info, TcpField field) {
  if (info.size() < std::size_t{field.offset} + field.size) return std::nullopt;
  const auto as = [&]<class T>(T value) -> std::uint64_t {
    std::memcpy(&value, info.data() + field.offset, sizeof value);
    return value;
  };
  switch (field.size) {
    case 1:
      return info[field.offset];
    case 2:
      return as(std::uint16_t{});
    case 4:
      return as(std::uint32_t{});
    default:
      return as(std::uint64_t{});
  }
}

}  // namespace portolan::sockets
