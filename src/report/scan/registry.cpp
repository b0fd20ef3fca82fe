#include "report/scan/registry.h"

#include <algorithm>
#include <array>

#include "report/scan/grepable.h"
#include "report/scan/ndjson.h"
#include "report/scan/normal.h"
#include "report/scan/xml.h"

namespace portolan::report {
namespace {

template <class Report>
std::unique_ptr<model::Sink> make(Output& output, const ReportOptions& options) {
  return std::make_unique<Report>(output, options);
}

constexpr std::array all_formats{
    Format{"normal", 'N', ".nmap", "text for people", true, make<NormalReport>},
    Format{"xml", 'X', ".xml", "nmap's XML", true, make<XmlReport>},
    Format{"grepable", 'G', ".gnmap", "a line or two a host, for grep", true, make<GrepableReport>},
    Format{"json", 'J', ".ndjson", "a JSON object a line, as things happen", false, make<NdjsonReport>},
};

}  // namespace

std::span<const Format> formats() { return all_formats; }
const Format* format_of_letter(char letter) {
  const auto found = std::ranges::find(all_formats, letter, &Format::letter);
  return found == all_formats.end() ? nullptr : &*found;
}

}  // namespace portolan::report
