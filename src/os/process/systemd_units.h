// What systemd knows about the services of this machine, from its unit files (no bus, no privilege) and, for what has
// failed, from systemctl.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/remark.h"
#include "sockets/unit_file.h"

namespace portolan::os {

struct SystemdOptions {
  std::string root = "/";    // where etc/systemd, usr/lib/systemd, run/systemd and usr/bin/systemctl are looked for
  bool failed_units = true;  // ask systemctl, which takes some milliseconds
};

// All .socket units, and the state of every unit in `asked`. Without systemd (sd_booted(3)) `known` is false, which is
// no error. `gaps` gets a remark where systemctl cannot be asked.
sockets::UnitFacts read_units(std::span<const std::string> asked, const SystemdOptions& options,
                              std::vector<model::Remark>& gaps);

// Whether this process is in the network namespace of the machine's first process, where systemd's sockets are; true
// where that cannot be found out.
bool in_first_network_namespace();

}  // namespace portolan::os
