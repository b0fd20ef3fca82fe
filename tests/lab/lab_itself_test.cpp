// The lab must tell the truth before anything is measured by it.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <functional>
#include <vector>

#include "lab/meter.h"
#include "lab_test.h"

namespace portolan::lab_test {
namespace {

using lab::Finished;
using lab::Pair;
using lab::Sniffer;

class LabItself : public LabTest {};

// Sends `count` numbered datagrams to the target's discard port.
void send_numbers(const lab::Host& from, int count) {
  const std::string loop = "i=0; exec 3>/dev/udp/198.18.0.2/9; while [ $i -lt " + std::to_string(count) +
                           " ]; do echo $i >&3; i=$((i+1)); done 2>/dev/null; true";
  ASSERT_EQ(from.run({.words = {"bash", "-c", loop}}).status, 0);
}

bool is_datagram(const lab::Arrival& arrival) {
  return arrival.ether_type == 0x0800 && arrival.bytes.size() > 28 && arrival.bytes[9] == IPPROTO_UDP;
}

// The target is known, so that no datagram waits for ARP behind the few that the kernel keeps.
void tell_the_target(const Pair& pair) { pair.scanner.ip("neigh add 198.18.0.2 lladdr 02:00:00:00:00:02 dev wire\n"); }

struct Number {
  int value = 0;
  std::chrono::nanoseconds at{};  // since the epoch
};

// The numbers that arrive until `done` is true of how many there are, however slow this machine is: a minute at most.
std::vector<Number> numbers_seen(Sniffer& sniffer, const std::function<bool(std::size_t)>& done) {
  std::vector<Number> seen;
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (!done(seen.size()) && std::chrono::steady_clock::now() < deadline) {
    const auto arrival = sniffer.next(10ms);
    if (!arrival || !is_datagram(*arrival)) continue;
    seen.push_back({std::atoi(reinterpret_cast<const char*>(arrival->bytes.data()) + 28), arrival->at});
  }
  return seen;
}

// Frames of which the wire has decided.
std::uint64_t handled(const lab::WanCounts& counts) {
  return counts.forwarded + counts.lost + counts.overflowed + counts.refused;
}

TEST_F(LabItself, AnswersOfAHostAreAsToldOnTheLongWireToo) {
  Pair pair{{.delay = 15ms, .seed = 3}};
  pair.target.listen(80);
  Sniffer sent = pair.target.sniff("wire");
  const auto before = std::chrono::steady_clock::now();
  const Finished done = pair.scanner.run({.words = {"bash", "-c", "exec 3<>/dev/tcp/198.18.0.2/80"}});
  const auto took = std::chrono::steady_clock::now() - before;
  EXPECT_EQ(done.status, 0) << done.errors;
  EXPECT_GE(took, 30ms) << "ARP and the handshake take a round trip each";
  EXPECT_NE(pair.scanner.run({.words = {"bash", "-c", "exec 3<>/dev/tcp/198.18.0.2/81"}}).status, 0);
}

TEST_F(LabItself, HostsThatAreOpenOnEveryPortAccept) {
  Pair pair;
  pair.lab.open_every_port(pair.target, "wire", "198.19.0.0/24");
  pair.scanner.ip("route add 198.19.0.0/16 via 198.18.0.2\n");
  const auto connects = [&](const std::string& where, const char* seconds = "60") {
    return pair.scanner.run({.words = {"timeout", seconds, "bash", "-c", "exec 3<>/dev/tcp/" + where}}).status == 0;
  };
  EXPECT_TRUE(connects("198.19.0.0/1"));
  EXPECT_TRUE(connects("198.19.0.255/65535"));
  EXPECT_FALSE(connects("198.18.0.2/80")) << "the target itself is as closed as before";
  EXPECT_FALSE(connects("198.19.1.0/80", "1")) << "beyond the network nobody answers";
}

TEST_F(LabItself, MeterCountsWhatArrives) {
  Pair pair;
  tell_the_target(pair);
  lab::Meter meter{pair.target, "wire"};
  Sniffer sniffer = pair.target.sniff("wire");
  send_numbers(pair.scanner, 200);
  const auto seen = numbers_seen(sniffer, [](std::size_t count) { return count == 200; });
  const auto arrivals = meter.stop();
  EXPECT_EQ(seen.size(), 200U);
  EXPECT_GE(arrivals.packets, 200U);
  EXPECT_LT(arrivals.packets, 220U) << "the rest are multicast reports of a kernel whose device came up";
  EXPECT_GT(arrivals.busy, 0);
  EXPECT_LE(arrivals.busy, arrivals.span);
}

TEST_F(LabItself, DelayKeepsTheOrder) {
  Pair pair{{.delay = 20ms, .seed = 3}};
  tell_the_target(pair);
  Sniffer sniffer = pair.target.sniff("wire");
  send_numbers(pair.scanner, 200);
  const auto seen = numbers_seen(sniffer, [](std::size_t count) { return count == 200; });
  ASSERT_EQ(seen.size(), 200U);
  for (int i = 0; i < 200; ++i) ASSERT_EQ(seen[static_cast<std::size_t>(i)].value, i);
}

TEST_F(LabItself, LossIsWhatWasAskedFor) {
  const auto lost = [](std::uint64_t seed) {
    Pair pair{{.loss = 0.2, .seed = seed}};
    tell_the_target(pair);
    Sniffer sniffer = pair.target.sniff("wire");
    send_numbers(pair.scanner, 2000);
    numbers_seen(sniffer, [&](std::size_t) { return handled(pair.counts->west) >= 2000; });
    return pair.counts->west.lost.load();
  };
  const auto first = lost(11);
  // 2,000 at 20 %: 400, and a deviation of 18.
  EXPECT_GT(first, 300U);
  EXPECT_LT(first, 500U);
  // The same seed draws the same losses; a packet of the kernel's own in between shifts them a little.
  EXPECT_NEAR(static_cast<double>(lost(11)), static_cast<double>(first), 10);
}

TEST_F(LabItself, ALimitedWireQueuesSoMuchAndDropsTheRest) {
  Pair pair{{.rate = 1000, .queue = 50}};
  tell_the_target(pair);
  Sniffer sniffer = pair.target.sniff("wire");
  const auto begin = std::chrono::system_clock::now().time_since_epoch();
  send_numbers(pair.scanner, 1000);
  const auto seen = numbers_seen(sniffer, [&](std::size_t) { return handled(pair.counts->west) >= 1000; });
  ASSERT_FALSE(seen.empty());
  EXPECT_GE(pair.counts->west.forwarded.load(), 50U);
  EXPECT_GT(pair.counts->west.overflowed.load(), 0U);
  // A wire that waited for its turn on this machine catches up, so only the whole is a bound.
  const double seconds = std::chrono::duration<double>(seen.back().at - begin).count();
  EXPECT_LE(static_cast<double>(seen.size()), 1000 * seconds + 2);
}

TEST_F(LabItself, ACommandWithoutPrivilegesHasNoCapability) {
  Pair pair;
  const Finished done = pair.scanner.run({.words = {"grep", "CapEff", "/proc/self/status"}, .privileged = false});
  EXPECT_EQ(done.output, "CapEff:\t0000000000000000\n");
  const Finished with = pair.scanner.run({.words = {"grep", "CapEff", "/proc/self/status"}});
  EXPECT_NE(with.output, done.output);
}

TEST_F(LabItself, NothingOutsideCanBeReached) {
  const lab::Lab lab;
  const Finished routes = lab::run({.words = {"ip", "route", "show", "table", "all"}});
  EXPECT_EQ(routes.output.find("default"), std::string::npos);
  const Finished links = lab::run({.words = {"ip", "-o", "link"}});
  EXPECT_EQ(std::count(links.output.begin(), links.output.end(), '\n'), 1) << links.output;
}

}  // namespace
}  // namespace portolan::lab_test
