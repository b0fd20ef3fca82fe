#include "cli/scan/scan_command.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <new>
#include <span>

#include "base/escape.h"
#include "base/message.h"
#include "base/version.h"
#include "catalog/catalog.h"
#include "cli/commands.h"
#include "cli/scan/resume.h"
#include "cli/scan/route_question.h"
#include "cli/scan/scan_options.h"
#include "cli/scan/scan_plan.h"
#include "cli/scan/scan_reports.h"
#include "cli/scan/script_options.h"
#include "cli/scan/vantages.h"
#include "os/catalogues.h"
#include "os/environment.h"
#include "os/files.h"
#include "os/identify/fingerprint_files.h"
#include "os/memory_reserve.h"
#include "os/monotonic_clock.h"
#include "os/names/address_lookups.h"
#include "os/names/resolve.h"
#include "os/net/interfaces.h"
#include "os/net/kernel_routes.h"
#include "os/net/link_list.h"
#include "os/net/link_neighbours.h"
#include "os/packet/packet_link.h"
#include "os/privileges.h"
#include "os/seed.h"
#include "os/terminal/terminal_control.h"
#include "os/wall_clock.h"
#include "probe/registry.h"
#include "report/calendar.h"
#include "report/link_list.h"
#include "run/late_targets.h"
#include "run/scan.h"

namespace portolan::cli {
namespace {

constexpr std::array<std::string_view, 2> about{
    "Finds out which TCP, UDP and SCTP ports of the targets are open, closed or filtered. Targets are names, "
    "addresses, prefixes "
    "(192.168.0.0/24, 2001:db8::/120) and ranges (192.168.0.1-9, 10.0-3.*.1). Options have nmap's names and meanings "
    "and stand in any order; times are seconds or have a unit (500ms, 30s, 5m, 2h).",
    "Scan only machines that are yours or whose owner has agreed."};

constexpr std::array examples{
    Example{"portolan scan localhost", "the 1000 most common TCP ports of this machine"},
    Example{"portolan scan -p- 192.168.1.10", "all ports of one host"},
    Example{"portolan scan -F 192.168.1.0/24", "the 100 most common ports of everything that is up in a network"},
    Example{"portolan scan -sn 192.168.1.0/24 -oG -", "what is up, a line a host"},
    Example{"portolan scan -iL hosts.txt -p 22,80,443 --open -oX today.xml", "hosts from a file, XML into a file"},
};

HelpPage page() {
  return {.name = "scan",
          .summary = "find the open ports of hosts",
          .usage = "portolan scan [options] <target>...",
          .about = about,
          .options = specs_of(scan_option_table()),
          .examples = examples};
}

std::string help_of(Dialect dialect) {
  HelpPage shown = page();
  if (dialect == Dialect::portolan) return help_text(shown);
  shown.usage = "nmap [options] <target>...";
  shown.examples = {};
  return fmt::format("Nmap {} ( {} )\nprovided by portolan {}\n\n{}", nmap_version, nmap_url, program_version,
                     help_text(shown));
}

// What is named is looked up before the scan, unless that takes longer than a person would notice.
constexpr Duration longest_wait_for_names = std::chrono::milliseconds{500};
// Who is asked together with all others on a link answers within half a second (os/net/link_neighbours.h).
constexpr Duration wait_for_neighbours = std::chrono::milliseconds{1200};

constexpr int nmap_usage_status = 255;  // for a line that cannot be taken apart, and for none at all

// How a run ends that never began.
int refuse(Dialect dialect, const Error& error) {
  if (dialect == Dialect::portolan) {
    complain(error.message);
    return status_refused;
  }
  // nmap's statuses: getopt's errors are 255, its own 1.
  if (error.code == Errc::parse) {
    tell(fmt::format("nmap: {}\nSee the output of nmap -h for a summary of options.\n", error.message));
    return nmap_usage_status;
  }
  tell(fmt::format("{}\nQUITTING!\n", error.message));
  return 1;
}

// What is told of this machine in place of a scan.
int print_instead(Dialect dialect, const std::string& text) {
  const std::string begun = dialect == Dialect::portolan
                                ? ""
                                : fmt::format("Starting Nmap {} ( {} ) at {}\n", nmap_version, nmap_url,
                                              report::minute_text(os::wall_time(), os::local_calendar));
  return print(begun + text);
}

int print_links(Dialect dialect) {
  const auto links = os::list_links();
  return links ? print_instead(dialect, report::link_list_text(*links, dialect)) : refuse(dialect, links.error());
}

int print_ways(const ScanOptions& options, Dialect dialect) {
  const auto ways = ways_text(options, dialect);
  return ways ? print_instead(dialect, *ways) : refuse(dialect, ways.error());
}

class ScanRun {
 public:
  // `notices`: what is to be said when the scan begins.
  ScanRun(const Invocation& invocation, const ScanOptions& options, std::span<const std::string> notices = {})
      : invocation_{invocation}, options_{options}, dialect_{invocation.dialect}, notices_{notices} {}

