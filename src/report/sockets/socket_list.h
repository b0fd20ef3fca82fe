// The formats of a socket list. A new one is a source file, a test file and a line in socket_list.cpp.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/remark.h"
#include "report/output.h"
#include "sockets/columns/column.h"

namespace portolan::report {

struct SocketListOptions {
  std::vector<const sockets::Column*> columns;
  bool heading = true;  // --no-header
  // Columns of the terminal, to which the table's last column is cut; nullopt: not a terminal, nothing is cut.
  std::optional<std::size_t> width;
  bool color = false;
  bool goes_on = false;  // rows come as things happen, and the first may be none: they say little about the others
};

class SocketSink {
 public:
  SocketSink() = default;
  SocketSink(const SocketSink&) = delete;
  SocketSink& operator=(const SocketSink&) = delete;
  virtual ~SocketSink() = default;
  // The row is good until the call returns. Memory stays bounded however many rows come.
  virtual Result<void> row(const sockets::Row& row) = 0;
  // Every row so far is out, for lists that go on and on. A table takes its widths from them.
  virtual Result<void> flush() = 0;
  // Everything is out. `gaps`: what the list does not hold; formats for programs carry them as records.
  virtual Result<void> finish(std::span<const model::Remark> gaps) = 0;
};

struct SocketFormat {
  std::string_view name;  // "table", "json", "csv"
  std::string_view summary;
  // Output and names outlive the sink.
  std::unique_ptr<SocketSink> (*make)(Output& output, sockets::RowNames& names, const SocketListOptions& options);
};
std::span<const SocketFormat> socket_formats();
const SocketFormat* socket_format_of(std::string_view name);

}  // namespace portolan::report
