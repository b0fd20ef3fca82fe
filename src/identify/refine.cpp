#include "identify/refine.h"

#include <algorithm>
#include <array>
#include <utility>

#include "identify/cpe.h"
#include "identify/readers/shared.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

using model::ServiceRecord;

// "9.18.1-1~deb12u3" as "9.18.1" and, in words, "1~deb12u3": what the program's makers know it by stands alone.
void part_version(ServiceRecord& record) {
  const VersionParts parts = version_parts(record.version);
  if (parts.revision.empty()) return;
  // Behind the revision and its separator nothing is left.
  record.version.resize(record.version.size() - parts.revision.size() - 1);
  if (!contains_case(record.extra, parts.revision)) {
    std::string extra = parts.revision;
    add_word(extra, record.extra);
    record.extra = std::move(extra);
  }
  if (record.system.empty()) record.system = "Linux";
}

// Fields that readers take product and version from.
bool names_the_product(std::string_view field) {
  constexpr std::array<std::string_view, 14> naming{
      "http_header.server", "ssh.banner",      "smtp.banner",        "ftp.banner",        "pop3.banner",
      "imap4.banner",       "nntp.banner",     "telnet.banner",      "sip_header.server", "sip_header.user_agent",
      "rtsp_header.server", "dns.versionbind", "icap_header.server", "mysql.banners"};
  return std::ranges::find(naming, field) != naming.end();
}

bool is_same(std::string_view one, std::string_view other) {
  return one.size() == other.size() && starts_with_case(one, other);
}

void fill(std::string& place, std::string_view value) {
  if (place.empty()) place = value;
}

// "HP LaserJet P3015" of vendor and product, or of a product that begins with its vendor.
std::string hardware_name(const FingerprintValues& values) {
  const std::string_view vendor = values["hw.vendor"];
  std::string_view product = values["hw.product"];
  if (product.empty()) product = values["hw.family"];
  if (product.empty() || vendor.empty() || starts_with_case(product, vendor)) return std::string{product};
  return std::string{vendor} + " " + std::string{product};
}

// Beside the product that is known already.
void mention(ServiceRecord& record, std::string_view name, std::string_view version) {
  if (name.empty() || contains_case(record.product, name) || contains_case(record.extra, name)) return;
  std::string words{name};
  if (!version.empty()) words += " " + std::string{version};
  add_word(record.extra, words);
}

void name_product(ServiceRecord& record, const SaidField& field, const FingerprintMatch& match) {
  const std::string_view product = match.values["service.product"];
  const std::string_view version = match.values["service.version"];
  if (product.empty()) return;
  if (record.product.empty()) {
    record.product = product;
    fill(record.version, version);
  } else if (is_same(record.product, product)) {
    fill(record.version, version);
  } else if (!names_the_product(field.name)) {
    mention(record, product, version);
  } else if (match.is_ours && contains_case(field.value, record.product)) {
    // What it calls itself has a usual name; its version is the one of that name, or none.
    record.product = product;
    record.version = version;
  }
}

// A kind of machine, as nmap calls it.
std::string device_of(const FingerprintMatch& match) {
  for (const std::string_view name : {"hw.device", "os.device", "service.device"}) {
    const std::string_view said = match.values[name];
    if (said.empty()) continue;
    if (match.is_ours) return std::string{said};
    const std::string kind = lower(said);
    // What any computer is says nothing.
    return kind == "general" || kind == "server" ? std::string{} : kind;
  }
  return {};
}

void take_cpes(const FingerprintMatch& match, std::vector<Cpe>& cpes) {
  for (const std::string_view name : {"service.cpe23", "hw.cpe23", "os.cpe23"}) {
    auto cpe = read_cpe(match.values[name]);
    if (!cpe) continue;
    if (cpe->part == 'a' && cpe->update.empty()) {
      VersionParts parts = version_parts(cpe->version);
      cpe->version = std::move(parts.version);
      cpe->update = std::move(parts.update);
    }
    cpes.push_back(std::move(*cpe));
  }
}

void take_values(ServiceRecord& record, const SaidField& field, const FingerprintMatch& match, std::vector<Cpe>& cpes) {
  const FingerprintValues& values = match.values;
  name_product(record, field, match);
  const std::string hardware = hardware_name(values);
  if (record.product.empty()) {
    record.product = hardware;
  } else {
    mention(record, hardware, {});
  }
  const std::string_view family = values["os.family"];
  fill(record.system, family.empty() ? values["os.product"] : family);
  fill(record.device, device_of(match));
  fill(record.host_name, values["host.name"]);
  take_cpes(match, cpes);
}

}  // namespace

void refine(ServiceRecord& record, std::span<const SaidField> fields, const Fingerprints* prints) {
  std::vector<Cpe> others;
  part_version(record);
  for (const SaidField& field : fields) {
    if (prints == nullptr) break;
    for (const FingerprintMatch& match : prints->match(field.name, field.value)) {
      take_values(record, field, match, others);
    }
  }
  if (const auto cpe = cpe_of_product(record.product, record.version)) add_cpe(record, *cpe);
  for (const Cpe& cpe : others) add_cpe(record, cpe);
  if (const auto cpe = cpe_of_system(record.system)) add_cpe(record, *cpe);
}

}  // namespace portolan::identify
