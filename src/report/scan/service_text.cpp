#include "report/scan/service_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/escape.h"
#include "base/text.h"
#include "catalog/service_names.h"
#include "identify/manners.h"
#include "identify/transcript.h"
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

std::string day_of(model::WallTime time) {
  constexpr std::size_t size = std::string_view{"2026-11-21"}.size();
  return model::rfc3339_text(time).substr(0, size);
}

// "certificate: ended on 2026-01-01; self-signed"; "" where there is nothing to say.
std::string certificate_words(const model::TlsRecord& tls, model::WallTime now) {
  constexpr std::chrono::days soon{30};
  constexpr std::chrono::days just{1};  // it may have been made since the scan began, by a clock that is ahead
  std::vector<std::string> words;
  if (now > model::WallTime{} && tls.not_before && *tls.not_before > now + just) {
    words.push_back(fmt::format("begins on {}", day_of(*tls.not_before)));
  }
  if (now > model::WallTime{} && tls.not_after && *tls.not_after < now) {
    words.push_back(fmt::format("ended on {}", day_of(*tls.not_after)));
  } else if (now > model::WallTime{} && tls.not_after && *tls.not_after - now < soon) {
    const auto days = std::chrono::floor<std::chrono::days>(*tls.not_after - now).count();
    words.push_back(fmt::format("ends on {}, in {} day{}", day_of(*tls.not_after), days, days == 1 ? "" : "s"));
  }
  if (tls.self_signed) words.emplace_back("self-signed");
  return words.empty() ? std::string{} : "certificate: " + join(words, "; ");
}

// In the words of --version-trace, which hold nothing but printable ASCII.
void add_evidence(const ServiceRecord& service, std::vector<std::string>& notes) {
  using identify::TranscriptLine;
  constexpr std::size_t longest = 100;
  for (const auto& [what, bytes] : {std::pair{TranscriptLine::What::said, &service.asked},
                                    std::pair{TranscriptLine::What::heard, &service.answered}}) {
    if (bytes->empty()) continue;
    std::string line = identify::transcript_line({.what = what, .bytes = *bytes});
    line.pop_back();  // its end
    if (line.size() > longest) line.replace(longest, std::string::npos, "...");
    notes.push_back(std::move(line));
  }
}

}  // namespace

std::string_view port_name(const PortRecord& port, Dialect dialect) {
  if (dialect == Dialect::nmap) {
    if (const auto name = catalog::scanners_name_of(port.protocol, port.port); !name.empty()) return name;
  }
  return has_service(port) ? std::string_view{port.service} : std::string_view{};
}

std::string service_name(const PortRecord& port, Dialect dialect) {
  const std::string_view known = port_name(port, dialect);
  const std::string registered{known.empty() ? "unknown" : known};
  if (!port.identified) return registered;
  const ServiceRecord& service = *port.identified;
  if (service.wrapped) return "tcpwrapped";
  const std::string tunnel = service.in_tunnel() ? "ssl/" : "";
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
    // Of the machine, not of the programs on it.
    for (const std::string& cpe : port.identified->cpes) {
      const std::string uri = cpe_uri(cpe);
      if (uri.starts_with("cpe:/o:") || uri.starts_with("cpe:/h:")) add_once(cpes, uri);
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

std::vector<std::string> port_notes(const PortRecord& port, model::WallTime now, const ReportOptions& options) {
  std::vector<std::string> notes;
  if (!port.identified) return notes;
  const ServiceRecord& service = *port.identified;
  if (service.untouched && identify::manner_at(port.port) == identify::Manner::listen) {
    if (service.name.empty()) {
      notes.emplace_back(
          "was only listened to: machines that are known for that port may fail when spoken to (--ask-industrial asks "
          "them)");
    }
  } else if (service.untouched) {
    notes.emplace_back("was not talked to: printers print what they are told there (--allports asks it)");
  } else if (service.unacknowledged) {
    notes.emplace_back("accepts connections, but nothing that is sent arrives: something on the way may answer for it");
  } else if (service.name.empty() && !service.words.empty()) {
    notes.push_back(fmt::format("says \"{}\"", escape_terminal(service.words)));
  }
  const auto is_shown = [&options](std::string_view topic) {
    return std::ranges::find(options.topics, topic) != options.topics.end();
  };
  for (const model::ServiceDetail& detail : service.details) {
    if (detail.topic != "http-title" || detail.key != "title" || is_shown(detail.topic)) continue;
    notes.push_back("title: " + escape_terminal(detail.value));
  }
  if (service.tls && !is_shown("ssl-cert")) {
    if (std::string words = certificate_words(*service.tls, now); !words.empty()) notes.push_back(std::move(words));
  }
  if (options.verbosity > 0) add_evidence(service, notes);
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
std::string cpe_uri(std::string_view formatted, std::string_view version) {
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
  constexpr std::size_t update_at = 4;
  if (parts.size() == parts_of_uri && !parts[update_at].empty() && !version.empty() &&
      lower_case(version).starts_with(parts[update_at - 1] + parts[update_at])) {
    parts[update_at - 1] += std::exchange(parts[update_at], {});
  }
  while (!parts.empty() && parts.back().empty()) parts.pop_back();
  return "cpe:/" + join(parts, ":");
}

}  // namespace portolan::report
