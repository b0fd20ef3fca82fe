// Names that were still looked up when the scan began: their addresses enter it as they come.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "engine/doors.h"
#include "model/remark.h"
#include "os/names/address_lookups.h"
#include "plan/target_set.h"

namespace portolan::run {

// A name among the targets, as typed.
struct LateName {
  std::string name;
  std::string place;  // the file that names it, "" for the command line
};

// What is said of a target that is left out because it has no address.
model::Remark left_out(std::string_view place, std::string_view expression, const Error& error);

class LateTargets final : public engine::LateTargets {
 public:
  // `known`: the plan's targets; what is excluded there stays so, and an address of both is one target. All `names`
  // have been asked for; the look-ups outlive this.
  LateTargets(plan::TargetSet known, const plan::TargetOptions& options, const std::vector<LateName>& names,
              os::AddressLookups& lookups);

  News take() override;
  [[nodiscard]] std::size_t pending() const override { return pending_.size(); }
  [[nodiscard]] model::Remark left_behind() const override;

 private:
  bool add(const LateName& late, const os::AddressLookups::Answer& answer, News& news);

  plan::TargetSet targets_;
  plan::TargetOptions options_;
  std::unordered_map<std::string, std::vector<LateName>> pending_;  // a name may be there twice
  os::AddressLookups& lookups_;
};

}  // namespace portolan::run
