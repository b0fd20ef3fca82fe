// What `portolan services` prints: a line for each service that can be called, as a router lists its own. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/remark.h"
#include "sockets/listeners.h"
#include "sockets/row_names.h"

namespace portolan::report {

inline constexpr std::string_view service_schema = "portolan-services/1";

// With a heading. `width`: columns of the terminal, to which lines are cut; nullopt: not a terminal, nothing is cut.
std::string service_table(std::span<const sockets::Service> services, sockets::RowNames& names,
                          std::optional<std::size_t> width);
// An object a line: start, a `service` each, a `gap` for each sentence about what the list does not hold, finish.
std::string service_json(std::span<const sockets::Service> services, sockets::RowNames& names,
                         std::span<const model::Remark> gaps);
// docs/services.schema.json.
std::string service_json_schema();

// "sshd(812)", "nginx(812+4)" for five processes, "(no-privilege)"; the unit's name where nobody runs.
std::string holder_text(const sockets::Service& service);

// Its ADDRESSES: "everywhere", or the device of a unit that nobody runs.
std::string where_text(const sockets::Service& service, sockets::RowNames& names);

}  // namespace portolan::report
