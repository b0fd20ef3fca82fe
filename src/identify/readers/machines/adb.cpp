// Android's debug bridge: a device answers a connection with what it is, or wants a key first (AOSP, adb protocol.txt);
// the server on a developer's machine says its version (OVERVIEW.TXT, SERVICES.TXT).
#include <fmt/core.h>

#include <array>

#include "identify/readers/machines/wire.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::uint16_t, 1> ports{5555};
constexpr std::array<std::uint16_t, 1> server_ports{5037};
constexpr std::string_view ask_version = "000chost:version";

std::string packet_of(std::string_view command, std::uint32_t first, std::uint32_t second, std::string_view data) {
  std::uint32_t sum = 0;
  for (const char c : data) sum += static_cast<unsigned char>(c);
  return std::string{command} + little32(first) + little32(second) + little32(static_cast<std::uint32_t>(data.size())) +
         little32(sum) + little32(*u32_little_at(command, 0) ^ 0xffff'ffffU) + std::string{data};
}

std::string connect() {
  constexpr std::uint32_t version = 0x0100'0000;
  constexpr std::uint32_t most_data = 4'096;
  return packet_of("CNXN", version, most_data, "host::\0"sv);
}

// "device::ro.product.name=x;ro.product.model=y;ro.product.device=z;"
void tell_device(std::string_view banner, Facts& facts) {
  banner = banner.substr(0, banner.find('\0'));
  if (!is_printable(banner)) return;
  const std::size_t properties = banner.find("::");
  if (properties == std::string_view::npos) return;
  std::string_view rest = banner.substr(properties + 2);
  std::string_view name;
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find(';'));
    constexpr std::string_view model = "ro.product.model=";
    constexpr std::string_view product = "ro.product.name=";
    if (pair.starts_with(model)) facts.device = pair.substr(model.size());
    if (pair.starts_with(product)) name = pair.substr(product.size());
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
  }
  if (!name.empty()) add_word(facts.extra, fmt::format("name {}", name));
  facts.system = "Android";
}

Reading read(const Talk& talk) {
  static const std::string asked = connect();
  if (talk.turns.front().said != asked) return {};
  const std::string_view heard = talk.first();
  const std::string_view command = heard.substr(0, 4);
  const bool connects = may_begin(command, "CNXN");
  const bool wants_key = may_begin(command, "AUTH");
  const bool wants_tls = may_begin(command, "STLS");
  if (heard.empty() || heard == asked || (!connects && !wants_key && !wants_tls)) return {};
  constexpr std::size_t head_size = 24;
  constexpr std::uint32_t most = 4'096;
  const auto magic = u32_little_at(heard, 20);
  if (!magic) return {.is = talk.is_over ? Reading::Is::no : Reading::Is::more};
  const std::uint32_t size = *u32_little_at(heard, 12);
  if (*magic != (*u32_little_at(heard, 0) ^ 0xffff'ffffU) || size > most) return {};
  const auto data = part(heard, head_size, size);
  if (!data && !talk.is_over) return {.is = Reading::Is::more};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  if (connects) {
    reading.facts.extra = "open to everybody";
    if (data) tell_device(*data, reading.facts);
  } else {
    reading.facts.extra = wants_key ? "asks for a key" : "wants TLS";
  }
  reading.facts.product = "Android Debug Bridge device";
  return reading;
}

// "OKAY", four hexadecimal digits that say how long the rest is, and that: the version in hexadecimal.
Reading read_server(const Talk& talk) {
  if (talk.turns.front().said != ask_version) return {};
  constexpr std::string_view okay = "OKAY0004";
  constexpr std::size_t size = okay.size() + 4;
  const std::string_view heard = talk.first();
  if (!may_begin(heard, okay) || heard.size() > size) return {};
  if (heard.size() < size) return {.is = talk.is_over ? Reading::Is::no : Reading::Is::more};
  unsigned version = 0;
  for (const char c : heard.substr(okay.size())) {
    const bool is_digit = c >= '0' && c <= '9';
    if (!is_digit && (c < 'a' || c > 'f')) return {};
    version = version * 16 + static_cast<unsigned>(is_digit ? c - '0' : c - 'a' + 10);
  }
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  reading.facts.product = "Android Debug Bridge server";
  reading.facts.version = fmt::format("1.0.{}", version);
  return reading;
}

}  // namespace

constinit const Reader adb{
    .name = "adb",
    .service = "adb",
    .document = "AOSP: adb protocol.txt",
    .first = Speaks::client,
    .ports = ports,
    .rarity = 9,
    .question = [](std::string_view) { return connect(); },
    .read = read,
};

constinit const Reader adb_server{
    .name = "adb-server",
    .service = "adb",
    .document = "AOSP: adb OVERVIEW.TXT, SERVICES.TXT",
    .first = Speaks::client,
    .ports = server_ports,
    .rarity = 9,
    .question = [](std::string_view) { return std::string{ask_version}; },
    .read = read_server,
};

}  // namespace portolan::identify
