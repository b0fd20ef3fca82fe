// Every command there is. A new one is a file, a line here and a line in commands.cpp.
#pragma once

#include "cli/command.h"

namespace portolan::cli {

extern const Command scan_command;
extern const Command explain_command;
extern const Command talk_command;
extern const Command sockets_command;
extern const Command who_command;
extern const Command services_command;
extern const Command ports_command;
extern const Command netstat_command;
extern const Command help_command;
extern const Command version_command;
extern const Command nmap_command;

}  // namespace portolan::cli
