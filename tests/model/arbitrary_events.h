// Records of every kind with anything in them that a scan could say, for properties.
#pragma once

#include <rapidcheck.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/event.h"

namespace portolan::model::testing {

using rc::gen::arbitrary;

// Bytes that mean something in JSON or to a terminal, and characters of one to four bytes. What is no UTF-8 cannot
// be told from U+FFFD once it is written.
inline std::string text() {
  static const std::vector<std::string> pieces{"a",    "-",      " ",      "\"",         "\\",     "\n",
                                               "\x1b", "\u00e9", "\u202e", "\U0001f600", "\ufffd", "{",
                                               "}",    ",",      ":",      "/",          {'\0'}};
  std::string out;
  for (const auto& piece : *rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(pieces))) out += piece;
  return out;
}

template <class E>
E one_of(unsigned count) {
  return static_cast<E>(*rc::gen::inRange(0U, count));
}
template <class T>
std::optional<T> maybe(T value) {
  return *arbitrary<bool>() ? std::optional{std::move(value)} : std::nullopt;
}
template <class Make>
auto some(Make make) {
  std::vector<decltype(make())> out;
  for (int left = *rc::gen::inRange(0, 4); left > 0; --left) out.push_back(make());
  return out;
}

inline net::Port port() { return net::Port{*arbitrary<std::uint16_t>()}; }
inline Reason reason() { return one_of<Reason>(25); }
inline PortState state() { return one_of<PortState>(6); }
inline net::Protocol protocol() { return one_of<net::Protocol>(5); }
inline Duration duration() {
  return Duration{*arbitrary<std::int32_t>() * *rc::gen::element<std::int64_t>(1, 1000, 1'000'000'000)};
}
inline WallTime time() {
  return WallTime{std::chrono::nanoseconds{*rc::gen::inRange<std::int64_t>(0, 4'000'000'000'000'000'000)}};
}
inline std::size_t count() { return *arbitrary<std::uint32_t>(); }
inline double real() { return *arbitrary<std::int32_t>() / 1024.0 / 3; }

inline net::IpAddress address() {
  if (*arbitrary<bool>()) return net::IpAddress::v4(*arbitrary<std::uint32_t>());
  std::array<std::uint8_t, 16> bytes{};
  for (auto& byte : bytes) byte = *arbitrary<std::uint8_t>();
  if (*arbitrary<bool>()) return net::IpAddress::v6(bytes);
  bytes[0] = 0xfe;
  bytes[1] = 0x80;
  return net::IpAddress::v6(bytes, *rc::gen::inRange<std::uint32_t>(0, 1000));
}

inline net::PortSet ports() {
  net::PortSet set;
  for (const auto first : some(port)) {
    const auto last = std::max(first, net::Port{static_cast<std::uint16_t>(first.value() + 2)});
    set.insert(net::PortRange{first, last});
  }
  return set;
}

inline Remark remark() {
  const RemarkKind& kind = remark_kinds()[*rc::gen::inRange<std::size_t>(0, remark_kinds().size())];
  Remark remark{kind.code};
  for (const RemarkKind::Field& field : kind.values) {
    if (field.type == RemarkKind::Type::number) remark.values.emplace_back(std::uint64_t{*arbitrary<std::uint64_t>()});
    if (field.type == RemarkKind::Type::real) remark.values.emplace_back(real());
    if (field.type == RemarkKind::Type::text) remark.values.emplace_back(text());
  }
  return remark;
}

inline TlsRecord tls_record() {
  return {.version = text(),
          .cipher = text(),
          .subject = text(),
          .issuer = text(),
          .names = some(text),
          .not_before = maybe(time()),
          .not_after = maybe(time()),
          .key = text(),
          .fingerprint = text(),
          .self_signed = *arbitrary<bool>(),
          .chain = some(text),
          .alpn = text(),
          .wants_certificate = *arbitrary<bool>(),
          .starttls = *arbitrary<bool>()};
}

inline ServiceDetail service_detail() { return {.topic = text(), .key = text(), .value = text()}; }

inline ServiceRecord service_record() {
  return {.name = text(),
          .product = text(),
          .version = text(),
          .extra = text(),
          .host_name = text(),
          .system = text(),
          .device = text(),
          .cpes = some(text),
          .confidence = *arbitrary<std::uint8_t>(),
          .wrapped = *arbitrary<bool>(),
          .untouched = *arbitrary<bool>(),
          .words = text(),
          .details = some(service_detail),
          .asked = text(),
          .answered = text(),
          .tls = maybe(tls_record())};
}

inline PortRecord port_record() {
  return {.protocol = protocol(),
          .port = port(),
          .state = state(),
          .reason = reason(),
          .reason_ttl = *arbitrary<std::uint8_t>(),
          .reason_address = maybe(address()),
          .service = text(),
          .identified = maybe(service_record())};
}

inline ReasonCount reason_count() {
  return {.reason = reason(), .protocol = protocol(), .count = count(), .ports = ports()};
}
inline ExtraPorts extra_ports() { return {.state = state(), .count = count(), .reasons = some(reason_count)}; }
inline HostName host_name() { return {text(), one_of<HostName::Kind>(2)}; }
inline RoundTrip round_trip() { return {.smoothed = duration(), .variation = duration(), .timeout = duration()}; }

inline Hop hop() { return {*arbitrary<std::uint8_t>(), maybe(address()), text(), maybe(duration())}; }
inline Trace trace() { return {text(), maybe(port()), some(hop)}; }

inline SystemGuess system_guess() {
  SystemGuess guess;
  guess.name = text();
  guess.type = text();
  guess.vendor = text();
  guess.family = text();
  guess.generation = text();
  guess.cpe = text();
  guess.likelihood = *arbitrary<std::uint8_t>() / 255.0;
  guess.fits = some(text);
  guess.differs = some(text);
  return guess;
}
inline SystemStack system_stack() {
  return {.ports = some(port),
          .determined = *arbitrary<bool>(),
          .guesses = some(system_guess),
          .unknown = *arbitrary<std::uint8_t>() / 255.0};
}
inline SystemRecord system_record() {
  SystemRecord system;
  system.stacks = some(system_stack);
  system.open = maybe(port());
  system.closed = maybe(port());
  system.closed_udp = maybe(port());
  system.sequences = some([] { return *arbitrary<std::uint32_t>(); });
  system.identifications = some([] { return *arbitrary<std::uint16_t>(); });
  system.identification_class = text();
  return system;
}

inline FilterReading filter_reading() {
  return {.kind = text(),
          .ports = ports(),
          .by = maybe(address()),
          .hops_before = maybe(*arbitrary<std::uint8_t>()),
          .reason = text(),
          .sentence = text(),
          .evidence = some(text)};
}
inline FilterRecord filter_record() {
  FilterRecord filter;
  filter.distance = maybe(*arbitrary<std::uint8_t>());
  filter.readings = some(filter_reading);
  return filter;
}

// Its ports ascend and no two are one, as they are in every record.
inline HostRecord host_record() {
  HostRecord host;
  host.address = address();
  host.state = one_of<HostState>(3);
  host.reason = reason();
  host.reason_ttl = *arbitrary<std::uint8_t>();
  host.interface = text();
  host.names = some(host_name);
  host.other_addresses = some(address);
  host.mac = maybe(net::Mac{{*arbitrary<std::uint8_t>(), 1, 0xff, *arbitrary<std::uint8_t>(), 0, 9}});
  host.vendor = text();
  host.round_trip = maybe(round_trip());
  host.started = time();
  host.ended = time();
  host.port_scanned = *arbitrary<bool>();
  host.timed_out = *arbitrary<bool>();
  host.interrupted = *arbitrary<bool>();
  host.ports = some(port_record);
  const auto place = [](const PortRecord& record) { return std::pair{record.protocol, record.port}; };
  std::ranges::sort(host.ports, {}, place);
  const auto same = std::ranges::unique(host.ports, {}, place);
  host.ports.erase(same.begin(), same.end());
  host.extra = some(extra_ports);
  host.remarks = some(remark);
  host.position = *arbitrary<std::uint64_t>();
  host.trace = maybe(trace());
  host.system = maybe(system_record());
  host.filter = maybe(filter_record());
  return host;
}

inline TaskRecord task() {
  TaskRecord task;
  task.name = text();
  task.time = time();
  task.hosts = count();
  task.questions = count();
  task.host = maybe(address());
  task.finds_hosts = *arbitrary<bool>();
  return task;
}

inline Progress progress() {
  Progress progress;
  progress.task = task();
  progress.fraction = real();
  progress.remaining = maybe(duration());
  progress.scan_remaining = maybe(duration());
  progress.elapsed = duration();
  progress.rate = real();
  progress.hosts_done = count();
  progress.hosts_up = count();
  progress.hosts_active = count();
  progress.open_found = count();
  return progress;
}

inline ScanStarted scan_started() {
  ScanStarted started;
  started.version = text();
  started.arguments = some(text);
  started.time = time();
  started.depth = one_of<ScanDepth>(3);
  started.scans = some([] { return ScanInfo{text(), protocol(), ports()}; });
  started.verbosity = *rc::gen::inRange(0, 10);
  started.debugging = *rc::gen::inRange(0, 10);
  return started;
}

inline ScanFinished scan_finished() {
  ScanFinished finished;
  finished.time = time();
  finished.elapsed = duration();
  finished.hosts_up = count();
  finished.hosts_down = count();
  finished.hosts_total = count();
  finished.probes_sent = *arbitrary<std::uint64_t>();
  finished.answers_seen = *arbitrary<std::uint64_t>();
  finished.loss = {count(), count()};
  finished.never_asked = count();
  finished.hosts_not_measured = count();
  finished.hosts_given_up = count();
  finished.expected_missed_open = maybe(real());
  finished.success = *arbitrary<bool>();
  finished.interrupted = *arbitrary<bool>();
  finished.error = text();
  finished.failure = maybe(Failure{text(), text(), some(text)});
  return finished;
}

// One of every kind. The open port is of another host than the record, which does not have it.
inline std::vector<Event> events() {
  PortRecord open = port_record();
  open.state = PortState::open;
  const HostRecord host = host_record();
  return {scan_started(), TaskBegin{task()}, progress(),     OpenPort{host.address.plus(1), open}, remark(), host,
          CaughtUp{},     TaskEnd{task()},   scan_finished()};
}

}  // namespace portolan::model::testing
