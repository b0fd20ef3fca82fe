// netstat -g: the multicast groups that each interface listens to.

#include <iterator>

#include "base/text.h"
#include "netstat/kernel_text.h"
#include "netstat/view_text.h"
#include "netstat/views.h"

namespace portolan::netstat {
namespace {

void add_group(View& view, const Group& group, const Machine& machine, const ViewOptions& options) {
  append(view.output, "{:<15} {:<6} {}\n", shown(group.interface), group.users,
         host_text(group.group, machine, options));
}

void groups4(View& view, const Machine& machine, const ViewOptions& options) {
  const auto text = read(machine, "/proc/net/igmp");
  if (!text) return complain(view, text.error());
  for (const Group& group : parse_igmp(*text)) add_group(view, group, machine, options);
}

void groups6(View& view, const Machine& machine, const ViewOptions& options) {
  const auto text = read(machine, "/proc/net/igmp6");
  // A kernel without IPv6 has no such file, and net-tools says nothing of it.
  if (!text && text.error().code == Errc::io && !options.inet6) return;
  if (!text) return complain(view, text.error());
  std::size_t number = 0;
  for (const std::string_view line : lines_of(*text)) {
    if (const auto group = parse_igmp6(line)) {
      add_group(view, *group, machine, options);
    } else {
      view.errors += fmt::format("warning, got bogus igmp6 line {}.\n", number);
    }
    ++number;
  }
}

}  // namespace

View groups(const Machine& machine, const ViewOptions& options) {
  View view;
  view.output =
      "IPv6/IPv4 Group Memberships\n"
      "Interface       RefCnt Group\n"
      "--------------- ------ ---------------------\n";
  const bool both = options.inet == options.inet6;
  if (both || options.inet) groups4(view, machine, options);
  if (both || options.inet6) groups6(view, machine, options);
  return view;
}

}  // namespace portolan::netstat
