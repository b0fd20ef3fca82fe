#include "identify/readers/data/ber.h"

#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr std::uint8_t long_form = 0x80;
constexpr std::uint8_t many_tags = 0x1f;  // the tag goes on in the bytes behind

}  // namespace

std::optional<Element> element_in(std::string_view bytes) {
  const auto tag = u8_at(bytes, 0);
  const auto first = u8_at(bytes, 1);
  if (!tag || !first || (*tag & many_tags) == many_tags) return std::nullopt;
  std::size_t begin = 2;
  std::size_t size = *first;
  if (*first >= long_form) {
    const std::size_t digits = *first - long_form;
    if (digits == 0 || digits > 4) return std::nullopt;
    size = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      const auto digit = u8_at(bytes, begin++);
      if (!digit) return std::nullopt;
      size = size << 8U | *digit;
    }
  }
  if (size > bytes.size() - begin) return std::nullopt;
  return Element{*tag, bytes.substr(begin, size), bytes.substr(begin + size)};
}

std::optional<Element> element_in(std::string_view bytes, std::uint8_t tag) {
  auto found = element_in(bytes);
  if (!found || found->tag != tag) return std::nullopt;
  return found;
}

std::optional<std::int32_t> integer_of(std::string_view content) {
  if (content.empty() || content.size() > 4) return std::nullopt;
  const bool negative = (static_cast<std::uint8_t>(content.front()) & 0x80U) != 0;
  std::uint32_t number = negative ? ~0U : 0U;
  for (const char digit : content) number = number << 8U | static_cast<std::uint8_t>(digit);
  return static_cast<std::int32_t>(number);
}

std::string element(std::uint8_t tag, std::string_view content) {
  std::string out(1, static_cast<char>(tag));
  // As short as can be, as the distinguished encoding has it.
  if (content.size() > 0xffU) {
    out += static_cast<char>(long_form + 2);
    out += static_cast<char>(content.size() >> 8U);
  } else if (content.size() >= long_form) {
    out += static_cast<char>(long_form + 1);
  }
  out += static_cast<char>(content.size() & 0xffU);
  out += content;
  return out;
}

}  // namespace portolan::identify
