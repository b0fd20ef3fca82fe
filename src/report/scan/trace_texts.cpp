#include "report/scan/trace_texts.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "base/escape.h"
#include "base/message.h"
#include "base/text.h"
#include "report/scan/wording.h"

namespace portolan::report {
namespace {

using model::Hop;

// IANA's numbers, which nmap tells of protocols without ports.
std::string_view number_of(std::string_view protocol) {
  using Entry = std::pair<std::string_view, std::string_view>;
  constexpr std::array numbers{Entry{"icmp", "1"}, Entry{"tcp", "6"}, Entry{"udp", "17"}, Entry{"ipv6-icmp", "58"},
                               Entry{"sctp", "132"}};
  const auto found = std::ranges::find(numbers, protocol, &Entry::first);
  return found == numbers.end() ? "?" : found->second;
}

std::string heading(const model::Trace& trace) {
  const std::string protocol = escape_terminal(trace.protocol);
  if (trace.port) return fmt::format("TRACEROUTE (using port {}/{})", trace.port->value(), protocol);
  if (protocol.empty()) return "TRACEROUTE";
  return fmt::format("TRACEROUTE (using proto {}/{})", number_of(trace.protocol), protocol);
}

struct Line {
  std::string hop;
  std::string time;
  std::string who;
};

std::string who(const Hop& hop, const ReportOptions& options) {
  const std::string address = shown_address(*hop.address, options);
  return hop.name.empty() ? address : fmt::format("{} ({})", escape_terminal(hop.name), address);
}

// One a hop, or one for several in a row that kept silent.
std::vector<Line> lines_of(std::span<const Hop> hops, const ReportOptions& options) {
  std::vector<Line> lines;
  for (std::size_t i = 0; i < hops.size(); ++i) {
    const std::string number = std::to_string(hops[i].ttl);
    if (hops[i].address) {
      const auto& time = hops[i].round_trip;
      lines.push_back({number, time ? hop_time(*time) + " ms" : "--", who(hops[i], options)});
      continue;
    }
    std::size_t last = i;
    while (last + 1 < hops.size() && !hops[last + 1].address) ++last;
    lines.push_back({number, last == i ? "..." : fmt::format("... {}", hops[last].ttl), {}});
    i = last;
  }
  return lines;
}

}  // namespace

std::string TraceTexts::tell(const model::HostRecord& host, const ReportOptions& options) {
  if (!host.trace || host.trace->hops.empty()) return {};
  const model::Trace& trace = *host.trace;
  const auto [count, other] = shared(trace);
  const std::vector<Line> lines = lines_of(std::span{trace.hops}.subspan(count), options);
  std::size_t width = std::string_view{"RTT"}.size();
  for (const Line& line : lines) width = std::max(width, line.time.size());
  std::string text = fmt::format("\n{}\nHOP {:<{}} ADDRESS\n", heading(trace), "RTT", width);
  if (count == 1) append(text, "-   Hop 1 is the same as for {}\n", other);
  if (count > 1) append(text, "-   Hops 1-{} are the same as for {}\n", count, other);
  for (const Line& line : lines) {
    if (line.who.empty()) {
      append(text, "{:<3} {}\n", line.hop, line.time);
    } else {
      append(text, "{:<3} {:<{}} {}\n", line.hop, line.time, width, line.who);
    }
  }
  if (options.dialect == Dialect::portolan && trace.hops.back().address != host.address) {
    append(text, "{}\n", translated("The host itself did not answer this."));
  }
  remember(trace, shown_address(host.address, options));
  return text;
}

std::pair<std::size_t, std::string> TraceTexts::shared(const model::Trace& trace) const {
  std::pair<std::size_t, std::string> found;
  std::size_t at = 0;
  for (std::size_t i = 0; i < trace.hops.size(); ++i) {
    const auto next = places_.find({at, trace.hops[i].address});
    if (next == places_.end()) break;
    at = next->second.number;
    if (trace.hops[i].address) found = {i + 1, next->second.host};
  }
  return found;
}

void TraceTexts::remember(const model::Trace& trace, const std::string& host) {
  std::size_t at = 0;
  for (const Hop& hop : trace.hops) {
    auto next = places_.find({at, hop.address});
    if (next == places_.end()) {
      if (places_.size() == most_places) return;
      next = places_.emplace(Step{at, hop.address}, Place{places_.size() + 1, host}).first;
    }
    at = next->second.number;
  }
}

}  // namespace portolan::report
