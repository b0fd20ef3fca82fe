#include "os/catalogues.h"

#include <fmt/core.h>

#include "os/files.h"

namespace portolan::os {

Result<catalog::Services> read_services() {
  const auto path = find_data_file("services");
  if (!path) return fail(path.error());
  const auto text = read_file(*path);
  if (!text) return fail(text.error());
  auto services = catalog::Services::parse(*text);
  if (!services) return fail(services.error().code, fmt::format("{}: {}", *path, services.error().message));
  return services;
}

}  // namespace portolan::os
