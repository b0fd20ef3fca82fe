// Columns of struct tcp_info, congestion control and timers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/inet_diag.h>
#include <linux/tcp.h>

#include <array>
#include <cstring>
#include <vector>

#include "sockets/tcp_info.h"
#include "tests/sockets/told_columns.h"

namespace portolan::sockets {
namespace {

using namespace std::string_view_literals;
using namespace testing;

TEST(TcpInfo, FieldsAreWhereTheKernelHasThem) {
  namespace ours = tcp_info;
  struct Known {
    TcpField field;
    std::size_t offset;
    std::size_t size;
  };
#define PORTOLAN_FIELD(name) \
  Known { ours::name, offsetof(struct ::tcp_info, tcpi_##name), sizeof(::tcp_info::tcpi_##name) }
  for (const Known& known : {PORTOLAN_FIELD(ca_state),
                             PORTOLAN_FIELD(probes),
                             PORTOLAN_FIELD(backoff),
                             PORTOLAN_FIELD(options),
                             PORTOLAN_FIELD(rto),
                             PORTOLAN_FIELD(ato),
                             PORTOLAN_FIELD(snd_mss),
                             PORTOLAN_FIELD(rcv_mss),
                             PORTOLAN_FIELD(unacked),
                             PORTOLAN_FIELD(sacked),
                             PORTOLAN_FIELD(lost),
                             PORTOLAN_FIELD(retrans),
                             PORTOLAN_FIELD(last_data_sent),
                             PORTOLAN_FIELD(last_data_recv),
                             PORTOLAN_FIELD(last_ack_recv),
                             PORTOLAN_FIELD(pmtu),
                             PORTOLAN_FIELD(rcv_ssthresh),
                             PORTOLAN_FIELD(rtt),
                             PORTOLAN_FIELD(rttvar),
                             PORTOLAN_FIELD(snd_ssthresh),
                             PORTOLAN_FIELD(snd_cwnd),
                             PORTOLAN_FIELD(advmss),
                             PORTOLAN_FIELD(reordering),
                             PORTOLAN_FIELD(rcv_rtt),
                             PORTOLAN_FIELD(rcv_space),
                             PORTOLAN_FIELD(total_retrans),
                             PORTOLAN_FIELD(pacing_rate),
                             PORTOLAN_FIELD(bytes_acked),
                             PORTOLAN_FIELD(max_pacing_rate),
                             PORTOLAN_FIELD(bytes_received),
                             PORTOLAN_FIELD(segs_out),
                             PORTOLAN_FIELD(segs_in),
                             PORTOLAN_FIELD(notsent_bytes),
                             PORTOLAN_FIELD(min_rtt),
                             PORTOLAN_FIELD(data_segs_in),
                             PORTOLAN_FIELD(data_segs_out),
                             PORTOLAN_FIELD(delivery_rate),
                             PORTOLAN_FIELD(busy_time),
                             PORTOLAN_FIELD(rwnd_limited),
                             PORTOLAN_FIELD(sndbuf_limited),
                             PORTOLAN_FIELD(delivered),
                             PORTOLAN_FIELD(delivered_ce),
                             PORTOLAN_FIELD(bytes_sent),
                             PORTOLAN_FIELD(bytes_retrans),
                             PORTOLAN_FIELD(dsack_dups),
                             PORTOLAN_FIELD(reord_seen),
                             PORTOLAN_FIELD(rcv_ooopack),
                             PORTOLAN_FIELD(snd_wnd)}) {
    EXPECT_EQ(known.field.offset, known.offset);
    EXPECT_EQ(known.field.size, known.size) << "at " << known.offset;
  }
#undef PORTOLAN_FIELD
}

class TcpColumns : public ::testing::Test {
 public:
  TcpColumns() : row{tcp_row("127.0.0.1", 1, "127.0.0.2", 2)} {
    info.tcpi_rtt = 1'234;
    info.tcpi_rttvar = 617;
    info.tcpi_rto = 204'000;
    info.tcpi_min_rtt = 20;
    info.tcpi_rcv_rtt = 0;
    info.tcpi_snd_cwnd = 10;
    info.tcpi_snd_ssthresh = 0x7fffffff;
    info.tcpi_snd_mss = 1448;
    info.tcpi_pmtu = 1500;
    info.tcpi_total_retrans = 7;
    info.tcpi_retrans = 1;
    info.tcpi_ca_state = 4;
    info.tcpi_options = TCPI_OPT_TIMESTAMPS | TCPI_OPT_SACK | TCPI_OPT_ECN;
    info.tcpi_snd_wscale = 7;
    info.tcpi_rcv_wscale = 9;
    info.tcpi_delivery_rate_app_limited = 1;
    info.tcpi_pacing_rate = ~0ULL;
    info.tcpi_max_pacing_rate = 1'000'000;
    info.tcpi_delivery_rate = 0;
    info.tcpi_bytes_sent = 1ULL << 40U;
    info.tcpi_busy_time = 2'500;
    info.tcpi_reordering = 3;
    std::memcpy(bytes.data(), &info, sizeof info);
    row.tcp_info = bytes;
  }
  Row row;
  struct ::tcp_info info{};
  std::array<std::uint8_t, sizeof(struct ::tcp_info)> bytes{};
};

TEST_F(TcpColumns, TellTimesInMilliseconds) {
  EXPECT_EQ(told("rtt", row), "1.234");
  EXPECT_EQ(told("rttvar", row), "0.617");
  EXPECT_EQ(told("rto", row), "204");
  EXPECT_EQ(told("min_rtt", row), "0.02");
  EXPECT_EQ(told("busy_time", row), "2.5");
}

TEST_F(TcpColumns, TellCountsAndWords) {
  EXPECT_EQ(told("cwnd", row), "10");
  EXPECT_EQ(told("mss", row), "1448");
  EXPECT_EQ(told("pmtu", row), "1500");
  EXPECT_EQ(told("retransmits", row), "7");
  EXPECT_EQ(told("retrans", row), "1");
  EXPECT_EQ(told("lost", row), "0");
  EXPECT_EQ(told("reordering", row), "3");
  EXPECT_EQ(told("bytes_sent", row), "1099511627776");
  EXPECT_EQ(told("max_pacing_rate", row), "1000000");
  EXPECT_EQ(told("ca_state", row), "'loss'");
  EXPECT_EQ(told("window_scales", row), "'7,9'");
  EXPECT_EQ(told("app_limited", row), "true");
  EXPECT_EQ(told("tcp_options", row), "'timestamps,sack,ecn'");
  FakeNames names;
  EXPECT_EQ(json("tcp_options", row, names), R"(["timestamps","sack","ecn"])");
}

TEST_F(TcpColumns, WhatWasNeverMeasuredIsNotTold) {
  EXPECT_EQ(told("rcv_rtt", row), "nothing");
  EXPECT_EQ(told("ssthresh", row), "nothing");
  EXPECT_EQ(told("pacing_rate", row), "nothing");
  EXPECT_EQ(told("delivery_rate", row), "nothing");
  info.tcpi_min_rtt = ~0U;
  std::memcpy(bytes.data(), &info, sizeof info);
  EXPECT_EQ(told("min_rtt", row), "nothing");
}

TEST_F(TcpColumns, AShorterStructOfAnOlderKernelLacksItsLastFields) {
  row.tcp_info = std::span{bytes}.first(104);  // up to tcpi_total_retrans: Linux 2.6
  EXPECT_EQ(told("retransmits", row), "7");
  EXPECT_EQ(told("max_pacing_rate", row), "nothing");
  EXPECT_EQ(told("bytes_sent", row), "nothing");
  row.tcp_info = std::span{bytes}.first(103);
  EXPECT_EQ(told("retransmits", row), "nothing");
  row.tcp_info = {};
  for (const Column* column : tcp_info_columns()) EXPECT_EQ(told(column->name, row), "nothing") << column->name;
}

TEST_F(TcpColumns, AListenerHasNoneOfThem) {
  row.state = State::listen;
  EXPECT_EQ(told("cwnd", row), "nothing");
  EXPECT_EQ(told("rtt", row), "nothing");
}

TEST(Congestion, IsNamedAndItsDetailsAreTold) {
  Row row = tcp_row("127.0.0.1", 1, "127.0.0.2", 2);
  EXPECT_EQ(told("congestion", row), "nothing");
  row.congestion = "bbr";
  EXPECT_EQ(told("congestion", row), "'bbr'");
  const tcp_bbr_info bbr{
      .bbr_bw_lo = 5, .bbr_bw_hi = 1, .bbr_min_rtt = 40, .bbr_pacing_gain = 739, .bbr_cwnd_gain = 512};
  row.congestion_info = {reinterpret_cast<const std::uint8_t*>(&bbr), sizeof bbr};
  EXPECT_EQ(told("congestion_info", row), "nothing");  // of a kind that was not named
  row.congestion_info_kind = INET_DIAG_BBRINFO;
  EXPECT_EQ(told("congestion_info", row), "'bandwidth:4294967301,min_rtt_us:40,pacing_gain:2.89,cwnd_gain:2.00'");
  row.congestion_info = row.congestion_info.first(sizeof bbr - 1);
  EXPECT_EQ(told("congestion_info", row), "nothing");
}

TEST(Congestion, DctcpAndVegasTellTheirsOnlyWhileTheyAreOn) {
  Row row = tcp_row("127.0.0.1", 1, "127.0.0.2", 2);
  tcp_dctcp_info dctcp{
      .dctcp_enabled = 1, .dctcp_ce_state = 0, .dctcp_alpha = 1024, .dctcp_ab_ecn = 2, .dctcp_ab_tot = 3};
  row.congestion_info = {reinterpret_cast<const std::uint8_t*>(&dctcp), sizeof dctcp};
  row.congestion_info_kind = INET_DIAG_DCTCPINFO;
  EXPECT_EQ(told("congestion_info", row), "'ce_state:0,alpha:1024,ecn_bytes:2,bytes:3'");
  dctcp.dctcp_enabled = 0;
  EXPECT_EQ(told("congestion_info", row), "nothing");
  tcpvegas_info vegas{.tcpv_enabled = 1, .tcpv_rttcnt = 4, .tcpv_rtt = 5, .tcpv_minrtt = 6};
  row.congestion_info = {reinterpret_cast<const std::uint8_t*>(&vegas), sizeof vegas};
  row.congestion_info_kind = INET_DIAG_VEGASINFO;
  EXPECT_EQ(told("congestion_info", row), "'rtt_count:4,rtt_us:5,min_rtt_us:6'");
}

TEST(Timers, AreToldWhileTheyRun) {
  Row row = tcp_row("127.0.0.1", 1, "127.0.0.2", 2);
  row.timer_ms = 5;
  EXPECT_EQ(told("timer", row), "nothing");
  EXPECT_EQ(told("timer_remaining", row), "nothing");
  EXPECT_EQ(told("timer_retransmits", row), "nothing");
  row.timer = Timer::keepalive;
  row.timer_ms = 111'000;
  row.retransmits = 2;
  EXPECT_EQ(told("timer", row), "'keepalive'");
  EXPECT_EQ(told("timer_remaining", row), "111000");
  EXPECT_EQ(told("timer_retransmits", row), "2");
  row.timer = static_cast<Timer>(9);
  EXPECT_EQ(told("timer", row), "nothing");
}

}  // namespace
}  // namespace portolan::sockets
