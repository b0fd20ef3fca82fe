// netstat's views beside net-tools' own, byte for byte, in a network with something to show.

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "lab_test.h"
#include "netstat/counter_sentences.h"

namespace portolan::lab_test {
namespace {

using lab::Command;
using lab::Finished;

class NetstatViews : public LabTest {
 protected:
  void SetUp() override {
    LabTest::SetUp();
    if (program_is_nmap()) GTEST_SKIP() << "nmap has no such views";
    if (lab::run({.words = {"netstat", "--version"}}).status != 0) GTEST_SKIP() << "net-tools is not installed";
    if (IsSkipped()) return;
    lab_.emplace();
    near_ = &lab_->add_host("near");
    far_ = &lab_->add_host("far");
    lab_->connect({.host = *near_, .device = "wire0", .addresses = {"198.18.0.1/24", "2001:db8::1/64"}},
                  {.host = *far_, .device = "wire0", .addresses = {"198.18.0.2/24", "2001:db8::2/64"}});
    near_->ip(furniture);
  }

  // Labels, devices that are down, sorted otherwise than they were made, routes of every kind.
  static constexpr const char* furniture = R"(
link add wire10 type veth peer name fourteenabc123
link add wire2 type veth peer name twofar
link set wire10 up
link set fourteenabc123 up
link set wire10 arp off
link set wire10 promisc on
link set wire10 dynamic on
link set wire10 txqueuelen 7
address add 198.18.1.1/24 broadcast + dev wire0 label wire0:2
address add 198.18.2.1/24 dev wire0 label wire0:10
address add 198.18.3.1/24 dev wire0 label wire0:x
address add 198.18.4.1 peer 198.18.4.2 dev wire10
address add 2001:db8:9::1/128 dev wire10 nodad
address add 127.0.0.2/8 dev lo label lo:1
route add default via 198.18.0.2
route add blackhole 198.18.50.0/24
route add unreachable 198.18.51.0/24
route add prohibit 198.18.52.0/24
route add 198.18.53.0/24 via 198.18.0.2 metric 55 advmss 1260 window 1000 rtt 300ms
route add 198.18.54.0/24 nexthop via 198.18.0.2 nexthop via 198.18.1.2
route add 198.18.55.1 dev wire0
route add blackhole 2001:db8:5::/64
route add unreachable 2001:db8:6::/64
route add 2001:db8:7::/64 nexthop via 2001:db8::5 nexthop via 2001:db8::6
route add default via 2001:db8::2
)";

  [[nodiscard]] Finished ours(std::vector<std::string> words, bool privileged = true) const {
    words.insert(words.begin(), {scan_command({}).words.front(), "netstat"});
    return near_->run({.words = std::move(words), .privileged = privileged});
  }
  [[nodiscard]] Finished theirs(std::vector<std::string> words) const {
    words.insert(words.begin(), "netstat");
    return near_->run({.words = std::move(words)});
  }

  // Runs a program where the files of `folder` are those of the kernel.
  [[nodiscard]] Finished over(const std::string& folder, std::vector<std::string> program) const {
    std::vector<std::string> words{"unshare", "--mount", "sh", "-c", "mount --bind \"$0\" /proc && exec \"$@\"",
                                   folder};
    words.insert(words.end(), program.begin(), program.end());
    return near_->run({.words = std::move(words)});
  }

  // A kernel counts while it is looked at; what net-tools shows before and after is the same soon enough.
  void expect_the_same(const std::vector<std::string>& words, bool privileged = true) const {
    SCOPED_TRACE(fmt::format("netstat {}", join(words, " ")));
    constexpr int attempts = 50;
    for (int attempt = 0; attempt < attempts; ++attempt) {
      const Finished before = theirs(words);
      const Finished own = ours(words, privileged);
      const Finished after = theirs(words);
      if (before.output != after.output) continue;
      EXPECT_EQ(own.output, before.output);
      EXPECT_EQ(own.status, before.status) << own.errors;
      EXPECT_EQ(own.errors, "");
      EXPECT_NE(own.output, "");
      return;
    }
    FAIL() << "the counters never stood still";
  }

