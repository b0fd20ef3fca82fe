// --packet-trace and --pcap beside tcpdump, which watches from the other end of the wire: what portolan says that it
// sent and received is what was on the wire, byte for byte.
#include <arpa/inet.h>
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "lab_test.h"
#include "udp_echo.h"

namespace portolan::lab_test {
namespace {

using lab::Finished;
using lab::Pair;
using testing::AllOf;
using testing::Contains;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using Words = std::vector<std::string>;

bool has_program(const char* name) {
  return lab::run({.words = {"/bin/sh", "-c", fmt::format("command -v {}", name)}}).status == 0;
}

// A file as tshark reads it: each packet's bytes from the network header on, which stand behind a header of the link
// of `skipped` bytes.
std::multiset<std::string> packets_of(const std::string& file, std::size_t skipped) {
  static const std::regex frame{"\"frame_raw\": \\[\\s*\"([0-9a-f]*)\""};
  const Finished read = lab::run({.words = {"tshark", "-r", file, "-T", "jsonraw", "-j", "frame"}});
  EXPECT_EQ(read.status, 0) << read.errors;
  std::multiset<std::string> packets;
  for (std::sregex_iterator it{read.output.begin(), read.output.end(), frame}, end; it != end; ++it) {
    packets.insert((*it)[1].str().substr(2 * skipped));
  }
  return packets;
}
std::multiset<std::string> captured_by_us(const std::string& file) {
  constexpr std::size_t cooked_header = 20;
  return packets_of(file, cooked_header);
}

std::string comments_of(const std::string& file) {
  const Finished read = lab::run({.words = {"tshark", "-r", file, "-T", "fields", "-e", "frame.comment"}});
  EXPECT_EQ(read.status, 0) << read.errors;
  return read.output;
}

// Kernels ask for their neighbours themselves, for the resets that they send.
bool is_of_neighbours(const std::string& packet) {
  constexpr std::size_t icmpv6_type = 80;  // in digits
  const bool arp = packet.starts_with("0001080006");
  const bool discovery = packet.starts_with("6") && packet.substr(12, 2) == "3a" &&
                         (packet.substr(icmpv6_type, 2) == "87" || packet.substr(icmpv6_type, 2) == "88");
  return arp || discovery;
}

std::vector<std::string> lines_with(const std::string& text, std::string_view beginning) {
  std::vector<std::string> lines;
  std::istringstream stream{text};
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with(beginning)) lines.push_back(line);
  }
  return lines;
}

// tcpdump at the target's end of the wire. Not on the scanner's: frames that go past the queueing discipline are shown
// to nobody there (PACKET_QDISC_BYPASS).
class Tcpdump {
 public:
  Tcpdump(const lab::Host& scanner, const lab::Host& target, std::string file)
      : scanner_{scanner}, file_{std::move(file)}, running_{target.start({.words = words()})} {
    EXPECT_TRUE(running_.read_until("listening on"));
  }

  // All packets, up to a last one that is sent now.
  std::multiset<std::string> finish() {
    send_the_last();
    EXPECT_TRUE(running_.read_until(".65000:"));
    running_.signal(SIGINT);
    const Finished done = running_.finish();
    EXPECT_EQ(done.status, 0);
    EXPECT_THAT(done.output, HasSubstr("\n0 packets dropped by kernel\n"));
    constexpr std::size_t ethernet_header = 14;
    auto packets = packets_of(file_, ethernet_header);
    std::erase_if(packets, [](const std::string& packet) { return packet.substr(40, 8) == "fde8fde8"; });
    return packets;
  }

