// The descriptors 0 to 2, which a caller may have closed (`portolan ... >&-`).
#pragma once

#include <string_view>

namespace portolan::os {

// Puts /dev/null in the place of every closed one, so that no file opened later becomes standard output.
// Each is opened the wrong way round: reading standard input and writing to standard output go on
// failing, as they do on closed descriptors. What is written to standard error vanishes.
void fill_standard_streams();

// Whether standard output is open for writing.
bool has_standard_output();

// Whether a path is "-" or one of the names that the system has for standard output (proc_pid_fd(5)).
bool names_standard_output(std::string_view path);

}  // namespace portolan::os
