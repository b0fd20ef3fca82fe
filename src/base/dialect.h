// Under which name the program speaks, and the versions of nmap that it follows.
#pragma once

#include <cstdint>
#include <string_view>

namespace portolan {

// nmap: every word of the text reports is nmap 7.93's, for callers who expect that program.
// portolan: similar blocks in this program's own words, with what nmap does not tell.
enum class Dialect : std::uint8_t { portolan, nmap };

// The version of nmap whose command line, wording and XML are followed.
inline constexpr std::string_view nmap_version = "7.93";
inline constexpr std::string_view nmap_url = "https://nmap.org";
// Of nmap's XML format.
inline constexpr std::string_view xml_output_version = "1.05";

}  // namespace portolan
