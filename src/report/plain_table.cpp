#include "report/plain_table.h"

#include <algorithm>
#include <cassert>

#include "base/escape.h"

namespace portolan::report {

PlainTable::PlainTable(std::vector<std::string_view> headings) : widths_(headings.size()) {
  add({headings.begin(), headings.end()});
}

void PlainTable::add(const std::vector<std::string>& cells) {
  assert(cells.size() == widths_.size());
  std::vector<std::string>& line = lines_.emplace_back();
  line.reserve(cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    line.push_back(cells[i].empty() ? "-" : escape_terminal(cells[i]));
    widths_[i] = std::max(widths_[i], display_width(line.back()));
  }
}

std::string PlainTable::text(std::optional<std::size_t> width, std::optional<std::size_t> whole) const {
  std::string all;
  std::string row;
  for (const auto& line : lines_) {
    row.clear();
    std::size_t least = 0;  // bytes
    for (std::size_t i = 0; i < line.size(); ++i) {
      row += line[i];
      if (i == whole) least = row.size();
      if (i + 1 < line.size()) row.append(widths_[i] - display_width(line[i]) + 2, ' ');
    }
    all.append(row, 0, width ? std::max(bytes_that_fit(row, *width), least) : row.size());
    all += '\n';
  }
  return all;
}

}  // namespace portolan::report
