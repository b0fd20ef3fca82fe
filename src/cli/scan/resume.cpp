#include "cli/scan/resume.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <utility>

#include "base/escape.h"
#include "cli/values.h"
#include "report/scan/registry.h"
#include "report/scan/wording.h"

namespace portolan::cli {
namespace {

using report::Format;
using report::ToldHosts;

// A report that was read back.
struct ReadReport {
  const Format* format = nullptr;
  std::string path;
  std::vector<std::string> arguments;
  report::ToldReport told;
  std::uint64_t size = 0;
};

std::string shown(std::string_view path) { return escape_terminal(path); }

// "'a' and 'b' are"
std::string files_in_words(std::span<const std::string> files) {
  std::string text;
  for (const std::string& file : files) {
    if (!text.empty()) text += &file == &files.back() ? " and " : ", ";
    text += fmt::format("'{}'", shown(file));
  }
  return text + (files.size() == 1 ? " is" : " are");
}

class Resumption {
 public:
  Resumption(const std::string& file, const ResumeSources& sources, const std::tm& now)
      : file_{file}, sources_{sources}, now_{now} {}

  Result<ResumedScan> run() {
    using Step = Result<void> (Resumption::*)();
    for (const Step step : {&Resumption::read_report, &Resumption::read_call, &Resumption::check_call}) {
      if (const auto done = (this->*step)(); !done) return fail(done.error());
    }
    choose_outputs();
    leave_out_told();
    return std::move(scan_);
  }

 private:
  [[nodiscard]] std::unexpected<Error> refuse(std::string_view why) const {
    return fail(Errc::usage, fmt::format("cannot resume '{}': {}", shown(file_), why));
  }

  // Which report it is where two are possible says the call, later.
  Result<void> read_report() {
    auto text = sources_.read(file_);
    if (!text) return fail(Errc::usage, fmt::format("--resume: {}", text.error().message));
    text_ = std::move(*text);
    formats_ = report::formats_of(text_);
    if (formats_.empty()) return refuse("it is no report of a scan, as -oN, -oX, -oG and -oJ write it");
    auto head = report::read_head(text_, *formats_.front());
    if (!head) return refuse(head.error().message);
    head_ = std::move(*head);
    return {};
  }

  Result<void> read_call() {
    const std::vector<std::string>& line = head_.arguments;
    const std::string_view path = line.empty() ? std::string_view{} : std::string_view{line.front()};
    const bool is_nmap = path.substr(path.rfind('/') + 1) == "nmap";
    if (!is_nmap && (line.size() < 2 || line[1] != "scan")) {
      return refuse(fmt::format("`{}` is no command line of a scan", shown(report::command_line(line))));
    }
    scan_.invocation.line = line;
    scan_.invocation.words.assign(line.begin() + (is_nmap ? 1 : 2), line.end());
    scan_.invocation.dialect = is_nmap ? Dialect::nmap : Dialect::portolan;
    auto options = parse_scan_options(scan_.invocation.words);
    if (!options) return refuse(options.error().message);
    scan_.options = std::move(*options);
    return {};
  }

  Result<void> check_call() {
    const ScanOptions& call = scan_.options;
    if (call.help || call.version || call.list_links || call.route_to) return refuse("its command line scans nothing");
    if (call.resume) return refuse("it is itself the rest of another report, which is the one to resume");
    for (const auto* files : {&call.target_files, &call.excluded_files}) {
      if (std::ranges::any_of(*files, [](const std::string& one) { return one == "-" || one == "/dev/stdin"; })) {
        return refuse("its targets came from standard input, of which nothing is left");
      }
    }
    own_ = own_word();
    if (own_ == nullptr) {
      return refuse(
          fmt::format("its command line, `{}`, writes no such file", shown(report::command_line(head_.arguments))));
    }
    report_ = {.format = own_->format, .path = file_, .arguments = head_.arguments, .told = {}, .size = text_.size()};
    if (report_.format == nullptr) report_.format = format_of_extension();
    if (const std::size_t line = report::line_of_next_head(text_, head_, *report_.format); line != 0) {
      return refuse(
          fmt::format("another report begins in the midst of its line {}; give each a file of its own", line));
    }
    report_.told = report::read_told(text_, head_, *report_.format, sources_.zone_of);
    if (report_.told.is_done) {
      return fail(Errc::usage, fmt::format("'{}' is the report of a scan that came to its end, so there is nothing to "
                                           "resume",
                                           shown(file_)));
    }
    return {};
  }

  // Of those that are possible; -oA wrote the file if its name ends so.
  [[nodiscard]] const Format* format_of_extension() const {
    const auto fits = [this](const Format* format) { return file_.ends_with(format->extension); };
    const auto found = std::ranges::find_if(formats_, fits);
    return found == formats_.end() ? formats_.front() : *found;
  }

  // The word of the call that wrote the file: the one that leads to it, else, because it has another name by now, the
  // first one of its format.
  [[nodiscard]] const OutputWord* own_word() const {
    const auto place = sources_.identity_of(file_);
    for (const bool by_place : {true, false}) {
      for (const OutputWord& word : scan_.options.outputs) {
        for (const Format* format : formats_) {
          if (word.path == "-" || (word.format != nullptr && word.format != format)) continue;
          const std::string path =
              expand_time(word.path, now_) + std::string{word.format == nullptr ? format->extension : ""};
          if (!by_place || (place && sources_.identity_of(path) == place)) return &word;
        }
      }
    }
    return nullptr;
  }