 private:
  [[nodiscard]] Words words() const {
    // Without what kernels say on their own: the resets and errors by which the scanner's refuses what it knows nothing
    // of, and multicast reports.
    // Somebody reads all that it prints, so that it never waits for that and misses packets; and packets of no more
    // than 2,000 bytes find room for many.
    return {"/bin/bash", "-c",
            fmt::format("exec tcpdump -i wire -s 2000 -U --immediate-mode --print -l -n -w {} '{}' > >(exec grep "
                        "--line-buffered -e 'listening on' -e '[.]65000:' -e dropped) 2>&1",
                        file_,
                        "not (src host 198.18.0.1 and tcp and ip[33] == 4) and "
                        "not (src host 198.18.0.1 and icmp and icmp[0] == 3) and "
                        "not (ip6 and src host 2001:db8::1 and ip6[6] == 6 and ip6[53] == 4) and "
                        "not (ip6 and src host 2001:db8::1 and ip6[6] == 58 and ip6[40] == 1) and "
                        "not (ip6 and ip6[6] == 0)")};
  }
  // To everybody, so that nobody refuses it.
  void send_the_last() const {
    scanner_.within([] {
      const lab::Handle socket{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
      const int on = 1;
      ASSERT_EQ(::setsockopt(socket.number(), SOL_SOCKET, SO_BROADCAST, &on, sizeof on), 0);
      sockaddr_in place{};
      place.sin_family = AF_INET;
      place.sin_port = htons(65000);
      ASSERT_EQ(::bind(socket.number(), reinterpret_cast<const sockaddr*>(&place), sizeof place), 0);
      ASSERT_EQ(::inet_pton(AF_INET, "198.18.0.255", &place.sin_addr), 1);
      ASSERT_EQ(::sendto(socket.number(), "x", 1, 0, reinterpret_cast<const sockaddr*>(&place), sizeof place), 1);
    });
  }

  const lab::Host& scanner_;
  std::string file_;
  lab::Running running_;
};

class PacketsSeen : public LabTest {
 protected:
  void SetUp() override {
    LabTest::SetUp();
    if (program_is_nmap()) GTEST_SKIP() << "nmap writes no captures";
    for (const char* program : {"tshark", "tcpdump"}) {
      if (!has_program(program)) GTEST_SKIP() << program << " is not installed";
    }
    pair_.emplace();
    pair_->target.listen(80);
    echo_.emplace(pair_->target, std::vector<std::uint16_t>{1234});
  }

  Finished scan(Words words) {
    words.insert(words.begin(), "-n");
    const Finished done = pair_->scanner.run(scan_command(words));
    EXPECT_EQ(done.status, 0) << done.errors;
    return done;
  }

  Scratch scratch_;
  std::optional<Pair> pair_;
  std::optional<UdpEcho> echo_;
};

class PacketsOnTheWire : public PacketsSeen {
 protected:
  void SetUp() override {
    PacketsSeen::SetUp();
    if (!lab::Lab::allows_groups()) GTEST_SKIP() << "tcpdump gives up root, which only root may";
  }

