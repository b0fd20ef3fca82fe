#include "report/scan/ordered.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <numeric>

#include "tests/report/records.h"

namespace portolan::report {
namespace {

using namespace testing;

// Writes down what comes: positions of hosts, a letter for anything else.
class Recorder : public model::Sink {
 public:
  explicit Recorder(std::string& heard) : heard_{heard} {}
  Result<void> on(const model::Event& event) override {
    if (const auto* host = std::get_if<model::HostRecord>(&event)) {
      heard_ += std::to_string(host->position) + ' ';
      if (host->position == refused) return fail(Errc::io, "disk full");
    } else {
      heard_ += std::holds_alternative<model::ScanFinished>(event) ? "finish " : "other ";
    }
    return {};
  }
  std::optional<std::uint64_t> refused;

 private:
  std::string& heard_;
};

model::HostRecord at(std::uint64_t position) {
  model::HostRecord host;
  host.position = position;
  return host;
}

struct Fixture {
  explicit Fixture(std::size_t most_bytes = Ordered::usual_bytes)
      : recorder{new Recorder{heard}}, ordered{std::unique_ptr<model::Sink>{recorder}, most_bytes} {}
  void hosts(std::initializer_list<std::uint64_t> positions) {
    for (const std::uint64_t position : positions) EXPECT_TRUE(ordered.on(at(position)));
  }
  std::string heard;
  Recorder* recorder;
  Ordered ordered;
};

TEST(Ordered, AHostWaitsForThoseBeforeIt) {
  Fixture order;
  order.hosts({2, 1});
  EXPECT_EQ(order.heard, "");
  order.hosts({0});
  EXPECT_EQ(order.heard, "0 1 2 ");
  order.hosts({3});
  EXPECT_EQ(order.heard, "0 1 2 3 ");
}

TEST(Ordered, OtherEventsPassAndTheEndBringsEverything) {
  Fixture order;
  order.hosts({3, 1});
  EXPECT_TRUE(order.ordered.on(remark("said at once")));
  EXPECT_EQ(order.heard, "other ");
  EXPECT_TRUE(order.ordered.on(finished(2, 2)));
  EXPECT_EQ(order.heard, "other 1 3 finish ");
}

TEST(Ordered, MemoryBoundsTheWait) {
  Fixture order{std::size_t{4} * 1024};
  for (std::uint64_t position = 100; position > 50; --position) order.hosts({position});
  EXPECT_NE(order.heard, "");
  order.hosts({0});
  EXPECT_TRUE(order.heard.ends_with(" 0 ")) << order.heard;  // late, but there
  EXPECT_TRUE(order.ordered.on(finished(51, 51)));
  EXPECT_EQ(std::ranges::count(order.heard, ' '), 52);
}

TEST(Ordered, AnErrorOfAHeldHostIsTold) {
  Fixture order;
  order.recorder->refused = 1;
  order.hosts({1});
  EXPECT_FALSE(order.ordered.on(at(0)));
  order.hosts({5});
  order.recorder->refused = 5;
  EXPECT_FALSE(order.ordered.on(finished(3, 3)));
  EXPECT_TRUE(order.heard.ends_with("finish "));  // the document is ended all the same
}

std::vector<std::uint64_t> shuffled(std::uint64_t count) {
  std::vector<std::uint64_t> positions(count);
  std::iota(positions.begin(), positions.end(), 0);
  for (std::size_t i = 1; i < positions.size(); ++i) {
    std::swap(positions[i], positions[*rc::gen::inRange<std::size_t>(0, i + 1)]);
  }
  return positions;
}

RC_GTEST_PROP(OrderedProperty, InWhateverOrderTheyFinishTheyComeSorted, ()) {
  Fixture order;
  const auto count = *rc::gen::inRange<std::uint64_t>(0, 60);
  std::string sorted;
  for (std::uint64_t i = 0; i < count; ++i) sorted += std::to_string(i) + ' ';
  for (const std::uint64_t position : shuffled(count)) order.hosts({position});
  RC_ASSERT(order.heard == sorted);
}

RC_GTEST_PROP(OrderedProperty, HoweverLittleMemoryEveryHostComesOnce, ()) {
  Fixture order{*rc::gen::inRange<std::size_t>(0, 8000)};
  const auto count = *rc::gen::inRange<std::uint64_t>(0, 60);
  for (const std::uint64_t position : shuffled(count)) order.hosts({position});
  RC_ASSERT(order.ordered.on(finished(1, 1)).has_value());
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::string heard = ' ' + order.heard;
    const std::string word = ' ' + std::to_string(i) + ' ';
    RC_ASSERT(heard.find(word) != std::string::npos && heard.find(word) == heard.rfind(word));
  }
}

}  // namespace
}  // namespace portolan::report
