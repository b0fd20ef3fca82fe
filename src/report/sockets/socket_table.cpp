#include "report/sockets/socket_table.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/escape.h"
#include "base/number_text.h"
#include "report/sockets/socket_buffer.h"

namespace portolan::report {
namespace {

using sockets::Cell;
using sockets::Column;
using sockets::Row;
using sockets::State;

constexpr std::string_view gap = "  ";
constexpr std::string_view ellipsis = "...";
constexpr std::size_t narrowest = 12;  // what a cut leaves of the last column, even where a terminal has no room for it
// Columns get no wider than that for a cell's sake: any user can bind a UNIX socket to a name of four hundred columns.
// It holds an IPv6 address with its zone and port.
constexpr std::size_t widest_fitted = 48;

// What a list that goes on keeps free, because its heading is out before there is a row: an RFC 3339 time,
// "ESTABLISHED", an IPv4 address with its port.
struct Room {
  std::string_view column;
  std::size_t width;
};
constexpr std::array rooms{Room{"time", 24},  Room{"change", 6},  Room{"state_before", 11}, Room{"state", 11},
                           Room{"local", 21}, Room{"remote", 21}, Room{"user", 8}};

std::size_t room_of(const Column& column) {
  const auto* const found = std::ranges::find(rooms, column.name, &Room::column);
  return found == rooms.end() ? 0 : found->width;
}

std::string_view color_of(State state) {
  switch (state) {
    case State::listen:
      return "\x1b[32m";  // green
    case State::established:
    case State::closed:
    case State::unknown:
    case State::bound_inactive:
      return {};
    default:
      return "\x1b[33m";  // yellow: on its way up or down
  }
}
constexpr std::string_view color_end = "\x1b[0m";

// Appends one cell. Whatever the text holds, it stays one word, so that programs may split a row at blanks; only the
// last column has room for more.
class WordCell final : public Cell {
 public:
  explicit WordCell(std::string& out) : out_{&out} {}
  void keep_blanks(bool keep) { keep_blanks_ = keep; }

  void text(std::string_view value) override {
    if (value.empty()) return nothing();
    return keep_blanks_ ? append_terminal(*out_, value) : append_word(*out_, value);
  }
  void number(std::uint64_t value) override { append_number(*out_, value); }
  void number(double value) override { append_number(*out_, value); }
  void truth(bool value) override { *out_ += value ? "yes" : "no"; }
  void nothing() override { *out_ += '-'; }

 private:
  std::string* out_;
  bool keep_blanks_ = false;
};

class SocketTable final : public SocketSink {
 public:
  SocketTable(Output& output, sockets::RowNames& names, const SocketListOptions& options)
      : buffer_{output}, names_{names}, options_{options}, held_cell_{held_}, cell_{buffer_.text()} {
    for (const Column* column : options_.columns) {
      widths_.push_back(
          std::max(options_.heading ? column->heading.size() : 0, options_.goes_on ? room_of(*column) : 0));
      is_state_.push_back(options_.color && column->name == "state");
    }
  }

  Result<void> row(const Row& row) override {
    if (fitted_) {
      stream(row);
    } else {
      hold(row);
      if (states_.size() == rows_to_fit) release();
    }
    return buffer_.row_ended();
  }

  Result<void> flush() override {
    if (!fitted_) release();
    return buffer_.flush();
  }

  Result<void> finish(std::span<const model::Remark>) override { return flush(); }

 private:
  // Widths are fitted to the first rows, so that the number of rows does not matter: they are held back until then.
  static constexpr std::size_t rows_to_fit = 512;

  [[nodiscard]] std::size_t most_fitted() const {
    return options_.width ? std::min(widest_fitted, *options_.width / 2) : widest_fitted;
  }
  [[nodiscard]] bool is_last(std::size_t column) const { return column + 1 == options_.columns.size(); }

