// What is left after exclusions, against an evaluator that reads the words by itself and tries every address.
#include "plan/exclusions.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "plan/target_set.h"

namespace portolan::plan {
namespace {

using net::IpAddress;

// One target or exclusion, as values and as the words for them.
struct Word {
  bool v6 = false;
  std::array<std::set<unsigned>, 4> octets;  // of IPv4
  unsigned first = 0;                        // last 16 bits of 2001:db8:: or fe80::, with the length of the prefix
  unsigned length = 0;
  bool link_local = false;
  unsigned zone = 0;
  std::string text;
};

// So that all addresses can be tried, and patterns of more than 1,024 runs are among them all the same.
constexpr std::array<unsigned, 6> values{0, 1, 2, 31, 32, 63};

void any_octet(std::set<unsigned>& octet, std::string& text, bool excluded) {
  switch (*rc::gen::inRange(excluded ? 0 : 1, 5)) {
    case 0:
      for (unsigned value = 0; value < 256; ++value) octet.insert(value);
      text += '*';
      return;
    case 1: {
      const unsigned a = *rc::gen::elementOf(values);
      const unsigned b = *rc::gen::elementOf(values);
      for (unsigned value = std::min(a, b); value <= std::max(a, b); ++value) octet.insert(value);
      text += fmt::format("{}-{}", std::min(a, b), std::max(a, b));
      return;
    }
    case 2:  // with gaps, so that the pattern has many runs
      for (unsigned value = *rc::gen::inRange(0U, 2U); value < 64; value += 2) {
        octet.insert(value);
        text += fmt::format("{}{}", octet.size() == 1 ? "" : ",", value);
      }
      return;
    default: {
      const unsigned a = *rc::gen::elementOf(values);
      const unsigned b = *rc::gen::elementOf(values);
      octet = {a, b};
      text += fmt::format("{},{}", a, b);
    }
  }
}

Word any_v4(bool excluded) {
  Word word;
  for (std::size_t i = 0; i < 4; ++i) {
    if (i > 0) word.text += '.';
    if (i == 1 || i == 3) {
      any_octet(word.octets[i], word.text, excluded);
    } else {
      const unsigned value = *rc::gen::inRange(0, 8) == 0 ? 11U : 10U;
      const unsigned other = *rc::gen::inRange(0, 3) == 0 ? 12U : value;
      word.octets[i] = {value, other};
      word.text += fmt::format("{},{}", value, other);
    }
  }
  return word;
}

Word any_v6(bool excluded) {
  Word word{.v6 = true, .octets = {}, .text = {}};
  word.length = *rc::gen::inRange(excluded ? 110U : 118U, 129U);
  word.first = *rc::gen::inRange(0U, 1024U);
  word.link_local = *rc::gen::arbitrary<bool>();
  word.zone = word.link_local ? *rc::gen::inRange(0U, 3U) : 0U;
  word.text = fmt::format("{}::{:x}{}/{}", word.link_local ? "fe80" : "2001:db8", word.first,
                          word.zone == 0 ? "" : fmt::format("%{}", word.zone), word.length);
  return word;
}

Word any_word(bool excluded) { return *rc::gen::inRange(0, 3) == 0 ? any_v6(excluded) : any_v4(excluded); }

// Whether the word means the address; of an exclusion, whether it keeps it from being sent to.
bool means(const Word& word, const IpAddress& address, bool excluded) {
  const auto bytes = address.bytes();
  if (word.v6 == address.is_v4()) return false;
  if (!word.v6) {
    return std::ranges::equal(word.octets, bytes, [](const auto& octet, auto byte) { return octet.contains(byte); });
  }
  if (word.link_local != (bytes[0] == 0xfe)) return false;
  const bool any_zone = excluded && (word.zone == 0 || address.zone() == 0);
  if (word.zone != address.zone() && !any_zone) return false;
  const unsigned value = (unsigned{bytes[13]} << 16U) | (unsigned{bytes[14]} << 8U) | bytes[15];
  return value >> (128 - word.length) == word.first >> (128 - word.length);
}

std::vector<IpAddress> members(const Word& word) {
  std::vector<IpAddress> all;
  if (word.v6) {
    std::array<std::uint8_t, 16> bytes{0x20, 0x01, 0x0d, 0xb8};
    if (word.link_local) bytes = {0xfe, 0x80};
    const unsigned count = 1U << (128 - word.length);
    for (unsigned i = 0; i < count; ++i) {
      const unsigned value = word.first / count * count + i;
      bytes[14] = static_cast<std::uint8_t>(value >> 8U);
      bytes[15] = static_cast<std::uint8_t>(value);
      all.push_back(IpAddress::v6(bytes, word.zone));
    }
    return all;
  }
  for (const unsigned a : word.octets[0]) {
    for (const unsigned b : word.octets[1]) {
      for (const unsigned c : word.octets[2]) {
        for (const unsigned d : word.octets[3]) all.push_back(IpAddress::v4(a << 24U | b << 16U | c << 8U | d));
      }
    }
  }
  return all;
}

RC_GTEST_PROP(ExclusionsProperty, WhatIsLeftIsWhatAnEvaluatorOfEveryAddressLeaves, ()) {
  std::vector<Word> targets(static_cast<std::size_t>(*rc::gen::inRange(1, 4)));
  std::vector<Word> excluded(static_cast<std::size_t>(*rc::gen::inRange(0, 4)));
  for (Word& word : targets) word = any_word(false);
  for (Word& word : excluded) word = any_word(true);
  TargetSet set;
  for (const Word& word : excluded) RC_ASSERT(set.exclude(word.text, {}, {}, {}).has_value());
  for (const Word& word : targets) RC_ASSERT(set.add(word.text, {}, {}, {}).has_value());
  std::vector<IpAddress> left;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    for (const IpAddress& address : members(targets[i])) {
      const auto before = std::span{targets}.first(i);
      if (std::ranges::any_of(before, [&](const Word& word) { return means(word, address, false); })) continue;
      if (std::ranges::any_of(excluded, [&](const Word& word) { return means(word, address, true); })) continue;
      left.push_back(address);
    }
  }
  RC_ASSERT(set.size() == left.size());
  TargetSet::Cursor cursor{set};
  for (std::size_t i = 0; i < left.size(); ++i) {
    const auto target = cursor.next();
    RC_ASSERT(target.has_value());
    RC_ASSERT(target->address == left[i]);
    RC_ASSERT(target->position == i);
    RC_ASSERT(!set.excluded(target->address));
  }
  RC_ASSERT(!cursor.next().has_value());
}

}  // namespace
}  // namespace portolan::plan
