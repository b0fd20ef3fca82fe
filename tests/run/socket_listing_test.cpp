// Sockets of network namespaces of a lab, listed and asked about by this very process.
#include "run/socket_listing.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lab/lab.h"
#include "lab/sockets.h"
#include "os/names/filter_names.h"
#include "os/names/socket_names.h"
#include "run/local_services.h"
#include "run/who.h"
#include "sockets/sources/sources.h"

namespace portolan::run {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

SocketChoice listeners_in(std::string network_namespace) {
  SocketChoice choice;
  choice.query.sources = {&sockets::tcp_both};
  choice.query.detail.states = sockets::mask_of(sockets::State::listen);
  choice.query.owners = std::nullopt;
  choice.network_namespace = std::move(network_namespace);
  return choice;
}

std::vector<unsigned> ports_of(SocketListing& listing) {
  std::vector<unsigned> ports;
  const auto listed = listing.each([&ports](const sockets::Row& row) -> Result<void> {
    ports.push_back(row.local_port);
    return {};
  });
  EXPECT_TRUE(listed.has_value());
  return ports;
}

class LocalSockets : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto entered = lab::Lab::enter(); !entered) GTEST_SKIP() << entered.error().message;
  }
};

TEST_F(LocalSockets, AreThoseOfTheNamespaceThatWasAskedFor) {
  lab::Pair world;
  world.target.listen(80);
  auto there = SocketListing::open(listeners_in(fmt::format("/proc/self/fd/{}", world.target.network())));
  ASSERT_TRUE(there.has_value()) << there.error().message;
  EXPECT_THAT(ports_of(**there), ElementsAre(80U));
  auto elsewhere = SocketListing::open(listeners_in(fmt::format("/proc/self/fd/{}", world.scanner.network())));
  ASSERT_TRUE(elsewhere.has_value());
  EXPECT_THAT(ports_of(**elsewhere), IsEmpty());
}

// What the two namespaces call by the same name has different numbers, and the ranges of ports differ.
class TwoNetworks : public LocalSockets {
 protected:
  void SetUp() override {
    LocalSockets::SetUp();
    if (IsSkipped()) return;
    world_ = std::make_unique<lab::Pair>();
    for (lab::Host* host : {&world_->scanner, &world_->target}) {
      inhabitants_.push_back(host->start({.words = {"sleep", "1000"}}));  // by which the namespace is found
      if (host == &world_->target) host->ip("link add first type veth peer name second");
      host->ip(
          "link add same type veth peer name end\nlink set same up\nlink set end up\naddr add fe80::5/64 dev same "
          "nodad");
      host->set("ipv4/ip_local_port_range", host == &world_->target ? "5000 5010" : "6000 6010");
      host->within([&] {
        struct stat facts{};
        ASSERT_EQ(::stat("/proc/self/ns/net", &facts), 0);
        own_.insert(facts.st_ino);
        for (const std::uint16_t port : std::array<std::uint16_t, 2>{5001, 6001}) {
          lab::Handle socket = lab::open_socket(AF_INET, SOCK_STREAM);
          lab::bind_to_device(socket, "same");
          lab::bind_to(socket, lab::ip_address("0.0.0.0", port));
          lab::listen_on(socket);
          sockets_.push_back(std::move(socket));
        }
        sockets_.push_back(lab::tcp_listener("fe80::5%same", 7001));
        sockets_.push_back(lab::tcp_listener("::", 7002));
      });
    }
  }

  // "5001 same": port and device of each row, of both namespaces.
  [[nodiscard]] std::vector<std::string> told(const std::string& filter) const {
    SocketChoice choice = listeners_in("");
    choice.all_namespaces = true;
    auto parsed = sockets::Filter::parse(filter, os::filter_names_anywhere());
    EXPECT_TRUE(parsed.has_value()) << parsed.error().message;
    choice.filter = std::move(*parsed);
    choice.filter_text = filter;
    choice.query.detail.bytecode = choice.filter.bytecode();
    const auto names = os::make_socket_names({}, nullptr);
    auto listing = SocketListing::open(std::move(choice));
    EXPECT_TRUE(listing.has_value());
    std::vector<std::string> rows;
    const auto listed = (*listing)->each([&](const sockets::Row& row) -> Result<void> {
      if (!own_.contains(row.network_namespace)) return {};
      rows.push_back(fmt::format("{} {}", row.local_port, names->interface(row.interface, row.network_namespace)));
      return {};
    });
    EXPECT_TRUE(listed.has_value());
    std::ranges::sort(rows);
    return rows;
  }

