#include "report/sockets/port_list.h"

#include <iterator>

#include "base/message.h"
#include "base/text.h"
#include "report/plain_table.h"
#include "report/sockets/service_list.h"

namespace portolan::report {
namespace {

using catalog::Encryption;
using sockets::PortEntry;

// What the registry's "Reserved" means for whoever meets it.
constexpr std::string_view port_zero =
    message("reserved: no service can have it; to bind() it means \"choose a free one for me\"");

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
  if (entry.port_class == catalog::PortClass::reserved) return std::string{translated(port_zero)};
  if (!entry.description.empty()) return std::string{entry.description};
  if (!entry.names.empty()) return {};  // the name says it all
  return std::string{entry.port_class == catalog::PortClass::dynamic
                         ? translated("never registered: for private and temporary use")
                         : translated("not registered")};
}

std::string text_of(const Encryption& one) {
  switch (one.kind) {
    case Encryption::Kind::built_in:
      return said("yes ({})", one.document);
    case Encryption::Kind::upgrade:
      return fmt::format("{} ({})", one.name, one.document);
    case Encryption::Kind::separate:
      break;
    case Encryption::Kind::replacement:
      return said("use {0} {1}/{2} ({3})", one.name, one.counterpart.value(), net::name_of(one.over), one.document);
  }
  return fmt::format("{} {}/{} ({})", one.name, one.counterpart.value(), net::name_of(one.over), one.document);
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
  PlainTable table{{translated("PORT"), translated("NAME"), translated("CLASS"), translated("HERE"),
                    translated("LISTENING"), translated("ENCRYPTED"), translated("DESCRIPTION")}};
  for (const PortEntry& entry : entries) {
    table.add({port_text(entry), join(entry.names, ","), std::string{name_of(entry.port_class)}, here_text(entry),
               listeners_known ? listeners_text(entry) : "?", encryption_text(entry.encryption),
               description_text(entry)});
  }
  return table.text(width, listening);
}

}  // namespace portolan::report
