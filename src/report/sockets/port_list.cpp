#include "report/sockets/port_list.h"

#include <iterator>

#include "base/json_stream.h"
#include "base/text.h"
#include "report/plain_table.h"
#include "report/sockets/gap_records.h"
#include "report/sockets/service_list.h"

namespace portolan::report {
namespace {

using catalog::Encryption;
using sockets::PortEntry;

// What the registry's "Reserved" means for whoever meets it.
constexpr std::string_view port_zero =
    "reserved: no service can have it; to bind() it means \"choose a free one for me\"";

std::string port_text(const PortEntry& entry) {
  if (entry.ports.first == entry.ports.last) {
    return fmt::format("{}/{}", entry.ports.first.value(), net::name_of(entry.protocol));
  }
  return fmt::format("{}-{}/{}", entry.ports.first.value(), entry.ports.last.value(), net::name_of(entry.protocol));
}

std::string here_text(const PortEntry& entry) {
  std::string text;
  const auto add = [&text](bool holds, std::string_view word) {
    if (!holds) return;
    if (!text.empty()) text += ',';
    text += word;
  };
  add(entry.privileged, "privileged");
  add(entry.ephemeral, "ephemeral");
  add(entry.set_aside, "set-aside");
  return text;
}

std::string listeners_text(const PortEntry& entry) {
  std::string text;
  for (const sockets::Service* service : entry.listeners) {
    if (!text.empty()) text += ',';
    text += holder_text(*service);
  }
  return text;
}

std::string description_text(const PortEntry& entry) {
  if (entry.port_class == catalog::PortClass::reserved) return std::string{port_zero};
  if (!entry.description.empty()) return std::string{entry.description};
  if (!entry.names.empty()) return {};  // the name says it all
  return entry.port_class == catalog::PortClass::dynamic ? "never registered: for private and temporary use"
                                                         : "not registered";
}

std::string text_of(const Encryption& one) {
  switch (one.kind) {
    case Encryption::Kind::built_in:
      return fmt::format("yes ({})", one.document);
    case Encryption::Kind::upgrade:
      return fmt::format("{} ({})", one.name, one.document);
    case Encryption::Kind::separate:
      break;
    case Encryption::Kind::replacement:
      return fmt::format("use {} {}/{} ({})", one.name, one.counterpart.value(), net::name_of(one.over), one.document);
  }
  return fmt::format("{} {}/{} ({})", one.name, one.counterpart.value(), net::name_of(one.over), one.document);
}

void write_encryption(JsonWriter& json, const Encryption& one) {
  json.begin_object();
  json.member("kind", name_of(one.kind));
  json.text_member("name", one.name);
  if (one.counterpart.value() != 0) {
    json.member("port", one.counterpart.value());
    json.member("protocol", net::name_of(one.over));
  }
  json.text_member("document", one.document);
  json.end_object();
}

void write_listener(JsonWriter& json, const sockets::Service& service, sockets::RowNames& names) {
  json.begin_object();
  json.member("where", places_text(service.places, service.network_namespace, names));
  json.text_member("program", service.program);
  write_processes(json, service);
  json.text_member("unit", service.unit);
  json.text_member("container", service.container);
  if (service.pids.empty()) json.text_member("no_owner", reason_word(service.no_owner));
  json.end_object();
}

// Nothing where there is no element.
template <class Elements, class Write>
void write_list(JsonWriter& json, std::string_view name, const Elements& elements, Write write) {
  if (elements.empty()) return;
  json.name(name);
  json.array(elements, write);
}

void write_entry(JsonStream& stream, const PortEntry& entry, sockets::RowNames& names) {
  JsonWriter& json = stream.record("port");
  json.member("protocol", net::name_of(entry.protocol));
  if (entry.ports.first == entry.ports.last) {
    json.member("port", entry.ports.first.value());
  } else {
    json.member("ports", fmt::format("{}-{}", entry.ports.first.value(), entry.ports.last.value()));
  }
  write_list(json, "names", entry.names, [&json](std::string_view name) { json.value(name); });
  json.text_member("description", entry.description);
  json.text_member("class", name_of(entry.port_class));
  json.member("privileged", entry.privileged);
  json.member("ephemeral", entry.ephemeral);
  json.member("set_aside", entry.set_aside);
  write_list(json, "encryption", entry.encryption, [&json](const Encryption& one) { write_encryption(json, one); });
  write_list(json, "listeners", entry.listeners,
             [&](const sockets::Service* service) { write_listener(json, *service, names); });
  stream.end();
}

}  // namespace

std::string encryption_text(std::span<const Encryption> encryption) {
  std::string text;
  for (const Encryption& one : encryption) {
    if (!text.empty()) text += "; ";
    text += text_of(one);
  }
  return text;
}

std::string port_table(std::span<const PortEntry> entries, bool listeners_known, std::optional<std::size_t> width) {
  constexpr std::size_t listening = 4;
  PlainTable table{{"PORT", "NAME", "CLASS", "HERE", "LISTENING", "ENCRYPTED", "DESCRIPTION"}};
  for (const PortEntry& entry : entries) {
    table.add({port_text(entry), join(entry.names, ","), std::string{name_of(entry.port_class)}, here_text(entry),
               listeners_known ? listeners_text(entry) : "?", encryption_text(entry.encryption),
               description_text(entry)});
  }
  return table.text(width, listening);
}

std::string port_json(std::span<const PortEntry> entries, sockets::RowNames& names,
                      std::span<const model::Remark> gaps) {
  std::string out;
  JsonStream stream{out};
  stream.start(port_schema);
  stream.end();
  for (const PortEntry& entry : entries) write_entry(stream, entry, names);
  finish_stream(stream, "ports", entries.size(), gaps);
  return out;
}

}  // namespace portolan::report