  std::optional<lab::Lab> lab_;
  lab::Host* near_ = nullptr;
  lab::Host* far_ = nullptr;
};

TEST_F(NetstatViews, RoutesAreThoseOfNetTools) {
  for (const char* words : {"-rn", "-rne", "-rnee", "-rnF", "-rnW", "-rnC", "-rnCe", "-rnCee", "-rnFC"}) {
    expect_the_same({words});
  }
  expect_the_same({"-r", "--numeric-hosts"});
}

TEST_F(NetstatViews, RoutesOfIPv6AreThoseOfNetTools) {
  for (const char* words : {"-6rn", "-6rne", "-6rnee", "-6rnC", "-46rn"}) expect_the_same({words});
  expect_the_same({"-rn", "-A", "inet6"});
  expect_the_same({"-rn", "--protocol=inet,inet6"});
}

TEST_F(NetstatViews, InterfacesAreThoseOfNetTools) {
  // net-tools shows no counters of names with fifteen letters, the most there may be; ours does.
  for (const char* words : {"-i", "-ia", "-in", "-ie", "-iae", "-iee"}) expect_the_same({words});
}

TEST_F(NetstatViews, CountersOfTheLongestNamesAreShown) {
  near_->ip("link add abcdefghijklmno type veth peer name pqr\nlink set abcdefghijklmno up\nlink set pqr up\n");
  const Finished own = ours({"-i"});
  EXPECT_TRUE(own.output.contains("\nabcdefghijklmno  1500 ")) << own.output;
}

TEST_F(NetstatViews, GroupsAreThoseOfNetTools) {
  near_->ip("address add 224.1.2.3/32 dev wire0 autojoin\naddress add ff0e::1234/128 dev wire0 autojoin\n");
  expect_the_same({"-gn"});
  expect_the_same({"-g", "--numeric-hosts"});
}

TEST_F(NetstatViews, CountersAreThoseOfNetTools) {
  for (const char* words : {"-s", "-st", "-su", "-sw", "-sU", "-sS", "-stu", "-s4", "-s6", "-6st", "-6su", "-6sw"}) {
    expect_the_same({words});
  }
}

// Every sentence of our table, and what its lines do to those behind them, with numbers that no kernel need have.
TEST_F(NetstatViews, EverySentenceIsNetTools) {
  const Scratch scratch;
  std::filesystem::create_directories(scratch.path("net/sctp"));
  for (const int value : {0, 1, 2}) {
    std::map<std::string, std::string, std::less<>> texts{
        {"net/snmp", ""}, {"net/netstat", ""}, {"net/snmp6", ""}, {"net/sctp/snmp", ""}};
    std::map<std::string, std::pair<std::string, std::string>, std::less<>> rows;
    for (const netstat::CounterSentence& sentence : netstat::counter_sentences()) {
      const std::string section{sentence.section};
      if (section.ends_with('6') || section == "Sctp") {
        texts[section == "Sctp" ? "net/sctp/snmp" : "net/snmp6"] +=
            fmt::format("{:<32}\t{}\n", sentence.counter, value);
        continue;
      }
      auto& [names, values] = rows[section];
      names += fmt::format(" {} New{}", sentence.counter, sentence.counter);
      values += fmt::format(" {} {}", value, value);
    }
    for (const auto& [section, row] : rows) {
      texts[section == "TcpExt" ? "net/netstat" : "net/snmp"] +=
          fmt::format("{}:{}\n{}:{}\n", section, row.first, section, row.second);
    }
    for (const auto& [name, text] : texts) scratch.write(name, text);
    for (const char* words : {"-s", "-s6"}) {
      SCOPED_TRACE(fmt::format("netstat {} of counters that are {}", words, value));
      const Finished right = over(scratch.path(""), {"netstat", words});
      if (right.status != 0) GTEST_SKIP() << right.errors;
      EXPECT_GT(right.output.size(), 600U);
      EXPECT_EQ(over(scratch.path(""), {scan_command({}).words.front(), "netstat", words}).output, right.output);
    }
  }
}

TEST_F(NetstatViews, TranslatedConnectionsAreListed) {
  try {
    near_->nft(R"(
table ip t {
  chain out {
    type nat hook output priority -100; policy accept;
    tcp dport 9999 dnat to 198.18.0.2:8888
  }
}
)");
  } catch (const std::runtime_error& error) {
    GTEST_SKIP() << "no address translation here: " << error.what();
  }
  far_->listen(8888);
  lab::Running client = near_->start({.words = {"/usr/bin/python3", "-c",
                                                "import socket,time\n"
                                                "c = socket.create_connection(('198.18.0.77', 9999))\n"
                                                "print(c.getsockname()[1], 'connected', flush=True)\n"
                                                "time.sleep(600)\n"}});
  if (!client.read_until("connected")) GTEST_SKIP() << "/usr/bin/python3 is not installed";
  const Finished shown = ours({"-Mn"});
  if (!std::filesystem::exists("/proc/net/nf_conntrack")) GTEST_SKIP() << "connections are not tracked here";
  EXPECT_EQ(shown.status, 0) << shown.errors;
  EXPECT_TRUE(
      shown.output.starts_with("IP masquerading entries\n"
                               "prot   expire source               destination          ports\n"
                               "tcp "))
      << shown.output;
  EXPECT_TRUE(shown.output.contains(" 198.18.0.1           198.18.0.2           ")) << shown.output;
  EXPECT_TRUE(shown.output.contains(" -> 8888 (")) << shown.output;
}

TEST_F(NetstatViews, WorkWithoutPrivileges) {
  for (const char* words : {"-rn", "-6rn", "-ia", "-iae", "-gn", "-s"}) expect_the_same({words}, false);
}

}  // namespace
}  // namespace portolan::lab_test
