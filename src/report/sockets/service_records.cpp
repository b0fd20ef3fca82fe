#include "report/sockets/service_records.h"

#include <algorithm>

namespace portolan::report {

std::vector<PlaceRecord> places_of(const sockets::Service& service, sockets::RowNames& names) {
  std::vector<PlaceRecord> places;
  for (const sockets::Place& place : service.places) {
    const std::uint32_t interface = place.interface != 0 ? place.interface : place.address.zone();
    places.push_back(
        {.address = place.address,
         .interface = interface == 0 ? std::string_view{} : names.interface(interface, service.network_namespace),
         .only_v6 = place.only_v6});
  }
  return places;
}

OwnerRecord owner_of(const sockets::Service& service, sockets::RowNames& names) {
  return {.program = service.program,
          .pids = service.pids,
          .unit = service.unit,
          .container = service.container,
          .container_name = service.container_name,
          .uid = service.user,
          .user = service.user ? names.user(*service.user) : std::string_view{},
          .no_owner = {service.pids.empty() && !is_stopped(service) ? reason_word(service.no_owner) : ""}};
}

std::string reason_word(sockets::NoOwner reason) {
  std::string word{words_of(reason)};
  std::erase(word, ',');
  std::ranges::replace(word, ' ', '-');
  return word;
}

bool is_stopped(const sockets::Service& service) {
  return std::ranges::find(service.flags, sockets::UnitFlag::stopped) != service.flags.end();
}

}  // namespace portolan::report
