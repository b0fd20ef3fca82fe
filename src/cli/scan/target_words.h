// Words that name targets, read as portolan does under its own name or as nmap does. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/dialect.h"
#include "base/result.h"
#include "plan/target_expression.h"
#include "plan/target_set.h"

namespace portolan::cli {

// The expressions in a file. To nmap a comma belongs to the expression it stands in.
std::vector<std::string> target_words(std::string_view text, Dialect dialect);

// To nmap a prefix that is longer than an address means one host: the expression without it. `longest`: 32 or, where
// IPv6 is asked for, 128.
std::string without_long_prefix(std::string_view expression, unsigned longest);

Result<plan::TargetExpression> read_target(std::string_view expression, Dialect dialect, const plan::ZoneOf& zone_of);
Result<plan::TargetExpression> read_exclusion(std::string_view expression, Dialect dialect,
                                              const plan::ZoneOf& zone_of);

// The name that has to be looked up for it; nullptr where there is none to be.
const plan::NamedTarget* name_in(const plan::TargetExpression& target);

}  // namespace portolan::cli
