#include "cli/scan/scan_reports.h"

#include <fmt/core.h>

#include <algorithm>
#include <span>
#include <utility>

#include "base/escape.h"
#include "base/version.h"
#include "cli/scan/script_options.h"
#include "cli/values.h"
#include "os/files.h"
#include "os/monotonic_clock.h"
#include "os/net/interfaces.h"
#include "os/standard_streams.h"
#include "os/terminal/terminal.h"
#include "os/wall_clock.h"
#include "report/resume/rest_of_report.h"
#include "report/scan/ordered.h"
#include "report/scan/warnings.h"

namespace portolan::cli {
namespace {

using namespace std::chrono_literals;

constexpr int standard_output = 1;
constexpr int standard_error = 2;

// Warnings and the live line. What cannot be said there cannot be said at all, so errors end here.
class StandardError final : public report::Output {
 public:
  Result<void> write(std::string_view bytes) override {
    if (file_->write(bytes)) (void)file_->flush();
    return {};
  }
  Result<void> flush() override { return {}; }

 private:
  std::unique_ptr<os::OutputFile> file_ = os::OutputFile::standard_error();
};

// Lines to a terminal on which the live line may stand: they take its place, and it is drawn anew below.
class AboveLiveLine final : public report::Output {
 public:
  explicit AboveLiveLine(report::Output& terminal) : terminal_{terminal} {}
  Result<void> write(std::string_view bytes) override { return terminal_.write(fmt::format("\r\x1b[K{}", bytes)); }
  Result<void> flush() override { return terminal_.flush(); }

 private:
  report::Output& terminal_;
};

// A report and the output that keeps its hosts back until many of them can be written at once.
class FlushedReport final : public model::Sink {
 public:
  FlushedReport(std::unique_ptr<model::Sink> report, report::Output& output)
      : report_{std::move(report)}, output_{output} {}
  Result<void> on(const model::Event& event) override {
    return std::holds_alternative<model::CaughtUp>(event) ? output_.flush() : report_->on(event);
  }

