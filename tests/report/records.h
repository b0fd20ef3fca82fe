// Records and outputs that the tests of the reports share.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "model/record.h"
#include "net/ip_address.h"
#include "report/output.h"

namespace portolan::report::testing {

using namespace std::chrono_literals;

class MemoryOutput : public Output {
 public:
  Result<void> write(std::string_view bytes) override {
    if (full) return fail(Errc::io, "disk full");
    text += bytes;
    pending += bytes;
    return {};
  }
  Result<void> flush() override {
    pending.clear();
    return {};
  }
  std::string text;     // all that was written
  std::string pending;  // of that, what a reader may not see yet
  bool full = false;
};

// Sat Nov 21 10:16:44 2026 UTC
inline model::WallTime noon(std::chrono::milliseconds later = 0ms) {
  return model::WallTime{std::chrono::seconds{1795256204}} + later;
}

inline net::IpAddress address(std::string_view text) { return net::IpAddress::parse(text).value(); }

inline net::PortSet ports(std::initializer_list<net::PortRange> ranges) {
  net::PortSet set;
  for (const net::PortRange range : ranges) set.insert(range);
  return set;
}
inline net::PortRange range(std::uint16_t first, std::uint16_t last) { return {net::Port{first}, net::Port{last}}; }

inline model::PortRecord port(std::uint16_t number, model::PortState state, model::Reason reason, std::string service,
                              std::uint8_t ttl = 64) {
  model::PortRecord record;
  record.port = net::Port{number};
  record.state = state;
  record.reason = reason;
  record.reason_ttl = ttl;
  record.service = std::move(service);
  return record;
}
inline model::PortRecord open_port(std::uint16_t number, std::string service) {
  return port(number, model::PortState::open, model::Reason::syn_ack, std::move(service));
}
inline model::PortRecord closed_port(std::uint16_t number, std::string service) {
  return port(number, model::PortState::closed, model::Reason::reset, std::move(service));
}
inline model::PortRecord silent_port(std::uint16_t number, std::string service) {
  return port(number, model::PortState::filtered, model::Reason::no_response, std::move(service), 0);
}

inline model::ExtraPorts extra(model::PortState state, model::Reason reason, net::PortSet set) {
  model::ExtraPorts extra;
  extra.state = state;
  extra.count = set.size();
  extra.reasons.push_back(
      {.reason = reason, .protocol = net::Protocol::tcp, .count = set.size(), .ports = std::move(set)});
  return extra;
}

inline model::RoundTrip round_trip(Duration smoothed, Duration variation = 5ms) {
  return {.smoothed = smoothed, .variation = variation, .timeout = 100ms};
}

// A host on the same link: two open ports, 98 closed ones, a name and a MAC address.
inline model::HostRecord host_on_link() {
  model::HostRecord host;
  host.address = address("198.18.0.2");
  host.state = model::HostState::up;
  host.reason = model::Reason::arp_response;
  host.names = {{"alpha.test", model::HostName::Kind::user}};
  host.mac = net::Mac{{0x00, 0x1b, 0x21, 0x00, 0x00, 0x02}};
  host.vendor = "Intel Corporate";
  host.round_trip = round_trip(5us, 0us);
  host.started = noon(1s);
  host.ended = noon(3s);
  host.port_scanned = true;
  host.ports = {open_port(22, "ssh"), open_port(80, "http")};
  host.extra = {
      extra(model::PortState::closed, model::Reason::reset, ports({range(1, 21), range(23, 79), range(81, 100)}))};
  return host;
}

// A host of which IP protocols were asked, not ports.
inline model::HostRecord host_of_protocols() {
  model::HostRecord host;
  host.address = address("198.18.0.2");
  host.state = model::HostState::up;
  host.reason = model::Reason::echo_reply;
  host.started = noon(1s);
  host.ended = noon(3s);
  host.port_scanned = true;
  const auto protocol = [](std::uint16_t number, model::PortState state, model::Reason reason, std::string name) {
    model::PortRecord record = port(number, state, reason, std::move(name), 64);
    record.protocol = net::Protocol::ip;
    return record;
  };
  host.ports = {protocol(1, model::PortState::open, model::Reason::echo_reply, "icmp"),
                protocol(107, model::PortState::open_filtered, model::Reason::no_response, "a/n")};
  host.extra = {extra(model::PortState::closed, model::Reason::proto_unreach, ports({range(2, 106), range(108, 255)}))};
  host.extra.front().reasons.front().protocol = net::Protocol::ip;
  return host;
}

inline model::HostRecord silent_host(std::string_view text) {
  model::HostRecord host;
  host.address = address(text);
  host.state = model::HostState::down;
  host.reason = model::Reason::no_response;
  return host;
}

// A remark that is told as just this sentence.
inline model::Remark remark(std::string sentence) { return {model::RemarkCode::noted, {std::move(sentence)}}; }

// A stage that asks ports of one host; of none where there are no questions.
inline model::TaskRecord task(std::string name, model::WallTime time, std::size_t questions = 0) {
  model::TaskRecord task;
  task.name = std::move(name);
  task.time = time;
  if (questions == 0) return task;
  task.hosts = 1;
  task.questions = questions;
  task.host = address("198.18.0.2");
  return task;
}

inline model::ScanStarted started(std::vector<std::string> arguments) {
  model::ScanStarted start;
  start.version = "0.1.0";
  start.arguments = std::move(arguments);
  start.time = noon();
  start.scans = {{.type = "syn", .protocol = net::Protocol::tcp, .ports = ports({range(1, 100)})}};
  return start;
}

inline model::ScanFinished finished(std::size_t up, std::size_t total) {
  model::ScanFinished finish;
  finish.time = noon(5s);
  finish.elapsed = 4590ms;
  finish.hosts_up = up;
  finish.hosts_down = total - up;
  finish.hosts_total = total;
  finish.probes_sent = 102;
  finish.answers_seen = 100;
  return finish;
}

}  // namespace portolan::report::testing
