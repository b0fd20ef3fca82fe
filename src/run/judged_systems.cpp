#include "run/judged_systems.h"

#include <string>
#include <string_view>
#include <utility>

#include "identify/system/stacks.h"

namespace portolan::run {
namespace {

// What all services that name a system agree on.
std::string told_system(const model::HostRecord& host) {
  std::string told;
  for (const model::PortRecord& port : host.ports) {
    if (!port.identified) continue;
    const std::string_view family = identify::family_named(port.identified->system);
    if (family.empty()) continue;
    if (!told.empty() && told != family) return "";
    told = family;
  }
  return told;
}

}  // namespace

Result<void> JudgedSystems::on(const model::Event& event) {
  const auto* told = std::get_if<model::HostRecord>(&event);
  if (told == nullptr || !told->system) return sink_.on(event);
  model::HostRecord host = *told;
  identify::judge_system(*host.system, hardly_likely_, told_system(host));
  host.system->answers.clear();
  return sink_.on(std::move(host));
}

}  // namespace portolan::run
