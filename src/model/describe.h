// Every field of every record, named once (base/json_fields.h says how). What writes records, reads them or states
// their form is a visitor. A field that is added goes to the end and is optional, so that older records can still be
// read.
#pragma once

#include <concepts>
#include <type_traits>

#include "model/event.h"

namespace portolan::model {

// A record to be read, or a const one to be written.
template <class Given, class Record>
concept Of = std::same_as<std::remove_const_t<Given>, Record>;

// How many ports of one state there are, listed or not.
struct PortCount {
  PortState state = PortState::filtered;
  Reason reason = Reason::none;
  net::Protocol protocol = net::Protocol::tcp;
  std::size_t count = 0;
  friend bool operator==(const PortCount&, const PortCount&) = default;
};
// Where a stream was cut off and goes on (--resume). No event of a scan, but of its file.
struct Resumed {
  WallTime time;
  friend bool operator==(const Resumed&, const Resumed&) = default;
};
// Every port of the host; largest count first.
std::vector<PortCount> counts_of(const HostRecord& host);

void describe(auto& visitor, Of<TlsRecord> auto& tls) {
  visitor.member("version", tls.version);
  visitor.optional("cipher", tls.cipher);
  visitor.optional("subject", tls.subject);
  visitor.optional("issuer", tls.issuer);
  visitor.optional("names", tls.names);
  visitor.optional("not_before", tls.not_before);
  visitor.optional("not_after", tls.not_after);
  visitor.optional("key", tls.key);
  visitor.optional("fingerprint", tls.fingerprint);
  visitor.optional("self_signed", tls.self_signed);
  visitor.optional("chain", tls.chain);
  visitor.optional("alpn", tls.alpn);
  visitor.optional("wants_certificate", tls.wants_certificate);
  visitor.optional("starttls", tls.starttls);
}

void describe(auto& visitor, Of<ServiceDetail> auto& detail) {
  visitor.member("topic", detail.topic);
  visitor.optional("key", detail.key);
  visitor.member("value", detail.value);
}

void describe(auto& visitor, Of<ServiceRecord> auto& service) {
  visitor.member("confidence", service.confidence);
  visitor.optional("name", service.name);
  visitor.optional("product", service.product);
  visitor.optional("version", service.version);
  visitor.optional("extra", service.extra);
  visitor.optional("host_name", service.host_name);
  visitor.optional("system", service.system);
  visitor.optional("device", service.device);
  visitor.optional("cpes", service.cpes);
  visitor.optional("wrapped", service.wrapped);
  visitor.optional("unacknowledged", service.unacknowledged);
  visitor.optional("untouched", service.untouched);
  visitor.optional("words", service.words);
  visitor.optional("tls", service.tls);
  visitor.optional("details", service.details);
  visitor.optional("asked", service.asked);
  visitor.optional("answered", service.answered);
}

void describe(auto& visitor, Of<PortRecord> auto& port) {
  visitor.member("protocol", port.protocol);
  visitor.member("port", port.port);
  visitor.member("state", port.state);
  visitor.member("reason", port.reason);
  visitor.optional("reason_ttl", port.reason_ttl);
  visitor.optional("reason_address", port.reason_address);
  visitor.optional("service", port.service);
  visitor.optional("identified", port.identified);
}

void describe(auto& visitor, Of<ReasonCount> auto& reason) {
  visitor.member("reason", reason.reason);
  visitor.member("protocol", reason.protocol);
  visitor.member("count", reason.count);
  visitor.member("ports", reason.ports);
}

void describe(auto& visitor, Of<ExtraPorts> auto& extra) {
  visitor.member("state", extra.state);
  visitor.member("count", extra.count);
  visitor.member("reasons", extra.reasons);
}

void describe(auto& visitor, Of<PortCount> auto& count) {
  visitor.member("state", count.state);
  visitor.member("reason", count.reason);
  visitor.member("protocol", count.protocol);
  visitor.member("count", count.count);
}

void describe(auto& visitor, Of<HostName> auto& name) {
  visitor.member("name", name.name);
  visitor.member("kind", name.kind);
}

void describe(auto& visitor, Of<RoundTrip> auto& times) {
  visitor.member("smoothed", times.smoothed);
  visitor.member("variation", times.variation);
  visitor.member("timeout", times.timeout);
}

void describe(auto& visitor, Of<Hop> auto& hop) {
  visitor.member("ttl", hop.ttl);
  visitor.optional("address", hop.address);
  visitor.optional("name", hop.name);
  visitor.optional("round_trip", hop.round_trip);
}

void describe(auto& visitor, Of<Trace> auto& trace) {
  visitor.optional("protocol", trace.protocol);
  visitor.optional("port", trace.port);
  visitor.member("hops", trace.hops);
}

void describe(auto& visitor, Of<SystemGuess> auto& guess) {
  visitor.member("name", guess.name);
  visitor.member("likelihood", guess.likelihood);
  visitor.optional("type", guess.type);
  visitor.optional("vendor", guess.vendor);
  visitor.optional("family", guess.family);
  visitor.optional("generation", guess.generation);
  visitor.optional("cpe", guess.cpe);
  visitor.optional("fits", guess.fits);
  visitor.optional("differs", guess.differs);
}

void describe(auto& visitor, Of<SystemStack> auto& stack) {
  visitor.optional("ports", stack.ports);
  visitor.member("determined", stack.determined);
  visitor.optional("guesses", stack.guesses);
  visitor.member("unknown", stack.unknown);
}

void describe(auto& visitor, Of<SystemRecord> auto& system) {
  visitor.member("stacks", system.stacks);
  visitor.optional("open", system.open);
  visitor.optional("closed", system.closed);
  visitor.optional("closed_udp", system.closed_udp);
  visitor.optional("sequences", system.sequences);
  visitor.optional("identifications", system.identifications);
  visitor.optional("identification_class", system.identification_class);
}

void describe(auto& visitor, Of<FilterReading> auto& reading) {
  visitor.member("kind", reading.kind);
  visitor.optional("ports", reading.ports);
  visitor.optional("by", reading.by);
  visitor.optional("hops_before", reading.hops_before);
  visitor.optional("reason", reading.reason);
  visitor.member("sentence", reading.sentence);
  visitor.optional("evidence", reading.evidence);
}

void describe(auto& visitor, Of<FilterRecord> auto& filter) {
  visitor.optional("distance", filter.distance);
  visitor.member("readings", filter.readings);
}

// Its ports are told before it, each as an OpenPort.
void describe(auto& visitor, Of<HostRecord> auto& host) {
  visitor.member("address", host.address);
  visitor.member("status", host.state);
  visitor.member("reason", host.reason);
  visitor.optional("reason_ttl", host.reason_ttl);
  visitor.optional("interface", host.interface);
  visitor.member("names", host.names);
  visitor.optional("other_addresses", host.other_addresses);
  visitor.optional("mac", host.mac);
  visitor.optional("vendor", host.vendor);
  visitor.optional("round_trip", host.round_trip);
  visitor.member("started", host.started);
  visitor.member("ended", host.ended);
  visitor.member("port_scanned", host.port_scanned);
  visitor.member("timed_out", host.timed_out);
  visitor.member("interrupted", host.interrupted);
  visitor.derived("counts", counts_of(host));
  visitor.optional("unlisted", host.extra);
  visitor.optional("remarks", host.remarks);
  visitor.optional("position", host.position);
  visitor.optional("trace", host.trace);
  visitor.optional("system", host.system);
  visitor.optional("filter", host.filter);
}

void describe(auto& visitor, Of<TaskRecord> auto& task) {
  visitor.member("task", task.name);
  visitor.member("time", task.time);
  visitor.optional("hosts", task.hosts);
  visitor.optional("questions", task.questions);
  visitor.optional("host", task.host);
  visitor.optional("finds_hosts", task.finds_hosts);
}

void describe(auto& visitor, Of<TaskBegin> auto& begin) { describe(visitor, begin.task); }
void describe(auto& visitor, Of<TaskEnd> auto& end) { describe(visitor, end.task); }

void describe(auto& visitor, Of<Progress> auto& progress) {
  describe(visitor, progress.task);
  visitor.member("fraction", progress.fraction);
  visitor.member("elapsed", progress.elapsed);
  visitor.member("rate", progress.rate);
  visitor.optional("remaining", progress.remaining);
  visitor.optional("scan_remaining", progress.scan_remaining);
  visitor.member("hosts_done", progress.hosts_done);
  visitor.member("hosts_up", progress.hosts_up);
  visitor.member("hosts_active", progress.hosts_active);
  visitor.member("open_found", progress.open_found);
}

void describe(auto& visitor, Of<ScanInfo> auto& scan) {
  visitor.member("type", scan.type);
  visitor.member("protocol", scan.protocol);
  visitor.derived("count", scan.ports.size());
  visitor.member("ports", scan.ports);
}

void describe(auto& visitor, Of<ScanStarted> auto& started) {
  visitor.member("version", started.version);
  visitor.member("time", started.time);
  visitor.member("arguments", started.arguments);
  visitor.optional("from", started.from);
  visitor.member("depth", started.depth);
  visitor.member("scans", started.scans);
  visitor.optional("verbosity", started.verbosity);
  visitor.optional("debugging", started.debugging);
}

void describe(auto& visitor, Of<OpenPort> auto& open) {
  visitor.member("address", open.host);
  describe(visitor, open.port);
}

void describe(auto& /*visitor*/, Of<CaughtUp> auto& /*caught_up*/) {}

void describe(auto& visitor, Of<Resumed> auto& resumed) { visitor.member("time", resumed.time); }

void describe(auto& visitor, Of<Loss> auto& loss) {
  visitor.member("asked", loss.asked);
  visitor.member("lost", loss.lost);
}

void describe(auto& visitor, Of<Failure> auto& failure) {
  visitor.member("code", failure.code);
  visitor.optional("cause", failure.cause);
  visitor.optional("about", failure.about);
}

void describe(auto& visitor, Of<ScanFinished> auto& finished) {
  visitor.member("time", finished.time);
  visitor.member("elapsed", finished.elapsed);
  visitor.member("success", finished.success);
  visitor.member("interrupted", finished.interrupted);
  visitor.optional("error", finished.error);
  visitor.group("hosts", [&finished](auto& hosts) {
    hosts.member("up", finished.hosts_up);
    hosts.member("down", finished.hosts_down);
    hosts.member("total", finished.hosts_total);
  });
  visitor.member("probes_sent", finished.probes_sent);
  visitor.member("answers_seen", finished.answers_seen);
  visitor.member("loss", finished.loss);
  visitor.optional("expected_missed_open", finished.expected_missed_open);
  visitor.optional("hosts_not_measured", finished.hosts_not_measured);
  visitor.optional("hosts_given_up", finished.hosts_given_up);
  visitor.optional("never_asked", finished.never_asked);
  visitor.optional("failure", finished.failure);
}

// What an event is called in a stream: its member `record`. Listed ports that are not open are told as `port` too.
template <class Event>
constexpr std::string_view record_name = "";
template <>
inline constexpr std::string_view record_name<ScanStarted> = "start";
template <>
inline constexpr std::string_view record_name<TaskBegin> = "task_begin";
template <>
inline constexpr std::string_view record_name<Progress> = "progress";
template <>
inline constexpr std::string_view record_name<TaskEnd> = "task_end";
template <>
inline constexpr std::string_view record_name<OpenPort> = "port";
template <>
inline constexpr std::string_view record_name<Remark> = "remark";
template <>
inline constexpr std::string_view record_name<CaughtUp> = "caught_up";
template <>
inline constexpr std::string_view record_name<Resumed> = "resume";
template <>
inline constexpr std::string_view record_name<HostRecord> = "host";
template <>
inline constexpr std::string_view record_name<ScanFinished> = "finish";

// How many values an enumeration has that is read back by name; 0 for those to which values may still be added, where
// any word is read.
template <class E>
constexpr std::size_t value_count = 0;
template <>
inline constexpr std::size_t value_count<PortState> = 6;
template <>
inline constexpr std::size_t value_count<HostState> = 3;
template <>
inline constexpr std::size_t value_count<HostName::Kind> = 2;
template <>
inline constexpr std::size_t value_count<ScanDepth> = 3;
template <>
inline constexpr std::size_t value_count<net::Protocol> = static_cast<std::size_t>(net::Protocol::ip) + 1;

}  // namespace portolan::model
