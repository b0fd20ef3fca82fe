// The same scan from several places: how each port of a host looks from each of them, which is the policy of the
// filters on the way, seen from outside. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/record.h"

namespace portolan::report {

// What was found out from one place.
struct VantageView {
  std::string name;  // as the user named it: "here", "netns:dmz"
  std::vector<model::HostRecord> hosts;
  bool is_whole = false;  // the scan from there came to its end
};

// A table a host, in the order in which the first view has them, and sentences below it of what is open to some places
// only and of what is the same for many ports. Lines are cut to `width` columns where it is given.
std::string vantage_text(std::span<const VantageView> views, std::optional<std::size_t> width);

}  // namespace portolan::report