  int run() {
    began_ = clock_.now();
    if (const auto there = go_to_vantage(options_); !there) return refuse(dialect_, there.error());
    // From here on a signal is heard in whatever is waited for, and what was opened becomes a complete document.
    if (const auto done = open_control(); !done) return refuse(dialect_, done.error());
    // nmap's callers find the reason of a failure in the XML, so its reports open before anything can
    // fail. Under its own name portolan touches no file before it knows that it will scan, nor does it under any where
    // a report is to get its rest.
    if (dialect_ == Dialect::nmap && !options_.resume) {
      if (const auto done = open_reports(); !done) return refuse(dialect_, done.error());
    }
    if (const auto ready = get_ready(); !ready) return give_up(ready.error());
    return scan();
  }

 private:
  Result<void> get_ready() {
    using Step = Result<void> (ScanRun::*)();
    // Everything that needs a privilege is open before they are dropped.
    for (const Step step : {&ScanRun::read_services, &ScanRun::make_plan, &ScanRun::read_rules, &ScanRun::open_scan,
                            &ScanRun::open_reports}) {
      if (const auto done = (this->*step)(); !done) return done;
    }
    return os::drop_privileges();
  }

  Result<void> read_services() {
    auto services = os::read_services();
    if (!services) return fail(services.error());
    services_.emplace(std::move(*services));
    return {};
  }

  Result<void> read_rules() {
    if (!prepared_.plan.identify) return {};
    auto fingerprints = os::read_fingerprints(options_.fingerprints);
    if (!fingerprints) return fail(fingerprints.error());
    fingerprints_ = std::move(*fingerprints);
    return {};
  }

  [[nodiscard]] bool raw_packets() const {
    using enum ScanOptions::Privilege;
    if (options_.privilege == tested && dialect_ == Dialect::nmap) {
      // nmap's way to say it once for all calls.
      if (os::has_environment("NMAP_PRIVILEGED")) return true;
      if (os::has_environment("NMAP_UNPRIVILEGED")) return false;
    }
    return options_.privilege == tested ? os::can_send_raw() : options_.privilege == assumed;
  }

  Result<void> make_plan() {
    auto lookups = os::AddressLookups::open(os::resolve);
    if (!lookups) return fail(lookups.error());
    lookups_ = std::move(*lookups);
    const Instant deadline = clock_.now() + longest_wait_for_names;
    const auto prepared =
        prepare_scan(options_, dialect_,
                     {.resolve = [this](std::string_view name) { return lookups_->wait_for(name); },
                      .look_up = [this](std::string_view name) { lookups_->ask(name); },
                      .is_late = [&](std::string_view name) { return !lookups_->wait_for(name, deadline); },
                      .zone_of = os::interface_index,
                      .read = [](std::string_view path) { return os::read_file(path); },
                      .links = os::links_with_ipv6,
                      .neighbours = [](const auto& links) { return os::neighbours_on(links, wait_for_neighbours); },
                      .services = *services_,
                      .routes_missing = os::KernelRoutes::missing(),
                      .packets_missing = os::PacketLink::missing(),
                      .raw_packets = raw_packets()},
                     prepared_);
    if (!prepared) return fail(prepared.error());
    if (!options_.seed) prepared_.plan.seed = os::draw_seed();
    if (!prepared_.late.empty()) {
      late_.emplace(prepared_.plan.targets, prepared_.target_options, prepared_.late, *lookups_);
    }
    return {};
  }

