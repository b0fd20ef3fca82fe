#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <mutex>

#include "catalog/catalog.h"

namespace portolan::catalog {
namespace {

// IEEE's lists (oui.txt, mam.txt, oui36.txt, iab.txt) have the same shape: an entry is
//
//   74-1A-E0   (hex)            Private
//   900000-9FFFFF     (base 16)             Private
//
// followed by an address. The second line repeats the 24 bits in oui.txt, and in the others gives
// the part of the remaining 24 bits that is meant.
constexpr std::string_view mark = "(hex)";

struct Block {
  std::uint64_t first = 0;  // 48-bit addresses, inclusive
  std::uint64_t last = 0;
  std::string_view name;
};

bool read_hex(std::string_view text, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return error == std::errc{} && end == text.data() + text.size();
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r";
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

std::string_view line_at(std::string_view text, std::size_t begin) {
  return text.substr(begin, text.find('\n', begin) - begin);
}

// The part of the lower 24 bits that the second line of an entry names; all of them in oui.txt.
void narrow(std::string_view line, Block& block) {
  std::uint64_t first = 0;
  std::uint64_t last = 0xffffff;
  if (line.size() > 13 && line[6] == '-' && read_hex(line.substr(0, 6), first) && read_hex(line.substr(7, 6), last)) {
    block.last = block.first | last;
    block.first |= first;
  }
}

// The entry whose mark stands at `at`; false for what only looks like one.
bool read_entry(std::string_view text, std::size_t at, Block& block) {
  const auto newline = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  const auto begin = newline == std::string_view::npos ? 0 : newline + 1;
  if (at < begin + 8 || text[begin + 2] != '-' || text[begin + 5] != '-') return false;
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  std::uint64_t c = 0;
  if (!read_hex(text.substr(begin, 2), a) || !read_hex(text.substr(begin + 3, 2), b) ||
      !read_hex(text.substr(begin + 6, 2), c)) {
    return false;
  }
  const std::string_view rest = line_at(text, at);
  block.name = trim(rest.substr(mark.size()));
  block.first = (a << 16U | b << 8U | c) << 24U;
  block.last = block.first | 0xffffff;
  const std::size_t second_line = at + rest.size() + 1;
  if (second_line < text.size()) narrow(line_at(text, second_line), block);
  return true;
}

}  // namespace

struct Vendors::Index {
  // Of the blocks of one list; they do not overlap.
  struct List {
    std::string_view text;
    std::vector<Block> blocks;  // ascending
  };
  std::vector<List> lists;
  std::once_flag built;

  void build();
};

void Vendors::Index::build() {
  for (List& list : lists) {
    for (auto at = list.text.find(mark); at != std::string_view::npos; at = list.text.find(mark, at + mark.size())) {
      Block block;
      if (read_entry(list.text, at, block)) list.blocks.push_back(block);
    }
    std::ranges::sort(list.blocks, {}, &Block::first);
  }
}

Vendors::Vendors() : index_{std::make_unique<Index>()} {}
Vendors::~Vendors() = default;
Vendors::Vendors(Vendors&&) noexcept = default;
Vendors& Vendors::operator=(Vendors&&) noexcept = default;

Vendors Vendors::parse(std::string_view text) {
  Vendors vendors;
  vendors.add(text);
  return vendors;
}

void Vendors::add(std::string_view text) {
  if (!text.empty()) index_->lists.push_back({.text = text, .blocks = {}});
}

std::string_view Vendors::name_of(net::Mac mac) const {
  if (index_->lists.empty()) return {};
  std::call_once(index_->built, [this] { index_->build(); });
  std::uint64_t address = 0;
  for (const std::uint8_t byte : mac.bytes) address = address << 8U | byte;
  std::string_view name;
  std::uint64_t smallest = std::numeric_limits<std::uint64_t>::max();
  for (const Index::List& list : index_->lists) {
    const auto after = std::ranges::upper_bound(list.blocks, address, {}, &Block::first);
    if (after == list.blocks.begin()) continue;
    const Block& block = *std::prev(after);
    if (block.last < address || block.last - block.first >= smallest) continue;
    smallest = block.last - block.first;
    name = block.name;
  }
  return name;
}

}  // namespace portolan::catalog
