// What a container is called, asked of the files that its runtime keeps, never of a daemon.
#pragma once

#include <string>
#include <string_view>

namespace portolan::os {

struct ContainerFiles {
  std::string docker = "/var/lib/docker/containers";
  // Of root's containers; Podman keeps those of other users in their homes.
  std::string storage = "/var/lib/containers/storage/overlay-containers/containers.json";
};

// `id` as in the control group. LXC's is its name. "" where nobody tells: no such runtime, no right to read its files
// (they are root's), or a file that is not what it should be.
std::string container_name(std::string_view id, const ContainerFiles& files = {});

}  // namespace portolan::os
