#include "identify/system/judgement.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <set>
#include <string>
#include <tuple>

namespace portolan::identify {
namespace {

// Nothing is ever less likely than that: whoever has changed one thing is not another system.
constexpr double least_chance = 0.01;
// Beside the classes, whose weights are mostly 1.
constexpr double unknown_weight = 1;
// Services' words about their system.
constexpr double trust_in_words = 0.95;
// A class stands for its kin where it has so much of the kin's likelihood; otherwise the kin is named.
constexpr double enough_of_kin = 0.8;
constexpr std::size_t most_guesses = 5;
constexpr double told_together = 0.9;
constexpr double least_told = 0.05;

// What is in one SYN-ACK's options and windows hangs together, so that all of it is one piece of evidence: together it
// cannot count more than `most` against a class, and beyond as much in its favour only half.
constexpr std::array together{Sign::options, Sign::options_plain, Sign::window, Sign::window_plain, Sign::scale};
const double most_log = std::log(1 / least_chance);

bool is_together(Sign sign) { return std::ranges::find(together, sign) != together.end(); }

// Every word that any class has for the sign.
std::set<std::string_view> words_for(Sign sign) {
  std::set<std::string_view> all;
  for (const SystemClass& one : system_classes()) {
    std::string_view words = one.of(sign);
    while (!words.empty()) {
      const std::size_t bar = words.find('|');
      all.insert(words.substr(0, bar));
      words = bar == std::string_view::npos ? std::string_view{} : words.substr(bar + 1);
    }
  }
  return all;
}

double chance_of_words(const SystemClass& one, std::string_view word) {
  const double usual = usual_chance(Sign::told, word);
  return is_among(word, one.family) ? trust_in_words + (1 - trust_in_words) * usual : (1 - trust_in_words) * usual;
}

double chance_of(const SystemClass& one, Sign sign, std::string_view word) {
  if (sign == Sign::told) return std::max(least_chance, chance_of_words(one, word));
  const double usual = usual_chance(sign, word);
  const std::string_view expected = one.of(sign);
  if (expected.empty()) return usual;
  const double trust = trust_of(one.source);
  const double hit = is_among(word, expected) ? 1.0 / static_cast<double>(alternatives_of(expected)) : 0.0;
  return std::max(least_chance, trust * hit + (1 - trust) * usual);
}

// Of the class against none of the classes.
double log_ratio(const SystemClass& one, const Signs& signs) {
  double alone = 0;
  double group = 0;
  for (std::size_t i = 0; i < sign_count; ++i) {
    const auto sign = static_cast<Sign>(i);
    const std::string_view word = signs.of(sign);
    if (word.empty()) continue;
    const double ratio = std::log(chance_of(one, sign, word) / usual_chance(sign, word));
    (is_together(sign) ? group : alone) += ratio;
  }
  if (group > most_log) group = most_log + (group - most_log) / 2;
  return alone + std::max(group, -most_log);
}

bool says_anything(const Signs& signs) {
  for (std::size_t i = 0; i < sign_count; ++i) {
    if (!signs.of(static_cast<Sign>(i)).empty()) return true;
  }
  return false;
}

model::SystemGuess guess_of(const SystemClass& one, double likelihood, const Signs& signs) {
  model::SystemGuess guess;
  guess.name = one.name;
  guess.type = one.type;
  guess.vendor = one.vendor;
  guess.family = one.family;
  guess.generation = one.generation;
  guess.cpe = one.cpe;
  guess.likelihood = likelihood;
  for (std::size_t i = 0; i < sign_count; ++i) {
    const auto sign = static_cast<Sign>(i);
    const std::string_view word = signs.of(sign);
    const std::string_view expected = sign == Sign::told ? one.family : one.of(sign);
    if (word.empty() || expected.empty()) continue;
    (is_among(word, expected) ? guess.fits : guess.differs).push_back(sign_text(sign, word));
  }
  return guess;
}

// Nobody can tell more than three digits, and nothing is certain.
double stated(double likelihood) { return std::min(0.999, std::round(likelihood * 1000) / 1000); }

std::vector<model::SystemGuess> merged(const Judgement& judged, const Signs& signs) {
  const auto classes = system_classes();
  std::vector<model::SystemGuess> guesses;
  std::set<Kin> seen;
  for (const SystemClass& first : classes) {
    const Kin kin = first.kin;
    if (!seen.insert(kin).second) continue;
    double sum = 0;
    std::size_t best = classes.size();
    for (std::size_t i = 0; i < classes.size(); ++i) {
      if (classes[i].kin != kin) continue;
      sum += judged.classes[i];
      if (best == classes.size() || judged.classes[i] > judged.classes[best]) best = i;
    }
    const KinName* name = name_of(kin);
    if (name == nullptr || judged.classes[best] >= enough_of_kin * sum) {
      for (std::size_t i = 0; i < classes.size(); ++i) {
        if (classes[i].kin == kin) guesses.push_back(guess_of(classes[i], judged.classes[i], signs));
      }
      continue;
    }
    model::SystemGuess whole = guess_of(classes[best], sum, signs);
    whole.name = name->name;
    whole.type = name->type;
    whole.vendor = name->vendor;
    whole.family = name->family;
    whole.generation.clear();
    whole.cpe = name->cpe;
    guesses.push_back(std::move(whole));
  }
  std::ranges::sort(guesses, [](const model::SystemGuess& one, const model::SystemGuess& other) {
    return std::tie(other.likelihood, one.name) < std::tie(one.likelihood, other.name);
  });
  return guesses;
}

}  // namespace

double usual_chance(Sign sign, std::string_view /*word*/) {
  static const std::array<double, sign_count> chances = [] {
    std::array<double, sign_count> all{};
    for (std::size_t i = 0; i < sign_count; ++i) {
      // One word more: all that no class is known for.
      all[i] = 1 / (static_cast<double>(words_for(static_cast<Sign>(i)).size()) + 1);
    }
    std::set<std::string_view> families;
    for (const SystemClass& one : system_classes()) families.insert(one.family);
    all[static_cast<std::size_t>(Sign::told)] = 1 / (static_cast<double>(families.size()) + 1);
    return all;
  }();
  return chances[static_cast<std::size_t>(sign)];
}

Judgement judge(const Signs& signs) {
  const auto classes = system_classes();
  Judgement judged;
  std::vector<double> logs;
  for (const SystemClass& one : classes) logs.push_back(std::log(one.weight) + log_ratio(one, signs));
  const double unknown = std::log(unknown_weight);
  const double highest = std::max(unknown, *std::ranges::max_element(logs));
  double sum = std::exp(unknown - highest);
  for (const double log : logs) sum += std::exp(log - highest);
  for (const double log : logs) judged.classes.push_back(std::exp(log - highest) / sum);
  judged.unknown = std::exp(unknown - highest) / sum;
  return judged;
}

model::SystemStack stack_of(const Signs& signs, Telling telling) {
  model::SystemStack stack;
  if (!says_anything(signs)) {
    stack.unknown = 1;
    return stack;
  }
  const Judgement judged = judge(signs);
  stack.unknown = stated(judged.unknown);
  double told = 0;
  for (model::SystemGuess& guess : merged(judged, signs)) {
    const bool wanted = told < told_together || telling.hardly_likely;
    if (!wanted || guess.likelihood < least_told || stack.guesses.size() == most_guesses) break;
    told += guess.likelihood;
    guess.likelihood = stated(guess.likelihood);
    stack.guesses.push_back(std::move(guess));
  }
  stack.determined = !stack.guesses.empty() && stack.guesses.front().likelihood > 0.5;
  return stack;
}

}  // namespace portolan::identify
