// ASN.1's Basic Encoding Rules, as LDAP and Kerberos use them (X.690 §8.1): one byte of tag, a definite length.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace portolan::identify {

struct Element {
  std::uint8_t tag = 0;
  std::string_view content;
  std::string_view rest;  // what follows it
};

// nullopt where it is none, or has not come to its end.
std::optional<Element> element_in(std::string_view bytes);
// The same, only of this tag.
std::optional<Element> element_in(std::string_view bytes, std::uint8_t tag);
// INTEGER and ENUMERATED contents of up to four bytes.
std::optional<std::int32_t> integer_of(std::string_view content);

std::string element(std::uint8_t tag, std::string_view content);

}  // namespace portolan::identify
