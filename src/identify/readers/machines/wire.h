// What binary questions are built of, and what their answers hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "identify/readers/shared.h"
#include "identify/text.h"

namespace portolan::identify {

inline std::string little16(std::uint16_t number) { return little(number, 2); }
inline std::string little32(std::uint32_t number) { return little(number, 4); }
inline std::string big16(std::uint16_t number) { return big(number, 2); }
inline std::string big32(std::uint32_t number) { return big(number, 4); }
inline std::string zeros(std::size_t count) { return std::string(count, '\0'); }

// So many bytes of it, where it holds them.
inline std::optional<std::string_view> part(std::string_view bytes, std::size_t offset, std::size_t size) {
  if (offset > bytes.size() || bytes.size() - offset < size) return std::nullopt;
  return bytes.substr(offset, size);
}

// A field of fixed size that ends at its first zero; empty where it holds what cannot be printed.
inline std::string_view padded_text(std::string_view field) {
  const std::string_view text = field.substr(0, field.find('\0'));
  return is_printable(text) ? trimmed(text) : std::string_view{};
}

// UTF-16 with the lowest byte first; what ASCII does not hold becomes '?'.
inline std::string utf16_text(std::string_view utf16) {
  std::string out;
  for (std::size_t i = 0; i + 1 < utf16.size(); i += 2) {
    const bool is_plain = utf16[i + 1] == 0 && utf16[i] >= ' ' && utf16[i] <= '~';
    out += is_plain ? utf16[i] : '?';
  }
  return out;
}

}  // namespace portolan::identify
