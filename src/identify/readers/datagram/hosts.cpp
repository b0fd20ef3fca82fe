// Hosts and devices that say what they are: the browser of SQL Server (MC-SQLR §2.2.5), XDMCP (X.Org XDMCP 1.1 §5), AFS
// over Rx, Jellyfin, Ubiquiti's discovery, BACnet (ANSI/ASHRAE 135 §15.5) and EtherNet/IP (ODVA CIP volume 2, §2-4.2).
#include <fmt/core.h>

#include "identify/datagrams.h"
#include "identify/details.h"
#include "identify/readers/asked/head.h"
#include "identify/readers/data/cursor.h"
#include "identify/readers/json/json_answer.h"
#include "identify/readers/machines/enip.h"
#include "identify/readers/machines/wire.h"
#include "payload/registry.h"

namespace portolan::identify {
namespace {

// "ServerName;HOST;InstanceName;SQL;IsClustered;No;Version;16.0.1000.6;tcp;1433;;", once an instance.
Reading read_sql_browser(const Datagrams& talk) {
  if (!is_answer(payload::mssql_browser, talk.first())) return {};
  constexpr std::size_t header_size = 3;
  constexpr std::size_t most_instances = 8;
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  std::string_view list = talk.first_heard().substr(header_size);
  if (!is_printable(list)) return reading;
  const auto next = [&list] {
    const std::string_view word = list.substr(0, list.find(';'));
    list.remove_prefix(std::min(word.size() + 1, list.size()));
    return word;
  };
  std::size_t instances = 0;
  std::string_view instance;
  while (!list.empty() && instances < most_instances) {
    const std::string_view key = next();
    const std::string_view value = key.empty() ? std::string_view{} : next();
    if (key == "ServerName" && reading.facts.host_name.empty()) reading.facts.host_name = value;
    if (key == "InstanceName") {
      ++instances;
      add_extra(reading.facts, fmt::format("instance {}", value));
    }
    if (key == "InstanceName") instance = value;
    // A point in the name would make two keys of it.
    const bool is_told = !instance.empty() && instance.find('.') == std::string_view::npos;
    if (is_told && !key.empty()) add_detail(reading.facts, "ms-sql-info", fmt::format("{}.{}", instance, key), value);
    if (key == "tcp") add_extra(reading.facts, fmt::format("tcp {}", value));
    if (key == "Version" && instances == 1 && is_version(value)) {
      reading.confidence = documented;
      reading.facts.product = "Microsoft SQL Server";
      reading.facts.version = value;
    } else if (key == "Version") {
      add_extra(reading.facts, value);
    }
  }
  return reading;
}

Reading read_display_manager(const Datagrams& talk) {
  if (!is_answer(payload::xdmcp, talk.first())) return {};
  constexpr std::uint16_t is_willing = 5;
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  Cursor in{talk.first_heard()};
  in.skip(2);
  const bool willing = in.u16() == is_willing;
  in.skip(2);
  if (willing) in.skip(in.u16());  // the name of an authentication
  const std::string_view host = in.take(in.u16());
  const std::string_view status = in.take(in.u16());
  add_extra(reading.facts, willing ? "willing to log in" : "unwilling");
  if (!in.is_whole()) return reading;
  if (is_printable(host)) reading.facts.host_name = host;
  if (is_printable(status)) add_extra(reading.facts, status);
  return reading;
}

Reading read_afs(const Datagrams& talk) {
  if (!is_answer(payload::afs_rx, talk.first())) return {};
  constexpr std::size_t header_size = 28;
  Reading reading{.is = Reading::Is::yes, .confidence = documented};
  const std::string_view text = talk.first_heard().substr(header_size);
  name_program(text.substr(0, text.find('\0')), reading.facts);
  return reading;
}

Reading read_jellyfin(const Datagrams& talk) {
  if (!is_answer(payload::jellyfin, talk.first())) return {};
  const auto value = json_answer({.turns = talk.turns.first(1), .is_over = true, .host = {}, .in_tls = false});
  if (!value) return {};
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  reading.facts.product = "Jellyfin";
  reading.facts.host_name = text_at(*value, {"Name"});
  reading.facts.extra = text_at(*value, {"Address"});
  return reading;
}

Reading read_ubiquiti(const Datagrams& talk) {
  if (!is_answer(payload::ubiquiti, talk.first())) return {};
  enum Field : std::uint8_t { firmware = 0x03, host_name = 0x0b, model = 0x0c, model_in_full = 0x14 };
  constexpr std::size_t header_size = 4;
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  Cursor in{talk.first_heard()};
  in.skip(header_size);
  while (in.is_whole() && !in.is_at_end()) {
    const std::uint8_t kind = in.u8();
    const std::string_view text = padded_text(in.take(in.u16()));
    if (!in.is_whole() || text.empty()) continue;
    if (kind == host_name) reading.facts.host_name = text;
    if (kind == host_name) add_detail(reading.facts, "ubiquiti-discovery", "hostname", text);
    if (kind == firmware) add_detail(reading.facts, "ubiquiti-discovery", "firmware", text);
    if (kind == model_in_full) add_detail(reading.facts, "ubiquiti-discovery", "model", text);
    if (kind == model) add_detail(reading.facts, "ubiquiti-discovery", "product", text);
    if (kind == firmware) add_extra(reading.facts, fmt::format("firmware {}", text));
    if (kind == model_in_full || (kind == model && reading.facts.product.empty())) {
      reading.facts.product = fmt::format("Ubiquiti {}", text);
    }
  }
  return reading;
}

Reading read_bacnet(const Datagrams& talk) {
  if (!is_answer(payload::bacnet, talk.first())) return {};
  constexpr std::size_t head_size = 6;
  constexpr std::size_t to_value = 10;  // the answer's head, which object and which of its properties
  constexpr std::uint8_t complex_ack = 0x30;
  constexpr std::uint8_t object_of_device = 0xc4;  // an object identifier of four bytes
  constexpr std::uint32_t device = 8;
  constexpr unsigned number_bits = 22;
  Reading reading{.is = Reading::Is::yes, .confidence = by_grammar};
  Cursor in{talk.first_heard()};
  in.skip(head_size);
  if (u8_at(talk.first_heard(), head_size - 1) != 0 || (in.u8() & 0xf0U) != complex_ack) return reading;
  in.skip(to_value);
  const std::uint8_t tag = in.u8();
  const std::uint32_t object = in.u32();
  if (!in.is_whole() || tag != object_of_device || object >> number_bits != device) return reading;
  reading.confidence = documented;
  const std::string number = fmt::format("{}", object & ((1U << number_bits) - 1));
  reading.facts.extra = "device " + number;
  add_detail(reading.facts, "bacnet-info", "Object-identifier", number);
  return reading;
}

Reading read_ethernet_ip(const Datagrams& talk) {
  return is_answer(payload::enip, talk.first()) ? enip_identity(talk.first_heard()) : Reading{};
}

}  // namespace

constinit const DatagramReader udp_mssql_browser{
    .name = "mssql-browser", .service = "ms-sql-m", .document = "MC-SQLR", .read = read_sql_browser};
constinit const DatagramReader udp_xdmcp{
    .name = "xdmcp", .service = "xdmcp", .document = "X.Org XDMCP 1.1", .read = read_display_manager};
constinit const DatagramReader udp_afs{
    .name = "afs-rx", .service = "afs3", .document = "OpenAFS source, src/rx/rx_packet.c", .read = read_afs};
constinit const DatagramReader udp_jellyfin{
    .name = "jellyfin", .service = "jellyfin", .document = "Jellyfin documentation, Networking", .read = read_jellyfin};
constinit const DatagramReader udp_ubiquiti{.name = "ubiquiti",
                                            .service = "ubiquiti-discovery",
                                            .document = "python-ubnt-discovery, README",
                                            .read = read_ubiquiti};
constinit const DatagramReader udp_bacnet{
    .name = "bacnet", .service = "bacnet", .document = "ANSI/ASHRAE 135", .read = read_bacnet};
constinit const DatagramReader udp_ethernet_ip{
    .name = "enip", .service = "EtherNet-IP-1", .document = "ODVA CIP volume 2", .read = read_ethernet_ip};

}  // namespace portolan::identify
