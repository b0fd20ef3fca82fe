// Which system answers: signs, classes, judgement, ports by stack, and whether what is stated is true as often as it
// says.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>
#include <vector>

#include "base/hash.h"
#include "identify/system/classes.h"
#include "identify/system/judgement.h"
#include "identify/system/signs.h"
#include "identify/system/stacks.h"
#include "model/stack_ports.h"

namespace portolan::identify {
namespace {

using model::StackAnswer;
using model::StackQuestion;
using Kind = StackAnswer::Kind;

std::string alternative(std::string_view words, std::size_t number) {
  for (; number > 0; --number) words.remove_prefix(words.find('|') + 1);
  return std::string{words.substr(0, words.find('|'))};
}

// All signs of which the class's line says something.
Signs by_the_book(const SystemClass& one) {
  Signs signs;
  for (const Known& known : one.known) {
    if (!known.words.empty()) signs.set(known.sign, alternative(known.words, 0));
  }
  return signs;
}

StackAnswer syn_ack(StackQuestion question, std::uint16_t port, std::string options, std::uint16_t window) {
  StackAnswer answer;
  answer.question = question;
  answer.kind = Kind::syn_ack;
  answer.port = net::Port{port};
  answer.ttl = 57;
  answer.dont_fragment = true;
  answer.options = std::move(options);
  answer.window = window;
  return answer;
}

std::vector<StackAnswer> linux_answers() {
  std::vector<StackAnswer> all{
      syn_ack(StackQuestion::scan, 22, "M", 64240),
      syn_ack(StackQuestion::syn_full, 22, "M,S,T,N,W", 65160),
      syn_ack(StackQuestion::syn_again, 22, "M,S,T,N,W", 65160),
      syn_ack(StackQuestion::syn_plain, 22, "M,N,N,S,N,W", 64240),
  };
  all[1].scale = all[2].scale = 7;
  StackAnswer silent;
  silent.question = StackQuestion::syn_fin;
  silent.port = net::Port{22};
  all.push_back(silent);
  StackAnswer reset;
  reset.question = StackQuestion::closed_syn;
  reset.kind = Kind::reset;
  reset.ttl = 57;
  reset.tos = 4;
  all.push_back(reset);
  StackAnswer error;
  error.question = StackQuestion::closed_datagram;
  error.kind = Kind::port_unreachable;
  error.ttl = 57;
  error.tos = 0xc0;
  error.quoted = 328;
  all.push_back(error);
  return all;
}

TEST(Systems, EachLineOfTheTableIsWellFormed) {
  std::set<std::string_view> names;
  for (const SystemClass& one : system_classes()) {
    EXPECT_TRUE(names.insert(one.name).second) << one.name;
    EXPECT_GT(one.weight, 0) << one.name;
    EXPECT_FALSE(one.family.empty() || one.vendor.empty() || one.type.empty()) << one.name;
    std::set<Sign> signs;
    for (const Known& known : one.known) {
      if (known.words.empty()) continue;
      EXPECT_TRUE(signs.insert(known.sign).second) << one.name;
    }
  }
}

TEST(Systems, WhoeverDoesAllThatItsLineSaysIsNamedFirst) {
  for (const SystemClass& one : system_classes()) {
    const model::SystemStack stack = stack_of(by_the_book(one), {});
    ASSERT_FALSE(stack.guesses.empty()) << one.name;
    const KinName* kin = name_of(one.kin);
    const std::string& first = stack.guesses.front().name;
    EXPECT_TRUE(first == one.name || (kin != nullptr && first == kin->name)) << one.name << " is taken for " << first;
    EXPECT_FALSE(stack.guesses.front().fits.empty());
    EXPECT_TRUE(stack.guesses.front().differs.empty()) << one.name;
  }
}

TEST(Systems, NothingSeenIsNothingSaid) {
  const model::SystemStack stack = stack_of({}, {.hardly_likely = true});
  EXPECT_TRUE(stack.guesses.empty());
  EXPECT_FALSE(stack.determined);
  EXPECT_EQ(stack.unknown, 1);
}

TEST(Systems, WhatNoClassDoesIsNotDetermined) {
  Signs odd;
  odd.set(Sign::options, "T,M,T");
  odd.set(Sign::options_plain, "W,W");
  odd.set(Sign::window, "31337");
  odd.set(Sign::hops, "32");
  const model::SystemStack stack = stack_of(odd, {});
  EXPECT_FALSE(stack.determined);
  EXPECT_GT(stack.unknown, 0.5);
}

TEST(Systems, AnswersBecomeSigns) {
  const auto answers = linux_answers();
  const Signs signs = signs_of(answers);
  EXPECT_EQ(signs.of(Sign::options), "M,S,T,N,W");
  EXPECT_EQ(signs.of(Sign::options_plain), "M,N,N,S,N,W");
  EXPECT_EQ(signs.of(Sign::window), "65160");
  EXPECT_EQ(signs.of(Sign::scale), "7");
  EXPECT_EQ(signs.of(Sign::hops), "64");
  EXPECT_EQ(signs.of(Sign::fragments), "df");
  EXPECT_EQ(signs.of(Sign::identification), "zero");
  EXPECT_EQ(signs.of(Sign::syn_fin), "ignored");
  EXPECT_EQ(signs.of(Sign::reset_tos), "copied");
  EXPECT_EQ(signs.of(Sign::error_tos), "c0");
  EXPECT_EQ(signs.of(Sign::quoted), "all");
  EXPECT_EQ(signs.of(Sign::echo_code), "");
}

TEST(Systems, IdentificationsCountOrVary) {
  const auto of = [](std::vector<std::uint16_t> came) { return identification_class(came); };
  EXPECT_EQ(of({}), "");
  EXPECT_EQ(of({7}), "");
  EXPECT_EQ(of({0, 0}), "zero");
  EXPECT_EQ(of({65'534, 65'535, 3}), "counting");
  EXPECT_EQ(of({7, 7}), "varying");
  EXPECT_EQ(of({9'000, 100}), "varying");
}

TEST(Systems, HopLimitsBeginAtPowers) {
  EXPECT_EQ(first_hop_limit(0), 0);
  EXPECT_EQ(first_hop_limit(32), 32);
  EXPECT_EQ(first_hop_limit(33), 64);
  EXPECT_EQ(first_hop_limit(65), 128);
  EXPECT_EQ(first_hop_limit(129), 255);
}

TEST(Systems, LinuxIsToldByWhatItDoesAndNeverForCertain) {
  model::SystemRecord system;
  system.answers = linux_answers();
  judge_system(system, false, "");
  ASSERT_EQ(system.stacks.size(), 1U);
  const model::SystemStack& stack = system.stacks.front();
  EXPECT_TRUE(stack.determined);
  EXPECT_EQ(stack.guesses.front().name, "Linux 4.20 or later");
  EXPECT_GT(stack.guesses.front().likelihood, 0.9);
  EXPECT_LT(stack.guesses.front().likelihood, 1);
  EXPECT_EQ(stack.ports, std::vector{net::Port{22}});
  EXPECT_EQ(system.identification_class, "zero");
  EXPECT_EQ(system.sequences.size(), 3U);
}

// With other windows nobody knows which Linux it is, and all of them share what is known.
TEST(Systems, ClassesThatCannotBeToldApartAreNamedTogether) {
  model::SystemRecord system;
  system.answers = linux_answers();
  for (StackAnswer& answer : system.answers) answer.window = answer.window == 0 ? 0 : 12'345;
  judge_system(system, false, "");
  const model::SystemGuess& first = system.stacks.front().guesses.front();
  EXPECT_EQ(first.name, name_of(Kin::linux_kernel)->name);
  EXPECT_GT(first.likelihood, 0.8);
  EXPECT_EQ(first.generation, "");
}

TEST(Systems, AChangedHopLimitIsEvidenceAgainst) {
  model::SystemRecord system;
  system.answers = linux_answers();
  for (StackAnswer& answer : system.answers) answer.ttl = answer.ttl == 0 ? 0 : 120;
  judge_system(system, false, "");
  const model::SystemGuess& first = system.stacks.front().guesses.front();
  EXPECT_EQ(first.family, "Linux");
  EXPECT_EQ(first.differs, std::vector<std::string>{"first hop limit 128"});
}

TEST(Systems, AForwardedPortIsAnotherSystem) {
  model::SystemRecord system;
  system.answers = linux_answers();
  system.answers.push_back(syn_ack(StackQuestion::scan, 80, "M", 64240));
  StackAnswer other = syn_ack(StackQuestion::scan, 3389, "M", 65535);
  other.ttl = 121;
  system.answers.push_back(other);
  for (const auto question : {StackQuestion::syn_full, StackQuestion::syn_plain}) {
    other = syn_ack(question, 3389, "M,N,W,N,N,S", 65535);
    other.ttl = 121;
    other.scale = 8;
    system.answers.push_back(other);
  }
  judge_system(system, false, "");
  ASSERT_EQ(system.stacks.size(), 2U);
  EXPECT_EQ(system.stacks[0].ports, (std::vector{net::Port{22}, net::Port{80}}));
  EXPECT_EQ(system.stacks[0].guesses.front().family, "Linux");
  EXPECT_EQ(system.stacks[1].ports, std::vector{net::Port{3389}});
  EXPECT_EQ(system.stacks[1].guesses.front().family, "Windows");
}

TEST(Systems, WindowsOfSocketsMakeNoOtherSystem) {
  const std::vector<StackAnswer> answers{syn_ack(StackQuestion::scan, 22, "M", 64240),
                                         syn_ack(StackQuestion::scan, 80, "M", 1000)};
  EXPECT_EQ(model::ports_by_stack(answers).size(), 1U);
}

TEST(Systems, WhatServicesSayCounts) {
  Signs signs;
  signs.set(Sign::hops, "64");
  const double before = judge(signs).classes.front();
  signs.set(Sign::told, "Linux");
  EXPECT_GT(judge(signs).classes.front(), 2 * before);
}

// ---- calibration --------------------------------------------------------------------------------

// Every word that the table has for a sign, and one that it has not.
std::vector<std::string> words_of(Sign sign) {
  std::set<std::string> words{"something else"};
  for (const SystemClass& one : system_classes()) {
    const std::string_view known = one.of(sign);
    for (std::size_t i = 0; !known.empty() && i < alternatives_of(known); ++i) words.insert(alternative(known, i));
  }
  return {words.begin(), words.end()};
}

// What a system of a class shows: mostly what its line says, sometimes anything, and not all of it is seen. nullptr: a
// system of no class.
Signs drawn(Random& random, const SystemClass* one, double seen) {
  Signs signs;
  for (std::size_t i = 0; i < sign_count; ++i) {
    const auto sign = static_cast<Sign>(i);
    if (sign == Sign::told || !random.chance(seen)) continue;
    const auto words = words_of(sign);
    const std::string_view known = one == nullptr ? std::string_view{} : one->of(sign);
    if (!known.empty() && random.chance(trust_of(one->source))) {
      signs.set(sign, alternative(known, random.below(alternatives_of(known))));
    } else {
      signs.set(sign, words[random.below(words.size())]);
    }
  }
  return signs;
}

struct Bin {
  double stated = 0;
  std::size_t right = 0;
  std::size_t count = 0;
};

TEST(Systems, WhatIsStatedIsRightAsOftenAsItSays) {
  Random random{20'260'101};
  const auto classes = system_classes();
  double weights = 1;
  for (const SystemClass& one : classes) weights += one.weight;
  std::array<Bin, 10> bins{};
  for (int round = 0; round < 6'000; ++round) {
    double place = random.unit() * weights;
    const SystemClass* truth = nullptr;
    for (const SystemClass& one : classes) {
      if (place < one.weight && truth == nullptr) truth = &one;
      place -= truth == nullptr ? one.weight : 0;
    }
    constexpr std::array seen{0.1, 0.2, 0.4, 0.8};
    const model::SystemStack stack =
        stack_of(drawn(random, truth, seen[static_cast<std::size_t>(round) % seen.size()]), {});
    if (stack.guesses.empty()) continue;
    const model::SystemGuess& first = stack.guesses.front();
    const KinName* kin = truth == nullptr ? nullptr : name_of(truth->kin);
    const bool right = truth != nullptr && (first.name == truth->name || (kin != nullptr && first.name == kin->name));
    Bin& bin = bins.at(std::min<std::size_t>(9, static_cast<std::size_t>(first.likelihood * 10)));
    bin.stated += first.likelihood;
    bin.right += right ? 1 : 0;
    ++bin.count;
  }
  std::size_t told = 0;
  for (const Bin& bin : bins) {
    // Of fewer draws chance is more than the tolerance.
    if (bin.count < 100) continue;
    ++told;
    const double stated = bin.stated / static_cast<double>(bin.count);
    const double right = static_cast<double>(bin.right) / static_cast<double>(bin.count);
    SCOPED_TRACE(fmt::format("stated {:.2f}, right {:.2f} of {}", stated, right, bin.count));
    EXPECT_GT(right, stated - 0.06);
    EXPECT_LT(right, stated + 0.12);
  }
  EXPECT_GE(told, 5U);
}

}  // namespace
}  // namespace portolan::identify
