// Names of hosts, before anybody is asked for them. Pure.
#pragma once

#include <string_view>

namespace portolan {

// Whether a name server may be asked for it: labels of the characters of RFC 1123, of underscores, which are in use,
// and of bytes beyond ASCII, which the resolver may know what to do with. Numbers are allowed: see net::is_c_address().
bool is_host_name(std::string_view text);

}  // namespace portolan
