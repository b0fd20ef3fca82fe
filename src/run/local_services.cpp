#include "run/local_services.h"

#include <utility>

#include "os/process/systemd_units.h"
#include "sockets/sources/sources.h"
#include "sockets/unit_file.h"

namespace portolan::run {
namespace {

bool has_ports(sockets::SocketKind kind) {
  using enum sockets::SocketKind;
  return kind == tcp || kind == mptcp || kind == udp || kind == udplite || kind == sctp || kind == dccp;
}

}  // namespace

os::SocketQuery waiting_query() {
  os::SocketQuery query;
  for (const sockets::Source* source : sockets::sources()) {
    if (has_ports(source->protocol)) query.sources.push_back(source);
  }
  query.detail.states = mask_of(sockets::State::listen) | mask_of(sockets::State::closed);
  return query;
}

Result<LocalServices> find_services(sockets::RowNames& names) {
  LocalServices found;
  std::vector<sockets::Listener> listeners;
  auto answer = os::list_sockets(waiting_query(), [&](const sockets::Row& row) {
    if (!waits(row)) return true;
    found.without_privilege += row.no_owner == sockets::NoOwner::no_privilege ? 1U : 0U;
    listeners.push_back(listener_of(row));
    return true;
  });
  if (!answer) return fail(answer.error());
  found.services = services_of(listeners, names);
  found.gaps = std::move(answer->gaps);
  return found;
}

void add_units(LocalServices& found) {
  if (!os::in_first_network_namespace()) return;
  std::vector<std::string> units;
  for (const sockets::Service& service : found.services) {
    if (!service.unit.empty()) units.push_back(service.unit);
  }
  join_units(found.services, os::read_units(units, {}, found.gaps));
}

}  // namespace portolan::run
