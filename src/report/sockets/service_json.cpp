#include <array>

#include "base/json_stream.h"
#include "report/sockets/gap_records.h"
#include "report/sockets/service_list.h"
#include "report/sockets/service_records.h"
#include "report/sockets/stream_schema.h"

namespace portolan::report {
namespace {

struct ServiceRecord {
  Word protocol;
  std::uint32_t port = 0;
  std::string_view service;
  std::string where;
  std::vector<PlaceRecord> addresses;
  std::vector<Word> flags;
  OwnerRecord owner;
};
void describe(auto& visitor, const ServiceRecord& service) {
  visitor.member("protocol", service.protocol);
  visitor.member("port", service.port);
  visitor.optional("service", service.service);
  visitor.optional("where", service.where);
  visitor.member("addresses", service.addresses);
  visitor.member("flags", service.flags);
  describe(visitor, service.owner);
}

ServiceRecord record_of(const sockets::Service& service, sockets::RowNames& names) {
  ServiceRecord record{.protocol = {std::string{name_of(service.protocol)}},
                       .port = service.port,
                       .service = names.registered_service(service.protocol, service.port),
                       .where = where_text(service, names),
                       .addresses = places_of(service, names),
                       .flags = {},
                       .owner = owner_of(service, names)};
  for (const sockets::UnitFlag flag : service.flags) record.flags.push_back({std::string{name_of(flag)}});
  return record;
}

}  // namespace

std::string service_json(std::span<const sockets::Service> services, sockets::RowNames& names,
                         std::span<const model::Remark> gaps) {
  std::string out;
  JsonStream stream{out};
  stream.start(service_schema);
  stream.end();
  for (const sockets::Service& service : services) {
    FieldWriter fields{stream.record("service")};
    describe(fields, record_of(service, names));
    stream.end();
  }
  finish_stream(stream, "services", services.size(), gaps);
  return out;
}

std::string service_json_schema() {
  return stream_json_schema({.command = "portolan services --json",
                             .schema = service_schema,
                             .things = "services",
                             .start = stream_start_schema(service_schema)},
                            std::array{record_schema<ServiceRecord>("service")});
}

}  // namespace portolan::report