  Result<void> open_control() {
    auto control = os::TerminalControl::open(
        {.interval = progress_interval(options_, wants_live_line(options_, dialect_)), .keys = false});
    if (!control) return fail(control.error());
    control_ = std::move(*control);
    return {};
  }

  Result<void> open_scan() {
    auto scan = run::OpenScan::open(prepared_.plan, *services_, {},
                                    {.names = {.servers = options_.dns_servers, .system = options_.system_dns},
                                     .control = control_.get(),
                                     .wake = control_->wake(),
                                     .threads = static_cast<unsigned>(options_.threads.value_or(1)),
                                     .late = late_ ? &*late_ : nullptr,
                                     .whole_packets = options_.capture.has_value(),
                                     .talk_trace = talk_trace(),
                                     .fingerprints = &fingerprints_});
    if (!scan) return fail(scan.error());
    scan_ = std::move(*scan);
    return {};
  }

  run::TalkTrace talk_trace() {
    if (!options_.version_trace && !options_.unknown_services) return {};
    return [this](std::string_view transcripts, const model::ServiceRecord& service) {
      if (options_.version_trace) os::write_standard_error(transcripts);
      reports_->on_talk(transcripts, service);
    };
  }

  Result<void> open_reports() {
    if (reports_ != nullptr) return {};
    auto reports = ScanReports::open(options_, dialect_);
    if (!reports) return fail(reports.error());
    reports_ = std::move(*reports);
    return {};
  }

  // Reports that are open already become complete documents that state the failure. Whoever stops a scan that waits for
  // names or for a list has begun it, and gets all the documents that were asked for. What went wrong without the
  // signal is an error as ever.
  int give_up(const Error& error) {
    const auto signal = error.cause == "EINTR" ? control_->signal() : std::nullopt;
    if (signal) {
      if (const auto opened = open_reports(); !opened) say(opened.error().message);
    }
    if (reports_ != nullptr) {
      (void)(signal ? first_words(reports_->sink()) : start());
      const auto done = finish(signal ? interrupted() : failed_with(error));
      if (!done && done.error().code != Errc::reader_gone) say(done.error().message);
    }
    if (signal) return 128 + *signal;
    return refuse(dialect_, {error.code == Errc::parse ? Errc::usage : error.code, error.message});
  }

  int scan() {
    for (const std::string& notice : notices_) {
      dialect_ == Dialect::portolan ? complain(notice) : tell(fmt::format("{}\n", notice));
    }
    if (!options_.noninteractive) control_->hear_keys();
    reports_->watch_keys(*control_);
    const model::ScanFinished finished = scan_into(reports_->sink());
    const auto done = finish(finished);
    control_->nothing_left();
    const auto signal = control_->signal();
    const bool nobody_reads = !done && done.error().code == Errc::reader_gone;
    // Whoever stalls keeps no scan from its end, nor from saying what ended it.
    if (nobody_reads && signal) return 128 + *signal;
    if (nobody_reads && dialect_ == Dialect::portolan) return status_reader_gone;
    if (!finished.success) {
      say(finished.error);
      return status_failed;
    }
    if (!done) {
      say(done.error().message);
      return status_failed;
    }
    // A signal that came when all was done interrupted nothing, and the reports say so.
    if (finished.interrupted && signal) return 128 + *signal;
    const bool is_whole = reports_->capture_failure() == nullptr && reports_->unknown_services_failure() == nullptr;
    return is_whole ? status_done : status_failed;
  }

