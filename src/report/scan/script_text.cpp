#include "report/scan/script_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string_view>
#include <utility>

#include "base/escape.h"
#include "base/text.h"
#include "net/ip_address.h"

namespace portolan::report {
namespace {

using model::ServiceDetail;
using Rows = std::span<const ServiceDetail>;

// ---- certificates ---------------------------------------------------------------------------------

// X.520's names for what RFC 2253 shortens, as readers of nmap's reports know them.
std::string attribute_name(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 12> known{{{"CN", "commonName"},
                                                                                 {"O", "organizationName"},
                                                                                 {"OU", "organizationalUnitName"},
                                                                                 {"C", "countryName"},
                                                                                 {"ST", "stateOrProvinceName"},
                                                                                 {"L", "localityName"},
                                                                                 {"DC", "domainComponent"},
                                                                                 {"UID", "userId"},
                                                                                 {"SN", "surname"},
                                                                                 {"GN", "givenName"},
                                                                                 {"street", "streetAddress"},
                                                                                 {"title", "title"}}};
  const auto* const found = std::ranges::find(known, name, &std::pair<std::string_view, std::string_view>::first);
  std::string full{found == known.end() ? name : found->second};
  std::ranges::replace(full, '.', '_');  // of an object identifier; a point makes two keys of it
  return full;
}

unsigned hexadecimal_digit(char c) {
  constexpr unsigned ten = 10;
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + ten;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + ten;
  return UINT8_MAX;
}

struct Attribute {
  std::string name;
  std::string value;
};
// RFC 2253 §2.4, the most specific first: "CN=mail.example,O=Foo\, Inc.".
std::vector<Attribute> attributes_of(std::string_view name) {
  std::vector<Attribute> all;
  Attribute next;
  bool in_value = false;
  constexpr unsigned lowest_nibble = 16;
  for (std::size_t i = 0; i < name.size(); ++i) {
    std::string& text = in_value ? next.value : next.name;
    const char c = name[i];
    if (c == '\\' && i + 1 < name.size()) {
      const unsigned high = hexadecimal_digit(name[i + 1]);
      const unsigned low = i + 2 < name.size() ? hexadecimal_digit(name[i + 2]) : UINT8_MAX;
      const bool is_byte = high < lowest_nibble && low < lowest_nibble;
      text += is_byte ? static_cast<char>(high * lowest_nibble + low) : name[i + 1];
      i += is_byte ? 2 : 1;
    } else if (c == '=' && !in_value) {
      in_value = true;
    } else if ((c == ',' || c == '+') && in_value) {
      all.push_back({attribute_name(next.name), std::move(next.value)});
      next = {};
      in_value = false;
    } else {
      text += c;
    }
  }
  if (in_value) all.push_back({attribute_name(next.name), std::move(next.value)});
  return all;
}

// As readers of nmap's reports expect it: UTC, without a zone.
std::string second_of(model::WallTime time) {
  constexpr std::size_t size = std::string_view{"2026-11-21T10:16:44"}.size();
  return model::rfc3339_text(time).substr(0, size);
}

// As OpenSSL writes them.
std::string alternative_names(const model::TlsRecord& tls) {
  std::string all;
  for (const std::string& name : tls.names) {
    all += all.empty() ? "" : ", ";
    all += (net::IpAddress::parse(name) ? "IP Address:" : "DNS:") + name;
  }
  return all;
}

void add_certificate(const model::TlsRecord& tls, std::vector<ServiceDetail>& rows) {
  const auto add = [&rows](std::string key, std::string value) {
    if (!value.empty()) rows.push_back({"ssl-cert", std::move(key), std::move(value)});
  };
  for (const auto& [whose, name] : {std::pair{"subject.", &tls.subject}, std::pair{"issuer.", &tls.issuer}}) {
    for (Attribute& one : attributes_of(*name)) add(whose + one.name, std::move(one.value));
  }
  const std::size_t blank = std::min(tls.key.find(' '), tls.key.size());
  add("pubkey.type", lower_case(tls.key.substr(0, blank)));
  add("pubkey.bits", tls.key.substr(std::min(blank + 1, tls.key.size())));
  if (!tls.names.empty()) {
    add("extensions..name", "X509v3 Subject Alternative Name");
    add("extensions..value", alternative_names(tls));
  }
  if (tls.not_before) add("validity.notBefore", second_of(*tls.not_before));
  if (tls.not_after) add("validity.notAfter", second_of(*tls.not_after));
  add("sha256", tls.fingerprint);
}

// "commonName=mail.example/organizationName=Foo": these four first, as readers of nmap's reports are used to, whatever
// the order in the certificate.
std::string name_text(Rows rows, std::string_view whose) {
  constexpr std::array<std::string_view, 4> first{"commonName", "organizationName", "stateOrProvinceName",
                                                  "countryName"};
  std::vector<std::pair<std::size_t, std::string>> parts;
  for (const ServiceDetail& row : rows) {
    if (!row.key.starts_with(whose)) continue;
    const std::string name = row.key.substr(whose.size());
    const auto place = static_cast<std::size_t>(std::ranges::find(first, name) - first.begin());
    parts.emplace_back(place, name + "=" + row.value);
  }
  std::ranges::stable_sort(parts, {}, &std::pair<std::size_t, std::string>::first);
  std::string text;
  for (const auto& [place, part] : parts) text += (text.empty() ? "" : "/") + part;
  return text;
}

// ---- the text of a topic ---------------------------------------------------------------------------

std::string_view value_of(Rows rows, std::string_view key) {
  const auto found = std::ranges::find(rows, key, &ServiceDetail::key);
  return found == rows.end() ? std::string_view{} : std::string_view{found->value};
}

std::vector<std::string> certificate_lines(Rows rows) {
  std::vector<std::string> lines;
  const auto add = [&lines](std::string_view what, std::string_view value) {
    if (!value.empty()) lines.push_back(fmt::format("{}: {}", what, value));
  };
  add("Subject", name_text(rows, "subject."));
  add("Subject Alternative Name", value_of(rows, "extensions..value"));
  add("Issuer", name_text(rows, "issuer."));
  add("Public Key type", value_of(rows, "pubkey.type"));
  add("Public Key bits", value_of(rows, "pubkey.bits"));
  add("Not valid before", value_of(rows, "validity.notBefore"));
  add("Not valid after", value_of(rows, "validity.notAfter").empty()
                             ? std::string{}
                             : " " + std::string{value_of(rows, "validity.notAfter")});
  add("SHA-256", value_of(rows, "sha256"));
  return lines;
}

std::vector<std::string> title_lines(Rows rows) {
  std::vector<std::string> lines;
  if (const auto title = value_of(rows, "title"); !title.empty()) lines.emplace_back(title);
  if (const auto url = value_of(rows, "redirect_url"); !url.empty())
    lines.push_back(fmt::format("Leads on to {}", url));
  return lines;
}

constexpr std::size_t deepest = 4;
// The parts of a key; what is deeper than anybody means stays in the last one.
std::vector<std::string_view> parts_of(std::string_view key) {
  std::vector<std::string_view> parts;
  while (parts.size() + 1 < deepest) {
    const std::size_t point = key.find('.');
    if (point == std::string_view::npos) break;
    parts.push_back(key.substr(0, point));
    key.remove_prefix(point + 1);
  }
  parts.push_back(key);
  return parts;
}

// Of the tables that the row before was in, how many this one is in, too.
std::size_t shared(const std::vector<std::string_view>& before, const std::vector<std::string_view>& parts) {
  std::size_t count = 0;
  while (count + 1 < parts.size() && count + 1 < before.size() && before[count] == parts[count]) ++count;
  return count;
}

// A value alone, or a line each, indented by what holds it.
std::vector<std::string> usual_lines(Rows rows) {
  if (rows.size() == 1 && rows.front().key.empty()) return {rows.front().value};
  std::vector<std::string> lines{""};
  std::vector<std::string_view> before;
  for (const ServiceDetail& row : rows) {
    const auto parts = parts_of(row.key);
    for (std::size_t i = shared(before, parts); i + 1 < parts.size(); ++i) {
      lines.push_back(fmt::format("{:{}}{}:", "", 2 * (i + 1), parts[i]));
    }
    const std::string_view key = parts.back();
    lines.push_back(fmt::format("{:{}}{}{}{}", "", 2 * parts.size(), key, key.empty() ? "" : ": ", row.value));
    before = parts;
  }
  return lines;
}

std::vector<std::string> lines_of(Rows rows) {
  if (rows.front().topic == "ssl-cert") return certificate_lines(rows);
  if (rows.front().topic == "http-title") return title_lines(rows);
  return usual_lines(rows);
}

// ---- elements ---------------------------------------------------------------------------------------

std::string keyed(std::string_view element, std::string_view key) {
  return key.empty() ? fmt::format("<{}>", element) : fmt::format("<{} key=\"{}\">", element, escape_xml(key));
}

void append_elements(std::string& out, Rows rows) {
  std::vector<std::string_view> before{""};
  const auto close = [&](std::size_t left) {
    for (std::size_t depth = before.size() - 1; depth > left; --depth) out += "</table>\n";
  };
  for (const ServiceDetail& row : rows) {
    const auto parts = parts_of(row.key);
    const std::size_t open = shared(before, parts);
    close(open);
    for (std::size_t i = open; i + 1 < parts.size(); ++i) out += keyed("table", parts[i]) + "\n";
    out += keyed("elem", parts.back()) + escape_xml(row.value) + "</elem>\n";
    before = parts;
  }
  close(0);
}

// The rows of each topic that is wanted.
template <class Tell>
void for_each_topic(Rows rows, std::span<const std::string> topics, Tell tell) {
  while (!rows.empty()) {
    const auto end = std::ranges::find_if(rows, [&](const auto& row) { return row.topic != rows.front().topic; });
    const auto count = static_cast<std::size_t>(end - rows.begin());
    if (std::ranges::find(topics, rows.front().topic) != topics.end()) tell(rows.first(count));
    rows = rows.subspan(count);
  }
}

}  // namespace

std::vector<ServiceDetail> told_by(const model::ServiceRecord& service) {
  std::vector<ServiceDetail> rows = service.details;
  if (!service.tls) return rows;
  add_certificate(*service.tls, rows);
  if (!service.tls->alpn.empty()) rows.push_back({"tls-alpn", "", service.tls->alpn});
  return rows;
}

std::vector<std::string> script_lines(const model::ServiceRecord& service, std::span<const std::string> topics) {
  std::vector<std::string> all;
  for_each_topic(told_by(service), topics, [&all](Rows rows) {
    const auto lines = lines_of(rows);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const bool is_last = i + 1 == lines.size();
      const std::string head = i > 0 ? "" : rows.front().topic + (lines[i].empty() ? ":" : ": ");
      all.push_back((is_last ? "|_" : "| ") + escape_terminal(head + lines[i]));
    }
  });
  return all;
}

std::string script_elements(const model::ServiceRecord& service, std::span<const std::string> topics) {
  std::string out;
  for_each_topic(told_by(service), topics, [&out](Rows rows) {
    out += fmt::format("<script id=\"{}\" output=\"{}\">", escape_xml(rows.front().topic),
                       escape_xml(join(lines_of(rows), "\n")));
    append_elements(out, rows);
    out += "</script>";
  });
  return out;
}

}  // namespace portolan::report