 private:
  std::unique_ptr<model::Sink> report_;
  report::Output& output_;
};

report::ReportOptions options_of(const ScanOptions& chosen, Dialect dialect) {
  report::ReportOptions options;
  options.dialect = dialect;
  options.verbosity = chosen.verbosity;
  options.debugging = chosen.debugging;
  options.reason = chosen.show_reason;
  options.open_only = chosen.only_open;
  options.discovery_skipped = chosen.skip_discovery;
  if (chosen.stylesheet) options.stylesheet = chosen.stylesheet_href.value_or("");
  options.stats_every = chosen.stats_every;
  options.calendar = os::local_calendar;
  options.zone_name = os::interface_name;
  options.topics = wanted_topics(chosen, dialect).names;
  return options;
}

bool asks_for_standard_output(const ScanOptions& chosen) {
  return std::ranges::any_of(chosen.outputs, os::names_standard_output, &OutputWord::path);
}

std::string place_of(const std::string& path, const std::tm& now) {
  std::string place = expand_time(path, now);
  return os::names_standard_output(place) ? "-" : place;
}

void add_word(std::vector<PlannedReport>& reports, const OutputWord& word, Dialect dialect, const std::tm& now) {
  if (word.rest_of) {
    reports.push_back({word.format, word.path, word.spelling, word.rest_of});
    return;
  }
  if (word.format == nullptr) {
    for (const report::Format* format : report::formats) {
      const bool is_known = format->known_to_nmap || dialect == Dialect::portolan;
      const bool is_wanted = is_known && !format->extension.empty();
      if (is_wanted) reports.push_back({format, expand_time(word.path, now) + std::string{format->extension}});
    }
    return;
  }
  // nmap keeps one file a format, the last one named.
  if (dialect == Dialect::nmap)
    std::erase_if(reports, [&](const auto& report) { return report.format == word.format; });
  reports.push_back({word.format, place_of(word.path, now), word.spelling});
}

// Two ways to one file would each overwrite what the other wrote. Before anything is opened, because
// opening empties files.
Result<void> check_places(std::span<const PlannedReport> reports) {
  for (std::size_t second = 1; second < reports.size(); ++second) {
    const auto place = os::identity_of(reports[second].path);
    if (!place) continue;
    for (const PlannedReport& first : reports.first(second)) {
      if (os::identity_of(first.path) != place) continue;
      const auto shown = [](const PlannedReport& report) {
        return report.path == "-" ? "standard output"
                                  : fmt::format("{} '{}'", report.option(), escape_terminal(report.path));
      };
      return fail(Errc::usage, fmt::format("{} and {} are the same file; give each a place of its own", shown(first),
                                           shown(reports[second])));
    }
  }
  return {};
}

// A list that is read would be gone with the first word written.
Result<void> check_inputs(std::span<const PlannedReport> reports, const ScanOptions& chosen) {
  const auto check = [&](std::string_view option, std::span<const std::string> paths) -> Result<void> {
    for (const std::string& path : paths) {
      const auto place = path == "-" ? std::nullopt : os::identity_of(path);
      for (const PlannedReport& report : reports) {
        if (!place || os::identity_of(report.path) != place) continue;
        return fail(Errc::usage, fmt::format("{} '{}' is read, and {} would write over it; give the report a place of "
                                             "its own",
                                             option, escape_terminal(path), report.option()));
      }
    }
    return {};
  };
  if (const auto done = check("-iL", chosen.target_files); !done) return done;
  return check("--excludefile", chosen.excluded_files);
}

}  // namespace

Result<std::vector<PlannedReport>> plan_reports(const ScanOptions& chosen, Dialect dialect, const std::tm& now) {
  std::vector<PlannedReport> reports;
  for (const OutputWord& word : chosen.outputs) add_word(reports, word, dialect, now);
  using Kind = PlannedReport::Kind;
  if (chosen.capture) {
    reports.push_back({.path = place_of(*chosen.capture, now), .spelling = "--pcap", .kind = Kind::capture});
  }
  if (chosen.unknown_services) {
    reports.push_back({.path = place_of(*chosen.unknown_services, now),
                       .spelling = "--save-unknown",
                       .kind = Kind::unknown_services});
  }
  for (auto report = reports.begin(); report != reports.end(); ++report) {
    const auto same = std::find_if(std::next(report), reports.end(),
                                   [&](const PlannedReport& other) { return other.path == report->path; });
    if (same == reports.end() || report->path == "/dev/null") continue;  // which holds any number of reports
    const std::string place =
        report->path == "-" ? "standard output" : fmt::format("'{}'", escape_terminal(report->path));
    return fail(Errc::usage, fmt::format("{} and {} both write to {}; give each a place of its own", report->option(),
                                         same->option(), place));
  }
  const bool taken = std::ranges::find(reports, "-", &PlannedReport::path) != reports.end();
  if (!taken && !chosen.quiet) reports.insert(reports.begin(), {&report::normal_format, "-"});
  return reports;
}

std::optional<Duration> progress_interval(const ScanOptions& chosen, bool live_line) {
  constexpr Duration live = 200ms;
  if (!live_line) return chosen.stats_every;
  return chosen.stats_every ? std::min(*chosen.stats_every, live) : live;
}

bool wants_live_line(const ScanOptions& chosen, Dialect dialect) {
  // Callers of nmap take anything on standard error for a complaint.
  return !chosen.packet_trace && dialect == Dialect::portolan && os::is_terminal(standard_error);
}

namespace {

// Who says on standard error what became of something beside the reports. In one call, because it may be the thread of
// any engine that has something to say.
std::function<void(std::string_view)> speaker(const PlannedReport& planned, const ScanOptions& chosen,
                                              Dialect dialect) {
  return [option = planned.option(), dialect, live = wants_live_line(chosen, dialect)](std::string_view sentence) {
    os::write_standard_error(fmt::format("{}{}{}: {}\n", live ? "\r\x1b[K" : "",
                                         dialect == Dialect::portolan ? "portolan: " : "", option, sentence));
  };
}

}  // namespace

// The capture among the reports: a scan goes on for it, and not without it where nothing else is left.
class ScanReports::CaptureReport final : public model::Sink {
 public:
  explicit CaptureReport(const ScanReports& reports) : reports_{reports} {}
  Result<void> on(const model::Event& /*event*/) override {
    const Error* failure = reports_.capture_failure();
    if (failure == nullptr) return {};
    return reports_.packet_options_.capture_is_all ? fail(*failure) : fail(Errc::reader_gone, failure->message);
  }

 private:
  const ScanReports& reports_;
};

// Lines for --stats-every and for keys.
class ScanReports::KeyedStats final : public report::StatsLines {
 public:
  KeyedStats(report::Output& output, const report::ReportOptions& options, const ScanReports& reports)
      : StatsLines{output, options}, reports_{reports} {}

  Result<void> on(const model::Event& event) override {
    const std::uint64_t pressed = reports_.control_ == nullptr ? 0 : reports_.control_->keys_pressed();
    if (pressed != heard_) ask();
    heard_ = pressed;
    return StatsLines::on(event);
  }

