// What the entries of option tables do to the options of a command: one function a kind of field.
#pragma once

#include <fmt/core.h>

#include <cstdint>

#include "base/escape.h"
#include "base/message.h"
#include "base/result.h"
#include "cli/arguments.h"
#include "cli/values.h"

namespace portolan::cli {

template <class Member>
struct OwnerOf;
template <class Owner, class Value>
struct OwnerOf<Value Owner::*> {
  using Options = Owner;
};
// The struct that a member belongs to.
template <auto Member>
using OptionsOf = typename OwnerOf<decltype(Member)>::Options;

template <auto Member>
Result<void> set(OptionsOf<Member>& options, const Given& /*given*/) {
  options.*Member = true;
  return {};
}
template <auto Member>
Result<void> clear(OptionsOf<Member>& options, const Given& /*given*/) {
  options.*Member = false;
  return {};
}
template <auto Member, auto Value>
Result<void> put(OptionsOf<Member>& options, const Given& /*given*/) {
  options.*Member = Value;
  return {};
}
template <auto Member, auto Value>
Result<void> push(OptionsOf<Member>& options, const Given& /*given*/) {
  (options.*Member).push_back(Value);
  return {};
}
// -e, -ee
template <auto Member>
Result<void> once_more(OptionsOf<Member>& options, const Given& /*given*/) {
  ++(options.*Member);
  return {};
}
// For arguments that mean nothing when empty: mostly a variable that a script forgot to set.
inline Result<void> not_empty(const Given& given) {
  if (given.value->empty()) return fail(Errc::usage, said("{}: its argument is empty", given.spelling));
  return {};
}
template <auto Member>
Result<void> text(OptionsOf<Member>& options, const Given& given) {
  if (const auto done = not_empty(given); !done) return done;
  options.*Member = *given.value;
  return {};
}
template <auto Member>
Result<void> add(OptionsOf<Member>& options, const Given& given) {
  if (const auto done = not_empty(given); !done) return done;
  (options.*Member).push_back(*given.value);
  return {};
}
template <auto Member>
Result<void> duration(OptionsOf<Member>& options, const Given& given) {
  const auto value = parse_duration(given.spelling, *given.value);
  if (!value) return fail(value.error());
  options.*Member = *value;
  return {};
}

}  // namespace portolan::cli