  void hold(const Row& row) {
    for (std::size_t i = 0; i < options_.columns.size(); ++i) {
      const std::size_t begin = held_.size();
      held_cell_.keep_blanks(is_last(i));
      options_.columns[i]->print(held_cell_, row, names_);
      const std::size_t width = display_width(std::string_view{held_}.substr(begin));
      if (width <= most_fitted()) widths_[i] = std::max(widths_[i], width);
      ends_.push_back(held_.size());
    }
    states_.push_back(row.state);
  }

  // The heading and the rows that were held back.
  void release() {
    fitted_ = true;
    std::string& out = buffer_.text();
    if (options_.heading) heading();
    std::size_t begin = 0;
    for (std::size_t cell = 0; cell < ends_.size(); ++cell) {
      const std::size_t column = cell % options_.columns.size();
      const std::size_t start = out.size();
      out.append(held_, begin, ends_[cell] - begin);
      begin = ends_[cell];
      end_cell(column, start, states_[cell / options_.columns.size()]);
    }
    held_ = {};
    ends_ = {};
    states_ = {};
  }

  void heading() {
    for (std::size_t i = 0; i < options_.columns.size(); ++i) {
      const std::size_t start = buffer_.text().size();
      buffer_.text() += options_.columns[i]->heading;
      end_cell(i, start, State::unknown);
    }
  }

  void stream(const Row& row) {
    for (std::size_t i = 0; i < options_.columns.size(); ++i) {
      const std::size_t start = buffer_.text().size();
      cell_.keep_blanks(is_last(i));
      options_.columns[i]->print(cell_, row, names_);
      end_cell(i, start, row.state);
    }
  }

  // Aligns what was written since `start`. A longer cell pushes the rest of its row aside: nothing is lost.
  void end_cell(std::size_t column, std::size_t start, State state) {
    std::string& out = buffer_.text();
    std::size_t width = display_width(std::string_view{out}.substr(start));
    if (is_last(column)) width = cut(start, width);
    if (is_state_[column] && !color_of(state).empty()) {
      out.insert(start, color_of(state));
      out += color_end;
    }
    const std::size_t missing = widths_[column] > width ? widths_[column] - width : 0;
    const bool right = options_.columns[column]->right;
    if (right) out.insert(start, missing, ' ');
    if (is_last(column)) {
      out += '\n';
      used_ = 0;
      return;
    }
    if (!right) out.append(missing, ' ');
    out += gap;
    used_ += width + missing + gap.size();
  }

  // Shortens the last cell to what the terminal has left; the width that it has then. Of a process its number stays,
  // and of the reason why there is none everything: they are what the list is for.
  std::size_t cut(std::size_t start, std::size_t width) {
    if (!options_.width) return width;
    std::string& out = buffer_.text();
    const bool is_process = options_.columns.back()->name == "process";
    if (is_process && out[start] == '(') return width;
    const std::size_t slash = is_process ? out.rfind('/') : std::string::npos;
    const std::string kept = slash != std::string::npos && slash >= start ? out.substr(slash) : std::string{};
    const std::size_t least = std::max(narrowest, kept.size() + ellipsis.size() + 1);
    const std::size_t left = std::max(*options_.width > used_ ? *options_.width - used_ : 0, least);
    if (width <= left) return width;
    out.resize(start + bytes_that_fit(std::string_view{out}.substr(start), left - ellipsis.size() - kept.size()));
    out += ellipsis;
    out += kept;
    return left;
  }

  SocketBuffer buffer_;
  sockets::RowNames& names_;
  SocketListOptions options_;
  std::vector<std::size_t> widths_;  // columns of a terminal
  std::vector<bool> is_state_;       // and to be coloured
  std::size_t used_ = 0;             // of the line that is being written

  bool fitted_ = false;
  std::string held_;               // cells of rows that wait for the widths, one behind the other
  std::vector<std::size_t> ends_;  // of each of them
  std::vector<State> states_;      // of each row
  WordCell held_cell_;
  WordCell cell_;
};

}  // namespace

std::unique_ptr<SocketSink> make_socket_table(Output& output, sockets::RowNames& names,
                                              const SocketListOptions& options) {
  return std::make_unique<SocketTable>(output, names, options);
}

}  // namespace portolan::report
