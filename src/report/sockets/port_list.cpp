#include "report/sockets/port_list.h"

#include <iterator>

#include "base/escape.h"
#include "base/text.h"
#include "base/version.h"
#include "report/plain_table.h"
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

void append_encryption(std::string& out, const Encryption& one) {
  append(out, R"({{"kind":"{}")", name_of(one.kind));
  append_member(out, "name", one.name);
  if (one.counterpart.value() != 0) {
    append(out, R"(,"port":{},"protocol":"{}")", one.counterpart.value(), net::name_of(one.over));
  }
  append_member(out, "document", one.document);
  out += '}';
}

void append_listener(std::string& out, const sockets::Service& service, sockets::RowNames& names) {
  append(out, R"({{"where":)");
  append_json(out, places_text(service.places, service.network_namespace, names));
  append_member(out, "program", service.program);
  if (!service.pids.empty()) append(out, ",\"pids\":[{}]", join(service.pids, ","));
  append_member(out, "unit", service.unit);
  append_member(out, "container", service.container);
  if (service.pids.empty()) append_member(out, "no_owner", reason_word(service.no_owner));
  out += '}';
}

// `,"name":[...]`, each element by `append_element`; nothing where there is none.
template <class Elements, class AppendElement>
void append_list(std::string& out, std::string_view name, const Elements& elements, AppendElement append_element) {
  if (elements.empty()) return;
  append(out, ",\"{}\":[", name);
  bool first = true;
  for (const auto& element : elements) {
    if (!first) out += ',';
    first = false;
    append_element(element);
  }
  out += ']';
}

void append_entry(std::string& out, const PortEntry& entry, sockets::RowNames& names) {
  append(out, R"({{"record":"port","protocol":"{}",)", net::name_of(entry.protocol));
  if (entry.ports.first == entry.ports.last) {
    append(out, R"("port":{})", entry.ports.first.value());
  } else {
    append(out, R"("ports":"{}-{}")", entry.ports.first.value(), entry.ports.last.value());
  }
  append_list(out, "names", entry.names, [&out](std::string_view name) { append_json(out, name); });
  append_member(out, "description", entry.description);
  append_member(out, "class", name_of(entry.port_class));
  append(out, R"(,"privileged":{},"ephemeral":{},"set_aside":{})", entry.privileged, entry.ephemeral, entry.set_aside);
  append_list(out, "encryption", entry.encryption, [&out](const Encryption& one) { append_encryption(out, one); });
  append_list(out, "listeners", entry.listeners,
              [&](const sockets::Service* service) { append_listener(out, *service, names); });
  out += "}\n";
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
  PlainTable table{{"PORT", "NAME", "CLASS", "HERE", "LISTENING", "ENCRYPTED", "DESCRIPTION"}};
  for (const PortEntry& entry : entries) {
    table.add({port_text(entry), join(entry.names, ","), std::string{name_of(entry.port_class)}, here_text(entry),
               listeners_known ? listeners_text(entry) : "?", encryption_text(entry.encryption),
               description_text(entry)});
  }
  return table.text(width);
}

std::string port_json(std::span<const PortEntry> entries, sockets::RowNames& names, std::span<const std::string> gaps) {
  std::string out =
      fmt::format("{{\"record\":\"start\",\"schema\":\"{}\",\"program\":\"portolan\",\"version\":\"{}\"}}\n",
                  port_schema, program_version);
  for (const PortEntry& entry : entries) append_entry(out, entry, names);
  for (const std::string& gap : gaps) {
    out += R"({"record":"gap")";
    append_member(out, "message", gap);
    out += "}\n";
  }
  return out + fmt::format("{{\"record\":\"finish\",\"ports\":{},\"gaps\":{}}}\n", entries.size(), gaps.size());
}

}  // namespace portolan::report
