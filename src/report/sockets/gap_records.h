// What a list of sockets does not hold: in words for a person, as records for a program.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/json_stream.h"
#include "base/result.h"
#include "model/remark.h"

namespace portolan::report {

// One sentence without its stop. Not escaped.
std::string gap_text(const model::Remark& gap);

// That nobody knows who listens, because of this error of a listing.
model::Remark listeners_unknown(const Error& error);

// The last lines of a stream: a `gap` for each, then `finish` with how many `things` there were.
void finish_stream(JsonStream& stream, std::string_view things, std::uint64_t count,
                   std::span<const model::Remark> gaps);

}  // namespace portolan::report
