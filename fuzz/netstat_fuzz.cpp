// Any text as each of the files that netstat's views read: the views stay whole lines, and nothing in them moves a
// terminal's cursor.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "netstat/kernel_text.h"
#include "netstat/views.h"

namespace {

using namespace portolan;

void must(bool holds) {
  if (!holds) std::abort();
}

void must_be_lines(std::string_view text) {
  must(text.empty() || text.back() == '\n');
  for (const char c : text) must(c == '\n' || (static_cast<unsigned char>(c) >= ' ' && c != '\x7f'));
}

void must_be_sound(const netstat::View& view) {
  must_be_lines(view.output);
  must_be_lines(view.errors);
}

// An interface of every name that the text has counters for.
std::vector<netstat::InterfaceFacts> facts_in(std::string_view text) {
  std::vector<netstat::InterfaceFacts> all;
  for (const std::string_view line : netstat::lines_of(text)) {
    const auto counters = netstat::parse_device_counters(line);
    if (!counters) continue;
    netstat::InterfaceFacts facts;
    facts.name = counters->interface;
    facts.flags = static_cast<std::uint16_t>(counters->received.errors);
    facts.type = static_cast<std::uint16_t>(counters->received.dropped);
    facts.hardware_address.fill(static_cast<std::uint8_t>(counters->received.fifo));
    facts.map.port = static_cast<std::uint8_t>(counters->frame);
    all.push_back(facts);
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const std::string_view name = text.substr(0, 64);
  const netstat::Machine machine{
      .read = [&](std::string_view) -> Result<std::string> { return std::string{text}; },
      .interfaces = [&]() -> Result<std::vector<netstat::InterfaceFacts>> { return facts_in(text); },
      .host = [&](const net::IpAddress&) { return name; },
      .network = [&](const net::IpAddress&) { return name; },
      .service = [&](std::string_view, std::uint16_t) { return name; }};
  // The fuzzer finds the other options by making the text longer.
  const bool numeric = size % 2 == 0;
  const netstat::ViewOptions options{.numeric_hosts = numeric,
                                     .numeric_ports = numeric,
                                     .extended = static_cast<int>(size % 3),
                                     .all = true,
                                     .wide = size % 4 < 2,
                                     .inet = true,
                                     .inet6 = true,
                                     .fib = true,
                                     .cache = true};
  for (const auto view :
       {netstat::routes, netstat::interfaces, netstat::groups, netstat::statistics, netstat::masquerade}) {
    must_be_sound(view(machine, options));
  }
  return 0;
}