  std::unique_ptr<lab::Pair> world_;
  std::vector<lab::Running> inhabitants_;
  std::vector<lab::Handle> sockets_;
  std::set<std::uint64_t> own_;  // inodes
};

TEST_F(TwoNetworks, NumbersMeanWhatTheyMeanInTheirOwn) {
  const std::vector<std::string> bound{"5001 same", "5001 same", "6001 same", "6001 same"};
  EXPECT_EQ(told("dev = same and sport != :7001"), bound);
  EXPECT_THAT(told("dev = first"), IsEmpty());
  EXPECT_THAT(told("dev != same"), ElementsAre("7002 ", "7002 "));
  EXPECT_THAT(told("autobound"), ElementsAre("5001 same", "6001 same"));
  EXPECT_THAT(told("src [fe80::5%same]"), ElementsAre("7001 same", "7001 same"));
  EXPECT_THAT(told("not src [fe80::5%same] and sport >= :7000"), ElementsAre("7002 ", "7002 "));
}

TEST_F(TwoNetworks, AFilterForOneIsReadWithItsNames) {
  const auto there = fmt::format("/proc/self/fd/{}", world_->target.network());
  const auto names = os::filter_names_in(there);
  ASSERT_TRUE(names.has_value());
  EXPECT_EQ(names->ephemeral_ports, std::pair(5000U, 5010U));
  std::optional<std::uint32_t> same;
  world_->target.within([&] { same = ::if_nametoindex("same"); });
  EXPECT_EQ(names->interface("same"), same);
  EXPECT_FALSE(os::filter_names().interface("same"));
  EXPECT_FALSE(os::filter_names_in("nowhere").has_value());
}

TEST_F(LocalSockets, AnErrorOfTheVisitorEndsTheListing) {
  lab::Pair world;
  const std::vector<std::uint16_t> ports{80, 81, 82};
  world.target.listen(ports);
  auto listing = SocketListing::open(listeners_in(fmt::format("/proc/self/fd/{}", world.target.network())));
  ASSERT_TRUE(listing.has_value());
  unsigned visited = 0;
  const auto listed = (*listing)->each([&visited](const sockets::Row&) -> Result<void> {
    ++visited;
    return fail(Errc::io, "the reader has gone");
  });
  ASSERT_FALSE(listed.has_value());
  EXPECT_EQ(listed.error().message, "the reader has gone");
  EXPECT_EQ(visited, 1U);
}

TEST_F(LocalSockets, ANamespaceThatIsNoneIsAnErrorThatNamesIt) {
  const auto missing = SocketListing::open(listeners_in("nowhere"));
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, Errc::usage);
  EXPECT_THAT(missing.error().message, HasSubstr("nowhere"));
}

TEST_F(LocalSockets, WatchingReportsWhatHasComeSinceTheLookBefore) {
  lab::Pair world;
  world.target.listen(80);
  auto listing = SocketListing::open(listeners_in(fmt::format("/proc/self/fd/{}", world.target.network())));
  ASSERT_TRUE(listing.has_value());
  std::vector<unsigned> changed;
  unsigned looks = 0;
  const auto watched = (*listing)->watch(
      std::chrono::milliseconds{1}, -1,
      [&changed](const sockets::Row& row) -> Result<void> {
        EXPECT_EQ(row.change, sockets::Change::opened);
        EXPECT_GT(row.changed_at, 0U);
        changed.push_back(row.local_port);
        return {};
      },
      [&]() -> Result<void> {
        if (++looks == 1) world.target.listen(81);
        if (looks == 3) return fail(Errc::io, "enough");
        return {};
      });
  EXPECT_EQ(watched.error().message, "enough");
  EXPECT_THAT(changed, ElementsAre(81U));
}

// Calls `step` after each look with the number of the look, until it says false; returns the ports whose sockets
// opened.
std::vector<unsigned> watched(SocketListing& listing, const std::function<bool(unsigned look)>& step) {
  std::vector<unsigned> opened;
  unsigned looks = 0;
  const auto ended = listing.watch(
      std::chrono::milliseconds{1}, -1,
      [&opened](const sockets::Row& row) -> Result<void> {
        if (row.change == sockets::Change::opened) opened.push_back(row.local_port);
        return {};
      },
      [&]() -> Result<void> { return step(++looks) ? Result<void>{} : fail(Errc::io, "enough"); });
  EXPECT_EQ(ended.error().message, "enough");
  return opened;
}

