// What the entries of option tables do to the words of a command: one function a kind of field.
#pragma once

#include <fmt/core.h>

#include <cstdint>

#include "base/escape.h"
#include "base/result.h"
#include "cli/arguments.h"
#include "cli/values.h"

namespace portolan::cli {

template <class Member>
struct OwnerOf;
template <class Owner, class Value>
struct OwnerOf<Value Owner::*> {
  using Words = Owner;
};
// The struct that a member belongs to.
template <auto Member>
using WordsOf = typename OwnerOf<decltype(Member)>::Words;

template <auto Member>
Result<void> set(WordsOf<Member>& words, const Given& /*given*/) {
  words.*Member = true;
  return {};
}
template <auto Member>
Result<void> clear(WordsOf<Member>& words, const Given& /*given*/) {
  words.*Member = false;
  return {};
}
template <auto Member, auto Value>
Result<void> put(WordsOf<Member>& words, const Given& /*given*/) {
  words.*Member = Value;
  return {};
}
template <auto Member, auto Value>
Result<void> push(WordsOf<Member>& words, const Given& /*given*/) {
  (words.*Member).push_back(Value);
  return {};
}
// -e, -ee
template <auto Member>
Result<void> once_more(WordsOf<Member>& words, const Given& /*given*/) {
  ++(words.*Member);
  return {};
}
// For arguments that mean nothing when empty: mostly a variable that a script forgot to set.
inline Result<void> not_empty(const Given& given) {
  if (given.value->empty()) return fail(Errc::usage, fmt::format("{}: its argument is empty", given.spelling));
  return {};
}
template <auto Member>
Result<void> text(WordsOf<Member>& words, const Given& given) {
  if (const auto done = not_empty(given); !done) return done;
  words.*Member = *given.value;
  return {};
}
template <auto Member>
Result<void> add(WordsOf<Member>& words, const Given& given) {
  if (const auto done = not_empty(given); !done) return done;
  (words.*Member).push_back(*given.value);
  return {};
}
template <auto Member>
Result<void> duration(WordsOf<Member>& words, const Given& given) {
  const auto value = parse_duration(given.spelling, *given.value);
  if (!value) return fail(value.error());
  words.*Member = *value;
  return {};
}

}  // namespace portolan::cli