  model::ScanFinished scan_into(model::Sink& sink) {
    if (const auto done = first_words(sink); !done) return failed_with(done.error());
    model::ScanFinished finished = run_scan(sink);
    const bool may_be_nobody = options_.resume.has_value();  // all others are told
    if (dialect_ == Dialect::portolan && found_nobody(finished) && !may_be_nobody) {
      model::fail_with(finished,
                       {Errc::unresolved, "no target is left: the names have no address that may be scanned"});
    }
    // As what this machine would not send: not everything was scanned as it was asked for. (nmap says nothing of it.)
    const bool given_up = finished.hosts_given_up > 0 && finished.success && !finished.interrupted;
    if (dialect_ == Dialect::portolan && given_up) model::fail_with(finished, some_given_up(finished.hosts_given_up));
    if (finished.success && dialect_ == Dialect::nmap && finished.hosts_total == 0 && !finished.interrupted &&
        !may_be_nobody) {
      if (const auto done = sink.on(model::Remark{model::RemarkCode::no_targets}); !done) {
        return failed_with(done.error());
      }
    }
    return finished;
  }

  // All names came late, and none of them to anything.
  [[nodiscard]] bool found_nobody(const model::ScanFinished& finished) const {
    const bool none = finished.hosts_total == 0 && finished.never_asked == 0;
    return finished.success && !finished.interrupted && late_ && none;
  }

  // Whatever the machine lacks, what was promised becomes a complete document that says so.
  model::ScanFinished run_scan(model::Sink& sink) {
    try {
      report::PacketLog* packets = reports_->log_packets(began_, dialect_, connects(prepared_.plan));
      model::ScanFinished finished = scan_->run(
          sink, packets == nullptr ? run::WatchOf{} : [packets]() -> engine::PacketWatch& { return packets->watch(); });
      if (os::MemoryReserve::is_used()) model::fail_with(finished, no_memory());
      return finished;
    } catch (const std::bad_alloc&) {
      return failed_with(no_memory());
    } catch (const std::exception& error) {
      return failed_with({Errc::io, error.what()});
    }
  }

  // Something, at least, is asked by connections.
  static bool connects(const plan::Plan& plan) {
    if (plan.depth == plan::ScanDepth::list) return false;
    return !plan.privileged || std::ranges::any_of(plan.techniques, [](const plan::Technique& technique) {
      return probe::find(technique.name)->connects;
    });
  }

  static Error some_given_up(std::uint64_t hosts) {
    return {Errc::limit,
            fmt::format("not everything is known: {} {} given up, which stopped answering or {} answers too much; the "
                        "notes in the reports say more",
                        hosts, hosts == 1 ? "host was" : "hosts were", hosts == 1 ? "limits its" : "limit their"),
            "hosts-given-up"};
  }

  static Error no_memory() {
    return {Errc::limit, "there is not enough memory for this scan; scan fewer hosts or ports at once", "ENOMEM"};
  }

  Result<void> first_words(model::Sink& sink) {
    if (const auto done = start(); !done) return done;
    for (const auto* remarks : {&prepared_.notices, &prepared_.left_out}) {
      for (const model::Remark& remark : *remarks) {
        if (const auto done = sink.on(remark); !done) return done;
      }
    }
    return {};
  }

  static model::ScanFinished failed_with(const Error& error) {
    model::ScanFinished finished;
    model::fail_with(finished, error);
    return finished;
  }

  static model::ScanFinished interrupted() {
    model::ScanFinished finished;
    finished.interrupted = true;
    return finished;
  }

  Result<void> start() {
    model::ScanStarted started = run::started_of(prepared_.plan);
    started.arguments = invocation_.line;
    if (!options_.from.empty()) started.from = options_.from.front();
    started.verbosity = options_.verbosity;
    started.debugging = options_.debugging;
    return reports_->sink().on(started);
  }