  void choose_outputs() {
    std::vector<OutputWord> outputs;
    std::vector<std::string> left;
    for (const OutputWord& word : scan_.options.outputs) {
      if (&word == own_) {
        read_siblings(left);
      } else if (word.path == "-") {
        outputs.push_back(word);
      } else {
        left.push_back(word.format == nullptr ? word.path + ".*" : word.path);
      }
    }
    if (scan_.options.capture && *scan_.options.capture != "-")
      left.push_back(*std::exchange(scan_.options.capture, {}));
    auto& unknown = scan_.options.unknown_services;
    if (unknown && *unknown != "-") left.push_back(*std::exchange(unknown, {}));
    add_output(outputs, report_);
    for (const ReadReport& sibling : siblings_) add_output(outputs, sibling);
    scan_.options.outputs = std::move(outputs);
    if (!left.empty()) {
      scan_.notices.push_back(
          fmt::format("{} not written: only what is resumed is, and what -oA put beside it", files_in_words(left)));
    }
  }

  static void add_output(std::vector<OutputWord>& outputs, const ReadReport& report) {
    CutOffReport rest{.told = report.told.hosts, .keep = report.told.keep, .size = report.size};
    outputs.push_back({report.format, report.path, {}, std::make_shared<const CutOffReport>(std::move(rest))});
  }

  // What -oA put beside the file. One that is not of this scan, or came to its end, stays as it is.
  void read_siblings(std::vector<std::string>& left) {
    const std::string_view extension = report_.format->extension;
    if (own_->format != nullptr || !file_.ends_with(extension)) return;
    const std::string base = file_.substr(0, file_.size() - extension.size());
    for (const Format* format : report::formats) {
      const bool is_known = format->known_to_nmap || scan_.invocation.dialect == Dialect::portolan;
      const std::string path = base + std::string{format->extension};
      if (format == report_.format || format->extension.empty() || !is_known || !sources_.exists(path)) continue;
      auto sibling = read_sibling(*format, path);
      if (!sibling) {
        left.push_back(path);
      } else if (!sibling->told.is_done) {
        siblings_.push_back(std::move(*sibling));
      }
    }
  }

  [[nodiscard]] std::optional<ReadReport> read_sibling(const Format& format, const std::string& path) const {
    const auto text = sources_.read(path);
    if (!text) return std::nullopt;
    ReadReport sibling{.format = &format, .path = path, .arguments = {}, .told = {}, .size = text->size()};
    if (&format == &report::open_list_format) {
      auto told = report::read_open_list(*text, sources_.zone_of);
      if (!told) return std::nullopt;
      sibling.told = std::move(*told);
      // Lines of an earlier scan, to which those of this one were appended, say nothing of this one.
      const auto is_of_another = [this](const auto& host) { return !report_.told.hosts.contains(host.first); };
      if (scan_.options.append) std::erase_if(sibling.told.hosts, is_of_another);
      return sibling;
    }
    const auto formats = report::formats_of(*text);
    if (std::ranges::find(formats, &format) == formats.end()) return std::nullopt;
    const auto head = report::read_head(*text, format);
    if (!head || head->arguments != head_.arguments) return std::nullopt;
    if (report::line_of_next_head(*text, *head, format) != 0) return std::nullopt;
    sibling.told = report::read_told(*text, *head, format, sources_.zone_of);
    return sibling;
  }

  // Done is what all of them tell. A list of open ports says nothing of a host that has none.
  [[nodiscard]] bool is_told_by_all(const net::IpAddress& address, bool has_open) const {
    return std::ranges::all_of(siblings_, [&](const ReadReport& sibling) {
      const bool may_lack = sibling.format == &report::open_list_format && !has_open;
      return may_lack || sibling.told.hosts.contains(address);
    });
  }

  void leave_out_told() {
    for (const auto& [address, host] : report_.told.hosts) {
      if (is_told_by_all(address, host.has_open)) scan_.options.told.push_back(net::to_string(address));
    }
    std::ranges::sort(scan_.options.told);
    scan_.options.resume = file_;
    // Callers of nmap take anything there for a complaint.
    if (sources_.dialect == Dialect::nmap) return;
    const std::size_t count = scan_.options.told.size();
    scan_.notices.push_back(fmt::format("going on with `{}`: {} {} told already",
                                        shown(report::command_line(head_.arguments)), count,
                                        count == 1 ? "host is" : "hosts are"));
  }

  const std::string& file_;
  const ResumeSources& sources_;
  const std::tm& now_;
  std::string text_;
  std::vector<const Format*> formats_;
  report::ReportHead head_;
  const OutputWord* own_ = nullptr;  // of scan_.options, until those are changed
  ReadReport report_;
  std::vector<ReadReport> siblings_;
  ResumedScan scan_;
};

}  // namespace

Result<ResumedScan> resume_scan(const std::string& file, const ResumeSources& sources, const std::tm& now) {
  return Resumption{file, sources, now}.run();
}

}  // namespace portolan::cli
