// What bounds a scan: rate, patience, the list of what must not be touched.
#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "lab_test.h"
#include "wire/packet.h"

namespace portolan::lab_test {
namespace {

using lab::Pair;

class Bounds : public LabTest {};

// What is seen here arrives after it was sent, later on a busy machine, so that only the time since the start is a
// bound: of every SYN. How even the stream is, the simulation tells.
TEST_F(Bounds, MaximumRateIsNeverPassed) {
  Pair pair;
  lab::Sniffer sniffer = pair.target.sniff("wire");
  constexpr double rate = 1'000;
  const auto started = std::chrono::system_clock::now().time_since_epoch();
  const Chart chart = scan(pair.scanner, {"-sS", "-Pn", "--max-rate", "1000", "-p", "1-2000", Pair::target_v4});
  EXPECT_EQ(differences(chart, Pair::target_v4, 1, 2'000, {}), "");
  std::vector<double> times;
  for (const lab::Arrival& arrival : sniffer.all()) {
    if (lab::syn_port(arrival)) times.push_back(std::chrono::duration<double>(arrival.at - started).count());
  }
  ASSERT_GE(times.size(), 2'000U);
  for (std::size_t at = 100; at < times.size(); ++at) {
    ASSERT_GE(times[at], (static_cast<double>(at) - 20) / rate) << "SYN " << at;
  }
}

// The kernel repeats a SYN by itself after a second, and after one more.
TEST_F(Bounds, ConnectScanAsksEachPortAsOftenAsIsAllowed) {
  Pair pair;
  pair.target.nft("table ip lab {\n chain input {\n  type filter hook input priority 0; policy drop;\n }\n}\n");
  for (const auto& [retries, most] : {std::pair{"0", 1}, std::pair{"1", 2}}) {
    lab::Sniffer sniffer = pair.target.sniff("wire");
    scan(pair.scanner,
         {"-sT", "-Pn", "--max-retries", retries, "--min-rtt-timeout", "2500ms", "-p", "1-10", Pair::target_v4});
    std::map<std::uint16_t, int> asked;
    for (const lab::Arrival& arrival : sniffer.all()) {
      if (const auto port = lab::syn_port(arrival)) ++asked[*port];
    }
    EXPECT_EQ(asked.size(), 10U);
    for (const auto& [port, times] : asked) EXPECT_LE(times, most) << "port " << port;
  }
}

TEST_F(Bounds, ConnectScanKeepsToTheMaximumRate) {
  Pair pair;
  pair.target.nft("table ip lab {\n chain input {\n  type filter hook input priority 0; policy drop;\n }\n}\n");
  lab::Sniffer sniffer = pair.target.sniff("wire");
  constexpr double rate = 40;
  const auto started = std::chrono::system_clock::now().time_since_epoch();
  scan(pair.scanner, {"-sT", "-Pn", "--max-retries", "0", "--max-rate", "40", "-p", "1-100", Pair::target_v4});
  std::vector<double> times;
  for (const lab::Arrival& arrival : sniffer.all()) {
    if (lab::syn_port(arrival)) times.push_back(std::chrono::duration<double>(arrival.at - started).count());
  }
  ASSERT_GE(times.size(), 100U);
  for (std::size_t at = 10; at < times.size(); ++at) {
    ASSERT_GE(times[at], (static_cast<double>(at) - 10) / rate) << "SYN " << at;
  }
}

// What a SYN that arrived says of itself.
struct Asked {
  std::uint16_t port = 0;
  std::uint16_t source = 0;
  std::uint32_t sequence = 0;
};
std::vector<Asked> syns(lab::Sniffer& sniffer) {
  std::vector<Asked> all;
  for (const lab::Arrival& arrival : sniffer.all()) {
    const auto packet = wire::parse(net::EtherType::ipv4, arrival.bytes);
    const auto* tcp = packet ? std::get_if<wire::TcpSegment>(&packet->content) : nullptr;
    if (tcp == nullptr || !tcp->syn || tcp->ack) continue;
    all.push_back({tcp->destination.value(), tcp->source.value(), tcp->sequence});
  }
  return all;
}

// Whoever knows the seed must not be able to forge answers, and two scans must not take each other's.
TEST_F(Bounds, ASeedDecidesTheOrderOnly) {
  Pair pair;
  pair.target.listen(80);
  std::vector<std::vector<Asked>> scans;
  for (int i = 0; i < 2; ++i) {
    lab::Sniffer sniffer = pair.target.sniff("wire");
    scan(pair.scanner, {"-sS", "-Pn", "--seed", "5", "--max-retries", "0", "-p", "1-50", Pair::target_v4});
    scans.push_back(syns(sniffer));
  }
  EXPECT_TRUE(std::ranges::equal(scans[0], scans[1], {}, &Asked::port, &Asked::port));
  std::size_t same = 0;
  for (std::size_t i = 0; i < scans[0].size(); ++i) same += scans[0][i].sequence == scans[1].at(i).sequence ? 1U : 0U;
  EXPECT_LE(same, 1U) << "of 50 sequence numbers";
}

// Who counts attempts to log in counts SYNs: the rules of `ufw limit ssh` shut out who makes six in half a minute.
TEST_F(Bounds, NoPortIsAskedOftenEnoughToShutUsOut) {
  Pair pair;
  for (const int port : {22, 80, 443, 3'389}) pair.target.listen(static_cast<std::uint16_t>(port));
  pair.target.nft(
      "table ip lab {\n set seen { type ipv4_addr; flags dynamic; timeout 30s; }\n"
      " chain input {\n  type filter hook input priority 0; policy accept;\n"
      "  tcp dport 22 ct state new add @seen { ip saddr limit rate over 12/minute burst 5 packets } drop\n"
      "  tcp dport 500-900 drop\n }\n}\n");
  for (int i = 0; i < 3; ++i) {
    lab::Sniffer sniffer = pair.target.sniff("wire");
    const Chart chart = scan(pair.scanner, {"-sS", "-Pn", "-p", "1-1000,3389", Pair::target_v4});
    std::map<std::uint16_t, int> asked;
    for (const Asked& syn : syns(sniffer)) ++asked[syn.port];
    EXPECT_EQ(asked[22], 1) << "scan " << i;
    EXPECT_EQ(asked[3'389], 1) << "scan " << i;
    for (const auto& [port, times] : asked) EXPECT_LE(times, 6) << "port " << port;
  }
}

TEST_F(Bounds, AHostThatTakesTooLongIsGivenUpAndTheOthersAreNot) {
  Pair pair;
  pair.target.ip("addr add 198.18.0.3/24 dev wire\n");
  pair.target.nft(
      "table ip lab {\n chain input {\n  type filter hook input priority 0; policy accept;\n"
      "  ip daddr 198.18.0.3 tcp dport != 22 drop\n }\n}\n");
  pair.target.listen(22);
  // A program that looks at its watch only when a probe has run out of time is killed here.
  const Chart chart = scan(pair.scanner,
                           {"-sS", "-Pn", "--host-timeout", "3s", "--min-rtt-timeout", "60s", "--max-rtt-timeout",
                            "90s", "-p", "1-100", "198.18.0.2-3"},
                           {.words = {}}, 30s);
  EXPECT_EQ(differences(chart, "198.18.0.2", 1, 100, {.ports = {{22, {"open", "syn-ack"}}}}), "");
  ASSERT_NE(chart.find("198.18.0.3"), nullptr);
  EXPECT_TRUE(chart.find("198.18.0.3")->timed_out);
  // nmap tells nothing of it.
  if (!program_is_nmap()) {
    EXPECT_EQ(chart.find("198.18.0.3")->ports.size(), 1U) << "what is known is told";
  }
  EXPECT_FALSE(chart.find("198.18.0.2")->timed_out);
  EXPECT_EQ(chart.exit, "success");
}

// It would take minutes to hear of all ports, however the rate is guessed on the way, and -T5 does not wait that long.
// Neither status nor reports may say that all is known.
TEST_F(Bounds, AHostThatIsGivenUpIsSeenInTheStatus) {
  Pair pair;
  pair.target.nft(
      "table ip f {\n chain i {\n  type filter hook input priority 0;\n"
      "  meta l4proto tcp limit rate over 20/second burst 20 packets drop\n }\n}\n");
  const Scratch scratch;
  const std::vector<std::string> words{"-sS", "-n",         "-p",   "1-3000",
                                       "-T5", "--max-rate", "2000", Pair::target_v4,
                                       "-oX", "-",          "-oJ",  scratch.path("json")};
  const lab::Finished done = pair.scanner.run(scan_command(words), 120s);
  if (program_is_nmap()) return;  // which says nothing of it
  EXPECT_EQ(done.status, 1) << done.output;
  EXPECT_NE(done.errors.find("not everything is known: 1 host was given up"), std::string::npos) << done.errors;
  EXPECT_EQ(read_chart(done.output).exit, "error");
  EXPECT_NE(scratch.read("json").find("\"hosts_given_up\":1"), std::string::npos);
  EXPECT_NE(scratch.read("json").find("\"hosts-given-up\""), std::string::npos);
}

TEST_F(Bounds, ExcludedAddressesGetNoPacketAtAll) {
  Pair pair;
  pair.target.ip("addr add 198.18.0.3/24 dev wire\naddr add 198.18.0.4/24 dev wire\naddr add 198.18.0.5/24 dev wire\n");
  const Scratch scratch;
  const std::string file = scratch.write("excluded", "198.18.0.5\n");
  lab::Sniffer sniffer = pair.target.sniff("wire");
  Chart chart = scan(pair.scanner, {"-sS", "-T4", "-p", "1-10", "198.18.0.2-5", "--exclude", "198.18.0.3"});
  EXPECT_EQ(chart.find("198.18.0.3"), nullptr);
  EXPECT_EQ(chart.up, 3);
  for (const lab::Arrival& arrival : sniffer.all()) EXPECT_NE(last_byte_asked(arrival), 3U);
  chart = scan(pair.scanner, {"-sS", "-T4", "-p", "1-10", "198.18.0.2-5", "--excludefile", file});
  EXPECT_EQ(chart.find("198.18.0.5"), nullptr);
  EXPECT_NE(chart.find("198.18.0.3"), nullptr);
}

TEST_F(Bounds, TargetsAreReadFromStandardInputAndFiles) {
  Pair pair;
  pair.target.ip("addr add 198.18.0.3/24 dev wire\naddr add 198.18.0.4/24 dev wire\n");
  const std::string list = "198.18.0.2\n# a comment\n\n198.18.0.3 198.18.0.4\n";
  const Scratch scratch;
  const std::string file = scratch.write("targets", list);
  for (const std::string& from : {std::string{"-"}, file}) {
    lab::Command with{.words = {}};
    with.input = from == "-" ? list : "";
    const Chart chart = scan(pair.scanner, {"-sS", "-T4", "-p", "1-10", "-iL", from}, with);
    EXPECT_EQ(chart.hosts.size(), 3U) << from;
    for (const char* address : {"198.18.0.2", "198.18.0.3", "198.18.0.4"}) {
      EXPECT_EQ(differences(chart, address, 1, 10, {}), "") << from;
    }
  }
}

TEST_F(Bounds, AListedScanSendsNothing) {
  Pair pair;
  lab::Sniffer sniffer = pair.target.sniff("wire");
  const Chart chart = scan(pair.scanner, {"-sL", "198.18.0.0/24"});
  EXPECT_EQ(chart.hosts.size(), 256U);
  EXPECT_TRUE(probes_seen(sniffer).empty());
}

}  // namespace
}  // namespace portolan::lab_test
