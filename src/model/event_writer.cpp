#include <algorithm>

#include "model/json_fields.h"

namespace portolan::model {
namespace {

template <class T>
void write_line(std::string& out, const T& event) {
  JsonWriter json{out};
  json.begin_object();
  json.member("record", record_name<T>);
  if constexpr (std::same_as<T, ScanStarted>) {
    json.member("schema", scan_schema);
    json.member("program", "portolan");
  }
  if constexpr (std::same_as<T, Remark>) {
    write_remark(json, event);
  } else {
    FieldWriter fields{json};
    describe(fields, event);
  }
  json.end_object();
  json.end_line();
}

void add_count(std::vector<PortCount>& counts, const PortCount& more) {
  const auto same = std::ranges::find_if(counts, [&more](const PortCount& known) {
    return known.state == more.state && known.reason == more.reason && known.protocol == more.protocol;
  });
  if (same == counts.end()) {
    counts.push_back(more);
  } else {
    same->count += more.count;
  }
}

}  // namespace

void write_remark(JsonWriter& json, const Remark& remark) {
  const RemarkKind& kind = kind_of(remark.code);
  json.member("code", kind.name);
  if (remark.values.empty()) return;
  json.name("values");
  json.begin_object();
  for (std::size_t i = 0; i < std::min(kind.values.size(), remark.values.size()); ++i) {
    json.name(kind.values[i].name);
    std::visit(Overloaded{[&json](const std::string& text) { json.value(std::string_view{text}); },
                          [&json](auto number) { json.value(number); }},
               remark.values[i]);
  }
  json.end_object();
}

std::vector<PortCount> counts_of(const HostRecord& host) {
  std::vector<PortCount> counts;
  for (const PortRecord& port : host.ports) add_count(counts, {port.state, port.reason, port.protocol, 1});
  for (const ExtraPorts& extra : host.extra) {
    for (const ReasonCount& reason : extra.reasons) {
      add_count(counts, {extra.state, reason.reason, reason.protocol, reason.count});
    }
  }
  std::ranges::stable_sort(counts, std::greater{}, &PortCount::count);
  return counts;
}

void EventWriter::write(std::string& out, const Event& event) {
  std::visit(Overloaded{[&](const OpenPort& open) {
                          const PortRecord& port = open.port;
                          if (reported_[open.host].insert(port.protocol, port.port)) write_line(out, open);
                        },
                        [&](const HostRecord& host) { write_host(out, host); },
                        [&](const auto& other) { write_line(out, other); }},
             event);
}

void EventWriter::write_resumed(std::string& out, WallTime time) { write_line(out, Resumed{time}); }

void EventWriter::write_host(std::string& out, const HostRecord& host) {
  const auto known = reported_.find(host.address);
  for (const PortRecord& port : host.ports) {
    const bool is_reported = known != reported_.end() && known->second.contains(port.protocol, port.port);
    // What was found out about it since is told by telling it again.
    if (!is_reported || port.identified) write_line(out, OpenPort{host.address, port});
  }
  write_line(out, host);
  if (known != reported_.end()) reported_.erase(known);
}

}  // namespace portolan::model
