// Which fields of what services say fingerprints may be about.
#include <algorithm>
#include <array>
#include <utility>

#include "identify/refine.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::string_view header_prefix = "http_header.";
constexpr std::string_view headers_topic = "http-headers";

// Those that are made of what was said; the others are in the table below, or names of headers.
constexpr std::array<std::string_view, 14> banners{
    "ftp.banner",  "icap_header.server", "imap4.banner",      "mysql.banners",         "nntp.banner",
    "pop3.banner", "rtsp_header.server", "sip_header.server", "sip_header.user_agent", "smtp.banner",
    "ssh.banner",  "telnet.banner",      "x509.issuer",       "x509.subject"};

// What a service tells beside its product (model::ServiceDetail), and which field that is.
struct Told {
  std::string_view topic;
  std::string_view key;
  std::string_view field;
};
constexpr std::array<Told, 6> told_fields{{{"http-title", "title", "html_title"},
                                           {"http-generator", "", "html_meta.generator"},
                                           {"dns-nsid", "bind_version", "dns.versionbind"},
                                           {"snmp-sysdescr", "", "snmp.sys_description"},
                                           {"smb-os-discovery", "lanmanager", "smb.native_lm"},
                                           {"upnp-info", "Server", "upnp.server"}}};

// Recog calls two of them otherwise than they are called on the line.
std::string header_field(std::string_view name) {
  std::string field{header_prefix};
  field += name == "www-authenticate" ? "wwwauth" : name == "set-cookie" ? "cookie" : name;
  return field;
}

void add(std::vector<SaidField>& fields, std::string_view name, std::string_view value) {
  if (!value.empty()) fields.push_back({std::string{name}, std::string{value.substr(0, Fingerprints::longest_field)}});
}

// A greeting without its code, its lines as lines.
std::string reply_text(std::string_view heard) {
  std::string out;
  const auto reply = whole_reply(heard);
  if (!reply) return out;
  for (const std::string_view line : reply->text) {
    out += out.empty() ? "" : "\n";
    out += line;
  }
  return out;
}

std::string_view behind(std::string_view heard, std::string_view begin) {
  const auto line = first_line(heard);
  const std::string_view text = line ? line->text : heard;
  return text.starts_with(begin) ? trimmed(text.substr(begin.size())) : std::string_view{};
}

// RFC 4253 §4.2: behind the protocol's version.
std::string_view ssh_software(std::string_view heard) {
  constexpr std::string_view begin = "SSH-";
  for (auto line = first_line(heard); line; line = first_line(line->rest)) {
    if (!line->text.starts_with(begin)) continue;
    const std::size_t dash = line->text.find('-', begin.size());
    return dash == std::string_view::npos ? std::string_view{} : line->text.substr(dash + 1);
  }
  return {};
}

// What people would see: without the options that were bargained over (RFC 854, RFC 855).
std::string telnet_text(std::string_view heard) {
  constexpr unsigned char iac = 255;
  constexpr unsigned char with_option = 251;  // WILL, WON'T, DO, DON'T
  constexpr unsigned char parameters = 250;
  constexpr unsigned char parameters_end = 240;
  const auto byte = [heard](std::size_t at) { return static_cast<unsigned char>(heard[at]); };
  std::string out;
  for (std::size_t i = 0; i < heard.size(); ++i) {
    if (byte(i) != iac || i + 1 == heard.size()) {
      if (heard[i] != '\0' && heard[i] != '\r') out += heard[i];
      continue;
    }
    ++i;
    if (byte(i) == iac) {
      out += heard[i];
    } else if (byte(i) == parameters) {
      while (i + 1 < heard.size() && (byte(i) != iac || byte(i + 1) != parameters_end)) ++i;
      ++i;
    } else if (byte(i) >= with_option) {
      ++i;
    }
  }
  return std::string{trimmed(out)};
}

// The lines of a head (RFC 3261 §7, RFC 7826 §6): what is not "Name: value" is passed over.
void add_head(std::vector<SaidField>& fields, std::string_view protocol, std::string_view heard) {
  for (auto line = first_line(heard); line && !line->text.empty(); line = first_line(line->rest)) {
    const std::size_t colon = line->text.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string name = lower(line->text.substr(0, colon));
    const std::string_view value = trimmed(line->text.substr(colon + 1));
    if (name == "server") add(fields, std::string{protocol} + "_header.server", value);
    if (name == "user-agent" && protocol == "sip") add(fields, "sip_header.user_agent", value);
  }
}

}  // namespace

std::vector<SaidField> fields_told(const model::ServiceRecord& record) {
  std::vector<SaidField> fields;
  // Headers first: what names the program goes before what names the page.
  for (const model::ServiceDetail& detail : record.details) {
    if (detail.topic == headers_topic) add(fields, header_field(detail.key), detail.value);
  }
  for (const Told& told : told_fields) {
    for (const model::ServiceDetail& detail : record.details) {
      if (told.topic == detail.topic && told.key == detail.key) add(fields, told.field, detail.value);
    }
  }
  if (record.tls) {
    add(fields, "x509.subject", record.tls->subject);
    add(fields, "x509.issuer", record.tls->issuer);
  }
  return fields;
}

std::vector<SaidField> fields_said(std::string_view reader, const Talk& talk, const model::ServiceRecord& record) {
  std::vector<SaidField> fields;
  const std::string_view heard = talk.first();
  if (reader == "sip" || reader == "rtsp" || reader == "icap") {
    add_head(fields, reader, heard);
  } else if (reader == "smtp" || reader == "ftp" || reader == "nntp") {
    add(fields, std::string{reader} + ".banner", reply_text(heard));
  } else if (reader == "pop3") {
    add(fields, "pop3.banner", behind(heard, "+OK"));
  } else if (reader == "imap") {
    add(fields, "imap4.banner", behind(heard, "* OK"));
  } else if (reader == "ssh") {
    add(fields, "ssh.banner", ssh_software(heard));
  } else if (reader == "telnet") {
    add(fields, "telnet.banner", telnet_text(heard));
  } else if (reader == "mysql") {
    add(fields, "mysql.banners", record.version);
  }
  for (SaidField& field : fields_told(record)) fields.push_back(std::move(field));
  return fields;
}

bool is_field(std::string_view name) {
  return name.starts_with(header_prefix) || std::ranges::find(banners, name) != banners.end() ||
         std::ranges::find(told_fields, name, &Told::field) != told_fields.end();
}

}  // namespace portolan::identify
