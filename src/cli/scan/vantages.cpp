#include "cli/scan/vantages.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/escape.h"
#include "cli/command.h"
#include "model/event_json.h"
#include "os/files.h"
#include "os/process/forked_work.h"
#include "os/process/namespace_thread.h"
#include "os/process/namespaces.h"
#include "os/stop_signals.h"
#include "os/terminal/terminal.h"
#include "report/scan/registry.h"
#include "report/vantages/vantage_table.h"

namespace portolan::cli {
namespace {

constexpr int standard_output = 1;
constexpr int by_signal = 128;  // as a shell has it
constexpr std::string_view here = "here";
constexpr std::string_view namespace_word = "netns:";

Result<os::FileDescriptor> place_of(std::string_view word) {
  return os::open_network_namespace(word.substr(namespace_word.size()));
}

// What belongs to one scan, and cannot be of several.
std::string_view what_is_of_one(const ScanOptions& options) {
  const std::array<std::pair<bool, std::string_view>, 6> all{{
      {options.packet_trace, "--packet-trace"},
      {options.capture.has_value(), "--pcap"},
      {options.unknown_services.has_value(), "--save-unknown"},
      {options.version_trace, "--version-trace"},
      {std::ranges::find(options.target_files, "-") != options.target_files.end(), "-iL -"},
      {std::ranges::find(options.excluded_files, "-") != options.excluded_files.end(), "--excludefile -"},
  }};
  const auto found = std::ranges::find(all, true, &std::pair<bool, std::string_view>::first);
  return found == all.end() ? std::string_view{} : found->second;
}

// Lines of one scan's report as records.
class View {
 public:
  explicit View(std::string name) { view_.name = std::move(name); }

  Result<void> take(std::string_view bytes) {
    rest_ += bytes;
    std::size_t at = 0;
    for (std::size_t feed = rest_.find('\n'); feed != std::string::npos; feed = rest_.find('\n', at)) {
      const auto events = reader_.read(std::string_view{rest_}.substr(at, feed - at));
      if (!events) return fail(events.error());
      for (const model::Event& event : *events) note(event);
      at = feed + 1;
    }
    rest_.erase(0, at);
    return {};
  }
  [[nodiscard]] report::VantageView result() && { return std::move(view_); }

 private:
  void note(const model::Event& event) {
    if (const auto* host = std::get_if<model::HostRecord>(&event)) view_.hosts.push_back(*host);
    if (const auto* end = std::get_if<model::ScanFinished>(&event)) view_.is_whole = end->success && !end->interrupted;
  }

  report::VantageView view_;
  model::EventReader reader_;
  std::string rest_;
};

class AllVantages {
 public:
  AllVantages(const ScanOptions& options, const std::function<int(const ScanOptions&)>& scan)
      : options_{options}, scan_{scan} {}

  int run() {
    if (const auto opened = open_outputs(); !opened) return refuse_before(opened.error());
    for (const std::string& place : options_.from) {
      if (const int status = scan_from(place); status != status_done && !may_go_on(status)) return status;
      if (signal_) break;
    }
    if (shows_table_) {
      const std::optional<std::size_t> width =
          os::is_terminal(standard_output) ? std::optional{os::terminal_width(standard_output)} : std::nullopt;
      if (const int printed = print(report::vantage_text(views_, width)); printed != status_done) return printed;
    }
    for (const auto& file : files_) {
      if (const auto flushed = file->flush(); !flushed) return fail_with(flushed.error());
    }
    return signal_ ? by_signal + *signal_ : status_;
  }

 private:
  Result<void> open_outputs() {
    for (const OutputWord& word : options_.outputs) {
      auto file = os::OutputFile::open(word.path,
                                       options_.append ? os::OutputFile::Mode::append : os::OutputFile::Mode::replace);
      if (!file) return fail(file.error());
      shows_table_ = shows_table_ && word.path != "-";
      files_.push_back(std::move(*file));
    }
    shows_table_ = shows_table_ && !options_.quiet;
    return {};
  }

