// The columns of a socket list, declared once: the table, CSV, JSON, --columns, --help and the manual are all made
// from them. A new column is an entry in the list it belongs to (column_lists.h) and a test.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sockets/row.h"
#include "sockets/row_names.h"

namespace portolan::sockets {

// One cell on its way into a format. A column calls exactly one of these; the text is used before the call returns.
// Text may be hostile (paths, command lines): the format escapes it.
class Cell {
 public:
  Cell() = default;
  Cell(const Cell&) = delete;
  Cell& operator=(const Cell&) = delete;
  virtual ~Cell() = default;
  virtual void text(std::string_view value) = 0;
  virtual void number(std::uint64_t value) = 0;
  virtual void number(double value) = 0;
  virtual void truth(bool value) = 0;
  virtual void nothing() = 0;  // does not apply, or is not known: "-" in the table, left out of JSON
};

// What its cells hold; the schema of JSON says the same.
enum class Kind : std::uint8_t {
  text,          // any
  number,        // whole, 0 or more
  truth,         //
  list,          // of words, unless json_element says otherwise
  word,          // one of a set that may grow: "LISTEN", "keepalive"
  hexadecimal,   // "0x1f"
  milliseconds,  // 0 or more, with a fraction where there is one
  time,          // RFC 3339 in UTC
};

// What a column takes from the kernel beyond what every row has. Sources are asked for no more than is shown (Wanted).
enum class Need : std::uint8_t { nothing, tcp_info, memory, details, unix_file };

struct Column {
  std::string_view name;     // as --columns and JSON spell it: "local", "receive_queue"
  std::string_view heading;  // of the table: "LOCAL"
  std::string_view meaning;  // half a sentence, for --help and the manual
  Kind kind = Kind::text;
  bool right = false;  // aligned to the right in the table
  void (*print)(Cell& cell, const Row& row, RowNames& names) = nullptr;
  // Only where JSON says more than the table (owners: a list of objects); writes one JSON value, or nothing at all.
  void (*json)(std::string& out, const Row& row, RowNames& names) = nullptr;
  Need needs = Need::nothing;
  // Of a list that holds more than words in JSON: the JSON Schema of one element.
  std::string (*json_element)() = nullptr;
};

// All of them, in the order of --help.
std::span<const Column> columns();
const Column* column_of(std::string_view name);
// "proto,local,process", "+unit" (the default and one more), "all". A column stands where it was first named.
// Errc::parse names the unknown one and the closest known one.
Result<std::vector<const Column*>> parse_columns(std::string_view words, std::span<const Column* const> by_default);

// What a listing shows without --columns, and what the options of its kind add.
std::span<const Column* const> default_columns();
std::span<const Column* const> ownerless_columns();  // --no-owners
std::span<const Column* const> json_columns();       // more than fits a table: what programs want of a socket
std::span<const Column* const> tcp_info_columns();
std::span<const Column* const> memory_columns();
std::span<const Column* const> timer_columns();
std::span<const Column* const> option_columns();
std::span<const Column* const> unix_columns();
std::span<const Column* const> watch_columns();

}  // namespace portolan::sockets
