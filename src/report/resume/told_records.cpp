// -oJ: a host is complete where its record is.
#include <algorithm>
#include <optional>
#include <variant>

#include "model/event_json.h"
#include "report/resume/readers.h"

namespace portolan::report {
namespace {

// An address's zone is a number, and the link may have got another one since; its name is told beside it.
net::IpAddress address_today(const model::HostRecord& host, const ZoneOf& zone_of) {
  if (host.address.zone() == 0) return host.address;
  return host.address.with_zone(host.interface.empty() || !zone_of ? 0 : zone_of(host.interface));
}

void add_record(ToldHosts& hosts, const model::HostRecord& host, const ZoneOf& zone_of) {
  const auto is_open = [](const model::PortRecord& port) { return port.state == model::PortState::open; };
  add_told(hosts, address_today(host, zone_of),
           {.state = host.state, .has_open = std::ranges::any_of(host.ports, is_open)});
}

}  // namespace

Result<ReportHead> head_of_records(std::string_view text) {
  std::optional<ReportHead> head;
  std::size_t at = 0;
  while (const auto line = whole_line(text, at)) {
    at = line->end;
    if (head && !line->text.starts_with(R"({"record":"start")")) continue;
    model::EventReader reader;
    const auto events = reader.read(line->text);
    const auto* started = events && events->size() == 1 ? std::get_if<model::ScanStarted>(&events->front()) : nullptr;
    if (started != nullptr) head = ReportHead{.arguments = started->arguments, .begin = line->begin};
    if (!head) break;
  }
  if (!head) return fail(Errc::parse, "it does not begin as the report of a scan does");
  return *std::move(head);
}

ToldReport told_by_records(std::string_view text, std::size_t begin, const ZoneOf& zone_of) {
  ToldReport told;
  model::EventReader reader;
  told.keep = begin;
  std::size_t at = begin;
  while (const auto line = whole_line(text, at)) {
    at = line->end;
    const auto events = reader.read(line->text);
    if (!events) return told;
    for (const model::Event& event : *events) {
      if (const auto* finished = std::get_if<model::ScanFinished>(&event)) {
        const bool is_well = finished->success && !finished->interrupted;
        told.is_done = is_well || finished->error.starts_with(failed_at_its_end);
        return told;
      }
      const auto* host = std::get_if<model::HostRecord>(&event);
      if (host == nullptr) continue;
      if (host->interrupted) return told;
      add_record(told.hosts, *host, zone_of);
    }
    told.keep = line->end;
  }
  return told;
}

}  // namespace portolan::report
