// Plans carried out from network namespaces of a lab, in this very process.
#include "run/scan.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <initializer_list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "lab/lab.h"
#include "os/privileges.h"
#include "run/engine_thread.h"

namespace portolan::run {
namespace {

using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

// Open ports of every host that was reported, by its address.
class OpenPorts final : public model::Sink {
 public:
  Result<void> on(const model::Event& event) override {
    const auto* host = std::get_if<model::HostRecord>(&event);
    if (host == nullptr) return {};
    auto& open = found[to_string(host->address)];
    for (const model::PortRecord& port : host->ports) {
      if (port.state == model::PortState::open) open.push_back(port.port.value());
    }
    return {};
  }
  std::map<std::string, std::vector<unsigned>> found;
};

plan::Plan plan_for(const std::string& target, std::initializer_list<std::uint16_t> ports, bool privileged = true) {
  plan::Plan plan;
  const auto added = plan.targets.add(target, {}, {}, {});
  EXPECT_TRUE(added.has_value());
  net::PortSet asked;
  for (const std::uint16_t port : ports) asked.insert(net::Port{port});
  plan.techniques = {{privileged ? "tcp-syn" : "tcp-connect", asked}};
  plan.privileged = privileged;
  plan.discovery = plan::DiscoveryPolicy::never;
  plan.names = plan::NameLookup::never;
  plan.timing = plan::timing_template(4);
  plan.seed = 7;
  return plan;
}

// Inode number of the network namespace that the calling thread is in.
ino_t here() {
  struct stat facts{};
  return ::stat("/proc/thread-self/ns/net", &facts) == 0 ? facts.st_ino : 0;
}

Vantage from(const lab::Host& host) { return {.network_namespace = fmt::format("/proc/self/fd/{}", host.network())}; }

class OpenScanTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto entered = lab::Lab::enter(); !entered) GTEST_SKIP() << entered.error().message;
  }

  std::unique_ptr<OpenScan> open(const plan::Plan& plan, const Vantage& vantage, unsigned threads = 1) const {
    auto scan = OpenScan::open(plan, services_, vantage, {.threads = threads});
    if (!scan) throw std::runtime_error(scan.error().message);
    return std::move(*scan);
  }

  const catalog::Services services_ = catalog::Services::parse("").value();
};

TEST_F(OpenScanTest, SeesWhatItsVantageSeesAndLeavesTheCallerWhereItIs) {
  lab::Pair world;
  world.target.listen(80);
  const ino_t home = here();
  for (const bool privileged : {true, false}) {
    const plan::Plan plan = plan_for("198.18.0.2", {22, 80}, privileged);
    OpenPorts sink;
    const model::ScanFinished finished = open(plan, from(world.scanner))->run(sink);
    EXPECT_TRUE(finished.success) << finished.error;
    EXPECT_THAT(sink.found, UnorderedElementsAre(Pair("198.18.0.2", testing::ElementsAre(80U))));
    EXPECT_EQ(here(), home);

    OpenPorts at_home;
    EXPECT_TRUE(open(plan, {})->run(at_home).success);
    EXPECT_THAT(at_home.found["198.18.0.2"], testing::IsEmpty()) << "no way leads there from the namespace at home";
  }
}

TEST_F(OpenScanTest, LoopbackIsThatOfTheVantage) {
  lab::Pair world;
  world.target.listen(80);
  for (const bool privileged : {true, false}) {
    const plan::Plan plan = plan_for("127.0.0.1", {80}, privileged);
    OpenPorts target;
    OpenPorts scanner;
    EXPECT_TRUE(open(plan, from(world.target))->run(target).success);
    EXPECT_TRUE(open(plan, from(world.scanner))->run(scanner).success);
    EXPECT_THAT(target.found["127.0.0.1"], testing::ElementsAre(80U));
    EXPECT_THAT(scanner.found["127.0.0.1"], testing::IsEmpty());
  }
}

TEST_F(OpenScanTest, SeveralVantagesAreOpenedBeforePrivilegesAreDropped) {
  lab::Pair world;
  world.target.listen(80);
  std::thread{[&] {  // whose privileges do not come back
    const plan::Plan plan = plan_for("198.18.0.2", {80});
    const auto one = open(plan, from(world.scanner));
    const auto two = open(plan, from(world.target));
    ASSERT_TRUE(os::drop_privileges());
    EXPECT_FALSE(OpenScan::open(plan, services_, from(world.scanner), {}).has_value());
    for (const auto* scan : {&one, &two}) {
      OpenPorts sink;
      const model::ScanFinished finished = (*scan)->run(sink);
      EXPECT_TRUE(finished.success) << finished.error;
      EXPECT_THAT(sink.found["198.18.0.2"], testing::ElementsAre(80U));
    }
  }}
      .join();
}

// What was said of a scan's hosts, but for times.
class Records final : public model::Sink {
 public:
  Result<void> on(const model::Event& event) override {
    if (const auto* open = std::get_if<model::OpenPort>(&event)) {
      open_ports.insert({to_string(open->host), open->port.port.value()});
    }
    const auto* said = std::get_if<model::HostRecord>(&event);
    if (said == nullptr) return {};
    model::HostRecord host = *said;
    host.started = host.ended = {};
    host.round_trip.reset();
    EXPECT_TRUE(hosts.emplace(host.position, host).second) << to_string(host.address) << " comes twice";
    return {};
  }
  std::map<std::uint64_t, model::HostRecord> hosts;
  std::set<std::pair<std::string, unsigned>> open_ports;
};

