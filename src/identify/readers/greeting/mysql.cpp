// MySQL and what speaks as it does: the handshake packet of protocol 10 names the version; who is not let in gets an
// error packet instead ("Protocol::HandshakeV10" and "ERR_Packet" of the MySQL and MariaDB documents).
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "identify/details.h"
#include "identify/readers/shared.h"
#include "identify/registry.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::array<std::uint16_t, 2> ports{3306, 3307};
constexpr std::size_t head_size = 4;
constexpr std::size_t least_body = 8;
constexpr std::size_t most_body = 1'024;
constexpr std::uint8_t protocol_10 = 10;
constexpr std::uint8_t protocol_9 = 9;
constexpr std::uint8_t error = 0xff;
constexpr std::uint32_t can_tls = 0x800;

constexpr std::uint16_t too_many = 1040;
constexpr std::uint16_t no_host_name = 1042;
constexpr std::uint16_t bad_handshake = 1043;
constexpr std::uint16_t shutting_down = 1053;
constexpr std::uint16_t blocked = 1129;
constexpr std::uint16_t not_allowed = 1130;
constexpr std::uint16_t waited_too_long = 1159;
constexpr std::uint16_t proxy_error = 1815;

// "5.5.5-10.11.6-MariaDB-0+deb12u1": the first part is there for old clients. "8.0.35-0ubuntu0.22.04.1", "5.7.25-TiDB-
// v7.1.0": what stands behind the first dash may be a name or a revision.
void name_program(std::string_view said, Facts& facts) {
  constexpr std::string_view replication_prefix = "5.5.5-";
  constexpr std::string_view mariadb = "-MariaDB";
  constexpr std::string_view tidb = "-TiDB-v";
  if (const std::size_t at = said.find(mariadb); at != std::string_view::npos) {
    if (said.starts_with(replication_prefix) && at > replication_prefix.size()) {
      said.remove_prefix(replication_prefix.size());
    }
    const std::size_t name = said.find(mariadb);
    facts.product = "MariaDB";
    facts.version = said.substr(0, name);
    const std::string_view rest = said.substr(name + mariadb.size());
    add_extra(facts, rest.starts_with('-') ? rest.substr(1) : rest);
    return;
  }
  if (const std::size_t at = said.find(tidb); at != std::string_view::npos) {
    facts.product = "TiDB";
    facts.version = said.substr(at + tidb.size());
    return;
  }
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> others{
      {{"Vitess", "Vitess"}, {"vitess", "Vitess"}, {"ProxySQL", "ProxySQL"}, {"Sphinx", "Sphinx"}}};
  for (const auto& [word, name] : others) {
    if (said.find(word) == std::string_view::npos) continue;
    facts.product = name;
    add_extra(facts, said);
    return;
  }
  // Its own versions have three numbers; what has others may be somebody else's.
  const std::string_view number = said.substr(0, said.find('-'));
  const bool three = std::ranges::count(number, '.') == 2 &&
                     number.find_first_not_of("0123456789.abcdefghijklmnopqrstuvwxyz") == std::string_view::npos;
  if (!three || said.find(' ') != std::string_view::npos) return add_extra(facts, said);
  facts.product = "MySQL";
  facts.version = said;
}

Reading read_handshake(std::string_view body) {
  const std::size_t end = body.find('\0', 1);
  if (end == std::string_view::npos) return {};
  const std::string_view version = body.substr(1, end - 1);
  if (!is_version(version) || !is_printable(version)) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  name_program(version, reading.facts);
  add_detail(reading.facts, "mysql-info", "protocol", u8_at(body, 0) == protocol_9 ? "9" : "10");
  add_detail(reading.facts, "mysql-info", "version", version);
  if (const auto thread = u32_little_at(body, end + 1)) {
    add_detail(reading.facts, "mysql-info", "thread_id", fmt::format("{}", *thread));
  }
  if (u8_at(body, 0) == protocol_9) {
    add_extra(reading.facts, "protocol 9");
    return reading;
  }
  // Connection id, eight bytes of the scramble, a zero; then the capabilities in two halves, and between them character
  // set and status.
  constexpr std::size_t before_filler = 12;
  const std::size_t filler = end + 1 + before_filler;
  const auto low = u16_little_at(body, filler + 1);
  if (u8_at(body, filler) != 0 || !low) return {};
  constexpr std::size_t between = 3;
  const std::size_t high_at = filler + 3 + between;
  const std::uint32_t high = u16_little_at(body, high_at).value_or(0);
  const std::uint32_t capabilities = *low | high << 16U;
  add_detail(reading.facts, "mysql-info", "capabilities", fmt::format("{:#x}", capabilities));
  add_extra(reading.facts, (capabilities & can_tls) != 0 ? "offers TLS" : "no TLS");
  // Length of the scramble, ten zeros, the rest of the scramble (at least 13 bytes), the name of the plugin.
  const auto scramble = u8_at(body, high_at + 2);
  if (!scramble) return reading;
  constexpr std::size_t first_part = 8;
  constexpr std::size_t least_rest = 13;
  const std::size_t rest = *scramble > first_part + least_rest ? *scramble - first_part : least_rest;
  const std::size_t plugin = high_at + 3 + 10 + rest;
  if (plugin < body.size()) {
    const std::string_view name = body.substr(plugin, body.find('\0', plugin) - plugin);
    if (!name.empty() && is_printable(name)) {
      add_extra(reading.facts, fmt::format("authentication: {}", name));
      add_detail(reading.facts, "mysql-info", "auth_plugin", name);
    }
  }
  return reading;
}

