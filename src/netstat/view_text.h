// What the views have in common: reading, complaining, names.
#pragma once

#include <string>
#include <string_view>

#include "base/escape.h"
#include "netstat/address_text.h"
#include "netstat/views.h"

namespace portolan::netstat {

inline Result<std::string> read(const Machine& machine, std::string_view path) {
  if (!machine.read) return fail(Errc::io, "cannot read '" + std::string{path} + "'");
  return machine.read(path);
}

// Something is not there: a sentence for a person, and a status that says so.
inline void complain(View& view, std::string_view sentence) {
  view.errors += sentence;
  view.errors += '\n';
  view.status = 1;
}
inline void complain(View& view, const Error& error) { complain(view, error.message); }

// Names come from files and name servers, interfaces from whoever made them: nothing in them moves a terminal's cursor.
inline std::string shown(std::string_view name) { return escape_terminal(name); }

template <class LookUp>
std::string name_or(const LookUp& look_up, const net::IpAddress& address, std::string_view numeric) {
  const std::string_view name = look_up ? look_up(address) : std::string_view{};
  return name.empty() ? std::string{numeric} : shown(name);
}

// A host's name, or its address.
inline std::string host_text(const net::IpAddress& address, const Machine& machine, const ViewOptions& options) {
  const std::string numeric = numeric_text(address);
  const bool unspecified = address.is_v4() && address.v4_value() == 0;
  return options.numeric_hosts || unspecified ? numeric : name_or(machine.host, address, numeric);
}

}  // namespace portolan::netstat
