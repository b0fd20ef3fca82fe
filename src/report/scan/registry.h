// The output formats. A new one is a source file, a test file and its lines here.
#pragma once

#include <array>

#include "report/scan/format.h"

namespace portolan::report {

extern const Format normal_format;
extern const Format xml_format;
extern const Format grepable_format;
extern const Format ndjson_format;
extern const Format open_list_format;
extern const Format skiddie_format;

// In the order of --help, one a line.
// clang-format off
inline constexpr std::array formats{
    &normal_format,
    &xml_format,
    &grepable_format,
    &ndjson_format,
    &open_list_format,
    &skiddie_format,
};
// clang-format on

}  // namespace portolan::report
