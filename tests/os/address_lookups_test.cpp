#include "os/names/address_lookups.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <csignal>
#include <latch>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <thread>
#include <utility>

#include "os/files.h"
#include "os/monotonic_clock.h"
#include "os/stop_signals.h"

namespace portolan::os {
namespace {

using namespace std::chrono_literals;
using net::IpAddress;
using ::testing::ElementsAre;

// Names are "N" for 198.18.0.N, "no-..." for none. Those that are held are answered once they are let go.
class FakeResolver {
 public:
  FakeResolver() : state_{std::make_shared<State>()} {}
  ~FakeResolver() {
    for (auto& [name, gate] : state_->gates) let_go(name);
  }
  void hold(const std::string& name) { state_->gates[name] = std::make_unique<std::latch>(1); }
  void let_go(const std::string& name) const {
    if (std::latch& gate = *state_->gates.at(name); !gate.try_wait()) gate.count_down();
  }
  [[nodiscard]] std::map<std::string, int> asked() const {
    const std::scoped_lock lock{state_->mutex};
    return state_->asked;
  }
  // As os::resolve. Threads may outlive this.
  [[nodiscard]] plan::Resolve function() const {
    return [state = state_](std::string_view name) { return state->resolve(std::string{name}); };
  }

 private:
  struct State {
    AddressLookups::Answer resolve(const std::string& name) {
      {
        const std::scoped_lock lock{mutex};
        ++asked[name];
      }
      if (const auto gate = gates.find(name); gate != gates.end()) gate->second->wait();
      if (name.starts_with("no-")) return fail({Errc::unresolved, "no " + name, "no-such-name", {name}});
      return std::vector{IpAddress::v4(0xc6120000 + static_cast<std::uint32_t>(std::stoul(name)))};
    }
    std::map<std::string, std::unique_ptr<std::latch>> gates;  // complete before the first is asked for
    std::mutex mutex;
    std::map<std::string, int> asked;
  };
  std::shared_ptr<State> state_;
};

std::unique_ptr<AddressLookups> lookups_by(plan::Resolve resolve) {
  auto opened = AddressLookups::open(std::move(resolve));
  EXPECT_TRUE(opened.has_value());
  return std::move(*opened);
}

std::vector<IpAddress> address(unsigned last) { return {IpAddress::v4(0xc6120000 + last)}; }

// Names in the order in which they are answered, until there are so many.
std::vector<std::string> names_as_they_come(AddressLookups& lookups, std::size_t count) {
  std::vector<std::string> names;
  while (names.size() < count) {
    for (const auto& one : lookups.take_new()) names.push_back(one.name);
    std::this_thread::yield();
  }
  return names;
}

TEST(AddressLookups, RunAtTheSameTime) {
  constexpr std::ptrdiff_t many = AddressLookups::most_threads;
  // Nobody passes before all are there.
  const auto together = std::make_shared<std::barrier<>>(many);
  const auto lookups = lookups_by([together](std::string_view) -> AddressLookups::Answer {
    together->arrive_and_wait();
    return address(1);
  });
  for (std::ptrdiff_t i = 0; i < many; ++i) lookups->ask(std::to_string(i));
  for (std::ptrdiff_t i = 0; i < many; ++i) EXPECT_EQ(lookups->wait_for(std::to_string(i)), address(1));
}

TEST(AddressLookups, AreNoMoreAtATimeThanTheThreadsThereMayBe) {
  struct Count {
    std::atomic<std::size_t> now = 0;
    std::atomic<std::size_t> most = 0;
  };
  const auto count = std::make_shared<Count>();
  const auto lookups = lookups_by([count](std::string_view name) -> AddressLookups::Answer {
    const std::size_t now = ++count->now;
    for (std::size_t most = count->most; most < now && !count->most.compare_exchange_weak(most, now);) {
    }
    std::this_thread::yield();
    --count->now;
    return address(static_cast<unsigned>(name.size()));
  });
  constexpr int many = 2000;
  for (int i = 0; i < many; ++i) lookups->ask(std::to_string(i));
  for (int i = 0; i < many; ++i) {
    EXPECT_EQ(lookups->wait_for(std::to_string(i)), address(static_cast<unsigned>(std::to_string(i).size())));
  }
  EXPECT_LE(count->most, AddressLookups::most_threads);
}

TEST(AddressLookups, AreToldAsTheyComeAndOnce) {
  FakeResolver resolver;
  for (const char* name : {"1", "2", "no-1"}) resolver.hold(name);
  const auto lookups = lookups_by(resolver.function());
  for (const char* name : {"1", "2", "no-1", "3", "no-2"}) lookups->ask(name);
  EXPECT_THAT(names_as_they_come(*lookups, 2), testing::UnorderedElementsAre("3", "no-2"));
  EXPECT_FALSE(lookups->answer("1").has_value());
  for (const char* name : {"no-1", "2", "1"}) {
    resolver.let_go(name);
    EXPECT_THAT(names_as_they_come(*lookups, 1), ElementsAre(name));
  }
  EXPECT_TRUE(lookups->take_new().empty());
  EXPECT_EQ(lookups->wait_for("1"), address(1));
  EXPECT_EQ(lookups->wait_for("no-1").error().cause, "no-such-name");
}

TEST(AddressLookups, AskForANameOnce) {
  const FakeResolver resolver;
  const auto lookups = lookups_by(resolver.function());
  for (int i = 0; i < 3; ++i) {
    lookups->ask("1");
    EXPECT_EQ(lookups->wait_for("1"), address(1));
  }
  EXPECT_EQ(resolver.asked(), (std::map<std::string, int>{{"1", 1}}));
  EXPECT_EQ(lookups->take_new().size(), 1U);
}

TEST(AddressLookups, AreWaitedForUntilTheDeadline) {
  FakeResolver resolver;
  resolver.hold("1");
  const auto lookups = lookups_by(resolver.function());
  const MonotonicClock clock;
  lookups->ask("1");
  lookups->ask("2");
  EXPECT_TRUE(lookups->wait_for("2", Instant::max()));
  EXPECT_FALSE(lookups->wait_for("1", clock.now() + 1ms));
  EXPECT_FALSE(lookups->wait_for("1", Instant{}));
  EXPECT_TRUE(lookups->wait_for("2", Instant{})) << "what is there is not late";
  resolver.let_go("1");
  EXPECT_TRUE(lookups->wait_for("1", Instant::max()));
}

TEST(AddressLookups, EndingDoesNotWaitForAResolverThatHangs) {
  FakeResolver resolver;
  resolver.hold("1");
  {
    const auto lookups = lookups_by(resolver.function());
    lookups->ask("1");
  }  // the destructor is what is tested: it would hang
  resolver.let_go("1");
}

TEST(AddressLookups, ASignalEndsTheWait) {
  FakeResolver resolver;
  resolver.hold("1");
  const auto lookups = lookups_by(resolver.function());
  const auto signals = StopSignals::open({});
  ASSERT_TRUE(signals.has_value());
  std::thread sender{[waiting = ::pthread_self()] { ::pthread_kill(waiting, SIGTERM); }};
  const auto answer = lookups->wait_for("1");
  sender.join();
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, Errc::io);
  EXPECT_EQ(answer.error().message, "cannot resolve '1': a signal came before the answer");
  EXPECT_FALSE(lookups->wait_for("1", Instant::max())) << "nor is anything else waited for";
}

TEST(AddressLookups, AResolverWithoutMemoryIsTold) {
  const auto lookups = lookups_by([](std::string_view) -> AddressLookups::Answer { throw std::bad_alloc{}; });
  EXPECT_EQ(lookups->wait_for("a").error().cause, "ENOMEM");
}

TEST(AddressLookups, RunWithoutPrivileges) {
  const auto lookups = lookups_by([](std::string_view) -> AddressLookups::Answer {
    const auto status = read_file("/proc/thread-self/status").value();
    const bool has_none =
        status.contains("CapEff:\t0000000000000000\n") && status.contains("CapPrm:\t0000000000000000\n");
    return address(has_none && ::prctl(PR_GET_NO_NEW_PRIVS, 0L, 0L, 0L, 0L) == 1 ? 1 : 0);
  });
  EXPECT_EQ(lookups->wait_for("a"), address(1));
}

}  // namespace
}  // namespace portolan::os
