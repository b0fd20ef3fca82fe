#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "base/escape.h"
#include "cli/commands.h"
#include "cli/sockets/listing.h"
#include "cli/sockets/sockets_options.h"
#include "cli/sockets/sockets_plan.h"
#include "os/catalogues.h"
#include "os/files.h"
#include "os/names/filter_names.h"
#include "os/names/socket_names.h"
#include "os/terminal/terminal.h"
#include "report/sockets/socket_list.h"
#include "report/sockets/summary_json.h"
#include "run/socket_listing.h"
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
          .examples = examples,
          .missing_of = "ss"};
}

Result<std::string> filter_text(const SocketsOptions& options) {
  if (!options.filter_file.empty()) {
    constexpr std::size_t limit = std::size_t{1} << 20U;
    return os::read_file(options.filter_file, limit);
  }
  return sockets::filter_text_of(options.expression);
}

// Interfaces and ports of the namespace that is asked about.
Result<sockets::FilterNames> names_for(const SocketsOptions& options) {
  if (options.all_namespaces) return os::filter_names_anywhere();
  if (!options.network_namespace.empty()) return os::filter_names_in(options.network_namespace);
  return os::filter_names();
}

class SocketsRun {
 public:
  SocketsRun(const SocketsOptions& options, SocketsPlan plan) : options_{options}, plan_{std::move(plan)} {}

  Result<void> run() {
    if (const auto ready = get_ready(); !ready) return ready;
    if (options_.watch) return watch();
    if (options_.summary) return summarize();
    return plan_.sort != nullptr ? list_sorted() : list();
  }

 private:
  Result<void> get_ready() {
    auto listing = run::SocketListing::open(std::move(plan_.choice));
    if (!listing) return fail(listing.error());
    listing_ = std::move(*listing);
    if (options_.resolve || shows("service")) {
      services_.emplace(services_or_none(unread_));
    }
    names_ = os::make_socket_names({.users = true, .services = options_.resolve, .hosts = options_.resolve},
                                   services_ ? &*services_ : nullptr);
    auto output = os::OutputFile::open("-");
    if (!output) return fail(Errc::usage, output.error().message);  // closed before anything was done
    output_ = std::move(*output);
    report::SocketListOptions options{
        .columns = plan_.columns, .heading = options_.heading, .width = std::nullopt, .goes_on = options_.watch};
    if (os::is_terminal(standard_output)) {
      if (!options_.wide) options.width = os::terminal_width(standard_output);
      options.color = os::wants_colour(standard_output);
    }
    sink_ = report::socket_format_of(options_.format)->make(*output_, *names_, options);
    return {};
  }

  [[nodiscard]] bool shows(std::string_view column) const {
    return std::ranges::find(plan_.columns, sockets::column_of(column)) != plan_.columns.end();
  }

  Result<void> list() {
    if (const auto listed = listing_->each([this](const Row& row) { return sink_->row(row); }); !listed) return listed;
    return finish();
  }

  Result<void> list_sorted() {
    sockets::RowStore store;
    const auto listed = listing_->each([&store](const Row& row) { return store.keep(row), Result<void>{}; });
    if (!listed) return listed;
    std::vector<const Row*> rows;
    for (const Row& row : store.rows()) rows.push_back(&row);
    sockets::sort_rows(rows, *plan_.sort,
                       plan_.backwards ? sockets::Direction::descending : sockets::Direction::ascending, *names_);
    for (const Row* row : rows) {
      if (const auto done = sink_->row(*row); !done) return done;
    }
    return finish();
  }

  Result<void> summarize() {
    sockets::Summary summary;
    const auto listed = listing_->each([&summary](const Row& row) { return summary.add(row), Result<void>{}; });
    if (!listed) return listed;
    const std::vector<model::Remark> gaps = take_gaps();
    const auto wrote =
        output_->write(options_.format == "json" ? report::summary_json(summary, gaps) : summary.table());
    if (!wrote) return wrote;
    if (const auto flushed = output_->flush(); !flushed) return flushed;
    report_gaps(gaps);
    return {};
  }

  // Until it is ended from outside. What was reported is out by then.
  Result<void> watch() {
    return listing_->watch(
        options_.interval, standard_output, [this](const Row& row) { return sink_->row(row); },
        [this]() -> Result<void> {
          if (const auto flushed = sink_->flush(); !flushed) return flushed;
          report_gaps(take_gaps());
          return {};
        });
  }

  Result<void> finish() {
    const std::vector<model::Remark> gaps = take_gaps();
    if (const auto finished = sink_->finish(gaps); !finished) return finished;
    if (const auto flushed = output_->flush(); !flushed) return flushed;
    report_gaps(gaps);
    return {};
  }

  std::vector<model::Remark> take_gaps() {
    std::vector<model::Remark> gaps = listing_->take_gaps();
    for (model::Remark& gap : std::exchange(unread_, {})) gaps.push_back(std::move(gap));
    return gaps;
  }

  void report_gaps(std::span<const model::Remark> gaps) {
    cli::report_gaps(gaps, privilege_reported_ ? 0 : listing_->without_privilege());
    privilege_reported_ = privilege_reported_ || listing_->without_privilege() > 0;
  }

  const SocketsOptions& options_;
  SocketsPlan plan_;
  std::unique_ptr<run::SocketListing> listing_;
  std::optional<catalog::Services> services_;
  std::vector<model::Remark> unread_;  // what could not be read before the listing
  std::unique_ptr<sockets::RowNames> names_;
  std::unique_ptr<os::OutputFile> output_;
  std::unique_ptr<report::SocketSink> sink_;
  bool privilege_reported_ = false;
};

int run(const Invocation& invocation) {
  const auto options = parse_sockets_options(invocation.words);
  if (!options) return complain(options.error().message), status_refused;
  if (options->help) return print(help_text(page()));
  if (options->version) return print(version_text(invocation.dialect));
  const auto filter = filter_text(*options);
  if (!filter) return complain(filter.error().message), status_refused;
  auto names = names_for(*options);
  if (!names) return end_with(names.error());
  names->hosts = family_of_hosts(*options);
  auto plan = plan_sockets(*options, *filter, *names);
  if (!plan) return complain(plan.error().message), status_refused;
  if (const auto done = SocketsRun{*options, std::move(*plan)}.run(); !done) {
    return end_with(done.error());
  }
  return status_done;
}

}  // namespace

const Command sockets_command{.name = "sockets", .page = page, .run = run, .looks_only = true};

}  // namespace portolan::cli