  // One scan, seen by all three.
  Finished compare(Words words) {
    Tcpdump tcpdump{pair_->scanner, pair_->target, scratch_.path("tcpdump.pcap")};
    const std::string file = scratch_.path("ours.pcapng");
    words.insert(words.end(), {"--packet-trace", "--pcap", file});
    const Finished done = scan(words);
    EXPECT_EQ(done.errors, "");
    auto on_the_wire = tcpdump.finish();
    const auto ours = captured_by_us(file);
    EXPECT_EQ(lines_with(done.output, "SENT").size() + lines_with(done.output, "RCVD").size(), ours.size());
    std::vector<std::string> made_up;
    std::ranges::set_difference(ours, on_the_wire, std::back_inserter(made_up));
    EXPECT_THAT(made_up, IsEmpty()) << "every packet of ours was on the wire";
    for (const std::string& packet : ours) {
      if (const auto same = on_the_wire.find(packet); same != on_the_wire.end()) on_the_wire.erase(same);
    }
    std::erase_if(on_the_wire, is_of_neighbours);
    EXPECT_THAT(on_the_wire, IsEmpty()) << "and every other one is in it";
    return done;
  }
};

TEST_F(PacketsOnTheWire, AreThoseOnTheWireOverIpv4) {
  const Finished done = compare({"-sS", "-sU", "-PE", "-p", "T:79-81,U:9,1234", "198.18.0.2-3"});
  const std::string comments = comments_of(scratch_.path("ours.pcapng"));
  for (const char* comment : {"arp to 198.18.0.2, attempt 1", "arp to 198.18.0.2, attempt 1: answered (arp-response)",
                              "arp to 198.18.0.3, attempt 2", "tcp-syn to 198.18.0.2 port 80, attempt 1",
                              "tcp-syn to 198.18.0.2 port 80, attempt 1: open (syn-ack)",
                              "tcp-syn to 198.18.0.2 port 79, attempt 1: closed (reset)",
                              "udp to 198.18.0.2 port 9, attempt 1: closed (port-unreach)",
                              "udp to 198.18.0.2 port 1234, attempt 1: open (udp-response)"}) {
    EXPECT_THAT(comments, HasSubstr(std::string{comment} + "\n"));
    EXPECT_THAT(done.output, HasSubstr(fmt::format(" - {}\n", comment)));
  }
  EXPECT_THAT(comments, Not(HasSubstr("no question")));
  EXPECT_THAT(lines_with(done.output, "RCVD"), Contains(HasSubstr(" ARP reply 198.18.0.2 is-at ")));
}

TEST_F(PacketsOnTheWire, AreThoseOnTheWireOverIpv6) {
  const Finished done = compare({"-sS", "-sU", "-p", "T:79-81,U:9,1234", "2001:db8::2", "2001:db8::3"});
  EXPECT_THAT(lines_with(done.output, "SENT"), Contains(HasSubstr("Neighbor solicitation who has 2001:db8::2")));
  EXPECT_THAT(lines_with(done.output, "RCVD"),
              Contains(AllOf(HasSubstr(" TCP [2001:db8::2]:80 > [2001:db8::1]:"),
                             EndsWith("tcp-syn to 2001:db8::2 port 80, attempt 1: open (syn-ack)"))));
}

TEST_F(PacketsOnTheWire, AreThoseOfAllThreads) {
  for (int last = 3; last <= 6; ++last) pair_->target.ip(fmt::format("addr add 198.18.0.{}/24 dev wire\n", last));
  const Finished done = compare({"--threads", "2", "-sS", "-sU", "-p", "T:1-100,U:7-10", "198.18.0.2-6"});
  const std::string comments = comments_of(scratch_.path("ours.pcapng"));
  for (int last = 2; last <= 6; ++last) {
    const std::regex error{
        fmt::format("udp to 198\\.18\\.0\\.{} port 9, attempt [0-9]: closed \\(port-unreach\\)\n", last)};
    EXPECT_TRUE(std::regex_search(comments, error)) << "errors are heard by each thread and told by one: " << last;
  }
  EXPECT_FALSE(comments.contains("no question"));
  EXPECT_FALSE(comments.contains("no answer"));
}

// Hosts put them together before they answer. tcpdump's filter looks into TCP over IPv4, where fragments have nothing.
TEST_F(PacketsOnTheWire, AreEachFragment) {
  const Truth tcp{.ports = {{80, {"open", "syn-ack"}}}};
  const Truth udp{.ports = {{1234, {"open", "udp-response"}}}, .rest = {"closed", "port-unreach"}};
  const std::string report = scratch_.path("report");
  for (const std::string target : {Pair::target_v4, Pair::target_v6}) {
    SCOPED_TRACE(target);
    const Finished done = compare({"-sU", "-f", "-p", "1233-1235", "--data-length", "20", target, "-oX", report});
    EXPECT_EQ(differences(read_chart(scratch_.read("report")), target, 1233, 1235, udp), "");
    EXPECT_THAT(lines_with(done.output, "SENT"), Contains(HasSubstr(" frag=16")));
  }
  // Over IPv6 the whole header of TCP is to be in the first one (RFC 7112).
  compare({"-sS", "--mtu", "24", "-p", "79-81", Pair::target_v6, "--data-length", "40", "-oX", report});
  EXPECT_EQ(differences(read_chart(scratch_.read("report")), Pair::target_v6, 79, 81, tcp), "");
  lab::Sniffer sniffer = pair_->target.sniff("wire");
  scan({"-sS", "-f", "-p", "79-81", Pair::target_v4, "-oX", report});
  EXPECT_EQ(differences(read_chart(scratch_.read("report")), Pair::target_v4, 79, 81, tcp), "");
  constexpr std::uint8_t tcp_protocol = 6;
  for (const lab::Arrival& arrival : probes_seen(sniffer)) {
    if (arrival.ether_type != 0x0800 || arrival.bytes[9] != tcp_protocol) continue;
    const bool reset_of_the_kernel = arrival.bytes.size() > 33 && (arrival.bytes[33] & 0x04) != 0;
    EXPECT_TRUE(reset_of_the_kernel || arrival.bytes.size() <= 28U) << arrival.bytes.size();
  }
}

// The kernel of a host reads over them, and gives them back.
TEST_F(PacketsOnTheWire, BearTheOptionsOfIPv4) {
  const std::string report = scratch_.path("report");
  const Truth udp{.ports = {{1234, {"open", "udp-response"}}}, .rest = {"closed", "port-unreach"}};
  compare({"-sU", "--ip-options", "R", "-p", "1233-1235", Pair::target_v4, "-oX", report});
  EXPECT_EQ(differences(read_chart(scratch_.read("report")), Pair::target_v4, 1233, 1235, udp), "");
  const Chart chart = lab_test::scan(pair_->scanner, {"-sS", "--ip-options", "R", "-p", "79-81", Pair::target_v4});
  EXPECT_EQ(differences(chart, Pair::target_v4, 79, 81, {.ports = {{80, {"open", "syn-ack"}}}}), "");
}

TEST_F(PacketsOnTheWire, ThroughTheKernelsOwnLayerToo) {
  pair_->scanner.nft(
      "table inet lab {\n chain output {\n  type filter hook output priority 0; policy accept;\n }\n}\n");
  compare({"-sS", "-sU", "-p", "T:79-81,U:9,1234", "198.18.0.2"});
}

// Of each stage: is the host there, its ports, and the way there, on which a router tells that it was too far.
TEST_F(PacketsOnTheWire, AreThoseOfTheWayThere) {
  lab::Host& router = pair_->target;
  lab::Host& beyond = pair_->lab.add_host("beyond");
  router.forward();
  pair_->lab.connect({router, "far", {"198.18.1.1/24", "2001:db8:1::1/64"}},
                     {beyond, "near", {"198.18.1.2/24", "2001:db8:1::2/64"}});
  pair_->scanner.ip("route add default via 198.18.0.2\nroute add ::/0 via 2001:db8::2\n");
  beyond.ip("route add default via 198.18.1.1\nroute add ::/0 via 2001:db8:1::1\n");
  beyond.listen(80);
  for (const std::string target : {"198.18.1.2", "2001:db8:1::2"}) {
    SCOPED_TRACE(target);
    const std::string router_there = target == "198.18.1.2" ? "198.18.0.2" : "2001:db8::2";
    const Finished done = compare({"-sS", "-PE", "--traceroute", "-p", "79-81", target});
    const std::string comments = comments_of(scratch_.path("ours.pcapng"));
    for (const std::string& comment :
         {fmt::format("icmp-echo to {}, attempt 1: up (echo-reply)", target),
          fmt::format("tcp-syn to {} port 79, attempt 1: closed (reset)", target),
          fmt::format("tcp-syn to {} port 80, hop limit 1, attempt 1: got as far as this router (time-exceeded)",
                      target),
          fmt::format("tcp-syn to {} port 80, hop limit 2, attempt 1: open (syn-ack)", target)}) {
      EXPECT_THAT(comments, HasSubstr(comment + "\n"));
      EXPECT_THAT(done.output, HasSubstr(fmt::format(" - {}\n", comment)));
    }
    EXPECT_THAT(done.output, HasSubstr(" " + router_there + "\n"));
  }
}

TEST_F(PacketsSeen, ConnectionsAreLinesAndNotInTheCapture) {
  const std::string file = scratch_.path("ours.pcapng");
  const Finished done = scan({"-sT", "-p", "79-80", "198.18.0.2-3", "--packet-trace", "--pcap", file});
  EXPECT_EQ(done.errors,
            "portolan: --pcap: what is asked by connections is not in the file, because the kernel makes their packets "
            "itself\n");
  EXPECT_THAT(lines_with(done.output, "CONN"),
              AllOf(Contains(EndsWith(" TCP 198.18.0.1 > 198.18.0.2:80 => Operation now in progress - tcp-connect to "
                                      "198.18.0.2 port 80, attempt 1")),
                    Contains(EndsWith(" => Connected - tcp-connect to 198.18.0.2 port 80, attempt 1: open (syn-ack)")),
                    Contains(HasSubstr(" 198.18.0.2:79 => Connection refused - "))));
  const std::size_t lines = lines_with(done.output, "SENT").size() + lines_with(done.output, "RCVD").size();
  EXPECT_GT(lines, 0U) << "hosts are found by ARP";
  EXPECT_EQ(captured_by_us(file).size(), lines);
}

TEST_F(PacketsSeen, NeverStandInADocument) {
  const Finished done = scan({"-sS", "-p", "79-80", "198.18.0.2", "--packet-trace", "-oX", "-"});
  EXPECT_THAT(done.output, Not(HasSubstr("SENT (")));
  EXPECT_THAT(lines_with(done.errors, "SENT"), Not(IsEmpty()));
  const std::string file = scratch_.path("text");
  const Finished both = scan({"-sS", "-p", "79-80", "198.18.0.2", "--packet-trace", "-oN", file});
  EXPECT_EQ(both.errors, "");
  EXPECT_EQ(lines_with(scratch_.read("text"), "SENT"), lines_with(both.output, "SENT")) << "as nmap does it";
}

TEST_F(PacketsSeen, StandInTheCaptureOnStandardOutput) {
  const std::string file = scratch_.path("ours.pcapng");
  lab::Command command = scan_command({"-n", "-sS", "-p", "79-80", "198.18.0.2", "--pcap", "-"});
  command.words.insert(command.words.begin(), {"/bin/sh", "-c", fmt::format("exec \"$0\" \"$@\" >{}", file)});
  const Finished done = pair_->scanner.run(command);
  EXPECT_EQ(done.status, 0) << done.errors;
  EXPECT_GT(captured_by_us(file).size(), 3U);
}

TEST_F(PacketsSeen, AFullDiskEndsTheCaptureAndNotTheScan) {
  const std::string folder = scratch_.path("disk");
  ASSERT_EQ(lab::run({.words = {"mkdir", folder}}).status, 0);
  ASSERT_EQ(::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=8k"), 0);
  const std::string file = folder + "/ours.pcapng";
  const Finished done =
      pair_->scanner.run(scan_command({"-n", "-sS", "-p", "1-300", "198.18.0.2", "--pcap", file, "-oX", "-"}));
  EXPECT_EQ(done.status, 1);
  EXPECT_EQ(done.errors,
            fmt::format("portolan: --pcap: cannot write to '{}': No space left on device; the capture ends "
                        "here, the scan goes on\n",
                        file));
  const Truth truth{.ports = {{80, {"open", "syn-ack"}}}};
  EXPECT_EQ(differences(read_chart(done.output), "198.18.0.2", 1, 300, truth), "");
  EXPECT_THAT(captured_by_us(file), Not(IsEmpty())) << "what fits is whole";
  ::umount(folder.c_str());
}

TEST_F(PacketsSeen, ACaptureThatCannotBeWrittenIsSaidBeforeAnyPacket) {
  for (const bool as_nmap : {false, true}) {
    lab::Sniffer sniffer = pair_->target.sniff("wire");
    lab::Command command = scan_command({"-n", "-p", "80", "198.18.0.2", "--pcap", "/nonexistent/ours.pcapng"});
    if (as_nmap) command.words[1] = "nmap";
    const Finished done = pair_->scanner.run(command);
    EXPECT_EQ(done.status, as_nmap ? 1 : 2);
    EXPECT_THAT(done.errors,
                HasSubstr("--pcap: cannot write to '/nonexistent/ours.pcapng': No such file or directory\n"));
    EXPECT_THAT(probes_seen(sniffer), IsEmpty());
  }
}

TEST_F(PacketsSeen, UnderTheNameNmapWithoutTheirMeaning) {
  lab::Command command = scan_command({"-n", "-p", "80", "198.18.0.2", "--packet-trace"});
  command.words[1] = "nmap";
  const Finished done = pair_->scanner.run(command);
  EXPECT_EQ(done.status, 0) << done.errors;
  EXPECT_EQ(done.errors, "");
  EXPECT_THAT(lines_with(done.output, "SENT"), Contains(EndsWith(" win=1024 <mss 1460>")));
  EXPECT_THAT(lines_with(done.output, "RCVD"), Contains(HasSubstr(" SA ttl=64 id=0 iplen=44 seq=")));
  EXPECT_THAT(done.output, Not(HasSubstr("attempt 1")));
}

}  // namespace
}  // namespace portolan::lab_test
