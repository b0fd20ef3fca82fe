// Bounds-checked reading and writing of network-order bytes. A reader that ran past its end says so
// once, in ok(), and reads zeros from then on; nothing is ever touched outside the span.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace portolan::wire {

class Reader {
 public:
  explicit constexpr Reader(std::span<const std::uint8_t> bytes) : bytes_{bytes} {}

  constexpr std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  constexpr std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  constexpr std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  constexpr void skip(std::size_t count) { (void)take(count); }
  // The next `count` bytes; empty when there are fewer, and ok() is false from then on.
  constexpr std::span<const std::uint8_t> take(std::size_t count) {
    if (count > bytes_.size()) {
      ok_ = false;
      bytes_ = {};
      return {};
    }
    const auto taken = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return taken;
  }
  [[nodiscard]] constexpr std::span<const std::uint8_t> rest() const { return bytes_; }
  [[nodiscard]] constexpr bool ok() const { return ok_; }

 private:
  constexpr std::uint64_t number(std::size_t width) {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : take(width)) value = value << 8U | byte;
    return value;
  }

  std::span<const std::uint8_t> bytes_;
  bool ok_ = true;
};

// The number that stands `at` bytes from the beginning; 0 where it is not whole.
constexpr std::uint32_t u32_at(std::span<const std::uint8_t> bytes, std::size_t at) {
  Reader r{bytes};
  r.skip(at);
  const std::uint32_t value = r.u32();
  return r.ok() ? value : 0;
}

// Writes into a buffer whose size the caller has made large enough (an assertion, not an error:
// every packet built here has a length known in advance).
class Writer {
 public:
  explicit constexpr Writer(std::span<std::uint8_t> out) : out_{out} {}

  constexpr Writer& u8(std::uint8_t value) { return number(value, 1); }
  constexpr Writer& u16(std::uint16_t value) { return number(value, 2); }
  constexpr Writer& u32(std::uint32_t value) { return number(value, 4); }
  constexpr Writer& bytes(std::span<const std::uint8_t> source) {
    for (const std::uint8_t byte : source) u8(byte);
    return *this;
  }
  constexpr Writer& text(std::string_view source) {
    for (const char letter : source) u8(static_cast<std::uint8_t>(letter));
    return *this;
  }
  constexpr Writer& zeros(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) u8(0);
    return *this;
  }
  [[nodiscard]] constexpr std::size_t size() const { return at_; }

 private:
  constexpr Writer& number(std::uint64_t value, std::size_t width) {
    assert(width <= out_.size() - at_);
    for (std::size_t i = width; i-- > 0;) out_[at_++] = static_cast<std::uint8_t>(value >> (8 * i));
    return *this;
  }

  std::span<std::uint8_t> out_;
  std::size_t at_ = 0;
};

}  // namespace portolan::wire
