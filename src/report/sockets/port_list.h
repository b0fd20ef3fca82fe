// What `portolan ports` prints: a line for each port, or for each run of ports of which the same is true. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/remark.h"
#include "sockets/port_survey.h"
#include "sockets/row_names.h"

namespace portolan::report {

inline constexpr std::string_view port_schema = "portolan-ports/1";

// `listeners_known`: false where this machine's sockets could not be listed. `width` as for services.
std::string port_table(std::span<const sockets::PortEntry> entries, bool listeners_known,
                       std::optional<std::size_t> width);
// An object a line: start, a `port` each, a `gap` for each sentence about what is not known, finish.
std::string port_json(std::span<const sockets::PortEntry> entries, sockets::RowNames& names,
                      std::span<const model::Remark> gaps);
// docs/ports.schema.json.
std::string port_json_schema();

// "STARTTLS (RFC 3207); submissions 465/tcp (RFC 8314)", "yes (RFC 4253)"; "" where nothing is known.
std::string encryption_text(std::span<const catalog::Encryption> encryption);

}  // namespace portolan::report
