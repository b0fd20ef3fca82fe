// --route-dst: by which way the kernel sends packets to a host, as `ip route get` tells it. Nothing is sent.
#pragma once

#include <string>
#include <string_view>

#include "base/dialect.h"
#include "base/result.h"
#include "cli/scan/scan_options.h"
#include "net/path.h"

namespace portolan::cli {

// One line; of nmap's two. `interface` is the name of the path's, and may be hostile. Pure.
std::string way_text(const net::IpAddress& target, std::string_view interface, const net::Path& path, Dialect dialect);

// The ways to all addresses of what `options` asks about, to the first one under the name nmap. Errors are the
// look-up's, those of a way that is not there, and what the kernel does not tell.
Result<std::string> ways_text(const ScanOptions& options, Dialect dialect);

}  // namespace portolan::cli
