#include "explain/dns_text.h"

#include <fmt/core.h>

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "base/escape.h"
#include "base/message.h"
#include "wire/cursor.h"

namespace portolan::explain {
namespace {

constexpr std::uint16_t response = 0x8000;
constexpr std::uint16_t truncated = 0x0200;
constexpr std::uint16_t code_bits = 0x000f;
constexpr std::size_t longest_label = 63;
constexpr std::size_t longest_shown = 60;  // of a name

std::string type_name(std::uint16_t type) {
  constexpr std::array<std::pair<std::uint16_t, std::string_view>, 10> names{{{1, "A"},
                                                                              {2, "NS"},
                                                                              {5, "CNAME"},
                                                                              {6, "SOA"},
                                                                              {12, "PTR"},
                                                                              {15, "MX"},
                                                                              {16, "TXT"},
                                                                              {28, "AAAA"},
                                                                              {33, "SRV"},
                                                                              {255, "ANY"}}};
  for (const auto& [number, name] : names) {
    if (number == type) return std::string{name};
  }
  return said("type {}", type);
}

// RFC 1035 §4.1.1.
std::string code_name(std::uint16_t code) {
  constexpr std::array<std::string_view, 6> names{message("no error"),        message("format error"),
                                                  message("server failure"),  message("no such domain"),
                                                  message("not implemented"), message("refused")};
  return code < names.size() ? std::string{translated(names.at(code))} : said("code {}", code);
}

// A name that is not compressed: that of a question never is.
std::optional<std::string> read_name(wire::Reader& in) {
  std::string name;
  for (;;) {
    const std::size_t length = in.u8();
    if (!in.ok() || length > longest_label) return std::nullopt;
    if (length == 0) break;
    for (const std::uint8_t byte : in.take(length)) name += static_cast<char>(byte);
    if (!in.ok()) return std::nullopt;
    name += '.';
  }
  if (name.empty()) return ".";  // the root
  std::string shown = escape_word(name);
  if (shown.size() <= longest_shown) return shown;
  return shown.substr(0, bytes_that_fit(shown, longest_shown)) + "...";
}

}  // namespace

std::vector<std::string> dns_details(std::span<const std::uint8_t> message) {
  wire::Reader in{message};
  const std::uint16_t id = in.u16();
  const std::uint16_t flags = in.u16();
  const std::uint16_t questions = in.u16();
  const std::uint16_t answers = in.u16();
  const std::uint16_t authorities = in.u16();
  in.skip(2);  // additional records
  if (!in.ok()) return {};
  std::vector<std::string> details{said("id {}", id)};
  if (questions > 0) {
    const auto name = read_name(in);
    const std::uint16_t type = in.u16();
    if (!name || !in.ok()) return {};
    details.push_back(said("question \"{0} {1}\"", *name, type_name(type)));
  }
  if ((flags & response) == 0) return details;
  details.push_back(code_name(flags & code_bits));
  details.push_back(said("answers: {}", answers));
  if (authorities > 0) details.push_back(said("authority: {}", authorities));
  if ((flags & truncated) != 0) details.emplace_back(translated("truncated"));
  return details;
}

}  // namespace portolan::explain
