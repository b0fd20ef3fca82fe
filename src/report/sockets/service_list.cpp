#include "report/sockets/service_list.h"

#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "report/plain_table.h"
#include "report/sockets/service_records.h"

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

}  // namespace

std::string where_text(const sockets::Service& service, sockets::RowNames& names) {
  return service.device.empty() ? places_text(service.places, service.network_namespace, names) : service.device;
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

}  // namespace portolan::report
