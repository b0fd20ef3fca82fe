#include "cli/scan/scan_command.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/escape.h"
#include "base/version.h"
#include "catalog/catalog.h"
#include "cli/commands.h"
#include "cli/scan/scan_options.h"
#include "cli/scan/scan_plan.h"
#include "cli/scan/scan_reports.h"
#include "engine/engine.h"
#include "engine/scan.h"
#include "os/environment.h"
#include "os/files.h"
#include "os/monotonic_clock.h"
#include "os/names/resolve.h"
#include "os/names/reverse_names.h"
#include "os/net/interfaces.h"
#include "os/net/kernel_routes.h"
#include "os/packet/connect_link.h"
#include "os/packet/packet_link.h"
#include "os/packet/source_ports.h"
#include "os/packet/split_link.h"
#include "os/privileges.h"
#include "os/seed.h"
#include "os/terminal_control.h"
#include "os/wall_clock.h"
#include "probe/plan_techniques.h"
#include "probe/registry.h"

namespace portolan::cli {
namespace {

using model::RemarkCode;

constexpr std::array<std::string_view, 2> about{
    "Finds out which TCP ports of the targets are open, closed or filtered. Targets are names, addresses, prefixes "
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

// Counts what was told, for the last words of a scan that fails on its way.
class Tally final : public model::Sink {
 public:
  explicit Tally(model::Sink& sink) : sink_{sink} {}
  Result<void> on(const model::Event& event) override {
    if (const auto* host = std::get_if<model::HostRecord>(&event)) {
      ++(host->state == model::HostState::up ? finished_.hosts_up : finished_.hosts_down);
      ++finished_.hosts_total;
    }
    return sink_.on(event);
  }

  [[nodiscard]] const model::ScanFinished& finished() const { return finished_; }

 private:
  model::Sink& sink_;
  model::ScanFinished finished_;
};

class ScanRun {
 public:
  ScanRun(const Invocation& invocation, const ScanOptions& words)
      : invocation_{invocation}, words_{words}, dialect_{invocation.dialect} {}

  int run() {
    began_ = clock_.now();
    // nmap's callers find the reason of a failure in the XML, so its reports open before anything can
    // fail. Under its own name portolan touches no file before it knows that it will scan.
    if (dialect_ == Dialect::nmap) {
      if (const auto done = open_reports(); !done) return refuse(dialect_, done.error());
    }
    if (const auto ready = get_ready(); !ready) return give_up(ready.error());
    return scan();
  }

 private:
  Result<void> get_ready() {
    using Step = Result<void> (ScanRun::*)();
    // Everything that needs a privilege is open before they are dropped.
    for (const Step step : {&ScanRun::read_catalogues, &ScanRun::make_plan, &ScanRun::open_control, &ScanRun::open_link,
                            &ScanRun::open_names, &ScanRun::open_reports}) {
      if (const auto done = (this->*step)(); !done) return done;
    }
    return os::drop_privileges();
  }

  Result<void> read_catalogues() {
    const auto path = os::find_data_file("services");
    if (!path) return fail(path.error());
    const auto text = os::read_file(*path);
    if (!text) return fail(text.error());
    auto services = catalog::Services::parse(*text);
    if (!services) return fail(services.error().code, fmt::format("{}: {}", *path, services.error().message));
    services_.emplace(std::move(*services));
    read_vendors();
    return {};
  }

  // Without the list, MAC addresses are shown without vendors.
  void read_vendors() {
    const std::string directory{os::vendor_file.substr(0, os::vendor_file.rfind('/') + 1)};
    bool first = true;
    for (const char* name : {"oui.txt", "mam.txt", "oui36.txt", "iab.txt"}) {
      auto file = os::MappedFile::open(directory + name);
      if (!file) continue;
      vendor_files_.push_back(std::move(*file));
      if (first) {
        vendors_ = catalog::Vendors::parse(vendor_files_.back().text());
      } else {
        vendors_.add(vendor_files_.back().text());
      }
      first = false;
    }
  }

  [[nodiscard]] bool raw_packets() const {
    using enum ScanOptions::Privilege;
    if (words_.privilege == tested && dialect_ == Dialect::nmap) {
      // nmap's way to say it once for all calls.
      if (os::has_environment("NMAP_PRIVILEGED")) return true;
      if (os::has_environment("NMAP_UNPRIVILEGED")) return false;
    }
    return words_.privilege == tested ? os::can_send_raw() : words_.privilege == assumed;
  }

  Result<void> make_plan() {
    auto prepared = prepare_scan(words_, dialect_,
                                 {.resolve = os::resolve,
                                  .zone_of = os::interface_index,
                                  .read = [](std::string_view path) { return os::read_file(path); },
                                  .services = *services_,
                                  .raw_packets = raw_packets()});
    if (!prepared) return fail(prepared.error());
    prepared_ = std::move(*prepared);
    if (!words_.seed) prepared_.plan.seed = os::draw_seed();
    return {};
  }

  Result<void> open_control() {
    auto control = os::TerminalControl::open(
        {.interval = progress_interval(words_, wants_live_line(dialect_)), .keys = !words_.noninteractive});
    if (!control) return fail(control.error());
    control_ = std::move(*control);
    return {};
  }

  Result<void> open_link() {
    const plan::Plan& plan = prepared_.plan;
    auto router = os::KernelRoutes::open(plan.interface);
    if (!router) return fail(router.error());
    routes_ = std::move(*router);
    const bool raw = plan.privileged && plan.depth != plan::ScanDepth::list;
    const bool connects = std::ranges::any_of(
        plan.techniques, [](const plan::Technique& technique) { return probe::find(technique.name)->connects; });
    if (!raw || connects) {
      auto link = os::ConnectLink::open({.longest_wait = plan.timing.max_rtt_timeout,
                                         .patience = plan.timing.initial_rtt_timeout,
                                         .interface = plan.interface,
                                         .wake = control_->wake()});
      if (!link) return fail(link.error());
      if (!raw) {
        link_ = std::move(*link);
        return {};
      }
      auto packets = open_packet_link((*link)->events());
      if (!packets) return fail(packets.error());
      link_ = std::make_unique<os::SplitLink>(std::move(*packets), std::move(*link));
      return {};
    }
    auto packets = open_packet_link(control_->wake());
    if (!packets) return fail(packets.error());
    link_ = std::move(*packets);
    return {};
  }

  Result<std::unique_ptr<os::PacketLink>> open_packet_link(int wake) {
    auto ports = os::SourcePorts::reserve(prepared_.plan.seed, engine::tag_count);
    if (!ports) return fail(ports.error());
    source_ports_.emplace(std::move(*ports));
    return os::PacketLink::open({.tags = source_ports_->block(),
                                 .source_port = prepared_.plan.dress.source_port,
                                 .techniques = probe::techniques_of(prepared_.plan)},
                                wake);
  }

  Result<void> open_names() {
    if (prepared_.plan.names == plan::NameLookup::never) return {};
    auto names = os::ReverseNames::open({.servers = words_.dns_servers, .system = words_.system_dns});
    if (!names) return fail(names.error().code, fmt::format("--dns-servers: {}", names.error().message));
    names_ = std::move(*names);
    return {};
  }

  Result<void> open_reports() {
    if (reports_ != nullptr) return {};
    auto reports = ScanReports::open(words_, dialect_);
    if (!reports) return fail(reports.error());
    reports_ = std::move(*reports);
    return {};
  }

  // Reports that are open already become complete documents that state the failure.
  int give_up(const Error& error) {
    if (reports_ != nullptr) {
      model::ScanFinished finished;
      finished.success = false;
      finished.error = error.message;
      (void)start();
      (void)finish(finished);
    }
    return refuse(dialect_, {error.code == Errc::parse ? Errc::usage : error.code, error.message});
  }

  int scan() {
    reports_->watch_keys(*control_);
    Tally tally{reports_->sink()};
    auto finished = scan_into(tally);
    if (!finished) {
      model::ScanFinished failed = tally.finished();
      failed.success = false;
      failed.error = finished.error().message;
      (void)finish(failed);
      say(finished.error().message);
      return status_failed;
    }
    if (const auto done = finish(*finished); !done) {
      say(done.error().message);
      return status_failed;
    }
    const auto signal = control_->signal();
    return signal ? 128 + *signal : status_done;
  }

  Result<model::ScanFinished> scan_into(model::Sink& sink) {
    if (const auto done = start(); !done) return fail(done.error());
    for (const auto* remarks : {&prepared_.notices, &prepared_.left_out}) {
      for (const model::Remark& remark : *remarks) {
        if (const auto told = sink.on(remark); !told) return fail(told.error());
      }
    }
    const engine::World world{.link = *link_,
                              .clock = clock_,
                              .routes = *routes_,
                              .tag_base = source_ports_ ? source_ports_->block().first : connect_tags,
                              .services = *services_,
                              .vendors = vendors_,
                              .names = names_.get(),
                              .control = control_.get(),
                              .wall_time = os::wall_time};
    auto finished = engine::run_scan(prepared_.plan, world, sink);
    if (!finished) return finished;
    if (const auto told = last_warnings(*finished, sink); !told) return fail(told.error());
    return finished;
  }

  Result<void> last_warnings(const model::ScanFinished& finished, model::Sink& sink) {
    if (const std::uint64_t refused = link_->refused(); refused > 0) {
      const auto told = sink.on(model::Remark{RemarkCode::refused_here, {refused}});
      if (!told) return told;
    }
    if (const std::uint64_t dropped = link_->dropped(); dropped > 0) {
      const auto told = sink.on(model::Remark{RemarkCode::dropped_here, {dropped}});
      if (!told) return told;
    }
    if (dialect_ == Dialect::nmap && finished.hosts_total == 0 && !finished.interrupted) {
      return sink.on(model::Remark{RemarkCode::no_targets});
    }
    return {};
  }

  Result<void> start() {
    const plan::Plan& plan = prepared_.plan;
    model::ScanStarted started;
    started.arguments = invocation_.line;
    started.time = os::wall_time();
    started.verbosity = words_.verbosity;
    started.debugging = words_.debugging;
    started.list_only = plan.depth == plan::ScanDepth::list;
    started.ping_only = plan.depth == plan::ScanDepth::ping;
    for (const plan::Technique& technique : plan.techniques) {
      const probe::Probe& probe = *probe::find(technique.name);
      started.scans.push_back({std::string{probe.scan_type}, probe::protocol_of(probe.asks), technique.ports});
    }
    return reports_->sink().on(started);
  }

  Result<void> finish(model::ScanFinished finished) {
    if (finished.elapsed == Duration{}) finished.elapsed = clock_.now() - began_;
    if (finished.time == model::WallTime{}) finished.time = os::wall_time();
    const auto told = reports_->sink().on(finished);
    const auto flushed = reports_->flush();
    return told ? flushed : told;
  }

  void say(std::string_view sentence) const {
    if (dialect_ == Dialect::portolan) return complain(sentence);
    tell(fmt::format("{}\nQUITTING!\n", sentence));
  }

  // Connections get their source ports from the kernel; these only name attempts inside the engine.
  static constexpr std::uint16_t connect_tags = 40'000;

  const Invocation& invocation_;
  const ScanOptions& words_;
  Dialect dialect_;
  os::MonotonicClock clock_;
  Instant began_;
  std::optional<catalog::Services> services_;
  std::vector<os::MappedFile> vendor_files_;
  catalog::Vendors vendors_;
  PreparedScan prepared_;
  std::unique_ptr<os::TerminalControl> control_;
  std::unique_ptr<os::KernelRoutes> routes_;
  std::optional<os::SourcePorts> source_ports_;
  std::unique_ptr<engine::Link> link_;
  std::unique_ptr<os::ReverseNames> names_;
  std::unique_ptr<ScanReports> reports_;
};

}  // namespace

const Command scan_command{"scan", page, run_scan_command};

int run_scan_command(const Invocation& invocation) {
  if (invocation.dialect == Dialect::nmap && invocation.words.empty()) {
    const int status = print(help_of(invocation.dialect));
    return status == status_done ? nmap_usage_status : status;
  }
  const auto words = parse_scan_words(invocation.words);
  if (!words) return refuse(invocation.dialect, words.error());
  if (words->help) return print(help_of(invocation.dialect));
  if (words->version) return print(version_text(invocation.dialect));
  return ScanRun{invocation, *words}.run();
}

}  // namespace portolan::cli