TEST_F(LocalSockets, WatchingFindsNamespacesThatCome) {
  lab::Lab lab;
  SocketChoice choice = listeners_in("");
  choice.all_namespaces = true;
  auto listing = SocketListing::open(std::move(choice));
  ASSERT_TRUE(listing.has_value());
  std::vector<lab::Running> inhabitants;
  const auto opened = watched(**listing, [&](unsigned look) {
    if (look == 1) {
      lab::Host& late = lab.add_host("late");
      inhabitants.push_back(late.start({.words = {"sleep", "1000"}}));
      late.listen(4747);
    }
    return look < 3;
  });
  EXPECT_THAT(opened, ::testing::Contains(4747U));
}

// What keeps a network namespace alive: a descriptor of it, a socket in it, a thread in it. When the kernel takes it
// down after that is its own affair: one after another, and it may take a minute for one that somebody else has left.
ino_t namespace_behind(const char* path) {
  struct stat file{};
  return ::stat(path, &file) == 0 ? file.st_ino : 0;
}
ino_t namespace_of_socket(int descriptor) {
  const lab::Handle its{::ioctl(descriptor, SIOCGSKNS)};
  struct stat file{};
  return its.number() >= 0 && ::fstat(its.number(), &file) == 0 ? file.st_ino : 0;
}
std::size_t holds_on(ino_t network_namespace) {
  namespace fs = std::filesystem;
  std::size_t holds = 0;
  for (const auto& entry : fs::directory_iterator{"/proc/self/fd"}) {
    const int descriptor = std::stoi(entry.path().filename());
    const bool is_it = namespace_behind(entry.path().c_str()) == network_namespace;
    if (is_it || namespace_of_socket(descriptor) == network_namespace) ++holds;
  }
  for (const auto& thread : fs::directory_iterator{"/proc/self/task"}) {
    if (namespace_behind((thread.path() / "ns/net").c_str()) == network_namespace) ++holds;
  }
  return holds;
}

TEST_F(LocalSockets, WatchingKeepsNoNamespaceAlive) {
  SocketChoice choice = listeners_in("");
  choice.all_namespaces = true;
  auto listing = SocketListing::open(std::move(choice));
  ASSERT_TRUE(listing.has_value());
  std::unique_ptr<lab::Pair> world = std::make_unique<lab::Pair>();
  std::vector<lab::Running> inhabitants;
  inhabitants.push_back(world->target.start({.words = {"sleep", "1000"}}));
  ino_t place = 0;
  {
    lab::Handle handle;
    lab::Handle socket;
    world->target.within([&] {
      place = namespace_behind("/proc/thread-self/ns/net");
      handle = lab::Handle{::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)};
      socket = lab::open_socket(AF_INET, SOCK_STREAM);
    });
    ASSERT_GE(holds_on(place), 2U) << "both are seen";
  }
  std::size_t holds = 1;
  (void)watched(**listing, [&](unsigned look) {
    if (look == 2) {
      inhabitants.clear();
      world.reset();
    }
    holds = holds_on(place);
    return look < 3;
  });
  EXPECT_EQ(holds, 0U);
}

TEST_F(LocalSockets, WatchingEndsWhenNobodyReads) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const lab::Handle writer{ends[1]};
  std::optional<lab::Handle> reader{std::in_place, ends[0]};
  auto listing = SocketListing::open(listeners_in(""));
  ASSERT_TRUE(listing.has_value());
  const auto ended = (*listing)->watch(
      std::chrono::hours{1}, writer.number(), [](const sockets::Row&) -> Result<void> { return {}; },
      [&]() -> Result<void> {
        reader.reset();
        return {};
      });
  ASSERT_FALSE(ended.has_value());
  EXPECT_EQ(ended.error().code, Errc::reader_gone);
}

TEST_F(LocalSockets, WhoListensIsFoundInTheOwnNamespaceOnly) {
  lab::Pair world;
  world.target.listen(8080);
  const auto services = catalog::Services::parse("").value();
  const auto names = os::make_socket_names({}, &services);
  const auto question = read_question("8080", services);
  ASSERT_TRUE(question.has_value());
  world.target.within([&] {
    const auto found = find_who(*question, "8080", *names);
    ASSERT_TRUE(found.has_value()) << found.error().message;
    EXPECT_THAT(found->who.answers, testing::SizeIs(1));
    EXPECT_THAT(found->who.elsewhere, IsEmpty());
    const auto local = find_services(*names);
    ASSERT_TRUE(local.has_value());
    EXPECT_THAT(local->services, testing::SizeIs(1));
  });
  world.scanner.within([&] {
    const auto found = find_who(*question, "8080", *names);
    ASSERT_TRUE(found.has_value()) << found.error().message;
    EXPECT_THAT(found->who.answers, IsEmpty());
    const auto local = find_services(*names);
    ASSERT_TRUE(local.has_value());
    EXPECT_THAT(local->services, IsEmpty());
  });
}

}  // namespace
}  // namespace portolan::run
