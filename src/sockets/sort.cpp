#include "sockets/sort.h"

#include <algorithm>
#include <compare>
#include <string>
#include <variant>

namespace portolan::sockets {
namespace {

using Key = std::variant<std::monostate, std::uint64_t, double, std::string>;

class KeyCell final : public Cell {
 public:
  void text(std::string_view value) override { key_ = std::string{value}; }
  void number(std::uint64_t value) override { key_ = value; }
  void number(double value) override { key_ = value; }
  void truth(bool value) override { key_ = std::uint64_t{value}; }
  void nothing() override { key_ = std::monostate{}; }
  Key take() { return std::move(key_); }

 private:
  Key key_;
};

struct Keyed {
  Key key;
  const Row* row;
};

bool is_nothing(const Keyed& keyed) { return std::holds_alternative<std::monostate>(keyed.key); }

}  // namespace

void sort_rows(std::vector<const Row*>& rows, const Column& column, Direction direction, RowNames& names) {
  std::vector<Keyed> keyed;
  keyed.reserve(rows.size());
  KeyCell cell;
  for (const Row* row : rows) {
    column.print(cell, *row, names);
    keyed.push_back({cell.take(), row});
  }
  std::ranges::stable_sort(keyed, [direction](const Keyed& one, const Keyed& other) {
    if (is_nothing(one) || is_nothing(other)) return !is_nothing(one) && is_nothing(other);
    return direction == Direction::ascending ? one.key < other.key : other.key < one.key;
  });
  std::ranges::transform(keyed, rows.begin(), &Keyed::row);
}

}  // namespace portolan::sockets
