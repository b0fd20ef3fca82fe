#include "report/vantages/vantage_table.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/escape.h"
#include "base/text.h"
#include "report/plain_table.h"

namespace portolan::report {
namespace {

using PortName = std::pair<net::Protocol, net::Port>;
// One for each view; nullopt where the port was not asked.
using States = std::vector<std::optional<model::PortState>>;

const model::HostRecord* find_host(const VantageView& view, const net::IpAddress& address) {
  const auto found = std::ranges::find(view.hosts, address, &model::HostRecord::address);
  return found == view.hosts.end() ? nullptr : &*found;
}

// All places that have a record of one address.
class HostViews {
 public:
  HostViews(std::span<const VantageView> views, const net::IpAddress& address) : views_{views} {
    for (std::size_t i = 0; i < views.size(); ++i) {
      records_.push_back(find_host(views[i], address));
      if (records_.back() != nullptr) add(*records_.back(), i);
    }
  }

  [[nodiscard]] std::string text(std::optional<std::size_t> width) const {
    std::string all = title() + "\n";
    std::map<std::pair<net::Protocol, States>, net::PortSet> alike;
    std::vector<std::string_view> headings{"PORT"};
    for (const VantageView& view : views_) headings.emplace_back(view.name);
    headings.emplace_back("SERVICE");
    PlainTable table{headings};
    bool has_row = false;
    for (const auto& [port, states] : ports_) {
      const auto service = services_.find(port);
      if (service == services_.end()) {
        alike[{port.first, states}].insert(port.second);
        continue;
      }
      has_row = true;
      std::vector<std::string> cells{fmt::format("{}/{}", port.second.value(), name_of(port.first))};
      for (const auto& state : states) cells.emplace_back(state ? name_of(*state) : "not asked");
      cells.push_back(service->second);
      table.add(cells);
    }
    if (has_row) all += table.text(width);
    for (std::size_t i = 0; i < views_.size(); ++i) all += absence(i);
    for (const auto& [key, ports] : alike) all += not_shown(key.first, key.second, ports);
    return all + open_to_some();
  }

 private:
  void add(const model::HostRecord& record, std::size_t view) {
    const auto note = [&](net::Protocol protocol, net::Port port, model::PortState state) {
      States& states = ports_[{protocol, port}];
      states.resize(views_.size());
      states[view] = state;
    };
    for (const model::PortRecord& port : record.ports) {
      note(port.protocol, port.port, port.state);
      std::string& service = services_[{port.protocol, port.port}];
      const bool is_known = port.identified && !port.identified->name.empty();
      if (is_known || service.empty()) service = is_known ? port.identified->name : port.service;
    }
    for (const model::ExtraPorts& extra : record.extra) {
      for (const model::ReasonCount& reason : extra.reasons) {
        for (const net::Port port : reason.ports.ports()) note(reason.protocol, port, extra.state);
      }
    }
  }

  [[nodiscard]] std::string title() const {
    for (const model::HostRecord* const record : records_) {
      if (record == nullptr) continue;
      const std::string address = to_string(record->address);
      return record->names.empty() ? address
                                   : fmt::format("{} ({})", escape_terminal(record->names.front().name), address);
    }
    return "";
  }

  // Why a place has nothing to say.
  [[nodiscard]] std::string absence(std::size_t view) const {
    const model::HostRecord* const record = records_[view];
    const std::string name = escape_terminal(views_[view].name);
    if (record == nullptr) {
      return fmt::format("From {} nothing is known of it{}.\n", name,
                         views_[view].is_whole ? "" : ": the scan from there did not come to its end");
    }
    if (record->state == model::HostState::down) return fmt::format("From {} it seems to be down.\n", name);
    if (record->interrupted || record->timed_out) {
      return fmt::format("From {} it was not asked to the end.\n", name);
    }
    return "";
  }

  // "here and netns:dmz"
  template <class Wanted>
  [[nodiscard]] std::string places(const States& states, Wanted&& wanted) const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (wanted(states[i])) names.push_back(escape_terminal(views_[i].name));
    }
    if (names.size() < 2) return names.empty() ? "" : names.front();
    const std::string last = std::move(names.back());
    names.pop_back();
    return fmt::format("{} and {}", join(names, ", "), last);
  }

  [[nodiscard]] std::string not_shown(net::Protocol protocol, const States& states, const net::PortSet& ports) const {
    std::vector<std::optional<model::PortState>> kinds;
    for (const auto& state : states) {
      if (state && std::ranges::find(kinds, state) == kinds.end()) kinds.push_back(state);
    }
    std::vector<std::string> parts;
    for (const auto& kind : kinds) {
      parts.push_back(kinds.size() == 1
                          ? std::string{name_of(*kind)}
                          : fmt::format("{} from {}", name_of(*kind),
                                        places(states, [&](const auto& state) { return state == kind; })));
    }
    return fmt::format("Not shown: {} {} {}, {}\n", ports.size(), name_of(protocol),
                       ports.size() == 1 ? "port" : "ports", join(parts, ", "));
  }

  [[nodiscard]] std::string open_to_some() const {
    const auto is_open = [](const auto& state) { return state == model::PortState::open; };
    std::map<std::string, std::vector<std::string>> by_places;
    for (const auto& [port, states] : ports_) {
      const auto count = std::ranges::count_if(states, is_open);
      if (count == 0 || std::cmp_equal(count, states.size())) continue;
      by_places[places(states, is_open)].push_back(fmt::format("{}/{}", port.second.value(), name_of(port.first)));
    }
    std::string all;
    for (const auto& [places, ports] : by_places) {
      all += fmt::format("Open from {} only: {}\n", places, join(ports, ", "));
    }
    return all;
  }

  std::span<const VantageView> views_;
  std::vector<const model::HostRecord*> records_;  // nullptr: that place has none
  std::map<PortName, States> ports_;
  std::map<PortName, std::string> services_;  // of those that some place lists
};

}  // namespace

std::string vantage_text(std::span<const VantageView> views, std::optional<std::size_t> width) {
  std::vector<net::IpAddress> order;
  for (const VantageView& view : views) {
    for (const model::HostRecord& host : view.hosts) {
      if (std::ranges::find(order, host.address) == order.end()) order.push_back(host.address);
    }
  }
  std::string all;
  for (const net::IpAddress& address : order) {
    const HostViews host{views, address};
    if (!all.empty()) all += '\n';
    all += host.text(width);
  }
  return all;
}

}  // namespace portolan::report