 private:
  const ScanReports& reports_;
  std::uint64_t heard_ = 0;
};

Result<std::unique_ptr<ScanReports>> ScanReports::open(const ScanOptions& chosen, Dialect dialect) {
  const auto planned = plan_reports(chosen, dialect, os::local_calendar(os::wall_seconds()));
  if (!planned) return fail(planned.error());
  if (const auto done = check_places(*planned); !done) return fail(done.error());
  if (const auto done = check_inputs(*planned, chosen); !done) return fail(done.error());
  std::unique_ptr<ScanReports> reports{new ScanReports};
  reports->outputs_.push_back(std::make_unique<StandardError>());
  report::Output& standard_error_output = *reports->outputs_.front();
  // The live line makes room before others print, and comes back below the lines that keys ask for.
  if (wants_live_line(chosen, dialect)) {
    reports->outputs_.push_back(std::make_unique<AboveLiveLine>(standard_error_output));
    reports->add_stats(*reports->outputs_.back(), chosen, dialect);
    reports->add(
        std::make_unique<report::StatusLine>(standard_error_output, [] { return os::terminal_width(standard_error); }),
        report::Tee::Kind::companion);
  } else if (dialect == Dialect::portolan) {
    reports->add_stats(standard_error_output, chosen, dialect);
  }
  reports->add(std::make_unique<report::Warnings>(standard_error_output, dialect), report::Tee::Kind::companion);
  for (const PlannedReport& report : *planned) {
    // Who closes standard output and names files wants those only.
    const bool names_files = !chosen.outputs.empty() || chosen.capture || chosen.unknown_services;
    if (report.path == "-" && !asks_for_standard_output(chosen) && names_files && !os::has_standard_output()) continue;
    using Kind = PlannedReport::Kind;
    const auto open = report.kind == Kind::capture            ? &ScanReports::open_capture
                      : report.kind == Kind::unknown_services ? &ScanReports::open_unknown_services
                                                              : &ScanReports::open_report;
    if (const auto done = (*reports.*open)(report, chosen, dialect); !done) return fail(done.error());
  }
  // Where no text is on standard output, which may hold something for a machine. Callers of nmap want no packets there.
  const bool has_text = os::has_standard_output() && std::ranges::any_of(*planned, [](const PlannedReport& report) {
                          return report.path == "-" && report.format == &report::normal_format;
                        });
  if (chosen.packet_trace && !has_text && dialect == Dialect::portolan) reports->share(standard_error_output);
  const bool has_report = std::ranges::any_of(reports->files_, [&](const os::OutputFile* file) {
    return file != reports->capture_.get() && file != reports->unknown_services_file_.get();
  });
  reports->packet_options_.capture_is_all = !has_report && reports->packet_options_.lines.empty();
  // Only now that all of them can be written does any take the place of what was there.
  for (os::OutputFile* file : reports->files_) {
    if (const auto begun = file->begin(); !begun) return fail(begun.error());
  }
  // nmap tells progress where it prints its text.
  if (dialect == Dialect::nmap && reports->text_ != nullptr) {
    reports->add_stats(*reports->text_, chosen, dialect);
  }
  return reports;
}

Result<void> ScanReports::open_report(const PlannedReport& planned, const ScanOptions& chosen, Dialect dialect) {
  const auto mode = chosen.append ? os::OutputFile::Mode::append : os::OutputFile::Mode::replace;
  auto file = planned.rest_of ? os::OutputFile::reopen(planned.path, planned.rest_of->size, planned.rest_of->keep)
                              : os::OutputFile::open(planned.path, mode);
  // A signal ended the wait for its reader. The others are to be complete.
  if (!file && file.error().code == Errc::reader_gone) return {};
  const bool asked_for = planned.path != "-" || asks_for_standard_output(chosen);
  if (!file && !asked_for) return fail(file.error());
  if (!file) return fail(file.error().code, fmt::format("{}: {}", planned.format->option, file.error().message));
  files_.push_back(file->get());
  outputs_.push_back(std::move(*file));
  const bool shows_packets = chosen.packet_trace && planned.format == &report::normal_format;
  report::Output& output = shows_packets ? share(*outputs_.back()) : *outputs_.back();
  report::ReportOptions options = options_of(chosen, dialect);
  options.resumed = planned.rest_of != nullptr;
  // The usual text, as opposed to -oN -, is for somebody who watches.
  if (!asked_for) {
    options.audience = report::Audience::watcher;
    options.color = dialect == Dialect::portolan && os::wants_colour(standard_output);
    text_ = &output;
  }
  std::unique_ptr<model::Sink> report = planned.format->make(output, options);
  if (planned.rest_of) report = std::make_unique<report::RestOfReport>(std::move(report), planned.rest_of->told);
  auto sink = std::make_unique<FlushedReport>(std::move(report), output);
  if (!planned.format->in_order) {
    add(std::move(sink), report::Tee::Kind::report);
    return {};
  }
  // One place where hosts wait for those before them serves all reports.
  if (in_order_ == nullptr) {
    auto tee = std::make_unique<report::Tee>();
    in_order_ = tee.get();
    add(std::make_unique<report::Ordered>(std::move(tee)), report::Tee::Kind::report);
  }
  in_order_->add(*sink, report::Tee::Kind::report);
  sinks_.push_back(std::move(sink));
  return {};
}

// Not one of the reports: the scan goes on without it. There is none where a signal ended the wait for its reader.
Result<void> ScanReports::open_beside(const PlannedReport& planned, const ScanOptions& chosen,
                                      std::unique_ptr<os::OutputFile>& opened) {
  const auto mode = chosen.append ? os::OutputFile::Mode::append : os::OutputFile::Mode::replace;
  auto file = os::OutputFile::open(planned.path, mode, os::OutputFile::Unit::write);
  if (!file && file.error().code == Errc::reader_gone) return {};
  if (!file) return fail(file.error().code, fmt::format("{}: {}", planned.option(), file.error().message));
  opened = std::move(*file);
  files_.push_back(opened.get());
  return {};
}

Result<void> ScanReports::open_capture(const PlannedReport& planned, const ScanOptions& chosen, Dialect dialect) {
  if (planned.path == "-" && os::is_terminal(standard_output)) {
    return fail(Errc::usage, fmt::format("{}: standard output is a terminal, which shows no packets; name a file, or "
                                         "send it on: --pcap - | wireshark -k -i -",
                                         planned.option()));
  }
  if (const auto done = open_beside(planned, chosen, capture_); !done || capture_ == nullptr) return done;
  packet_options_.capture = capture_.get();
  add(std::make_unique<CaptureReport>(*this), report::Tee::Kind::report);
  say_of_capture_ = speaker(planned, chosen, dialect);
  packet_options_.capture_ended = [say = say_of_capture_](const Error& error) {
    // As of a report whose reader has seen enough, nothing is said.
    if (error.code != Errc::reader_gone) say(error.message + "; the capture ends here, the scan goes on");
  };
  return {};
}

Result<void> ScanReports::open_unknown_services(const PlannedReport& planned, const ScanOptions& chosen,
                                                Dialect dialect) {
  std::unique_ptr<os::OutputFile>& file = unknown_services_file_;
  if (const auto done = open_beside(planned, chosen, file); !done || file == nullptr) return done;
  unknown_services_.emplace(*unknown_services_file_);
  say_of_unknown_services_ = speaker(planned, chosen, dialect);
  return {};
}

void ScanReports::on_talk(std::string_view transcripts, const model::ServiceRecord& service) {
  if (!unknown_services_) return;
  const auto done = unknown_services_->add(transcripts, service);
  if (!done && done.error().code != Errc::reader_gone) {
    say_of_unknown_services_(done.error().message + "; no more is saved, the scan goes on");
  }
}

// A place for lines about packets, between the lines of whoever else writes there.
report::Output& ScanReports::share(report::Output& output) {
  auto shared = std::make_unique<report::SharedOutput>(output);
  packet_options_.lines.push_back(shared.get());
  outputs_.push_back(std::move(shared));
  return *outputs_.back();
}

report::PacketLog* ScanReports::log_packets(Instant began, Dialect dialect, bool connects) {
  if (packet_options_.lines.empty() && packet_options_.capture == nullptr) return nullptr;
  const os::ClockSample now = os::sample_clocks();
  if (connects && capture_ != nullptr) {
    say_of_capture_("what is asked by connections is not in the file, because the kernel makes their packets itself");
  }
  packet_options_.zone_name = os::interface_name;
  packet_options_.meanings = dialect == Dialect::portolan;
  packet_options_.program = fmt::format("portolan {}", program_version);
  packet_options_.began = began;
  packet_options_.epoch = now.wall - now.steady.time_since_epoch();
  packets_ = std::make_unique<report::PacketLog>(packet_options_);
  return packets_.get();
}

void ScanReports::add(std::unique_ptr<model::Sink> sink, report::Tee::Kind kind) {
  tee_.add(*sink, kind);
  sinks_.push_back(std::move(sink));
}

void ScanReports::add_stats(report::Output& output, const ScanOptions& chosen, Dialect dialect) {
  add(std::make_unique<KeyedStats>(output, options_of(chosen, dialect), *this), report::Tee::Kind::companion);
}

Result<void> ScanReports::flush() {
  if (packets_ != nullptr) packets_->flush();
  Result<void> result;
  for (const auto& output : outputs_) {
    const auto done = output->flush();
    // A full disk is worse than a reader who has seen enough.
    if (!done && (result || result.error().code == Errc::reader_gone)) result = done;
  }
  const Error* capture = capture_failure();
  const bool is_over = capture != nullptr && (capture->code == Errc::reader_gone || packet_options_.capture_is_all);
  if (result && is_over) result = fail(*capture);
  return result;
}

}  // namespace portolan::cli
