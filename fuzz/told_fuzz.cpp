// Any text as the report of a scan that was cut off. What stays of it tells the same hosts, and asks for no further
// cut.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "report/resume/told.h"

namespace {

using namespace portolan;

void must(bool holds) {
  if (!holds) std::abort();
}

std::uint32_t zone_of(std::string_view interface) { return interface == "eth0" ? 7 : 0; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  (void)report::split_command_line(text);
  if (const auto list = report::read_open_list(text, zone_of)) must(list->keep <= size);
  for (const report::Format* format : report::formats_of(text)) {
    const auto head = report::read_head(text, *format);
    if (!head) continue;
    const report::ToldReport told = report::read_told(text, *head, *format, zone_of);
    must(told.keep <= size);
    const std::string_view kept = text.substr(0, told.keep);
    const auto again = report::read_head(kept, *format);
    must(again && again->arguments == head->arguments);
    const report::ToldReport rest = report::read_told(kept, *again, *format, zone_of);
    must(rest.keep <= told.keep && !rest.is_done);
    for (const auto& [address, host] : rest.hosts) must(told.hosts.contains(address));
  }
  return 0;
}