  Result<void> finish(model::ScanFinished finished) {
    if (finished.elapsed == Duration{}) finished.elapsed = clock_.now() - began_;
    if (finished.time == model::WallTime{}) finished.time = os::wall_time();
    const auto done = reports_->sink().on(finished);
    const auto flushed = reports_->flush();
    return done ? flushed : done;
  }

  void say(std::string_view sentence) const {
    if (dialect_ == Dialect::portolan) return complain(sentence);
    tell(fmt::format("{}\nQUITTING!\n", sentence));
  }

  const Invocation& invocation_;
  const ScanOptions& options_;
  Dialect dialect_;
  std::span<const std::string> notices_;
  os::MemoryReserve reserve_;
  os::MonotonicClock clock_;
  Instant began_;
  std::optional<catalog::Services> services_;
  identify::Fingerprints fingerprints_;
  PreparedScan prepared_;
  std::unique_ptr<os::TerminalControl> control_;
  std::unique_ptr<os::AddressLookups> lookups_;
  std::optional<run::LateTargets> late_;
  std::unique_ptr<run::OpenScan> scan_;
  std::unique_ptr<ScanReports> reports_;
};

// No report is larger, of any scan that ends.
constexpr std::size_t largest_report = std::size_t{1} << 30U;

Result<std::string> read_report(const std::string& path) {
  auto text = os::read_regular_file(path, largest_report);
  if (text && os::is_being_written(path)) {
    return fail(Errc::usage, fmt::format("'{}' is still written to; does its scan still run?", escape_terminal(path)));
  }
  return text;
}

// Whether nothing stands beside it on the line.
bool resumes_only(const Invocation& invocation, const std::string& file) {
  const auto& words = invocation.words;
  return words.size() == 1 || (words.size() == 2 && words.back() == file && !words.front().contains('='));
}

int resume(const Invocation& invocation, const std::string& file) {
  if (!resumes_only(invocation, file)) {
    return refuse(invocation.dialect, {Errc::usage,
                                       "--resume stands alone: the report says how its scan was called, and that is "
                                       "what goes on"});
  }
  const auto scan = resume_scan(file,
                                {.read = read_report,
                                 .exists =
                                     [](const std::string& path) {
                                       const auto identity = os::identity_of(path);
                                       return identity && identity->name.empty();
                                     },
                                 .identity_of = os::identity_of,
                                 .zone_of = os::interface_index,
                                 .dialect = invocation.dialect},
                                os::local_calendar(os::wall_seconds()));
  if (!scan) return refuse(invocation.dialect, scan.error());
  if (scan->options.from.size() > 1) {
    return refuse(invocation.dialect,
                  {Errc::usage, "--resume goes on with one scan, and that report holds those from several places"});
  }
  return ScanRun{scan->invocation, scan->options, scan->notices}.run();
}

}  // namespace

const Command scan_command{"scan", page, run_scan_command};

int run_scan_command(const Invocation& invocation) {
  if (invocation.dialect == Dialect::nmap && invocation.words.empty()) {
    const int status = print(help_of(invocation.dialect));
    return status == status_done ? nmap_usage_status : status;
  }
  const auto options = parse_scan_options(invocation.words, invocation.dialect);
  if (!options) return refuse(invocation.dialect, options.error());
  if (options->help) return print(help_of(invocation.dialect));
  if (options->version) return print(version_text(invocation.dialect));
  speak_by(nullptr);  // what a scan says is English in all its formats, so its sentences are as well
  if (options->script_help) return print_instead(invocation.dialect, topics_text(*options->script_help));
  if (options->list_links) return print_links(invocation.dialect);
  if (options->route_to) return print_ways(*options, invocation.dialect);
  if (options->resume) return resume(invocation, *options->resume);
  if (const auto checked = check_vantages(*options); !checked) return refuse(invocation.dialect, checked.error());
  if (options->from.size() > 1) {
    return scan_from_all(*options, [&](const ScanOptions& one) { return ScanRun{invocation, one}.run(); });
  }
  return ScanRun{invocation, *options}.run();
}

}  // namespace portolan::cli
