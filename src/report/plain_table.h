// Text in columns for people: left-aligned, two blanks between them, the last one as long as it is. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace portolan::report {

class PlainTable {
 public:
  explicit PlainTable(std::vector<std::string_view> headings);
  // One cell for each heading; "" is shown as "-". Text may be hostile.
  void add(const std::vector<std::string>& cells);
  // Lines are cut to `width` columns where it is given: that of a terminal; but never before the end of the column that
  // `whole` names, for the sake of which the table is there. nullopt: anywhere.
  [[nodiscard]] std::string text(std::optional<std::size_t> width, std::optional<std::size_t> whole = {}) const;

 private:
  std::vector<std::vector<std::string>> lines_;  // escaped
  std::vector<std::size_t> widths_;
};

}  // namespace portolan::report
