#include "engine/answer_details.h"

#include <algorithm>

namespace portolan::engine {

void AnswerDetails::note(std::uint32_t question, std::uint8_t ttl, const std::optional<net::IpAddress>& router) {
  if (!router && !usual_ttl_) usual_ttl_ = ttl;
  const auto place = std::ranges::lower_bound(exceptions_, question, {}, &Exception::question);
  const bool known = place != exceptions_.end() && place->question == question;
  if (!router && ttl == *usual_ttl_) {
    if (known) exceptions_.erase(place);
    return;
  }
  if (known) {
    *place = {question, ttl, router ? number_of(*router) : std::uint8_t{0}};
  } else if (exceptions_.size() < most_exceptions) {
    exceptions_.insert(place, {question, ttl, router ? number_of(*router) : std::uint8_t{0}});
  } else {
    full_ = true;
  }
}

AnswerDetails::Detail AnswerDetails::of(std::uint32_t question) const {
  const auto place = std::ranges::lower_bound(exceptions_, question, {}, &Exception::question);
  if (place == exceptions_.end() || place->question != question) {
    // Once some could not be kept, none of the others is certain to have the usual one.
    return {.ttl = full_ ? std::uint8_t{0} : usual_ttl_.value_or(0), .from = std::nullopt};
  }
  Detail detail{.ttl = place->ttl, .from = std::nullopt};
  if (place->router != 0) detail.from = routers_[place->router - 1U];
  return detail;
}

// 0 when there are too many to tell apart.
std::uint8_t AnswerDetails::number_of(const net::IpAddress& router) {
  const auto found = std::ranges::find(routers_, router);
  if (found != routers_.end()) return static_cast<std::uint8_t>(found - routers_.begin() + 1);
  if (routers_.size() >= most_routers) return 0;
  routers_.push_back(router);
  return static_cast<std::uint8_t>(routers_.size());
}

}  // namespace portolan::engine
