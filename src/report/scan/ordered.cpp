#include "report/scan/ordered.h"

#include <algorithm>
#include <utility>

namespace portolan::report {
namespace {

constexpr std::size_t node_bytes = 64;  // of a map, about

// About what the record takes, its own size included.
std::size_t bytes_of(const model::HostRecord& host) {
  std::size_t bytes = node_bytes + sizeof(model::Event) + host.vendor.size() + host.interface.size();
  for (const model::HostName& name : host.names) bytes += sizeof name + name.name.size();
  bytes += host.other_addresses.size() * sizeof(net::IpAddress);
  for (const model::PortRecord& port : host.ports) bytes += sizeof port + port.service.size();
  for (const model::ExtraPorts& extra : host.extra) {
    for (const model::ReasonCount& reason : extra.reasons) {
      bytes += sizeof reason + reason.ports.ranges().size() * sizeof(net::PortRange);
    }
  }
  for (const model::Remark& remark : host.remarks) {
    bytes += sizeof remark;
    for (const model::Remark::Value& value : remark.values) {
      const auto* text = std::get_if<std::string>(&value);
      bytes += sizeof value + (text == nullptr ? 0 : text->size());
    }
  }
  return bytes;
}

}  // namespace

Result<void> Ordered::on(const model::Event& event) {
  if (const auto* record = std::get_if<model::HostRecord>(&event)) return host(event, *record);
  if (std::holds_alternative<model::ScanFinished>(event)) {
    Result<void> given = give_all();
    Result<void> ended = sink_->on(event);
    return given ? ended : given;
  }
  return sink_->on(event);
}

Result<void> Ordered::host(const model::Event& event, const model::HostRecord& host) {
  if (host.position <= next_ || held_.contains(host.position)) {
    if (host.position == next_) ++next_;
    if (auto given = sink_->on(event); !given) return given;
    return go_on();
  }
  const std::size_t bytes = bytes_of(host);
  held_.emplace(host.position, Held{event, bytes});
  bytes_ += bytes;
  return go_on();
}

// Gives what need not wait any longer.
Result<void> Ordered::go_on() {
  for (;;) {
    if (!held_.empty() && held_.begin()->first <= next_) {
      if (auto given = give_first(); !given) return given;
    } else if (bytes_ > most_bytes_) {
      next_ = held_.begin()->first;  // some are: they take the memory
    } else {
      return {};
    }
  }
}

Result<void> Ordered::give_first() {
  const auto first = held_.begin();
  next_ = std::max(next_, first->first + 1);
  bytes_ -= first->second.bytes;
  const model::Event host = std::move(first->second.host);
  held_.erase(first);
  return sink_->on(host);
}

Result<void> Ordered::give_all() {
  Result<void> outcome;
  while (!held_.empty()) {
    if (auto given = give_first(); !given && outcome) outcome = std::move(given);
  }
  return outcome;
}

}  // namespace portolan::report
