// Reading a binary message from its begin to its end. Whoever reads behind the end reads zeros and nothing, and
// is_whole() is false from then on.
#pragma once

#include <cstdint>
#include <string_view>

#include "identify/readers/shared.h"
#include "identify/text.h"

namespace portolan::identify {

class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_{bytes} {}

  [[nodiscard]] bool is_whole() const { return whole_; }
  [[nodiscard]] std::string_view rest() const { return bytes_.substr(at_); }
  [[nodiscard]] bool is_at_end() const { return at_ == bytes_.size(); }

  std::string_view take(std::size_t size) {
    if (size > bytes_.size() - at_) {
      whole_ = false;
      at_ = bytes_.size();
      return {};
    }
    at_ += size;
    return bytes_.substr(at_ - size, size);
  }
  void skip(std::size_t size) { take(size); }

  std::uint8_t u8() { return u8_at(take(1), 0).value_or(0); }
  std::uint16_t u16() { return u16_at(take(2), 0).value_or(0); }
  std::uint32_t u32() { return u32_at(take(4), 0).value_or(0); }
  std::uint16_t u16_little() { return u16_little_at(take(2), 0).value_or(0); }
  std::uint32_t u32_little() { return u32_little_at(take(4), 0).value_or(0); }

  // Up to a zero byte, which is passed over.
  std::string_view until_zero() {
    const std::size_t end = rest().find('\0');
    if (end == std::string_view::npos) return take(rest().size() + 1);
    const std::string_view text = take(end);
    skip(1);
    return text;
  }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  bool whole_ = true;
};

// A string literal with all its zeros.
template <std::size_t Size>
constexpr std::string_view literal(const char (&text)[Size]) {  // NOLINT(*-avoid-c-arrays)
  return {text, Size - 1};
}

}  // namespace portolan::identify
