#include <array>

#include "base/json_stream.h"
#include "base/text.h"
#include "report/sockets/gap_records.h"
#include "report/sockets/port_list.h"
#include "report/sockets/service_records.h"
#include "report/sockets/stream_schema.h"

namespace portolan::report {
namespace {

using catalog::Encryption;
using sockets::PortEntry;

struct EncryptionRecord {
  Word kind;
  std::string_view name;
  std::optional<net::Port> port;
  std::optional<net::Protocol> protocol;
  std::string_view document;
};
void describe(auto& visitor, const EncryptionRecord& encryption) {
  visitor.member("kind", encryption.kind);
  visitor.optional("name", encryption.name);
  visitor.optional("port", encryption.port);
  visitor.optional("protocol", encryption.protocol);
  visitor.optional("document", encryption.document);
}

struct ListenerRecord {
  std::string where;
  OwnerRecord owner;
};
void describe(auto& visitor, const ListenerRecord& listener) {
  visitor.optional("where", listener.where);
  describe(visitor, listener.owner);
}

struct PortRecord {
  net::Protocol protocol = net::Protocol::tcp;
  std::optional<net::Port> port;  // or `ports`, a run of them
  std::string ports;
  std::vector<std::string_view> names;
  std::string_view description;
  Word port_class;
  bool privileged = false;
  bool ephemeral = false;
  bool set_aside = false;
  std::vector<EncryptionRecord> encryption;
  std::vector<ListenerRecord> listeners;
};
void describe(auto& visitor, const PortRecord& port) {
  visitor.member("protocol", port.protocol);
  visitor.optional("port", port.port);
  visitor.optional("ports", port.ports);
  visitor.optional("names", port.names);
  visitor.optional("description", port.description);
  visitor.optional("class", port.port_class);
  visitor.member("privileged", port.privileged);
  visitor.member("ephemeral", port.ephemeral);
  visitor.member("set_aside", port.set_aside);
  visitor.optional("encryption", port.encryption);
  visitor.optional("listeners", port.listeners);
}

EncryptionRecord record_of(const Encryption& one) {
  EncryptionRecord record{
      .kind = {std::string{name_of(one.kind)}}, .name = one.name, .port = {}, .protocol = {}, .document = one.document};
  if (one.counterpart.value() == 0) return record;
  record.port = one.counterpart;
  record.protocol = one.over;
  return record;
}

PortRecord record_of(const PortEntry& entry, sockets::RowNames& names) {
  PortRecord record{.protocol = entry.protocol,
                    .port = {},
                    .ports = {},
                    .names = entry.names,
                    .description = entry.description,
                    .port_class = {std::string{name_of(entry.port_class)}},
                    .privileged = entry.privileged,
                    .ephemeral = entry.ephemeral,
                    .set_aside = entry.set_aside,
                    .encryption = {},
                    .listeners = {}};
  if (entry.ports.first == entry.ports.last) {
    record.port = entry.ports.first;
  } else {
    record.ports = fmt::format("{}-{}", entry.ports.first.value(), entry.ports.last.value());
  }
  for (const Encryption& one : entry.encryption) record.encryption.push_back(record_of(one));
  for (const sockets::Service* service : entry.listeners) {
    record.listeners.push_back(
        {places_text(service->places, service->network_namespace, names), owner_of(*service, names)});
  }
  return record;
}

}  // namespace

std::string port_json(std::span<const PortEntry> entries, sockets::RowNames& names,
                      std::span<const model::Remark> gaps) {
  std::string out;
  JsonStream stream{out};
  stream.start(port_schema);
  stream.end();
  for (const PortEntry& entry : entries) {
    FieldWriter fields{stream.record("port")};
    describe(fields, record_of(entry, names));
    stream.end();
  }
  finish_stream(stream, "ports", entries.size(), gaps);
  return out;
}

std::string port_json_schema() {
  return stream_json_schema({.command = "portolan ports --json",
                             .schema = port_schema,
                             .things = "ports",
                             .start = stream_start_schema(port_schema)},
                            std::array{record_schema<PortRecord>("port")});
}

}  // namespace portolan::report
