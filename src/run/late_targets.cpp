#include "run/late_targets.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace portolan::run {

using model::RemarkCode;

model::Remark left_out(std::string_view place, std::string_view expression, const Error& error) {
  const std::string typed{expression};
  return {RemarkCode::unresolved,
          {std::string{place}, typed, cause_of(error), error.about.empty() ? typed : error.about.front()}};
}

LateTargets::LateTargets(plan::TargetSet known, const plan::TargetOptions& options, const std::vector<LateName>& names,
                         os::AddressLookups& lookups)
    : targets_{std::move(known)}, options_{options}, lookups_{lookups} {
  for (const LateName& late : names) pending_[late.name].push_back(late);
}

LateTargets::News LateTargets::take() {
  News news;
  for (const auto& [name, answer] : lookups_.take_new()) {
    const auto found = pending_.extract(name);
    if (found.empty()) continue;  // known before the scan began
    for (const LateName& late : found.mapped()) {
      if (add(late, answer, news)) break;  // the same name again is nothing new
    }
  }
  return news;
}

// False where the name is left out.
bool LateTargets::add(const LateName& late, const os::AddressLookups::Answer& answer, News& news) {
  const std::uint64_t before = targets_.size();
  const auto resolve = [&answer](std::string_view) { return answer; };
  if (const auto done = targets_.add(late.name, options_, resolve, {}); !done) {
    news.remarks.push_back(left_out(late.place, late.name, done.error()));
    return false;
  }
  plan::TargetSet::Cursor added{targets_, {.kind = plan::TargetOrder::Kind::sequential}, before};
  if (added.at_end()) {
    const auto addresses = plan::targets_among(*answer, options_);
    const auto known =
        std::ranges::find_if(addresses, [this](const net::IpAddress& a) { return !targets_.excluded(a); });
    if (known != addresses.end()) {
      news.remarks.push_back({RemarkCode::named_again, {late.name, net::to_string(*known)}});
    }
  }
  while (auto target = added.next()) news.targets.push_back(std::move(*target));
  return true;
}

model::Remark LateTargets::left_behind() const {
  const auto first =
      std::ranges::min_element(pending_, {}, [](const auto& entry) { return std::string_view{entry.first}; });
  return {RemarkCode::names_pending,
          {std::uint64_t{pending_.size()}, first == pending_.end() ? std::string{} : first->first}};
}

}  // namespace portolan::run
