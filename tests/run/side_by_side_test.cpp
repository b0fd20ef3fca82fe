// Engines in threads, their place taken by functions that say what they are told to.
#include "run/side_by_side.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "os/bell.h"

namespace portolan::run {
namespace {

using ::testing::ElementsAre;

class Threads : public testing::Test {
 protected:
  using Work = std::function<model::ScanFinished(model::Sink&, PassedOnControl&)>;

  void add(Work work) {
    auto bell = os::Bell::open();
    ASSERT_TRUE(bell.has_value());
    controls_.push_back(std::make_unique<PassedOnControl>(std::move(*bell)));
    PassedOnControl& control = *controls_.back();
    runs_.push_back({control, [&control, work = std::move(work)](model::Sink& sink) { return work(sink, control); }});
  }

  void forget() {
    runs_.clear();
    controls_.clear();
  }
  model::ScanFinished run(model::Sink& sink, engine::UserControl* control = nullptr, int wake = -1) {
    return run_side_by_side(runs_, control, wake, sink, os::Bell::open().value());
  }

 private:
  std::vector<std::unique_ptr<PassedOnControl>> controls_;
  std::vector<EngineRun> runs_;
};

// An engine that has nothing to do but to wait for the end.
model::ScanFinished wait_for_stop(PassedOnControl& control) {
  while (!control.stop_requested()) os::wait_for_any({control.wake()});
  model::ScanFinished finished;
  finished.interrupted = true;
  return finished;
}

model::HostRecord host_at(std::uint64_t position) {
  model::HostRecord host;
  host.position = position;
  return host;
}

// Nothing is above a thread to catch what its engine throws.
TEST_F(Threads, WhatAnEngineThrowsIsTheErrorOfTheScanAndTheOthersGoOn) {
  const std::vector<std::pair<std::string, std::function<void()>>> throwers{
      {"there is not enough memory for this scan; scan fewer hosts or ports at once", [] { throw std::bad_alloc{}; }},
      {"something else", [] { throw std::runtime_error{"something else"}; }}};
  for (const auto& [sentence, thrower] : throwers) {
    add([](model::Sink&, PassedOnControl&) {
      model::ScanFinished finished;
      finished.hosts_total = 1;
      return finished;
    });
    add([thrower](model::Sink&, PassedOnControl&) -> model::ScanFinished {
      thrower();
      return {};
    });
    class Nothing final : public model::Sink {
      Result<void> on(const model::Event&) override { return {}; }
    } sink;
    const auto finished = run(sink);
    EXPECT_FALSE(finished.success);
    EXPECT_EQ(finished.error, sentence);
    EXPECT_EQ(finished.hosts_total, 1U);
    forget();
  }
}

TEST_F(Threads, OneThreadCallsTheSinkAndNothingIsLostOrOutOfOrder) {
  constexpr std::uint64_t many = 5'000;  // more than the queue has room for
  for (std::uint64_t engine = 0; engine < 3; ++engine) {
    add([engine](model::Sink& sink, PassedOnControl&) -> model::ScanFinished {
      for (std::uint64_t i = 0; i < many; ++i) {
        EXPECT_TRUE(sink.on(host_at(engine * many + i)));
      }
      model::ScanFinished finished;
      finished.hosts_total = many;
      return finished;
    });
  }
  class Collect final : public model::Sink {
   public:
    Result<void> on(const model::Event& event) override {
      EXPECT_EQ(std::this_thread::get_id(), home);
      const std::uint64_t position = std::get<model::HostRecord>(event).position;
      EXPECT_EQ(position % many, next[position / many]++);
      return {};
    }
    const std::thread::id home = std::this_thread::get_id();
    std::map<std::uint64_t, std::uint64_t> next;
  } sink;
  const auto finished = run(sink);
  EXPECT_EQ(finished.hosts_total, 3 * many);
  EXPECT_THAT(sink.next, ElementsAre(testing::Pair(0, many), testing::Pair(1, many), testing::Pair(2, many)));
}

class Nobody final : public model::Sink {
 public:
  Result<void> on(const model::Event&) override { return {}; }
};

model::ScanFinished failed() {
  model::ScanFinished finished;
  model::fail_with(finished, {Errc::io, "the link is gone"});
  return finished;
}

TEST_F(Threads, TheErrorOfOneIsHandedBackAndTheOthersGoOn) {
  std::atomic<bool> has_failed = false;
  add([&has_failed](model::Sink&, PassedOnControl&) {
    has_failed = true;
    return failed();
  });
  add([&has_failed](model::Sink& sink, PassedOnControl& control) {
    while (!has_failed) std::this_thread::yield();
    (void)sink.on(host_at(7));
    model::ScanFinished finished;
    finished.hosts_total = 1;
    finished.interrupted = control.stop_requested();
    return finished;
  });
  Nobody sink;
  const auto finished = run(sink);
  EXPECT_FALSE(finished.success);
  EXPECT_EQ(finished.error, "the link is gone");
  EXPECT_EQ(finished.hosts_total, 1U);
  EXPECT_FALSE(finished.interrupted);
}

TEST_F(Threads, TheErrorOfTheSinkEndsAllAndIsHandedBack) {
  std::atomic<unsigned> stopped = 0;
  for (int i = 0; i < 2; ++i) {
    add([&stopped](model::Sink& sink, PassedOnControl& control) -> model::ScanFinished {
      // Goes on speaking, as an engine would that has not heard yet.
      for (std::uint64_t said = 0; !control.stop_requested(); ++said) (void)sink.on(host_at(said));
      ++stopped;
      model::ScanFinished done;
      done.probes_sent = 7;
      done.interrupted = true;  // as an engine says that was stopped
      return done;
    });
  }
  class FullDisk final : public model::Sink {
   public:
    Result<void> on(const model::Event&) override {
      ++calls;
      return fail(Errc::reader_gone, "the reader is gone");
    }
    unsigned calls = 0;
  } sink;
  const auto finished = run(sink);
  EXPECT_FALSE(finished.success);
  EXPECT_EQ(finished.error, "the reader is gone");
  EXPECT_FALSE(finished.interrupted) << "nobody but the scan itself stopped them";
  EXPECT_EQ(finished.probes_sent, 14U) << "what both have done by then";
  EXPECT_EQ(sink.calls, 1U) << "a sink that failed is not called again";
  EXPECT_EQ(stopped, 2U);
}

// A user whose wishes are set by the test.
class Wishes final : public engine::UserControl {
 public:
  bool stop_requested() override { return stop; }
  bool progress_due() override { return due.exchange(false); }
  std::atomic<bool> stop = false;
  std::atomic<bool> due = false;
};

TEST_F(Threads, WishesOfTheUserReachAll) {
  auto bell = os::Bell::open();
  ASSERT_TRUE(bell.has_value());
  Wishes wishes;
  for (int i = 0; i < 2; ++i) {
    add([](model::Sink& sink, PassedOnControl& control) -> model::ScanFinished {
      while (!control.progress_due()) os::wait_for_any({control.wake()});
      model::Progress progress;
      progress.fraction = 0.5;
      EXPECT_TRUE(sink.on(progress));
      return wait_for_stop(control);
    });
  }
  // The user is asked for progress, and once it is there stops the scan.
  class Impatient final : public model::Sink {
   public:
    Impatient(Wishes& wishes, const os::Bell& bell) : wishes_{wishes}, bell_{bell} {}
    Result<void> on(const model::Event& event) override {
      EXPECT_TRUE(std::holds_alternative<model::Progress>(event));
      ++seen;
      wishes_.stop = true;
      bell_.ring();
      return {};
    }
    unsigned seen = 0;

   private:
    Wishes& wishes_;
    const os::Bell& bell_;
  } sink{wishes, *bell};
  wishes.due = true;
  bell->ring();
  const auto finished = run(sink, &wishes, bell->descriptor());
  EXPECT_TRUE(finished.interrupted);
  EXPECT_EQ(sink.seen, 1U);
}

TEST_F(Threads, AControlWithoutADescriptorIsLookedAtNowAndThen) {
  Wishes wishes;
  wishes.stop = true;
  add([](model::Sink&, PassedOnControl& control) { return wait_for_stop(control); });
  add([](model::Sink&, PassedOnControl& control) { return wait_for_stop(control); });
  Nobody sink;
  const auto finished = run(sink, &wishes);
  EXPECT_TRUE(finished.interrupted);
}

}  // namespace
}  // namespace portolan::run
