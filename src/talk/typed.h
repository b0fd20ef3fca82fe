// What the user types, on its way out. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace portolan::talk {

// Every line ends in CR LF, as text protocols of the Internet ask (RFC 5198 section 2): a CR goes in front of each LF
// that has none.
class LineEnds {
 public:
  std::string with_cr(std::string_view bytes);

 private:
  bool after_cr_ = false;
};

// Lines, each with its LF; the last one perhaps without.
class Lines {
 public:
  void add(std::string_view bytes) { kept_ += bytes; }
  // The next whole line.
  std::optional<std::string> next();
  // At the end of input: what stands behind the last LF, "" for nothing.
  std::string rest();
  // Bytes of a line whose end has not come.
  [[nodiscard]] std::size_t waiting() const { return kept_.size(); }

 private:
  std::string kept_;
};

}  // namespace portolan::talk
