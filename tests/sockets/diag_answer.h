// sock_diag answers as the kernel would write them, for tests of the sources.
#pragma once

#include <linux/netlink.h>
#include <linux/sock_diag.h>

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sockets/sources/source.h"

namespace portolan::sockets::testing {

// For rows that do not point into their line.
inline bool is_read(const Source& source, std::string line, Row& row) { return source.parse_line(line, row); }

class Answer {
 public:
  template <class Body>
  explicit Answer(const Body& body, std::uint16_t type = SOCK_DIAG_BY_FAMILY) {
    append(nlmsghdr{.nlmsg_len = 0, .nlmsg_type = type, .nlmsg_flags = NLM_F_MULTI, .nlmsg_seq = 0, .nlmsg_pid = 0});
    append(body);
    seal();
  }
  Answer& with(std::uint16_t type, std::span<const std::uint8_t> payload) {
    append(nlattr{static_cast<std::uint16_t>(sizeof(nlattr) + payload.size()), type});
    bytes_.insert(bytes_.end(), payload.begin(), payload.end());
    seal();
    return *this;
  }
  template <class T>
  Answer& with_value(std::uint16_t type, const T& value) {
    return with(type, {reinterpret_cast<const std::uint8_t*>(&value), sizeof value});
  }
  Answer& with_text(std::uint16_t type, std::string_view text) {
    return with(type, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  }
  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return bytes_; }

 private:
  template <class T>
  void append(const T& value) {
    const auto* first = reinterpret_cast<const std::uint8_t*>(&value);
    bytes_.insert(bytes_.end(), first, first + sizeof value);
  }
  void seal() {
    bytes_.resize((bytes_.size() + 3) / 4 * 4);
    const auto length = static_cast<std::uint32_t>(bytes_.size());
    std::memcpy(bytes_.data(), &length, sizeof length);
  }
  std::vector<std::uint8_t> bytes_;
};

}  // namespace portolan::sockets::testing
