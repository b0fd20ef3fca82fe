// Sockets of network namespaces of a lab, listed and asked about by this very process.
#include "run/socket_listing.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "lab/lab.h"
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
      std::chrono::milliseconds{1},
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