  // One that failed in the middle has said so, and the other places may still be asked from; one that was refused would
  // be refused from everywhere.
  [[nodiscard]] bool may_go_on(int status) {
    if (status == status_refused) return false;
    status_ = status_failed;
    return true;
  }

  int scan_from(const std::string& place) {
    auto work = os::ForkedWork::begin([&] { return run_guarded([&] { return scan_(from_one(place)); }); });
    if (!work) return fail_with(work.error());
    // Not before: signals are the scan's own matter there.
    auto signals = os::StopSignals::open({});
    if (!signals) return fail_with(signals.error());
    View view{place};
    for (;;) {
      const auto bytes = work->read();
      if (!bytes) return fail_with(bytes.error());
      if (bytes->empty()) break;
      if (const auto taken = view.take(*bytes); !taken) return fail_with(taken.error());
      for (const auto& file : files_) {
        if (const auto written = file->write(*bytes); !written) return fail_with(written.error());
      }
    }
    const int status = work->wait();
    signal_ = os::StopSignals::signal();
    if (!signal_ && status > by_signal) {
      complain(fmt::format("the scan from {} was ended by signal {}", escape_terminal(place), status - by_signal));
    }
    if (status != status_refused) views_.push_back(std::move(view).result());
    return signal_ ? status_done : status;
  }

  [[nodiscard]] ScanOptions from_one(const std::string& place) const {
    ScanOptions one = options_;
    one.from = {place};
    one.outputs = {{.format = &report::ndjson_format, .path = "-"}};
    one.noninteractive = true;
    return one;
  }

  static int refuse_before(const Error& error) {
    complain(error.message);
    return status_refused;
  }
  static int fail_with(const Error& error) {
    complain(error.message);
    return status_failed;
  }

  const ScanOptions& options_;
  const std::function<int(const ScanOptions&)>& scan_;
  std::vector<std::unique_ptr<os::OutputFile>> files_;
  std::vector<report::VantageView> views_;
  bool shows_table_ = true;
  int status_ = status_done;
  std::optional<int> signal_;
};

}  // namespace

Result<void> check_vantages(const ScanOptions& options) {
  for (auto place = options.from.begin(); place != options.from.end(); ++place) {
    const bool is_namespace = place->starts_with(namespace_word) && place->size() > namespace_word.size();
    if (*place != here && !is_namespace) {
      return fail(Errc::usage, fmt::format("--from: '{}' is no place to scan from; write here or netns:NAME",
                                           escape_terminal(*place)));
    }
    if (std::find(options.from.begin(), place, *place) != place) {
      return fail(Errc::usage, fmt::format("--from: '{}' is named twice", escape_terminal(*place)));
    }
    if (*place == here) continue;
    if (const auto found = place_of(*place); !found) return fail(found.error());
  }
  if (options.from.size() < 2) return {};
  for (const OutputWord& word : options.outputs) {
    if (word.format == &report::ndjson_format) continue;
    return fail(Errc::usage, fmt::format("{} holds the scan from one place; those from several go into -oJ",
                                         word.format == nullptr  ? "-oA"
                                         : word.spelling.empty() ? word.format->option
                                                                 : word.spelling));
  }
  const std::string_view one = what_is_of_one(options);
  if (one.empty()) return {};
  return fail(Errc::usage, fmt::format("{} is of one scan, and cannot go with several places to scan from", one));
}

Result<void> go_to_vantage(const ScanOptions& options) {
  if (options.from.empty() || options.from.front() == here) return {};
  const std::string_view name = std::string_view{options.from.front()}.substr(namespace_word.size());
  const auto place = os::open_network_namespace(name);
  if (!place) return fail(place.error());
  const auto moved = os::move_to_network_namespace(*place);
  return moved ? moved : fail(os::cannot_enter(name, moved.error()));
}

int scan_from_all(const ScanOptions& options, const std::function<int(const ScanOptions&)>& scan) {
  return AllVantages{options, scan}.run();
}

}  // namespace portolan::cli
