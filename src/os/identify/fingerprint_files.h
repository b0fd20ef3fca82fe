// Fingerprints, read from their files.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "identify/fingerprints.h"

namespace portolan::os {

// The rules that portolan ships, and behind them those of a user's directory where there is one. Where nothing is
// shipped there are none of these, which is no error. Errors: a directory that cannot be read, or holds no file about
// what services say (Errc::io); a file that is malformed (Errc::parse, with file and line).
Result<identify::Fingerprints> read_fingerprints(const std::optional<std::string>& directory);

}  // namespace portolan::os
