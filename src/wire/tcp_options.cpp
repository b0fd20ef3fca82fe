#include "wire/tcp_options.h"

#include "wire/cursor.h"

namespace portolan::wire {
namespace {

enum Kind : std::uint8_t { end = 0, no_operation = 1, mss = 2, scale = 3, sack_permitted = 4, timestamp = 8 };

void read_option(std::uint8_t kind, Bytes value, TcpOptions& read) {
  Reader inside{value};
  if (kind == mss) read.mss = inside.u16();
  if (kind == scale) read.scale = inside.u8();
  if (kind == timestamp) read.timestamp = inside.u32();
}

char letter_of(std::uint8_t kind) {
  switch (kind) {
    case end:
      return 'E';
    case no_operation:
      return 'N';
    case mss:
      return 'M';
    case scale:
      return 'W';
    case sack_permitted:
      return 'S';
    case timestamp:
      return 'T';
    default:
      return '?';
  }
}

}  // namespace

TcpOptions read_tcp_options(Bytes options) {
  TcpOptions read;
  Reader r{options};
  while (!r.rest().empty()) {
    const std::uint8_t kind = r.u8();
    if (kind != end && kind != no_operation) {
      const std::uint8_t length = r.u8();
      if (!r.ok() || length < 2) break;
      const Bytes value = r.take(length - 2U);
      if (!r.ok()) break;
      read_option(kind, value, read);
    }
    if (!read.layout.empty()) read.layout += ',';
    read.layout += letter_of(kind);
  }
  return read;
}

}  // namespace portolan::wire
