// Whatever the kernel, or something in its place, answers to a request for sockets.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "sockets/row_store.h"
#include "sockets/sources/source.h"
#include "wire/netlink_message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace portolan;
  const std::span<const std::uint8_t> bytes{data, size};
  sockets::RowStore store;
  sockets::Row row;
  for (const sockets::Source* source : sockets::sources()) {
    std::span<const std::uint8_t> rest = bytes;
    while (!rest.empty() && source->parse != nullptr) {
      const wire::MessageBytes message = wire::next_message(rest);
      if (!message.empty() && source->parse(message, row)) store.keep(row);  // copies all that the row points to
    }
    if (source->parse_line != nullptr) {
      std::string line{reinterpret_cast<const char*>(data), size};
      if (source->parse_line(line, row)) store.keep(row);
    }
  }
  return 0;
}
