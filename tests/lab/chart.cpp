#include "chart.h"

#include <cstdlib>

namespace portolan::lab_test {
namespace {

struct Tag {
  std::string_view name;  // "/host" for an end
  std::string_view inside;

  [[nodiscard]] std::string_view operator[](std::string_view attribute) const {
    for (std::size_t at = inside.find(attribute); at != std::string_view::npos; at = inside.find(attribute, at + 1)) {
      const std::size_t value = at + attribute.size() + 2;
      const bool whole = at > 0 && inside[at - 1] == ' ' && inside.substr(value - 2, 2) == "=\"";
      if (whole) return inside.substr(value, inside.find('"', value) - value);
    }
    return {};
  }
};

// The next tag at or after `at`, which moves behind it.
std::optional<Tag> next_tag(std::string_view xml, std::size_t& at) {
  const std::size_t begin = xml.find('<', at);
  const std::size_t end = xml.find('>', begin);
  if (begin == std::string_view::npos || end == std::string_view::npos) return std::nullopt;
  at = end + 1;
  const std::string_view inside = xml.substr(begin + 1, end - begin - 1);
  return Tag{inside.substr(0, inside.find_first_of(" />", 1)), inside};
}

int number(std::string_view text) { return std::atoi(std::string{text}.c_str()); }

void set_port(ChartHost& host, int port, const Answer& answer) {
  const auto key = static_cast<std::uint16_t>(port);
  if (!host.ports.emplace(key, answer).second) host.named_twice.push_back(key);
}

// "1-3,5"
void set_ports(ChartHost& host, std::string_view list, const Answer& answer) {
  while (!list.empty()) {
    const std::string_view piece = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), piece.size() + 1));
    const std::size_t dash = piece.find('-');
    const int last = number(dash == std::string_view::npos ? piece : piece.substr(dash + 1));
    for (int port = number(piece.substr(0, dash)); port <= last; ++port) set_port(host, port, answer);
  }
}

// Where the reader stands inside one host.
struct Place {
  int port = 0;
  std::string extra_state;
};

void read_host_tag(const Tag& tag, ChartHost& host, Place& place) {
  if (tag.name == "status") {
    host.status = {std::string{tag["state"]}, std::string{tag["reason"]}};
  } else if (tag.name == "address") {
    (tag["addrtype"] == "mac" ? host.mac : host.address) = tag["addr"];
  } else if (tag.name == "extraports") {
    place.extra_state = tag["state"];
  } else if (tag.name == "extrareasons") {
    set_ports(host, tag["ports"], {place.extra_state, std::string{tag["reason"]}});
  } else if (tag.name == "port") {
    place.port = number(tag["portid"]);
  } else if (tag.name == "state") {
    set_port(host, place.port, {std::string{tag["state"]}, std::string{tag["reason"]}});
  }
}

}  // namespace

const ChartHost* Chart::find(std::string_view address) const {
  for (const ChartHost& host : hosts) {
    if (host.address == address) return &host;
  }
  return nullptr;
}

Chart read_chart(std::string_view xml) {
  Chart chart;
  bool inside_host = false;
  Place place;
  std::size_t at = 0;
  while (const auto tag = next_tag(xml, at)) {
    if (tag->name == "host") {
      inside_host = true;
      chart.hosts.emplace_back().timed_out = (*tag)["timedout"] == "true";
    } else if (tag->name == "/host") {
      inside_host = false;
    } else if (inside_host) {
      read_host_tag(*tag, chart.hosts.back(), place);
    } else if (tag->name == "finished") {
      chart.exit = (*tag)["exit"];
    } else if (tag->name == "hosts") {
      chart.up = number((*tag)["up"]);
      chart.down = number((*tag)["down"]);
    }
  }
  return chart;
}

}  // namespace portolan::lab_test