TEST_F(OpenScanTest, SeveralThreadsSayWhatOneSays) {
  lab::Pair world;
  for (int last = 3; last < 20; ++last) world.target.ip(fmt::format("addr add 198.18.0.{}/24 dev wire\n", last));
  world.target.listen(80);
  world.target.listen(81, "198.18.0.9");
  // The others are silent. A kernel that looked for them would call them unreachable once it gives up, and a connect()
  // may have been given up before or not.
  for (int last = 20; last <= 24; ++last) {
    world.scanner.ip(fmt::format("neigh add 198.18.0.{} lladdr 02:00:00:00:00:99 dev wire\n", last));
  }
  for (const bool privileged : {true, false}) {
    plan::Plan plan = plan_for("198.18.0.1-24", {22, 80, 81}, privileged);
    if (privileged) {
      plan.discovery = plan::DiscoveryPolicy::always;
      plan.discovery_probes = {{"icmp-echo", {}}, {"tcp-syn", net::Port{443}}};
    }
    Records one;
    const model::ScanFinished alone = open(plan, from(world.scanner))->run(one);
    EXPECT_TRUE(alone.success) << alone.error;
    EXPECT_EQ(one.hosts.size(), 24U);
    EXPECT_EQ(one.open_ports.size(), 19U);
    for (const unsigned threads : {2U, 3U}) {
      Records several;
      const model::ScanFinished finished = open(plan, from(world.scanner), threads)->run(several);
      EXPECT_TRUE(finished.success) << finished.error;
      EXPECT_EQ(several.hosts, one.hosts) << threads;
      EXPECT_EQ(several.open_ports, one.open_ports);
      EXPECT_EQ(finished.hosts_up, alone.hosts_up);
      EXPECT_EQ(finished.hosts_total, alone.hosts_total);
    }
  }
}

TEST_F(OpenScanTest, AFailingSinkEndsAllThreads) {
  lab::Pair world;
  world.target.listen(80);
  class FullDisk final : public model::Sink {
   public:
    Result<void> on(const model::Event& event) override {
      if (std::holds_alternative<model::HostRecord>(event)) return fail(Errc::io, "the disk is full");
      return {};
    }
  } sink;
  const plan::Plan plan = plan_for("198.18.0.1-250", {80});
  const model::ScanFinished finished = open(plan, from(world.scanner), 2)->run(sink);
  EXPECT_FALSE(finished.success);
  EXPECT_EQ(finished.error, "the disk is full");
}

TEST(UsefulThreads, AreNoMoreThanThereAreHosts) {
  EXPECT_EQ(useful_threads(plan_for("198.18.0.0/24", {80}), 4), 4U);
  EXPECT_EQ(useful_threads(plan_for("198.18.0.1-3", {80}), 4), 3U);
  EXPECT_EQ(useful_threads(plan_for("198.18.0.1", {80}), 4), 1U);
  EXPECT_EQ(useful_threads(plan::Plan{}, 4), 1U);
  plan::Plan list = plan_for("198.18.0.0/24", {80});
  list.depth = plan::ScanDepth::list;
  EXPECT_EQ(useful_threads(list, 4), 1U);
  plan::Plan serial = plan_for("198.18.0.0/24", {80});
  serial.timing = plan::timing_template(1);
  EXPECT_EQ(useful_threads(serial, 4), 1U);
}

TEST_F(OpenScanTest, AVantageThatIsNoneIsAnErrorThatNamesIt) {
  const plan::Plan plan = plan_for("198.18.0.2", {80});
  const auto missing = OpenScan::open(plan, services_, {.network_namespace = "nowhere"}, {});
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, Errc::usage);
  EXPECT_THAT(missing.error().message, HasSubstr("nowhere"));
}

TEST_F(OpenScanTest, AFailingSinkEndsTheScanWithWhatWasCounted) {
  lab::Pair world;
  world.target.listen(80);
  class FullDisk final : public model::Sink {
   public:
    Result<void> on(const model::Event& event) override {
      if (std::holds_alternative<model::HostRecord>(event)) return fail(Errc::io, "the disk is full");
      return {};
    }
  } sink;
  const plan::Plan plan = plan_for("198.18.0.2", {80});
  const model::ScanFinished finished = open(plan, from(world.scanner))->run(sink);
  EXPECT_FALSE(finished.success);
  EXPECT_EQ(finished.error, "the disk is full");
  EXPECT_EQ(finished.hosts_up, 1U);
  EXPECT_EQ(finished.hosts_total, 1U);
  EXPECT_GT(finished.elapsed, Duration::zero());
}

TEST(TooManyThreads, AreBlamedForWantOfRoomAlone) {
  for (const char* cause : {"EMFILE", "ENFILE", "ENOMEM", "ENOBUFS"}) {
    EXPECT_EQ(too_many(2, 4, {Errc::io, "cannot open it", cause}).message,
              "what 4 threads need can be had for 2 only: cannot open it, or use fewer (--threads)");
  }
  EXPECT_THAT(too_many(2, 4, {Errc::limit, "no port is free"}).message, HasSubstr("no port is free, or use fewer"));
  for (const Error& other : {Error{Errc::io, "cannot read it", "EIO"}, Error{Errc::unreachable, "eth0 is gone"},
                             Error{Errc::privilege, "not allowed", "EPERM"}}) {
    EXPECT_EQ(too_many(2, 4, other).message, other.message);
  }
}

}  // namespace
}  // namespace portolan::run
