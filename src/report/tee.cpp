#include "report/tee.h"

#include <algorithm>

namespace portolan::report {

Result<void> Tee::on(const model::Event& event) {
  Result<void> outcome;
  for (Branch& branch : branches_) {
    if (branch.gone) continue;
    Result<void> heard = branch.sink->on(event);
    if (heard) continue;
    if (heard.error().code == Errc::reader_gone) {
      branch.gone = true;
      if (!gone_) gone_ = std::move(heard.error());
    } else if (outcome) {
      outcome = std::move(heard);
    }
  }
  if (!outcome || !gone_) return outcome;
  const auto is_left = [](const Branch& branch) { return branch.kind == Kind::report && !branch.gone; };
  return std::ranges::any_of(branches_, is_left) ? Result<void>{} : fail(*gone_);
}

}  // namespace portolan::report
