#include "report/sockets/service_list.h"

#include <algorithm>
#include <iterator>

#include "base/escape.h"
#include "base/text.h"
#include "base/version.h"
#include "report/plain_table.h"

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

void append_service(std::string& out, const sockets::Service& service, sockets::RowNames& names) {
  append(out, R"({{"record":"service","protocol":"{}","port":{})", name_of(service.protocol), service.port);
  append_member(out, "service", names.registered_service(service.protocol, service.port));
  append_member(out, "where", where_text(service, names));
  append_places_json(out, service, names);
  out += R"(,"flags":[)";
  for (std::size_t i = 0; i < service.flags.size(); ++i) {
    append(out, "{}\"{}\"", i == 0 ? "" : ",", name_of(service.flags[i]));
  }
  out += ']';
  append_member(out, "program", service.program);
  if (!service.pids.empty()) append(out, ",\"pids\":[{}]", join(service.pids, ","));
  append_member(out, "unit", service.unit);
  append_member(out, "container", service.container);
  append_member(out, "container_name", service.container_name);
  if (service.user) {
    append(out, ",\"uid\":{}", *service.user);
    append_member(out, "user", names.user(*service.user));
  }
  if (service.pids.empty() && !is_stopped(service)) append_member(out, "no_owner", reason_word(service.no_owner));
  out += "}\n";
}

}  // namespace

void append_member(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  append(out, ",\"{}\":", name);
  append_json(out, value);
}

void append_places_json(std::string& out, const sockets::Service& service, sockets::RowNames& names) {
  out += R"(,"addresses":[)";
  for (std::size_t i = 0; i < service.places.size(); ++i) {
    const sockets::Place& place = service.places[i];
    append(out, "{}{{\"address\":\"{}\"", i == 0 ? "" : ",", to_string(place.address));
    const std::uint32_t interface = place.interface != 0 ? place.interface : place.address.zone();
    if (interface != 0) append_member(out, "interface", names.interface(interface, service.network_namespace));
    if (place.only_v6) out += R"(,"only_v6":true)";
    out += '}';
  }
  out += ']';
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
  return table.text(width);
}

std::string service_json(std::span<const sockets::Service> services, sockets::RowNames& names,
                         std::span<const std::string> gaps) {
  std::string out =
      fmt::format("{{\"record\":\"start\",\"schema\":\"{}\",\"program\":\"portolan\",\"version\":\"{}\"}}\n",
                  service_schema, program_version);
  for (const sockets::Service& service : services) append_service(out, service, names);
  for (const std::string& gap : gaps) {
    out += R"({"record":"gap")";
    append_member(out, "message", gap);
    out += "}\n";
  }
  return out + fmt::format("{{\"record\":\"finish\",\"services\":{},\"gaps\":{}}}\n", services.size(), gaps.size());
}

}  // namespace portolan::report
