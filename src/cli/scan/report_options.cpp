#include "cli/scan/report_options.h"

#include <algorithm>
#include <string>

#include "base/escape.h"
#include "base/text.h"
#include "cli/arguments.h"
#include "cli/option_actions.h"
#include "report/scan/registry.h"

namespace portolan::cli {
namespace {

using report::Format;

// An option in the place of the file's name is a name that was forgotten.
Result<void> names_a_file(const Given& given) {
  if (const auto done = not_empty(given); !done) return done;
  const std::string& name = *given.value;
  if (name.front() != '-' || name == "-") return {};
  return fail(Errc::usage,
              fmt::format("{0}: '{1}' looks like an option, not like the name of a file; write {0} ./{1} if it "
                          "is one",
                          given.spelling, escape_terminal(name)));
}

Result<void> one_format(ScanOptions& options, const Given& given) {
  if (const auto done = names_a_file(given); !done) return done;
  const auto* const format = std::ranges::find(report::formats, given.spelling, &Format::option);
  options.outputs.push_back({*format, *given.value});
  return {};
}

// As it was called once (machine-readable).
Result<void> grepable(ScanOptions& options, const Given& given) {
  if (const auto done = names_a_file(given); !done) return done;
  options.outputs.push_back({&report::grepable_format, *given.value, "-oM"});
  return {};
}

// "-oN, -oX and -oG"
std::string options_in_words() {
  std::string text;
  for (const Format* format : report::formats) {
    if (!text.empty()) text += format == report::formats.back() ? " and " : ", ";
    text += format->option;
  }
  return text;
}

Result<void> all_formats(ScanOptions& options, const Given& given) {
  if (const auto done = names_a_file(given); !done) return done;
  if (*given.value == "-") {
    return fail(Errc::usage, fmt::format("{}: standard output cannot hold all formats at once; name a file, or use one "
                                         "of {} with -",
                                         given.spelling, options_in_words()));
  }
  options.outputs.push_back({nullptr, *given.value});
  return {};
}

// "write all formats: base.nmap, base.xml (under the name nmap only those that it knows)". Rows keep views of it.
std::string_view all_formats_summary() {
  static const std::string text = [] {
    std::string files;
    for (const Format* format : report::formats) {
      if (format->extension.empty()) continue;
      append(files, "{}base{}", files.empty() ? "" : ", ", format->extension);
    }
    return fmt::format("write all formats: {} (under the name nmap only those that it knows)", files);
  }();
  return text;
}

Result<void> capture(ScanOptions& options, const Given& given) {
  if (const auto done = names_a_file(given); !done) return done;
  if (options.capture) {
    return fail(Errc::usage,
                fmt::format("{0} '{1}' and {0} '{2}': one capture holds every packet, so name one file", given.spelling,
                            escape_terminal(*options.capture), escape_terminal(*given.value)));
  }
  options.capture = *given.value;
  return {};
}

Result<void> unknown_services(ScanOptions& options, const Given& given) {
  if (const auto done = names_a_file(given); !done) return done;
  if (options.about_services.empty()) options.about_services = given.spelling;
  options.unknown_services = *given.value;
  return {};
}

Result<void> rest_of_scan(ScanOptions& options, const Given& given) {
  if (const auto done = names_a_file(given); !done) return done;
  options.resume = *given.value;
  return {};
}

// nmap takes `-o FILE` for -oN FILE, so -oXfile (no space) would write normal text into "Xfile".
Result<void> old_output(ScanOptions& options, const Given& given) {
  if (const auto done = names_a_file(given); !done) return done;
  const std::string& value = *given.value;
  constexpr std::string_view of_nmap_alone = "AMH";
  const auto has_letter = [&](const Format* format) { return format->option.back() == value.front(); };
  if (of_nmap_alone.contains(value.front()) || std::ranges::any_of(report::formats, has_letter)) {
    return fail(Errc::usage,
                fmt::format("'-o{}' is easily misunderstood; write -o{} {} (with a space), or -oN {}",
                            escape_terminal(value), value.front(),
                            value.size() > 1 ? escape_terminal(value.substr(1)) : "FILE", escape_terminal(value)));
  }
  options.outputs.push_back({&report::normal_format, value, "-o"});
  return {};
}

}  // namespace

std::vector<Option<ScanOptions>> report_rows(std::string_view group) {
  std::vector<Option<ScanOptions>> rows;
  const auto add = [&](std::string_view spelling, std::string_view value, std::string_view summary, auto apply) {
    rows.push_back(
        {{.spellings = {spelling}, .argument = Argument::required, .value = value, .group = group, .summary = summary},
         apply});
  };
  for (const Format* format : report::formats) add(format->option, "<file>", format->summary, one_format);
  add("-oA", "<base>", all_formats_summary(), all_formats);
  add("-oM", "<file>", "", grepable);
  rows.back().spellings = {"-oM", "-m"};
  rows.back().support = Support::unlisted;
  add("-o", "<file>", "", old_output);
  rows.back().support = Support::unlisted;
  rows.push_back({{.spellings = {"--packet-trace"},
                   .group = group,
                   .summary = "show each packet as it is sent or received, and what it means to the scan"},
                  set<&ScanOptions::packet_trace>});
  add("--pcap", "<file>", "write each packet to a pcapng file, with what it means to the scan as its comment", capture);
  add("--save-unknown", "<file>",
      "write down what services said that -sV did not recognise, in a form that the test of a new reader replays",
      unknown_services);
  add("--resume", "<file>",
      "go on with a scan that was cut off: its report (-oN, -oX, -oG, -oJ) says how it was called and which hosts are "
      "done, and gets the rest; no other option stands beside it",
      rest_of_scan);
  return rows;
}

}  // namespace portolan::cli
