#include "os/names/container_names.h"

#include <fmt/core.h>

#include <cstddef>

#include "os/files.h"
#include "sockets/process.h"

namespace portolan::os {

std::string container_name(std::string_view id, const ContainerFiles& files) {
  if (!sockets::is_container_id(id)) return std::string{id};
  // Docker's file holds the whole configuration of one container, the other all containers with little about each.
  constexpr std::size_t most = std::size_t{4} * 1024 * 1024;
  if (const auto json = read_regular_file(fmt::format("{}/{}/config.v2.json", files.docker, id), most)) {
    if (std::string name = sockets::parse_docker_name(*json); !name.empty()) return name;
  }
  if (const auto json = read_regular_file(files.storage, most)) return sockets::parse_storage_name(*json, id);
  return {};
}

}  // namespace portolan::os
