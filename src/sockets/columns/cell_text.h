// Text of one cell while it is put together: on the stack, unless it grows beyond what nearly all cells need.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/ip_address.h"

namespace portolan::sockets {

class CellText {
 public:
  void add(std::string_view text) {
    if (large_.empty() && size_ + text.size() <= small_.size()) {
      std::ranges::copy(text, small_.begin() + static_cast<std::ptrdiff_t>(size_));
      size_ += text.size();
    } else {
      if (large_.empty()) large_.assign(small_.data(), size_);
      large_ += text;
    }
  }
  void add(char c) { add(std::string_view{&c, 1}); }
  void add_number(std::uint64_t value, int base = 10) {
    std::array<char, 20> digits;
    add({digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value, base).ptr});
  }
  void add(const net::IpAddress& address) {
    std::array<char, net::longest_address_text> text;
    add({text.data(), net::print(address, text.data())});
  }

  [[nodiscard]] bool empty() const { return size_ == 0 && large_.empty(); }
  // Good until the next addition.
  [[nodiscard]] std::string_view view() const {
    return large_.empty() ? std::string_view{small_.data(), size_} : std::string_view{large_};
  }

 private:
  std::array<char, 256> small_;  // not set to anything: there is one for every cell that is printed
  std::size_t size_ = 0;
  std::string large_;
};

}  // namespace portolan::sockets
