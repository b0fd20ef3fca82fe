#include "report/scan/ndjson.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/escape.h"
#include "base/version.h"
#include "report/scan/progress.h"
#include "report/scan/wording.h"
#include "report/selection.h"

namespace portolan::report {
namespace {

using model::HostRecord;
using model::PortRecord;

// JSON has no word for what is not a finite number.
double finite(double value) { return std::isfinite(value) ? value : 0.0; }

double microsecond_seconds(Duration d) {
  return static_cast<double>(std::chrono::round<std::chrono::microseconds>(d).count()) / 1e6;
}

std::string_view bool_text(bool value) { return value ? "true" : "false"; }

std::uint32_t key_of(const PortRecord& port) {
  return static_cast<std::uint32_t>(port.protocol) << 16U | port.port.value();
}

template <class Range, class Text>
std::string list(const Range& range, Text text) {
  std::string out = "[";
  for (const auto& element : range) {
    if (out.size() > 1) out += ',';
    out += text(element);
  }
  out += ']';
  return out;
}

// The members of a remark, without the braces.
std::string remark_json(const model::Remark& remark) {
  const model::RemarkKind& kind = kind_of(remark.code);
  std::string out = fmt::format(R"("code":"{}")", kind.name);
  for (std::size_t i = 0; i < std::min(kind.values.size(), remark.values.size()); ++i) {
    out += fmt::format(R"({}"{}":)", i == 0 ? R"(,"values":{)" : ",", kind.values[i].name);
    out += std::visit(Overloaded{[](std::uint64_t number) { return std::to_string(number); },
                                 [](double number) { return fmt::format("{}", finite(number)); },
                                 [](const std::string& text) { return quote_json(text); }},
                      remark.values[i]);
  }
  if (!kind.values.empty() && !remark.values.empty()) out += '}';
  return out;
}

std::string_view stage_of(const model::ScanStarted& started) {
  if (started.list_only) return "list";
  return started.ping_only ? "ping" : "ports";
}

std::string scan_text(const model::ScanInfo& scan) {
  return fmt::format(R"({{"type":{},"protocol":"{}","count":{},"ports":"{}"}})", quote_json(scan.type),
                     net::name_of(scan.protocol), scan.ports.size(), net::to_string(scan.ports));
}

struct Count {
  model::PortState state;
  model::Reason reason;
  net::Protocol protocol;
  std::size_t count;
};

void add_count(std::vector<Count>& counts, const Count& more) {
  const auto same = std::ranges::find_if(counts, [&more](const Count& known) {
    return known.state == more.state && known.reason == more.reason && known.protocol == more.protocol;
  });
  if (same == counts.end()) {
    counts.push_back(more);
  } else {
    same->count += more.count;
  }
}

// Every port of the host, listed or not, by state, reason and protocol; largest count first.
std::vector<Count> counts_of(const HostRecord& host) {
  std::vector<Count> counts;
  for (const PortRecord& port : host.ports) add_count(counts, {port.state, port.reason, port.protocol, 1});
  for (const model::ExtraPorts& extra : host.extra) {
    for (const model::ReasonCount& reason : extra.reasons) {
      add_count(counts, {extra.state, reason.reason, reason.protocol, reason.count});
    }
  }
  std::ranges::stable_sort(counts, std::greater{}, &Count::count);
  return counts;
}

}  // namespace

Result<void> NdjsonReport::on(const model::Event& event) {
  return model::dispatch(
      event, [this](const model::ScanStarted& one) { return begin(one); },
      [this](const model::TaskBegin& one) { return task_begin(one.task); },
      [this](const model::Progress& one) { return progress(one); },
      [this](const model::TaskEnd& one) { return task_end(one.task); },
      [this](const model::OpenPort& one) { return open_port(one); },
      [this](const model::Remark& one) { return remark(one); },
      [this](const model::HostRecord& one) { return host(one); },
      [this](const model::ScanFinished& one) { return finish(one); });
}

Result<void> NdjsonReport::begin(const model::ScanStarted& started) {
  page_.add(R"({{"record":"start","schema":{},"program":"portolan","version":"{}","time":"{}","command":{})",
            ndjson_schema_version, program_version, rfc3339_text(started.time),
            quote_json(command_line(started.arguments)));
  page_.add(R"(,"arguments":{},"stage":"{}","scans":{}}})", list(started.arguments, quote_json), stage_of(started),
            list(started.scans, scan_text));
  page_.put("\n");
  return page_.send();
}

void NdjsonReport::task(std::string_view event, const model::TaskRecord& task) {
  page_.add(R"({{"record":"task","event":"{}","task":{},"time":"{}")", event, quote_json(task.name),
            rfc3339_text(task.time));
  if (task.hosts > 0) page_.add(R"(,"hosts":{},"questions":{})", task.hosts, task.questions);
  if (task.host) page_.add(R"(,"host":"{}")", net::to_string(*task.host));
}

Result<void> NdjsonReport::task_begin(const model::TaskRecord& record) {
  task("begin", record);
  page_.put("}\n");
  return page_.send();
}

Result<void> NdjsonReport::task_end(const model::TaskRecord& record) {
  task("end", record);
  page_.put("}\n");
  return page_.send();
}

Result<void> NdjsonReport::progress(const model::Progress& progress) {
  if (!stats_.due(progress.elapsed)) return {};
  task("progress", progress.task);
  page_.add(R"(,"fraction":{:.4f},"elapsed":{:.3f},"rate":{:.1f})", percent_of(progress) / 100,
            seconds_of(progress.elapsed), std::max(finite(progress.rate), 0.0));
  if (const auto remaining = remaining_of(progress)) page_.add(R"(,"remaining":{:.3f})", seconds_of(*remaining));
  if (progress.scan_remaining) {
    page_.add(R"(,"scan_remaining":{:.3f})", seconds_of(std::max(*progress.scan_remaining, Duration{})));
  }
  page_.add(R"(,"hosts_done":{},"hosts_up":{},"hosts_active":{},"open_found":{}}})", progress.hosts_done,
            progress.hosts_up, progress.hosts_active, progress.open_found);
  page_.put("\n");
  return page_.send();
}

void NdjsonReport::port(const net::IpAddress& address, const PortRecord& port) {
  page_.add(R"({{"record":"port","address":"{}","protocol":"{}","port":{},"state":"{}","reason":"{}")",
            net::to_string(address), net::name_of(port.protocol), port.port.value(), name_of(port.state),
            name_of(port.reason));
  if (port.reason_ttl != 0) page_.add(R"(,"reason_ttl":{})", port.reason_ttl);
  if (port.reason_address) page_.add(R"(,"reason_address":"{}")", net::to_string(*port.reason_address));
  if (has_service(port)) page_.add(R"(,"service":{})", quote_json(port.service));
  page_.put("}\n");
}

Result<void> NdjsonReport::open_port(const model::OpenPort& found) {
  if (!told_[found.host].insert(key_of(found.port)).second) return {};
  port(found.host, found.port);
  return page_.send();
}

Result<void> NdjsonReport::remark(const model::Remark& said) {
  page_.add(R"({{"record":"remark",{}}})", remark_json(said));
  page_.put("\n");
  return page_.send();
}

Result<void> NdjsonReport::host(const HostRecord& told) {
  HostRecord scratch;
  const HostRecord* host = select(told, options_, scratch);
  if (host != nullptr) {
    remaining_ports(*host);
    host_line(*host);
  }
  told_.erase(told.address);
  return page_.send();
}

void NdjsonReport::remaining_ports(const HostRecord& host) {
  const auto entry = told_.find(host.address);
  for (const PortRecord& each : host.ports) {
    if (entry == told_.end() || !entry->second.contains(key_of(each))) port(host.address, each);
  }
}

void NdjsonReport::host_identity(const HostRecord& host) {
  page_.add(R"({{"record":"host","address":"{}","status":"{}","reason":"{}")", net::to_string(host.address),
            name_of(host.state), name_of(host.reason));
  if (host.reason_ttl != 0) page_.add(R"(,"reason_ttl":{})", host.reason_ttl);
  if (const auto interface = zone_name(host.address, options_)) {
    page_.add(R"(,"interface":{})", quote_json(*interface));
  }
  page_.add(R"(,"names":{})", list(host.names, [](const model::HostName& name) {
              return fmt::format(R"({{"name":{},"kind":"{}"}})", quote_json(name.name),
                                 name.kind == model::HostName::Kind::user ? "user" : "ptr");
            }));
  if (!host.other_addresses.empty()) {
    page_.add(R"(,"other_addresses":{})", list(host.other_addresses, [](const net::IpAddress& address) {
                return fmt::format("\"{}\"", net::to_string(address));
              }));
  }
  if (host.mac) page_.add(R"(,"mac":"{}")", net::to_string(*host.mac));
  if (!host.vendor.empty()) page_.add(R"(,"vendor":{})", quote_json(host.vendor));
  if (!host.round_trip) return;
  page_.add(R"(,"round_trip":{{"smoothed":{},"variation":{},"timeout":{}}})",
            microsecond_seconds(host.round_trip->smoothed), microsecond_seconds(host.round_trip->variation),
            microsecond_seconds(host.round_trip->timeout));
}

void NdjsonReport::host_line(const HostRecord& host) {
  host_identity(host);
  page_.add(R"(,"started":"{}","ended":"{}","port_scanned":{},"timed_out":{},"interrupted":{})",
            rfc3339_text(host.started), rfc3339_text(host.ended), bool_text(host.port_scanned),
            bool_text(host.timed_out), bool_text(host.interrupted));
  if (host.port_scanned) {
    counts(host);
    unlisted(host);
  }
  if (!host.remarks.empty()) {
    page_.add(R"(,"remarks":{})", list(host.remarks, [](const model::Remark& remark) {
                return fmt::format("{{{}}}", remark_json(remark));
              }));
  }
  page_.put("}\n");
}

void NdjsonReport::counts(const HostRecord& host) {
  page_.add(R"(,"counts":{})", list(counts_of(host), [](const Count& each) {
              return fmt::format(R"({{"state":"{}","reason":"{}","protocol":"{}","count":{}}})", name_of(each.state),
                                 name_of(each.reason), net::name_of(each.protocol), each.count);
            }));
}

void NdjsonReport::unlisted(const HostRecord& host) {
  page_.put(R"(,"unlisted":[)");
  std::string_view separator;
  for (const model::ExtraPorts& extra : host.extra) {
    for (const model::ReasonCount& reason : extra.reasons) {
      page_.add(R"({}{{"state":"{}","reason":"{}","protocol":"{}","count":{},"ports":"{}"}})", separator,
                name_of(extra.state), name_of(reason.reason), net::name_of(reason.protocol), reason.count,
                net::to_string(reason.ports));
      separator = ",";
    }
  }
  page_.put("]");
}

Result<void> NdjsonReport::finish(const model::ScanFinished& finished) {
  page_.add(R"({{"record":"finish","time":"{}","elapsed":{:.3f},"success":{},"interrupted":{})",
            rfc3339_text(finished.time), seconds_of(finished.elapsed), bool_text(finished.success),
            bool_text(finished.interrupted));
  if (!finished.success) page_.add(R"(,"error":{})", quote_json(finished.error));
  page_.add(R"(,"hosts":{{"up":{},"down":{},"total":{}}},"probes_sent":{},"answers_seen":{})", finished.hosts_up,
            finished.hosts_down, finished.hosts_total, finished.probes_sent, finished.answers_seen);
  page_.add(R"(,"loss":{{"asked":{},"lost":{}}})", finished.loss.asked, finished.loss.lost);
  if (finished.expected_missed_open) page_.add(R"(,"expected_missed_open":{})", finite(*finished.expected_missed_open));
  if (finished.never_asked > 0) page_.add(R"(,"never_asked":{})", finished.never_asked);
  page_.put("}\n");
  return page_.send();
}

}  // namespace portolan::report
