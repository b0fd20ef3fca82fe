#include "payload/network/ber.h"

#include "wire/cursor.h"

namespace portolan::payload {
namespace {

constexpr std::uint8_t long_form = 0x80;
constexpr std::size_t number_size = 4;

std::uint32_t number_in(Bytes bytes) {
  std::uint32_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8U | byte;
  return value;
}

}  // namespace

std::optional<Bytes> BerReader::next(std::uint8_t tag) {
  wire::Reader r{bytes_};
  const std::uint8_t found = r.u8();
  std::size_t length = r.u8();
  if ((length & long_form) != 0) {
    const std::size_t width = length & ~std::size_t{long_form};
    if (width > number_size) return std::nullopt;
    length = number_in(r.take(width));
  }
  const Bytes contents = r.take(length);
  if (!r.ok() || found != tag) return std::nullopt;
  bytes_ = r.rest();
  return contents;
}

std::optional<std::uint32_t> BerReader::number() {
  const auto contents = next(ber::integer);
  if (!contents || contents->empty() || contents->size() > number_size) return std::nullopt;
  return number_in(*contents);
}

}  // namespace portolan::payload
