#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <optional>

#include "base/escape.h"
#include "cli/commands.h"
#include "cli/sockets/listing.h"
#include "cli/sockets/sockets_options.h"
#include "cli/sockets/sockets_plan.h"
#include "os/catalogues.h"
#include "os/files.h"
#include "os/monotonic_clock.h"
#include "os/names/filter_names.h"
#include "os/names/socket_names.h"
#include "os/pause.h"
#include "os/process/namespaces.h"
#include "os/sockets/machine_sockets.h"
#include "os/sockets/socket_events.h"
#include "os/terminal.h"
#include "os/wall_clock.h"
#include "report/sockets/socket_list.h"
#include "sockets/changes.h"
#include "sockets/row_store.h"
#include "sockets/sort.h"
#include "sockets/summary.h"

namespace portolan::cli {
namespace {

using sockets::Row;

constexpr int standard_output = 1;

constexpr std::array<std::string_view, 3> about{
    "Lists the sockets of this machine: what listens, who is connected, and which process, unit and container holds "
    "each. Options have ss's and netstat's names where they mean the same, and stand in any order.",
    "A filter is written in ss's language, as words behind the options or as one word: state listening, sport = :22, "
    "dst 10.0.0.0/8, and, or, not, ( ). docs/filters.md has all of it.",
    "Where no owner is shown, the reason stands in its place: no privilege, another pid namespace, the kernel's own, "
    "not accepted yet, closed, already gone."};

constexpr std::array examples{
    Example{"portolan sockets", "everything"},
    Example{"portolan sockets -tul", "TCP and UDP ports that are open here, and who opened them"},
    Example{"portolan sockets state established and dport = :443", "connections to HTTPS servers"},
    Example{"portolan sockets -ti dst 192.168.0.0/16", "what TCP has measured on the way into a network"},
    Example{"portolan sockets --unix --sort path", "UNIX sockets, and what has become of their files"},
    Example{"portolan sockets --all-namespaces -l --json", "listeners of every container, for a program"},
    Example{"portolan sockets --watch -t", "TCP sockets as they open and close"},
};

// The columns are shown as options are: name, then meaning.
std::vector<const OptionSpec*> options_and_columns() {
  static const std::vector<OptionSpec> columns = [] {
    std::vector<OptionSpec> specs;
    for (const sockets::Column& column : sockets::columns()) {
      specs.push_back(
          {.spellings = {column.name}, .group = "Columns, for --columns and --sort", .summary = column.meaning});
    }
    return specs;
  }();
  std::vector<const OptionSpec*> all = specs_of(sockets_option_table());
  for (const OptionSpec& column : columns) all.push_back(&column);
  return all;
}

HelpPage page() {
  return {.name = "sockets",
          .summary = "list the sockets of this machine and who holds them",
          .usage = "portolan sockets [options] [<filter>]",
          .about = about,
          .options = options_and_columns(),
          .examples = examples};
}

Result<std::string> filter_text(const SocketsOptions& words) {
  if (!words.filter_file.empty()) {
    constexpr std::size_t limit = std::size_t{1} << 20U;
    return os::read_file(words.filter_file, limit);
  }
  std::string text;
  for (const std::string& word : words.expression) text += (text.empty() ? "" : " ") + word;
  return text;
}

Result<std::vector<os::SocketNamespace>> all_namespaces(std::vector<std::string>& gaps) {
  auto found = os::find_network_namespaces(gaps);
  if (!found) return fail(found.error());
  std::vector<os::SocketNamespace> spaces;
  for (os::NetworkNamespace& one : *found) {
    // One's own needs no privilege.
    auto space = spaces.empty() ? os::SocketNamespace::current() : os::SocketNamespace::enter(std::move(one.handle));
    if (space) {
      spaces.push_back(std::move(*space));
    } else {
      gaps.push_back(
          fmt::format("the sockets of network namespace {} are missing: {}", one.inode, space.error().message));
    }
  }
  return spaces;
}

std::uint64_t unix_milliseconds() {
  const auto now = os::wall_time().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

class SocketsRun {
 public:
  SocketsRun(const SocketsOptions& words, SocketsPlan plan) : words_{words}, plan_{std::move(plan)} {
    plan_.query.filter = &plan_.filter;
  }

  Result<void> run() {
    if (const auto ready = get_ready(); !ready) return ready;
    if (words_.watch) return watch();
    if (words_.summary) return summarize();
    return plan_.sort != nullptr ? list_sorted() : list();
  }

 private:
  Result<void> get_ready() {
    if (const auto found = find_spaces(); !found) return found;
    if (words_.resolve || shows("service")) {
      auto services = os::read_services();
      if (!services) return fail(services.error());
      services_.emplace(std::move(*services));
    }
    names_ = os::make_socket_names({.users = true, .services = words_.resolve, .hosts = words_.resolve},
                                   services_ ? &*services_ : nullptr);
    auto output = os::OutputFile::open("-");
    if (!output) return fail(output.error());
    output_ = std::move(*output);
    report::SocketListOptions options{.columns = plan_.columns, .heading = words_.heading, .width = std::nullopt};
    if (os::is_terminal(standard_output)) {
      if (!words_.wide) options.width = os::terminal_width(standard_output);
      options.color = os::wants_colour(standard_output);
    }
    sink_ = report::socket_format_of(words_.format)->make(*output_, *names_, options);
    return {};
  }

  [[nodiscard]] bool shows(std::string_view column) const {
    return std::ranges::find(plan_.columns, sockets::column_of(column)) != plan_.columns.end();
  }

  Result<void> find_spaces() {
    if (words_.all_namespaces) {
      auto spaces = all_namespaces(gaps_);
      if (!spaces) return fail(spaces.error());
      spaces_ = std::move(*spaces);
      return {};
    }
    auto space = words_.network_namespace.empty() ? os::SocketNamespace::current() : named_space();
    if (!space) return fail(space.error());
    spaces_.push_back(std::move(*space));
    return {};
  }

  Result<os::SocketNamespace> named_space() {
    auto handle = os::open_network_namespace(words_.network_namespace);
    if (!handle) return fail(handle.error());
    return os::SocketNamespace::enter(std::move(*handle));
  }

  // Calls `tell` for every row that the words ask for.
  Result<void> each(const std::function<Result<void>(const Row&)>& tell) {
    Result<void> told;
    const auto answer = os::list_sockets(spaces_, plan_.query, [&](const Row& row) {
      if (plan_.wanted != nullptr && !plan_.wanted(row)) return true;
      told = tell(row);
      return told.has_value();
    });
    if (!answer) return fail(answer.error());
    if (!told) return told;
    without_privilege_ = answer->without_privilege;
    gaps_.insert(gaps_.end(), answer->gaps.begin(), answer->gaps.end());
    return {};
  }

  Result<void> list() {
    if (const auto listed = each([this](const Row& row) { return sink_->row(row); }); !listed) return listed;
    return finish();
  }

  Result<void> list_sorted() {
    sockets::RowStore store;
    const auto listed = each([&store](const Row& row) { return store.keep(row), Result<void>{}; });
    if (!listed) return listed;
    std::vector<const Row*> rows;
    for (const Row& row : store.rows()) rows.push_back(&row);
    sockets::sort_rows(rows, *plan_.sort,
                       plan_.backwards ? sockets::Direction::descending : sockets::Direction::ascending, *names_);
    for (const Row* row : rows) {
      if (const auto told = sink_->row(*row); !told) return told;
    }
    return finish();
  }

  Result<void> summarize() {
    sockets::Summary summary;
    const auto listed = each([&summary](const Row& row) { return summary.add(row), Result<void>{}; });
    if (!listed) return listed;
    if (const auto wrote = output_->write(words_.format == "json" ? summary.json() : summary.table()); !wrote)
      return wrote;
    tell_gaps();
    return output_->flush();
  }

  // Until it is ended from outside; what has been told is out by then.
  Result<void> watch() {
    os::SocketEvents events;
    for (const os::SocketNamespace& space : spaces_) {
      if (const auto heard = events.listen(space); !heard) gaps_.push_back(heard.error().message);
    }
    sockets::Changes changes;
    for (;;) {
      const Instant began = clock_.now();
      const auto looked = each([&changes](const Row& row) { return changes.see(row), Result<void>{}; });
      if (!looked) return looked;
      const bool all_heard = events.receive([&](const Row& row) {
        if (is_asked(row)) changes.see_end(row);
      });
      if (!all_heard)
        gaps_.emplace_back("more sockets ended at once than could be heard of: some short ones are missing");
      if (const auto told = tell_changes(changes); !told) return told;
      if (const auto flushed = sink_->flush(); !flushed) return flushed;
      tell_gaps();
      gaps_.clear();
      // A look costs what a listing costs, so it takes no more than a fifth of the time, however much happens.
      const Duration rest = std::max<Duration>(std::chrono::milliseconds{100}, 4 * (clock_.now() - began));
      os::pause_for(std::min<Duration>(rest, words_.interval));
      if (rest < words_.interval) events.wait(words_.interval - rest);
    }
  }

  // Events come for all TCP and UDP sockets.
  [[nodiscard]] bool is_asked(const Row& row) const {
    const auto lists = [&row](const sockets::Source* source) {
      return source->protocol == row.protocol &&
             (source->family == row.family || source->family == sockets::AddressFamily::none);
    };
    return std::ranges::any_of(plan_.query.sources, lists) && plan_.filter.matches(row) &&
           (plan_.wanted == nullptr || plan_.wanted(row));
  }

  Result<void> tell_changes(sockets::Changes& changes) {
    Result<void> told;
    const std::uint64_t now = unix_milliseconds();
    changes.finish_look([&](const Row& row) {
      if (!told) return;
      Row dated = row;
      dated.changed_at = now;
      told = sink_->row(dated);
    });
    return told;
  }

  Result<void> finish() {
    if (const auto finished = sink_->finish(gaps_); !finished) return finished;
    if (const auto flushed = output_->flush(); !flushed) return flushed;
    tell_gaps();
    return {};
  }

  void tell_gaps() {
    cli::tell_gaps(gaps_, told_privilege_ ? 0 : without_privilege_, "sockets");
    told_privilege_ = told_privilege_ || without_privilege_ > 0;
  }

  const SocketsOptions& words_;
  SocketsPlan plan_;
  std::vector<os::SocketNamespace> spaces_;
  std::optional<catalog::Services> services_;
  std::unique_ptr<sockets::RowNames> names_;
  std::unique_ptr<os::OutputFile> output_;
  std::unique_ptr<report::SocketSink> sink_;
  os::MonotonicClock clock_;
  std::vector<std::string> gaps_;
  std::size_t without_privilege_ = 0;
  bool told_privilege_ = false;
};

int run(const Invocation& invocation) {
  const auto words = parse_sockets_words(invocation.words);
  if (!words) return complain(words.error().message), status_refused;
  if (words->help) return print(help_text(page()));
  if (words->version) return print(version_text(invocation.dialect));
  const auto filter = filter_text(*words);
  if (!filter) return complain(filter.error().message), status_refused;
  auto plan = plan_sockets(*words, *filter, os::filter_names());
  if (!plan) return complain(plan.error().message), status_refused;
  if (const auto done = SocketsRun{*words, std::move(*plan)}.run(); !done) {
    complain(done.error().message);
    return done.error().code == Errc::usage || done.error().code == Errc::parse ? status_refused : status_failed;
  }
  return status_done;
}

}  // namespace

const Command sockets_command{"sockets", page, run};

}  // namespace portolan::cli