Reading read_error(std::string_view body) {
  const auto code = u16_little_at(body, 1);
  std::string_view text = body.substr(std::min<std::size_t>(3, body.size()));
  constexpr std::size_t state_size = 6;
  if (text.starts_with('#')) text.remove_prefix(std::min(state_size, text.size()));
  constexpr std::array<std::uint16_t, 8> before_login{too_many, no_host_name, bad_handshake,   shutting_down,
                                                      blocked,  not_allowed,  waited_too_long, proxy_error};
  if (!code || text.empty() || !is_printable(text)) return {};
  if (std::ranges::find(before_login, *code) == before_login.end()) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  add_extra(reading.facts, fmt::format("error {}", *code));
  reading.turned_away = *code == too_many;
  if (*code == not_allowed) {
    add_extra(reading.facts, "not open to this address");
    if (text.ends_with("is not allowed to connect to this MariaDB server")) reading.facts.product = "MariaDB";
    if (text.ends_with("is not allowed to connect to this MySQL server")) reading.facts.product = "MySQL";
  }
  if (*code == blocked) {
    add_extra(reading.facts, "blocked because of many connection errors");
    if (contains_case(text, "'mariadb-admin flush-hosts'")) reading.facts.product = "MariaDB";
  }
  return reading;
}

// Protocol::SSLRequest: the beginning of a handshake response, behind which TLS begins without an answer. To be asked
// for costs the server no more than who goes away now; it counts both as one failure.
std::string tls_request() {
  constexpr std::uint32_t protocol_41 = 0x200;
  constexpr std::uint32_t secure_connection = 0x8000;
  constexpr std::uint32_t largest_packet = 1U << 24U;
  constexpr std::uint32_t character_set = 45;  // utf8mb4_general_ci
  constexpr std::size_t filler = 23;
  const std::string body = little(protocol_41 | can_tls | secure_connection, 4) + little(largest_packet, 4) +
                           little(character_set, 1) + std::string(filler, '\0');
  return little(body.size(), 3) + little(1, 1) + body;
}

Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  if (first.size() < head_size + 1) return cut_short(talk);
  // Three bytes of length with the lowest first, and the number of the packet.
  const std::uint32_t head = u32_little_at(first, 0).value_or(0);
  const std::size_t length = head & 0xffffffU;
  if (head >> 24U != 0 || length < least_body || length > most_body) return {};
  const auto kind = u8_at(first, head_size);
  if (kind != protocol_10 && kind != protocol_9 && kind != error) return {};
  if (first.size() < head_size + length) return cut_short(talk);
  if (first.size() > head_size + length) return {};
  const std::string_view body = first.substr(head_size, length);
  if (kind == error) return read_error(body);
  Reading reading = read_handshake(body);
  const bool offers_tls = reading.facts.extra.find("offers TLS") != std::string::npos;
  if (offers_tls && talk.may_upgrade && !talk.in_tls && talk.turns.size() == 1 && !talk.upgraded) {
    reading.say = tls_request();
    reading.upgrade = true;
  }
  return reading;
}

}  // namespace

constinit const Reader mysql{
    .name = "mysql",
    .service = "mysql",
    .document = "MySQL client/server protocol",
    .first = Speaks::server,
    .ports = ports,
    .rarity = 1,
    .read = read,
};

}  // namespace portolan::identify
