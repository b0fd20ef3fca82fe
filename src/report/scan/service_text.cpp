#include "report/scan/service_text.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/escape.h"
#include "base/text.h"
#include "identify/manners.h"
#include "report/scan/wording.h"

namespace portolan::report {
namespace {

using model::HostRecord;
using model::PortRecord;
using model::ServiceRecord;

constexpr int recognised = 10;
constexpr int accepted_only = 8;
constexpr int by_number = 3;
constexpr std::string_view formatted_begin = "cpe:2.3:";
constexpr std::size_t parts_of_uri = 5;  // part, vendor, product, version, update

void add_once(std::vector<std::string>& all, const std::string& text) {
  if (!text.empty() && std::ranges::find(all, text) == all.end()) all.push_back(text);
}

}  // namespace

std::string service_name(const PortRecord& port, Dialect dialect) {
  const std::string registered = has_service(port) ? port.service : std::string{"unknown"};
  if (!port.identified) return registered;
  const ServiceRecord& service = *port.identified;
  if (service.wrapped) return "tcpwrapped";
  const std::string tunnel = service.tls ? "ssl/" : "";
  if (!service.name.empty()) return tunnel + service.name;
  if (service.untouched && dialect == Dialect::portolan) return registered;
  return tunnel + registered + (registered == "unknown" ? "" : "?");
}

std::string version_text(const PortRecord& port) {
  if (!port.identified) return {};
  const ServiceRecord& service = *port.identified;
  std::string text = service.product;
  if (!service.version.empty()) text += (text.empty() ? "" : " ") + service.version;
  if (!service.extra.empty()) text += fmt::format("{}({})", text.empty() ? "" : " ", service.extra);
  return text;
}

std::string service_info(const HostRecord& host) {
  std::vector<std::string> hosts;
  std::vector<std::string> systems;
  std::vector<std::string> devices;
  std::vector<std::string> cpes;
  for (const PortRecord& port : host.ports) {
    if (!port.identified) continue;
    add_once(hosts, port.identified->host_name);
    add_once(systems, port.identified->system);
    add_once(devices, port.identified->device);
    for (const std::string& cpe : port.identified->cpes) {
      if (cpe_uri(cpe).starts_with("cpe:/o:")) add_once(cpes, cpe_uri(cpe));
    }
  }
  std::vector<std::string> parts;
  const auto add = [&parts](std::string_view one, std::string_view several, const std::vector<std::string>& values) {
    if (!values.empty()) parts.push_back(fmt::format("{}: {}", values.size() == 1 ? one : several, join(values, ", ")));
  };
  add("Host", "Hosts", hosts);
  add("OS", "OSs", systems);
  add("Device", "Devices", devices);
  add("CPE", "CPE", cpes);
  return parts.empty() ? std::string{} : escape_terminal("Service Info: " + join(parts, "; "));
}

std::vector<std::string> service_notes(const HostRecord& host) {
  std::vector<std::string> notes;
  for (const PortRecord& port : host.ports) {
    if (!port.identified) continue;
    if (port.identified->untouched && identify::manner_at(port.port) == identify::Manner::listen) {
      if (!port.identified->name.empty()) continue;
      notes.push_back(fmt::format(
          "{} was only listened to: machines that are known for that port may fail when spoken to", port.port.value()));
    } else if (port.identified->untouched) {
      notes.push_back(fmt::format("{} was not talked to: printers print what they are told there (--allports asks it)",
                                  port.port.value()));
    } else if (port.identified->name.empty() && !port.identified->words.empty()) {
      notes.push_back(fmt::format("{} says \"{}\"", port.port.value(), escape_terminal(port.identified->words)));
    }
  }
  return notes;
}

bool is_identified(const HostRecord& host) {
  return std::ranges::any_of(host.ports, [](const PortRecord& port) { return port.identified.has_value(); });
}

int nmap_confidence(const ServiceRecord& service) {
  if (service.wrapped) return accepted_only;
  return service.name.empty() ? by_number : recognised;
}

// NIST IR 7695 §6.1 and §6.2: parts that any value fits are left out at the end, "*" is nothing within.
std::string cpe_uri(std::string_view formatted) {
  if (!formatted.starts_with(formatted_begin)) return {};
  formatted.remove_prefix(formatted_begin.size());
  std::vector<std::string> parts;
  std::string part;
  for (std::size_t i = 0; i <= formatted.size() && parts.size() < parts_of_uri; ++i) {
    if (i == formatted.size() || formatted[i] == ':') {
      parts.push_back(part == "*" ? std::string{} : part);
      part.clear();
    } else if (formatted[i] == '\\' && i + 1 < formatted.size()) {
      ++i;
      const char c = formatted[i];
      const bool is_plain = c == '.' || c == '-' || c == '_' || (c >= '0' && c <= '9');
      part += is_plain ? std::string(1, c) : fmt::format("%{:02x}", static_cast<unsigned char>(c));
    } else {
      part += formatted[i];
    }
  }
  while (!parts.empty() && parts.back().empty()) parts.pop_back();
  return "cpe:/" + join(parts, ":");
}

}  // namespace portolan::report
