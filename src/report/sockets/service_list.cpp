#include "report/sockets/service_list.h"

#include <algorithm>
#include <iterator>

#include "base/json_stream.h"
#include "base/text.h"
#include "report/plain_table.h"
#include "report/sockets/gap_records.h"

namespace portolan::report {
namespace {

std::string flags_text(const sockets::Service& service) {
  std::string text;
  for (const sockets::UnitFlag flag : service.flags) {
    if (!text.empty()) text += ',';
    text += name_of(flag);
  }
  return text;
}

std::string where_text(const sockets::Service& service, sockets::RowNames& names) {
  return service.device.empty() ? places_text(service.places, service.network_namespace, names) : service.device;
}

bool is_stopped(const sockets::Service& service) {
  return std::ranges::find(service.flags, sockets::UnitFlag::stopped) != service.flags.end();
}

void write_service(JsonStream& stream, const sockets::Service& service, sockets::RowNames& names) {
  JsonWriter& json = stream.record("service");
  json.member("protocol", name_of(service.protocol));
  json.member("port", service.port);
  json.text_member("service", names.registered_service(service.protocol, service.port));
  json.text_member("where", where_text(service, names));
  write_places(json, service, names);
  json.name("flags");
  json.array(service.flags, [&json](sockets::UnitFlag flag) { json.value(name_of(flag)); });
  json.text_member("program", service.program);
  write_processes(json, service);
  json.text_member("unit", service.unit);
  json.text_member("container", service.container);
  json.text_member("container_name", service.container_name);
  if (service.user) {
    json.member("uid", *service.user);
    json.text_member("user", names.user(*service.user));
  }
  if (service.pids.empty() && !is_stopped(service)) json.text_member("no_owner", reason_word(service.no_owner));
  stream.end();
}

}  // namespace

void write_places(JsonWriter& json, const sockets::Service& service, sockets::RowNames& names) {
  json.name("addresses");
  json.array(service.places, [&](const sockets::Place& place) {
    json.begin_object();
    json.member("address", to_string(place.address));
    const std::uint32_t interface = place.interface != 0 ? place.interface : place.address.zone();
    if (interface != 0) json.text_member("interface", names.interface(interface, service.network_namespace));
    if (place.only_v6) json.member("only_v6", true);
    json.end_object();
  });
}

void write_processes(JsonWriter& json, const sockets::Service& service) {
  if (service.pids.empty()) return;
  json.name("pids");
  json.array(service.pids);
}

std::string reason_word(sockets::NoOwner reason) {
  std::string word{words_of(reason)};
  std::erase(word, ',');
  std::ranges::replace(word, ' ', '-');
  return word;
}

std::string holder_text(const sockets::Service& service) {
  if (is_stopped(service)) return service.unit;
  if (service.pids.empty()) return fmt::format("({})", reason_word(service.no_owner));
  const std::string more = service.pids.size() > 1 ? fmt::format("+{}", service.pids.size() - 1) : "";
  return fmt::format("{}({}{})", service.program.empty() ? "?" : service.program, service.pids.front(), more);
}

std::string service_table(std::span<const sockets::Service> services, sockets::RowNames& names,
                          std::optional<std::size_t> width) {
  PlainTable table{{"NAME", "PROTO", "PORT", "ADDRESSES", "FLAGS", "PROGRAM"}};
  for (const sockets::Service& service : services) {
    table.add({std::string{names.registered_service(service.protocol, service.port)},
               std::string{name_of(service.protocol)}, std::to_string(service.port), where_text(service, names),
               flags_text(service), holder_text(service)});
  }
  constexpr std::size_t program = 5;
  return table.text(width, program);
}

std::string service_json(std::span<const sockets::Service> services, sockets::RowNames& names,
                         std::span<const model::Remark> gaps) {
  std::string out;
  JsonStream stream{out};
  stream.start(service_schema);
  stream.end();
  for (const sockets::Service& service : services) write_service(stream, service, names);
  finish_stream(stream, "services", services.size(), gaps);
  return out;
}

}  // namespace portolan::report
