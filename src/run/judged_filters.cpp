#include "run/judged_filters.h"

#include <utility>

#include "identify/filters/readings.h"

namespace portolan::run {

Result<void> JudgedFilters::on(const model::Event& event) {
  const auto* told = std::get_if<model::HostRecord>(&event);
  if (told == nullptr || !told->filter) return sink_.on(event);
  model::HostRecord host = *told;
  identify::judge_filter(host);
  return sink_.on(std::move(host));
}

}  // namespace portolan::run
