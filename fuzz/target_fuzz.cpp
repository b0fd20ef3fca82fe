// Any text as a list of targets: the first line is excluded, the rest is scanned. What is understood
// must come out as told: every address once, none that is excluded, no more than announced.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <unordered_set>

#include "plan/target_set.h"

namespace {

using namespace portolan;

Result<std::vector<net::IpAddress>> resolve(std::string_view name) {
  if (name.size() % 3 == 0) return fail(Errc::unresolved, "no such name");
  return std::vector{net::IpAddress::v4(0xc6120001), net::IpAddress::v6({0x20, 0x01, 0x0d, 0xb8})};
}

std::uint32_t zone_of(std::string_view interface) { return static_cast<std::uint32_t>(interface.size() % 4); }

void must(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto line = text.find('\n');
  plan::TargetSet targets;
  if (line != std::string_view::npos) {
    for (const auto& expression : plan::split_expressions(text.substr(0, line))) {
      if (const auto read = targets.exclude(expression, {}, resolve, zone_of); !read)
        must(!read.error().message.empty());
    }
  }
  for (const auto& expression : plan::split_expressions(line == std::string_view::npos ? text : text.substr(line))) {
    if (const auto read = targets.add(expression, {}, resolve, zone_of); !read) must(!read.error().message.empty());
  }
  if (targets.size() > 1U << 16U) return 0;
  std::unordered_set<net::IpAddress> seen;
  plan::TargetSet::Cursor cursor{targets};
  while (const auto target = cursor.next()) {
    must(seen.insert(target->address).second);
    must(!targets.excluded(target->address));
  }
  must(seen.size() == targets.size());
  must(cursor.passed() == targets.size());
  return 0;
}
