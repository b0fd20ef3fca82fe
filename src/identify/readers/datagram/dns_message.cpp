#include "identify/readers/datagram/dns_message.h"

#include <algorithm>

#include "identify/text.h"

namespace portolan::identify {
namespace {

constexpr unsigned pointer = 0xc0;
constexpr std::size_t header_size = 12;
constexpr std::size_t most_records = 64;

// Where what follows the name stands; nullopt behind the end.
std::optional<std::size_t> behind_name(std::string_view message, std::size_t at) {
  for (;;) {
    const auto size = u8_at(message, at);
    if (!size) return std::nullopt;
    if (*size >= pointer) return at + 2;
    ++at;
    if (*size == 0) return at;
    at += *size;
  }
}

}  // namespace

std::optional<std::string> dns_name_at(std::string_view message, std::size_t at) {
  constexpr std::size_t longest_name = 255;
  constexpr int most_jumps = 16;
  std::string name;
  int jumps = 0;
  while (name.size() <= longest_name) {
    const auto size = u8_at(message, at);
    if (!size) return std::nullopt;
    if (*size == 0) return name;
    if (*size >= pointer) {
      const auto to = u16_at(message, at);
      if (!to || ++jumps > most_jumps) return std::nullopt;
      at = *to & 0x3fffU;
      continue;
    }
    if (*size > message.size() - at - 1) return std::nullopt;
    name += name.empty() ? "" : ".";
    name += message.substr(at + 1, *size);
    at += 1U + *size;
  }
  return std::nullopt;
}

std::optional<DnsAnswers> dns_answers(std::string_view message) {
  if (message.size() < header_size) return std::nullopt;
  DnsAnswers answers{.flags = *u16_at(message, 2), .records = {}};
  std::size_t at = header_size;
  for (unsigned left = *u16_at(message, 4); left > 0; --left) {
    const auto behind = behind_name(message, at);
    if (!behind || *behind + 4 > message.size()) return std::nullopt;
    at = *behind + 4;
  }
  constexpr unsigned truncated = 0x0200;
  constexpr std::size_t most_kept = 1'500;  // Datagrams
  const bool may_be_cut = (answers.flags & truncated) != 0 || message.size() >= most_kept;
  const std::size_t count = std::min<std::size_t>(*u16_at(message, 6), most_records);
  while (answers.records.size() < count) {
    const auto behind = behind_name(message, at);
    const auto name = dns_name_at(message, at);
    if (!behind || !name) return may_be_cut ? std::optional{answers} : std::nullopt;
    const auto type = u16_at(message, *behind);
    const auto size = u16_at(message, *behind + 8);
    const std::size_t begin = *behind + 10;
    if (!type || !size || *size > message.size() - begin) return may_be_cut ? std::optional{answers} : std::nullopt;
    answers.records.push_back({*name, *type, message.substr(begin, *size), begin});
    at = begin + *size;
  }
  return answers;
}

}  // namespace portolan::identify
