// Any text as a stream of a scan's records. What is read can be written, and reads back as the same.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_value.h"
#include "model/event_json.h"

namespace {

using namespace portolan;

void must(bool holds) {
  if (!holds) std::abort();
}

// Calls `take` with each line.
template <class Take>
void each_line(std::string_view text, Take take) {
  while (!text.empty()) {
    const std::size_t size = std::min(text.find('\n'), text.size());
    take(text.substr(0, size));
    text.remove_prefix(std::min(size + 1, text.size()));
  }
}

// Of hosts only: an open port that its host does not have is told by itself, and belongs to it when it is read back.
std::vector<model::Event> hosts_of(std::string_view text, bool must_read) {
  std::vector<model::Event> hosts;
  model::EventReader reader;
  each_line(text, [&](std::string_view line) {
    auto events = reader.read(line);
    must(events || !must_read);
    if (!events) return;
    for (model::Event& event : *events) {
      if (std::holds_alternative<model::HostRecord>(event)) hosts.push_back(std::move(event));
    }
  });
  return hosts;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  if (const auto value = parse_json(text)) must(parse_json(indented(*value)).has_value());

  const std::vector<model::Event> hosts = hosts_of(text, false);
  std::string written;
  model::EventWriter writer;
  for (const model::Event& host : hosts) writer.write(written, host);
  must(hosts_of(written, true) == hosts);

  model::EventReader reader;
  each_line(text, [&](std::string_view line) {
    const auto events = reader.read(line);
    if (!events) return;
    std::string again;
    model::EventWriter one;
    for (const model::Event& event : *events) one.write(again, event);
    each_line(again, [](std::string_view each) { must(parse_json(each).has_value()); });
  });
  return 0;
}
