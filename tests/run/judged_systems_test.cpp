// What stands between a scan and its reports under -O.
#include "run/judged_systems.h"

#include <gtest/gtest.h>

#include <vector>

namespace portolan::run {
namespace {

class Heard final : public model::Sink {
 public:
  Result<void> on(const model::Event& event) override {
    events.push_back(event);
    return {};
  }
  [[nodiscard]] const model::HostRecord& host() const { return std::get<model::HostRecord>(events.at(0)); }
  std::vector<model::Event> events;
};

model::HostRecord answering_host() {
  model::HostRecord host;
  model::SystemRecord& system = host.system.emplace();
  model::StackAnswer answer;
  answer.question = model::StackQuestion::closed_syn;
  answer.kind = model::StackAnswer::Kind::reset;
  answer.tos = 4;
  system.answers.push_back(answer);
  return host;
}

void add_port_that_says(model::HostRecord& host, const std::string& system) {
  model::PortRecord& port = host.ports.emplace_back();
  port.state = model::PortState::open;
  port.identified.emplace().system = system;
}

TEST(JudgedSystems, AnswersBecomeAJudgement) {
  Heard heard;
  JudgedSystems judged{false, heard};
  ASSERT_TRUE(judged.on(answering_host()));
  ASSERT_TRUE(heard.host().system);
  EXPECT_TRUE(heard.host().system->answers.empty());
  EXPECT_EQ(heard.host().system->stacks.size(), 1U);
}

model::SystemRecord judged_with(const std::vector<std::string>& words) {
  Heard heard;
  JudgedSystems judged{false, heard};
  model::HostRecord host = answering_host();
  for (const std::string& word : words) add_port_that_says(host, word);
  EXPECT_TRUE(judged.on(host));
  return *heard.host().system;
}

TEST(JudgedSystems, WhatServicesAgreeOnCounts) {
  const auto silent = judged_with({});
  const auto agreed = judged_with({"Linux", "", "Linux"});
  EXPECT_EQ(agreed.stacks.at(0).guesses.at(0).family, "Linux");
  EXPECT_GT(agreed.stacks.at(0).guesses.at(0).likelihood, silent.stacks.at(0).guesses.at(0).likelihood);
  EXPECT_EQ(judged_with({"Linux", "Windows"}), silent);
}

TEST(JudgedSystems, FamiliesHaveOtherNames) {
  EXPECT_EQ(judged_with({"linux", "RouterOS"}), judged_with({"Linux"}));
  EXPECT_EQ(judged_with({"Darwin"}), judged_with({"macOS"}));
  EXPECT_NE(judged_with({"Darwin"}), judged_with({}));
}

TEST(JudgedSystems, WhatIsNoFamilyTellsNothing) {
  EXPECT_EQ(judged_with({"\x1b[2Jnobody's"}), judged_with({}));
  EXPECT_EQ(judged_with({"Linux", "Unix"}), judged_with({"Linux"}));
}

TEST(JudgedSystems, WhatHasNoSystemPassesAsItIs) {
  Heard heard;
  JudgedSystems judged{false, heard};
  ASSERT_TRUE(judged.on(model::HostRecord{}));
  EXPECT_FALSE(heard.host().system);
  ASSERT_TRUE(judged.on(model::CaughtUp{}));
  EXPECT_EQ(heard.events.size(), 2U);
}

}  // namespace
}  // namespace portolan::run
