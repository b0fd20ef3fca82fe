// What `services`, `ports` and `who` tell a program about who waits for others to call: the fields that their records
// have in common, each named once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/json_fields.h"
#include "sockets/listeners.h"
#include "sockets/row_names.h"

namespace portolan::report {

struct PlaceRecord {
  net::IpAddress address;
  std::string_view interface;
  bool only_v6 = false;
};
void describe(auto& visitor, const PlaceRecord& place) {
  visitor.member("address", place.address);
  visitor.optional("interface", place.interface);
  visitor.optional("only_v6", place.only_v6);
}
std::vector<PlaceRecord> places_of(const sockets::Service& service, sockets::RowNames& names);

// Views are good while the service and the names are.
struct OwnerRecord {
  std::string_view program;
  std::vector<std::uint32_t> pids;
  std::string_view unit;
  std::string_view container;
  std::string_view container_name;
  std::optional<std::uint32_t> uid;
  std::string_view user;
  Word no_owner;
};
void describe(auto& visitor, const OwnerRecord& owner) {
  visitor.optional("program", owner.program);
  visitor.optional("pids", owner.pids);
  visitor.optional("unit", owner.unit);
  visitor.optional("container", owner.container);
  visitor.optional("container_name", owner.container_name);
  visitor.optional("uid", owner.uid);
  visitor.optional("user", owner.user);
  visitor.optional("no_owner", owner.no_owner);
}
OwnerRecord owner_of(const sockets::Service& service, sockets::RowNames& names);

// Why nobody is named, as one word: "no-privilege".
std::string reason_word(sockets::NoOwner reason);
// Whether a unit would listen here, and nobody does.
bool is_stopped(const sockets::Service& service);

}  // namespace portolan::report
