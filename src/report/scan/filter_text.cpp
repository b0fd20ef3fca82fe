#include "report/scan/filter_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

#include "base/escape.h"
#include "base/text.h"
#include "report/scan/wording.h"

namespace portolan::report {
namespace {

using model::FilterReading;
using model::PortRecord;

constexpr std::string_view script = "portolan-firewall";
constexpr std::string_view nothing =
    "None was seen: whatever was asked is answered as by ports that nothing stands before";

std::string line_of(const FilterReading& reading) {
  if (reading.evidence.empty()) return reading.sentence;
  return fmt::format("{}: {}", reading.sentence, join(reading.evidence, "; "));
}

std::vector<std::string> lines_of(const model::FilterRecord& filter) {
  std::vector<std::string> lines;
  for (const FilterReading& reading : filter.readings) lines.push_back(line_of(reading));
  if (lines.empty()) lines.emplace_back(nothing);
  return lines;
}

bool is_about(const FilterReading& reading, const PortRecord& port) {
  return port.protocol == net::Protocol::tcp && reading.ports.contains(port.port);
}

std::string_view note_of(const FilterReading& reading) {
  if (reading.kind == "refused") return "refused by a filter, not by the port";
  if (reading.kind == "proxy") return "accepted by something else for the host: not confirmed";
  return "";
}

}  // namespace

std::vector<std::string> filter_lines(const model::HostRecord& host, Dialect dialect) {
  if (!host.filter) return {};
  std::vector<std::string> lines = lines_of(*host.filter);
  if (dialect == Dialect::portolan) {
    for (std::string& line : lines) line.insert(0, "  ");
    lines.insert(lines.begin(), "Filter:");
    return lines;
  }
  for (std::string& line : lines) line.insert(0, &line == &lines.back() ? "|_  " : "|   ");
  lines.insert(lines.begin(), fmt::format("| {}:", script));
  lines.insert(lines.begin(), "");
  lines.insert(lines.begin() + 1, "Host script results:");
  return lines;
}

std::string filter_note(const model::HostRecord& host, const PortRecord& port) {
  if (!host.filter) return "";
  for (const FilterReading& reading : host.filter->readings) {
    const std::string_view note = note_of(reading);
    if (note.empty() || !is_about(reading, port)) continue;
    const auto differs = [&](const PortRecord& other) {
      return other.protocol == port.protocol && other.state == port.state && !is_about(reading, other);
    };
    if (!std::ranges::any_of(host.ports, differs)) continue;
    if (!reading.hops_before) return std::string{note};
    return fmt::format("{}, {} {} before the host", note, *reading.hops_before,
                       plural(*reading.hops_before, "hop", "hops"));
  }
  return "";
}

std::string filter_elements(const model::HostRecord& host) {
  if (!host.filter) return "";
  std::string text;
  append(text, "<hostscript><script id=\"{}\" output=\"{}\">", script,
         escape_xml("\n  " + join(lines_of(*host.filter), "\n  ")));
  const auto add = [&text](std::string_view key, const std::string& value) {
    if (!value.empty()) append(text, "<elem key=\"{}\">{}</elem>\n", key, escape_xml(value));
  };
  for (const FilterReading& reading : host.filter->readings) {
    text += "<table>\n";
    add("kind", reading.kind);
    add("ports", to_string(reading.ports));
    add("by", reading.by ? plain_address(*reading.by) : "");
    add("hops_before", reading.hops_before ? std::to_string(*reading.hops_before) : "");
    add("reason", reading.reason);
    add("sentence", reading.sentence);
    text += "<table key=\"evidence\">\n";
    for (const std::string& evidence : reading.evidence) append(text, "<elem>{}</elem>\n", escape_xml(evidence));
    text += "</table>\n</table>\n";
  }
  text += "</script></hostscript>\n";
  return text;
}

}  // namespace portolan::report
