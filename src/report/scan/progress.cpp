#include "report/scan/progress.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "base/escape.h"
#include "base/text.h"
#include "report/scan/wording.h"

namespace portolan::report {
namespace {

std::uint64_t whole_rate(const model::Progress& progress) {
  const bool sane = std::isfinite(progress.rate) && progress.rate > 0 && progress.rate < 1e15;
  return sane ? static_cast<std::uint64_t>(std::llround(progress.rate)) : 0;
}

std::string clock_after(model::WallTime now, Duration remaining, const ReportOptions& options) {
  return clock_text(now + std::chrono::duration_cast<model::WallTime::duration>(remaining), options.calendar);
}

std::string whole_scan_text(Duration remaining) { return span_text(remaining) + " for the whole scan"; }

std::string stats_text(const model::Progress& progress, const ReportOptions& options) {
  const bool nmap = options.dialect == Dialect::nmap;
  const std::string task = escape_terminal(task_text(progress.task));
  std::string text =
      fmt::format("Stats: {} elapsed; {} {} completed ({} up), {} undergoing {}\n", span_text(progress.elapsed),
                  progress.hosts_done, nmap ? "hosts" : plural(progress.hosts_done, "host", "hosts"), progress.hosts_up,
                  progress.hosts_active, task);
  append(text, "{} Timing: About {:.2f}% done", task, percent_of(progress));
  if (const auto remaining = remaining_of(progress)) {
    append(text, "; ETC: {} ({} remaining)", clock_after(progress.task.time, *remaining, options),
           span_text(*remaining));
  }
  if (!nmap) {
    if (progress.scan_remaining) text += "; " + whole_scan_text(*progress.scan_remaining);
    append(text, "; {} probes/s, {} open {} found", grouped(whole_rate(progress)), progress.open_found,
           plural(progress.open_found, "port", "ports"));
  }
  text += '\n';
  return text;
}

}  // namespace

double percent_of(const model::Progress& progress) {
  const double fraction = std::isfinite(progress.fraction) ? std::clamp(progress.fraction, 0.0, 1.0) : 0.0;
  const double percent = 100 * fraction;
  return fraction < 1 ? std::min(percent, 99.99) : percent;
}

std::optional<Duration> remaining_of(const model::Progress& progress) {
  if (!progress.remaining) return std::nullopt;
  return std::max(*progress.remaining, Duration{});
}

std::string status_line(const model::Progress& progress, std::size_t width) {
  // One decimal, rounded down: a long scan shows movement and never shows more than there is.
  const double percent = std::floor(percent_of(progress) * 10) / 10;
  std::string line = fmt::format("{} {:.1f}%", escape_terminal(task_text(progress.task)), percent);
  const std::array pieces{
      progress.remaining ? fmt::format("{} left", span_text(*progress.remaining)) : std::string{},
      progress.scan_remaining ? whole_scan_text(*progress.scan_remaining) : std::string{},
      fmt::format("{} open", grouped(progress.open_found)),
      fmt::format("{} {} up", grouped(progress.hosts_up), plural(progress.hosts_up, "host", "hosts")),
      fmt::format("{} probes/s", grouped(whole_rate(progress))),
  };
  for (const std::string& piece : pieces) {
    if (piece.empty()) continue;
    if (line.size() + 2 + piece.size() > width) break;
    line += ", " + piece;
  }
  if (line.size() > width) line.resize(width);
  return line;
}

void StatusLine::draw(std::string_view text) {
  if (broken_) return;
  const Result<void> written = terminal_.write(text);
  broken_ = !written || !terminal_.flush();
}

void StatusLine::clear() {
  if (!shown_) return;
  shown_ = false;
  draw("\r\x1b[K");  // ECMA-48 EL: erase from the cursor to the end of the line
}

void StatusLine::show(const model::Progress& progress) {
  // The last column stays free: a character there makes some terminals wrap.
  const std::size_t columns = width_();
  if (columns < 2) return;
  draw("\r" + status_line(progress, columns - 1) + "\x1b[K");
  shown_ = true;
}

Result<void> StatusLine::on(const model::Event& event) {
  if (const auto* progress = std::get_if<model::Progress>(&event)) {
    show(*progress);
  } else {
    clear();
  }
  return {};
}

Result<void> StatsLines::on(const model::Event& event) {
  return model::dispatch(event, [this](const model::Progress& progress) -> Result<void> {
    const bool due = stats_.due(progress.elapsed);
    if (!due && !std::exchange(asked_, false)) return {};
    asked_ = false;
    buffer_.put(stats_text(progress, options_));
    return buffer_.send();
  });
}

}  // namespace portolan::report
