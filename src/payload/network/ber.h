// Reading ASN.1 in the basic encoding rules (X.690 §8): element by element, each a tag, a length and its contents.
#pragma once

#include <cstdint>
#include <optional>

#include "payload/payload.h"

namespace portolan::payload {

namespace ber {
inline constexpr std::uint8_t integer = 0x02;
inline constexpr std::uint8_t octets = 0x04;
inline constexpr std::uint8_t null = 0x05;
inline constexpr std::uint8_t object = 0x06;
inline constexpr std::uint8_t sequence = 0x30;
}  // namespace ber

class BerReader {
 public:
  explicit BerReader(Bytes bytes) : bytes_{bytes} {}

  // The contents of the next element if it has that tag and is whole; otherwise nothing is read.
  std::optional<Bytes> next(std::uint8_t tag);
  // The same of an INTEGER of up to four bytes without sign.
  std::optional<std::uint32_t> number();
  // 0 at the end: no tag that is used here.
  [[nodiscard]] std::uint8_t tag() const { return bytes_.empty() ? std::uint8_t{0} : bytes_[0]; }

 private:
  Bytes bytes_;
};

// A cookie as an INTEGER that takes four bytes whatever it is, so that lengths are known in advance; 30 bits remain.
constexpr std::uint32_t four_byte_number(std::uint32_t cookie) { return cookie >> 2U | 0x4000'0000U; }

}  // namespace portolan::payload
