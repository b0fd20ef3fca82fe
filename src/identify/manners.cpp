#include "identify/manners.h"

#include <algorithm>
#include <array>

namespace portolan::identify {
namespace {

constexpr std::uint16_t first_printer = 9100;
constexpr std::uint16_t last_printer = 9107;

// Ascending: S7 and other ISO transports, Modbus, FOUNDATION Fieldbus, Fox, PCWorx, IEC 60870-5-104, CODESYS, Fox in
// TLS, MELSEC, FINS, DICOM, GE SRTP, DNP3, PROFINET, EtherNet/IP, ADS.
constexpr std::array<std::uint16_t, 24> machines{102,   502,   789,   1089,  1090,  1091,  1911,  1962,
                                                 2404,  2455,  4911,  5006,  5007,  9600,  11112, 18245,
                                                 20000, 20547, 34962, 34963, 34964, 44818, 48898, 48899};

}  // namespace

Manner manner_at(net::Port port, bool asks_machines) {
  if (port.value() >= first_printer && port.value() <= last_printer) return Manner::leave;
  if (!std::ranges::binary_search(machines, port.value())) return Manner::ask;
  return asks_machines ? Manner::ask_gently : Manner::listen;
}

Manner manner_of_datagrams_at(net::Port port) {
  constexpr std::array<std::uint16_t, 2> more{2222, 47808};  // EtherNet/IP's input and output, BACnet
  const bool is_machine =
      std::ranges::find(more, port.value()) != more.end() || std::ranges::binary_search(machines, port.value());
  return is_machine ? Manner::listen : Manner::ask;
}

}  // namespace portolan::identify
