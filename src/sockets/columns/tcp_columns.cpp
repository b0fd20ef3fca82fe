// Timers, and what the kernel tells about the inside of a TCP connection.
#include <linux/inet_diag.h>

#include <array>

#include "base/json.h"
#include "sockets/columns/cell_text.h"
#include "sockets/columns/column_lists.h"
#include "sockets/tcp_info.h"

namespace portolan::sockets {
namespace {

constexpr double microseconds = 1'000.0;  // of them in a millisecond, in which the columns tell all times

// A listener has the struct too, and hardly anything in it means what it means of a connection (tcp_get_info).
std::optional<std::uint64_t> field_of(const Row& row, TcpField field) {
  return is_listening(row) ? std::nullopt : read_field(row.tcp_info, field);
}

// A column for a field that tells a count; `None` is what the kernel writes where there is no value.
struct NoValue {
  static constexpr bool is(std::uint64_t) { return false; }
};
struct ZeroIsNone {
  static constexpr bool is(std::uint64_t value) { return value == 0; }
};
// TCP_INFINITE_SSTHRESH: no loss has set one yet.
struct InfiniteIsNone {
  static constexpr bool is(std::uint64_t value) { return value >= 0x7fff'ffff; }
};
struct AllOnesIsNone {
  static constexpr bool is(std::uint64_t value) { return value == ~std::uint64_t{0} || value == 0; }
};

template <TcpField Field, class None = NoValue>
void print_count(Cell& cell, const Row& row, RowNames&) {
  const auto value = field_of(row, Field);
  if (!value || None::is(*value)) return cell.nothing();
  cell.number(*value);
}

template <TcpField Field, class None = NoValue>
void print_microseconds(Cell& cell, const Row& row, RowNames&) {
  const auto value = field_of(row, Field);
  if (!value || None::is(*value)) return cell.nothing();
  cell.number(static_cast<double>(*value) / microseconds);
}

void print_min_rtt(Cell& cell, const Row& row, RowNames&) {
  constexpr std::uint64_t not_measured = 0xffff'ffff;
  const auto value = field_of(row, tcp_info::min_rtt);
  if (!value || *value == not_measured) return cell.nothing();
  cell.number(static_cast<double>(*value) / microseconds);
}

void print_congestion(Cell& cell, const Row& row, RowNames&) {
  if (row.congestion.empty()) return cell.nothing();
  cell.text(row.congestion);
}

void print_ca_state(Cell& cell, const Row& row, RowNames&) {
  constexpr std::array<std::string_view, 5> names{"open", "disorder", "cwr", "recovery", "loss"};  // TCP_CA_*
  const auto value = field_of(row, tcp_info::ca_state);
  if (!value) return cell.nothing();
  if (*value < names.size()) return cell.text(names[*value]);
  CellText text;
  text.add_number(*value);
  cell.text(text.view());
}

void print_window_scales(Cell& cell, const Row& row, RowNames&) {
  const auto value = field_of(row, tcp_info::window_scales);
  if (!value) return cell.nothing();
  CellText text;
  text.add_number(*value & 0xfU);
  text.add(',');
  text.add_number(*value >> 4U);
  cell.text(text.view());
}

void print_app_limited(Cell& cell, const Row& row, RowNames&) {
  const auto value = field_of(row, tcp_info::flags);
  if (!value) return cell.nothing();
  cell.truth((*value & 1U) != 0);
}

// TCPI_OPT_*
constexpr std::array<std::string_view, 8> option_names{"timestamps", "sack",     "window_scale", "ecn",
                                                       "ecn_seen",   "syn_data", "usec_ts",      "tfo_child"};

void print_options(Cell& cell, const Row& row, RowNames&) {
  const auto value = field_of(row, tcp_info::options);
  if (!value || *value == 0) return cell.nothing();
  CellText text;
  for (std::size_t i = 0; i < option_names.size(); ++i) {
    if ((*value >> i & 1U) == 0) continue;
    if (!text.empty()) text.add(',');
    text.add(option_names[i]);
  }
  cell.text(text.view());
}

void options_json(std::string& out, const Row& row, RowNames&) {
  const auto value = field_of(row, tcp_info::options);
  if (!value || *value == 0) return;
  JsonWriter json{out};
  json.begin_array();
  for (std::size_t i = 0; i < option_names.size(); ++i) {
    if ((*value >> i & 1U) != 0) json.value(option_names[i]);
  }
  json.end_array();
}

// --- what congestion control says about itself

void add_named(CellText& text, std::string_view name, std::uint64_t value) {
  if (!text.empty()) text.add(',');
  text.add(name);
  text.add(':');
  text.add_number(value);
}

template <class Struct>
std::optional<Struct> read_as(std::span<const std::uint8_t> bytes) {
  Struct value{};
  if (bytes.size() < sizeof value) return std::nullopt;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

// Gains are in 256ths.
void add_gain(CellText& text, std::string_view name, std::uint32_t gain) {
  constexpr std::uint64_t one = 256;
  const std::uint64_t hundredths = (std::uint64_t{gain} * 100 + one / 2) / one;
  add_named(text, name, hundredths / 100);
  text.add('.');
  text.add_number(hundredths / 10 % 10);
  text.add_number(hundredths % 10);
}

void print_congestion_info(Cell& cell, const Row& row, RowNames&) {
  CellText text;
  if (row.congestion_info_kind == INET_DIAG_BBRINFO) {
    if (const auto bbr = read_as<tcp_bbr_info>(row.congestion_info)) {
      add_named(text, "bandwidth", std::uint64_t{bbr->bbr_bw_hi} << 32U | bbr->bbr_bw_lo);
      add_named(text, "min_rtt_us", bbr->bbr_min_rtt);
      add_gain(text, "pacing_gain", bbr->bbr_pacing_gain);
      add_gain(text, "cwnd_gain", bbr->bbr_cwnd_gain);
    }
  } else if (row.congestion_info_kind == INET_DIAG_DCTCPINFO) {
    const auto dctcp = read_as<tcp_dctcp_info>(row.congestion_info);
    if (dctcp && dctcp->dctcp_enabled != 0) {
      add_named(text, "ce_state", dctcp->dctcp_ce_state);
      add_named(text, "alpha", dctcp->dctcp_alpha);
      add_named(text, "ecn_bytes", dctcp->dctcp_ab_ecn);
      add_named(text, "bytes", dctcp->dctcp_ab_tot);
    }
  } else if (row.congestion_info_kind == INET_DIAG_VEGASINFO) {
    const auto vegas = read_as<tcpvegas_info>(row.congestion_info);
    if (vegas && vegas->tcpv_enabled != 0) {
      add_named(text, "rtt_count", vegas->tcpv_rttcnt);
      add_named(text, "rtt_us", vegas->tcpv_rtt);
      add_named(text, "min_rtt_us", vegas->tcpv_minrtt);
    }
  }
  if (text.empty()) return cell.nothing();
  cell.text(text.view());
}

// --- timers

void print_timer(Cell& cell, const Row& row, RowNames&) {
  constexpr std::array<std::string_view, 5> names{"", "retransmit", "keepalive", "time-wait", "probe"};
  const auto number = static_cast<std::size_t>(row.timer);
  if (row.timer == Timer::off || number >= names.size()) return cell.nothing();
  cell.text(names[number]);
}

void print_timer_remaining(Cell& cell, const Row& row, RowNames&) {
  if (row.timer == Timer::off) return cell.nothing();
  cell.number(std::uint64_t{row.timer_ms});
}

void print_timer_retransmits(Cell& cell, const Row& row, RowNames&) {
  if (row.timer == Timer::off) return cell.nothing();
  cell.number(std::uint64_t{row.retransmits});
}

using Print = void (*)(Cell&, const Row&, RowNames&);
constexpr Column number(std::string_view name, std::string_view heading, std::string_view meaning, Print print,
                        Need needs = Need::tcp_info) {
  return {name, heading, meaning, Kind::number, true, print, nullptr, needs};
}
constexpr Column text(std::string_view name, std::string_view heading, std::string_view meaning, Print print,
                      Need needs = Need::tcp_info) {
  return {name, heading, meaning, Kind::text, false, print, nullptr, needs};
}
constexpr Column milliseconds(std::string_view name, std::string_view heading, std::string_view meaning, Print print) {
  return {name, heading, meaning, Kind::milliseconds, true, print, nullptr, Need::tcp_info};
}
constexpr Column word(std::string_view name, std::string_view heading, std::string_view meaning, Print print,
                      Need needs = Need::tcp_info) {
  return {name, heading, meaning, Kind::word, false, print, nullptr, needs};
}

namespace info = tcp_info;
constexpr std::array list{
    word("timer", "TIMER", "timer that runs: retransmit, keepalive, time-wait or probe", print_timer, Need::nothing),
    number("timer_remaining", "REMAINING", "milliseconds until it fires", print_timer_remaining, Need::nothing),
    number("timer_retransmits", "TRIES", "how often it has fired without an answer", print_timer_retransmits,
           Need::nothing),
    text("congestion", "CONGESTION", "congestion control: cubic, bbr ...", print_congestion),
    word("ca_state", "CA-STATE", "state of congestion control: open, disorder, cwr, recovery or loss", print_ca_state),
    milliseconds("rtt", "RTT", "smoothed round trip, in milliseconds like all times",
                 print_microseconds<info::rtt, ZeroIsNone>),
    milliseconds("rttvar", "RTTVAR", "variation of the round trip", print_microseconds<info::rttvar, ZeroIsNone>),
    milliseconds("min_rtt", "MIN-RTT", "shortest round trip lately", print_min_rtt),
    milliseconds("rcv_rtt", "RCV-RTT", "round trip as the receiver estimates it",
                 print_microseconds<info::rcv_rtt, ZeroIsNone>),
    milliseconds("rto", "RTO", "retransmission timeout", print_microseconds<info::rto, ZeroIsNone>),
    milliseconds("ato", "ATO", "delay of acknowledgements", print_microseconds<info::ato, ZeroIsNone>),
    number("cwnd", "CWND", "congestion window, segments", print_count<info::snd_cwnd>),
    number("ssthresh", "SSTHRESH", "slow start threshold, segments", print_count<info::snd_ssthresh, InfiniteIsNone>),
    number("mss", "MSS", "largest segment that it sends, bytes", print_count<info::snd_mss>),
    number("rcv_mss", "RCV-MSS", "largest segment that it has received, bytes", print_count<info::rcv_mss>),
    number("advmss", "ADVMSS", "largest segment that it asked the peer for, bytes", print_count<info::advmss>),
    number("pmtu", "PMTU", "largest packet of the path, bytes", print_count<info::pmtu, ZeroIsNone>),
    number("snd_wnd", "SND-WND", "receive window of the peer, bytes", print_count<info::snd_wnd>),
    number("rcv_wnd", "RCV-WND", "receive window that it offers, bytes", print_count<info::rcv_wnd>),
    text("window_scales", "WSCALE", "window scale of the peer and its own, bits", print_window_scales),
    number("rcv_space", "RCV-SPACE", "bytes that the program reads in a round trip", print_count<info::rcv_space>),
    number("rcv_ssthresh", "RCV-SSTHRESH", "bound of the window that it offers, bytes",
           print_count<info::rcv_ssthresh>),
    Column{"tcp_options", "TCP-OPTIONS", "options in use: timestamps, sack, window_scale, ecn ...", Kind::list, false,
           print_options, options_json, Need::tcp_info},
    number("unacked", "UNACKED", "segments on their way", print_count<info::unacked>),
    number("sacked", "SACKED", "segments on their way, acknowledged out of order", print_count<info::sacked>),
    number("lost", "LOST", "segments on their way, taken for lost", print_count<info::lost>),
    number("retrans", "RETRANS", "segments on their way, sent again", print_count<info::retrans>),
    number("retransmits", "RETRANSMITS", "segments sent again since the beginning", print_count<info::total_retrans>),
    number("reordering", "REORDERING", "how many segments may arrive out of order before one counts as lost",
           print_count<info::reordering>),
    number("reord_seen", "REORD-SEEN", "how often order was lost", print_count<info::reord_seen>),
    number("rcv_ooopack", "OUT-OF-ORDER", "segments that arrived out of order", print_count<info::rcv_ooopack>),
    number("dsack_dups", "DSACK-DUPS", "duplicates that the peer told of", print_count<info::dsack_dups>),
    number("backoff", "BACKOFF", "how often the timeout was doubled", print_count<info::backoff>),
    number("probes", "PROBES", "window or keepalive probes without an answer", print_count<info::probes>),
    number("rehash", "REHASH", "how often a timeout made it try another path", print_count<info::rehash>),
    number("bytes_sent", "BYTES-SENT", "bytes sent, those sent again included", print_count<info::bytes_sent>),
    number("bytes_acked", "BYTES-ACKED", "bytes that the peer acknowledged", print_count<info::bytes_acked>),
    number("bytes_received", "BYTES-RECEIVED", "bytes received", print_count<info::bytes_received>),
    number("bytes_retrans", "BYTES-RETRANS", "bytes sent again", print_count<info::bytes_retrans>),
    number("notsent", "NOTSENT", "bytes that wait and were never sent", print_count<info::notsent_bytes>),
    number("segs_out", "SEGS-OUT", "segments sent", print_count<info::segs_out>),
    number("segs_in", "SEGS-IN", "segments received", print_count<info::segs_in>),
    number("data_segs_out", "DATA-SEGS-OUT", "segments with data sent", print_count<info::data_segs_out>),
    number("data_segs_in", "DATA-SEGS-IN", "segments with data received", print_count<info::data_segs_in>),
    number("delivered", "DELIVERED", "segments that the peer got", print_count<info::delivered>),
    number("delivered_ce", "DELIVERED-CE", "segments that the peer got marked for congestion",
           print_count<info::delivered_ce>),
    number("pacing_rate", "PACING-RATE", "pace of sending, bytes a second",
           print_count<info::pacing_rate, AllOnesIsNone>),
    number("max_pacing_rate", "MAX-PACING-RATE", "bound of the pace, bytes a second",
           print_count<info::max_pacing_rate, AllOnesIsNone>),
    number("delivery_rate", "DELIVERY-RATE", "measured pace of delivery, bytes a second",
           print_count<info::delivery_rate, ZeroIsNone>),
    Column{"app_limited", "APP-LIMITED", "delivery_rate is bounded by the program, not by the network", Kind::truth,
           false, print_app_limited, nullptr, Need::tcp_info},
    milliseconds("busy_time", "BUSY", "time spent sending", print_microseconds<info::busy_time>),
    milliseconds("rwnd_limited", "RWND-LIMITED", "time spent sending, held up by the peer's window",
                 print_microseconds<info::rwnd_limited>),
    milliseconds("sndbuf_limited", "SNDBUF-LIMITED", "time spent sending, held up by its own send buffer",
                 print_microseconds<info::sndbuf_limited>),
    number("last_sent", "LAST-SENT", "time since data were sent", print_count<info::last_data_sent>),
    number("last_received", "LAST-RECEIVED", "time since data were received", print_count<info::last_data_recv>),
    number("last_ack", "LAST-ACK", "time since an acknowledgement came", print_count<info::last_ack_recv>),
    text("congestion_info", "CONGESTION-INFO", "what bbr, dctcp or vegas tells of itself", print_congestion_info),
};

}  // namespace

std::span<const Column> tcp_column_list() { return list; }

}  // namespace portolan::sockets
