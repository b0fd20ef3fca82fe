// The options about what packets look like, and their arguments to values. Every error is one sentence that quotes what
// was given.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/option.h"
#include "cli/scan/scan_options.h"
#include "plan/plan.h"
#include "probe/probe.h"

namespace portolan::cli {

// --scanflags: names in any order and case, one behind the other ("URGACKPSH", "SYN,FIN"), ALL or NONE, or a number to
// 255 (0x12).
Result<std::uint8_t> parse_tcp_flags(std::string_view option, std::string_view text);

// --data: bytes in hexadecimal digits, "0xcafe", "cafe" or "\xca\xfe"; 1 to wire::longest_data of them.
Result<std::vector<std::uint8_t>> parse_hex_data(std::string_view option, std::string_view text);

// --data-string: the text itself, as long as that.
Result<std::vector<std::uint8_t>> parse_text_data(std::string_view option, std::string_view text);

// --data-length: so many bytes that mean nothing, the same each time; none for 0.
Result<std::vector<std::uint8_t>> parse_data_length(std::string_view option, std::string_view text);

// --ip-options: bytes in hexadecimal, of which one may be repeated ("\x01\x07\x04*36", "0x94040000"), or R to have
// routers note themselves (RFC 791 §3.1), T to have them note the time, U both. Whole words, 40 bytes at most.
Result<std::vector<std::uint8_t>> parse_ip_options(std::string_view option, std::string_view text);

// --scanflags to --badsum.
std::vector<Option<ScanOptions>> dress_rows(std::string_view group);

// Errc::usage, or Errc::privilege, where these options cannot have an effect on what a plan of that depth and those
// privileges asks by `techniques`: who asks by connections has no hand in what the kernel sends. Under nmap's name that
// is no reason to fail.
Result<void> check_dress(const ScanOptions& options, const plan::Plan& plan,
                         std::span<const probe::Probe* const> techniques);

}  // namespace portolan::cli
