// What stands between a scan and its reports under --firewall.
#include "run/judged_filters.h"

#include <gtest/gtest.h>

#include <vector>

namespace portolan::run {
namespace {

class Told final : public model::Sink {
 public:
  Result<void> on(const model::Event& event) override {
    events.push_back(event);
    return {};
  }
  std::vector<model::Event> events;
};

TEST(JudgedFilters, AnswersBecomeReadings) {
  Told told;
  JudgedFilters judged{told};
  model::HostRecord host;
  model::StackAnswer shut;
  shut.kind = model::StackAnswer::Kind::syn_ack;
  shut.port = net::Port{80};
  shut.ttl = 64;
  host.filter.emplace().answers.push_back(shut);
  ASSERT_TRUE(judged.on(host));
  const auto& filter = std::get<model::HostRecord>(told.events.at(0)).filter;
  ASSERT_TRUE(filter);
  EXPECT_TRUE(filter->answers.empty());
  ASSERT_EQ(filter->readings.size(), 1U);
  EXPECT_EQ(filter->readings[0].kind, "proxy");
}

TEST(JudgedFilters, OfSilenceAloneNothingIsSaid) {
  Told told;
  JudgedFilters judged{told};
  model::HostRecord host;
  host.filter.emplace().answers.emplace_back();
  ASSERT_TRUE(judged.on(host));
  EXPECT_FALSE(std::get<model::HostRecord>(told.events.at(0)).filter);
}

TEST(JudgedFilters, WhatWasNotAskedPassesAsItIs) {
  Told told;
  JudgedFilters judged{told};
  model::HostRecord host;
  host.position = 3;
  ASSERT_TRUE(judged.on(host));
  ASSERT_TRUE(judged.on(model::CaughtUp{}));
  EXPECT_EQ(std::get<model::HostRecord>(told.events.at(0)), host);
  EXPECT_EQ(told.events.size(), 2U);
}

}  // namespace
}  // namespace portolan::run
