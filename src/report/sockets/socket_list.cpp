#include "report/sockets/socket_list.h"

#include <algorithm>
#include <array>

#include "report/sockets/socket_csv.h"
#include "report/sockets/socket_json.h"
#include "report/sockets/socket_table.h"

namespace portolan::report {
namespace {

constexpr std::array formats{
    SocketFormat{"table", "aligned columns for people", make_socket_table},
    SocketFormat{"json", "a JSON object a line, with everything that is known", make_socket_json},
    SocketFormat{"csv", "comma-separated values, a line a socket", make_socket_csv},
};

}  // namespace

std::span<const SocketFormat> socket_formats() { return formats; }

const SocketFormat* socket_format_of(std::string_view name) {
  const auto found = std::ranges::find(formats, name, &SocketFormat::name);
  return found == formats.end() ? nullptr : &*found;
}

}  // namespace portolan::report
