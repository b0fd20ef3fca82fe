// Any packet as the answer to a question that is explained: the page stays inert and within its width.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/escape.h"
#include "explain/ladder.h"
#include "explain/page.h"
#include "probe/registry.h"

namespace {

using namespace portolan;

void must(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const auto type : {net::EtherType::ipv4, net::EtherType::ipv6, net::EtherType::arp}) {
    for (const bool whole : {false, true}) {
      explain::Story story;
      story.question = {.target = *net::IpAddress::parse("198.18.0.2"),
                        .port = net::Port{53},
                        .probe = whole ? &probe::tcp_connect : &probe::udp,
                        .whole = whole};
      if (whole) story.connection.emplace();
      story.moments.push_back({.type = type, .bytes = {data, data + size}});
      const std::string page = explain::page_of(story, {});
      for (std::size_t line = 0; line < page.size();) {
        const std::size_t end = page.find('\n', line);
        must(end != std::string::npos);
        const std::string text = page.substr(line, end - line);
        must(escape_terminal(text) == text);
        must(display_width(text) <= explain::page_width);
        line = end + 1;
      }
    }
  }
  return 0;
}
