#include "report/scan/wording.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/escape.h"

namespace portolan::report {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

void append_argument(std::string& line, std::string_view argument) {
  const bool quoted = std::ranges::any_of(argument, is_space);
  if (quoted) line += '"';
  for (const char c : argument) {
    if (c == '"' || c == '\\') line += '\\';
    line += c;
  }
  if (quoted) line += '"';
}

}  // namespace

std::string_view plural(std::size_t count, std::string_view one, std::string_view many) {
  return count == 1 ? one : many;
}

std::string command_line(const std::vector<std::string>& arguments) {
  std::string line;
  for (const std::string& argument : arguments) {
    if (&argument != &arguments.front()) line += ' ';
    append_argument(line, argument);
  }
  return line;
}

std::string two_digits(double value) {
  // Where the first digit stands: 0 for ones, -1 for tenths. Nothing has one, so tenths it is.
  const int first = value == 0 ? -1 : static_cast<int>(std::floor(std::log10(std::fabs(value))));
  const int last = first - 1;
  const double unit = std::pow(10.0, last);
  return fmt::format("{:.{}f}", std::floor(value / unit + 0.5) * unit, std::max(0, -last));
}

std::string latency_text(const model::RoundTrip& round_trip) {
  // Whole microseconds, as the XML tells it too.
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(round_trip.smoothed).count();
  return two_digits(static_cast<double>(microseconds) / 1e6) + "s";
}

std::string plain_address(const net::IpAddress& address) { return net::to_string(address.without_zone()); }

std::optional<std::string> zone_name(const net::IpAddress& address, const ReportOptions& options) {
  if (address.zone() == 0 || options.zone_name == nullptr) return std::nullopt;
  std::string name = options.zone_name(address.zone());
  if (name.empty()) return std::nullopt;
  return name;
}

std::string shown_address(const net::IpAddress& address, const ReportOptions& options) {
  if (options.flavor == Flavor::nmap) return plain_address(address);
  const auto name = zone_name(address, options);
  return name ? plain_address(address) + '%' + escape_terminal(*name) : net::to_string(address);
}

std::string_view name_of_kind(const model::HostRecord& host, model::HostName::Kind kind) {
  const auto name = std::ranges::find(host.names, kind, &model::HostName::kind);
  return name == host.names.end() ? std::string_view{} : std::string_view{name->name};
}

std::string title(const model::HostRecord& host, const ReportOptions& options) {
  std::string address = shown_address(host.address, options);
  std::string_view name = name_of_kind(host, model::HostName::Kind::user);
  if (name.empty()) name = name_of_kind(host, model::HostName::Kind::ptr);
  if (name.empty()) return address;
  return fmt::format("{} ({})", escape_terminal(name), address);
}

bool has_service(const model::PortRecord& port) { return !port.service.empty() && port.service != "unknown"; }

bool reasons_told(const ReportOptions& options) {
  return options.reason || options.verbosity > 1 || options.debugging > 0;
}

std::string reason_text(model::Reason reason, std::uint8_t ttl) {
  return ttl == 0 ? std::string{name_of(reason)} : fmt::format("{} ttl {}", name_of(reason), ttl);
}

std::string reason_text(const model::PortRecord& port, const ReportOptions& options) {
  std::string text{name_of(port.reason)};
  if (port.reason_address) text += " from " + shown_address(*port.reason_address, options);
  if (port.reason_ttl != 0) fmt::format_to(std::back_inserter(text), " ttl {}", port.reason_ttl);
  return text;
}

std::string_view program_name(Flavor flavor) { return flavor == Flavor::nmap ? "Nmap" : "portolan"; }

std::string done_text(const model::ScanFinished& finished) {
  return fmt::format("{} {} ({} {} up) scanned in {:.2f} seconds", finished.hosts_total,
                     plural(finished.hosts_total, "IP address", "IP addresses"), finished.hosts_up,
                     plural(finished.hosts_up, "host", "hosts"), seconds_of(finished.elapsed));
}

std::string initiated_text(const model::ScanStarted& started, const ReportOptions& options) {
  const std::string_view version = options.flavor == Flavor::nmap ? nmap_version : program_version;
  return fmt::format("{} {} scan initiated {} as: {}", program_name(options.flavor), version,
                     date_text(started.time, options.calendar), command_line(started.arguments));
}

std::string ended_text(const model::ScanFinished& finished, const ReportOptions& options) {
  const std::string_view program = program_name(options.flavor);
  const std::string date = date_text(finished.time, options.calendar);
  if (!finished.success) return fmt::format("{} scan failed at {}: {}", program, date, finished.error);
  const std::string_view how = finished.interrupted ? "scan interrupted" : "done";
  return fmt::format("{} {} at {} -- {}", program, how, date, done_text(finished));
}

std::string loss_text(const model::ScanFinished& finished) {
  if (finished.loss.asked == 0) return "Loss was not measured: no port that answers was asked again.";
  const double percent = 100.0 * static_cast<double>(finished.loss.lost) / static_cast<double>(finished.loss.asked);
  const std::string measured =
      fmt::format("Measured loss: {}% ({} of {} control probes unanswered)", percent == 0 ? "0" : two_digits(percent),
                  finished.loss.lost, finished.loss.asked);
  if (!(finished.expected_missed_open >= 0.01)) {
    return measured + "; fewer than 0.01 open ports are expected to have been missed.";
  }
  return fmt::format("{}; about {} open ports are expected to have been missed.", measured,
                     two_digits(finished.expected_missed_open));
}

}  // namespace portolan::report
