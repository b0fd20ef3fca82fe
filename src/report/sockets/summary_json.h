// The numbers of a list of sockets as a stream of the same schema (docs/sockets-json.md).
#pragma once

#include <span>
#include <string>

#include "model/remark.h"
#include "sockets/summary.h"

namespace portolan::report {

std::string summary_json(const sockets::Summary& summary, std::span<const model::Remark> gaps);

// The JSON Schema of the record that stands in the place of the sockets.
std::string summary_schema();

}  // namespace portolan::report
