// Any text as a port list. What is understood must survive being printed and read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "plan/port_expression.h"

namespace {

using namespace portolan;

const catalog::Services& services() {
  static const auto catalogue = catalog::Services::parse(
      "7 tus echo\n22 tus ssh\n80 tus http\n80 tu www\n443 tus https\n512 t exec\n512 u comsat\n6000-6063 tu x11\n");
  return *catalogue;
}

void must(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto ports = plan::parse_ports(text, services());
  if (!ports) {
    must(!ports.error().message.empty());
    return 0;
  }
  std::string printed;
  for (const auto& [prefix, set] : {std::pair{"T:", &ports->tcp}, {"U:", &ports->udp}, {"S:", &ports->sctp}}) {
    if (!set->empty()) printed += prefix + to_string(*set) + ",";
  }
  const auto again = plan::parse_ports(printed, services());
  must(again.has_value() && *again == *ports);
  return 0;
}
