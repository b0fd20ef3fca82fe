#include "report/sockets/socket_csv.h"

#include "base/escape.h"
#include "base/number_text.h"
#include "report/sockets/socket_buffer.h"

namespace portolan::report {
namespace {

using sockets::Cell;
using sockets::Column;
using sockets::Row;

constexpr std::string_view line_end = "\r\n";  // RFC 4180 §2

class Field final : public Cell {
 public:
  explicit Field(std::string& out) : out_{out} {}
  void text(std::string_view value) override { append_csv(out_, value); }
  void number(std::uint64_t value) override { append_number(out_, value); }
  void number(double value) override { append_number(out_, value); }
  void truth(bool value) override { out_ += value ? "true" : "false"; }
  void nothing() override {}

 private:
  std::string& out_;
};

class SocketCsv final : public SocketSink {
 public:
  SocketCsv(Output& output, sockets::RowNames& names, const SocketListOptions& options)
      : buffer_{output}, names_{names}, field_{buffer_.text()}, columns_{options.columns} {
    if (!options.heading) return;
    std::string_view separator;
    for (const Column* column : columns_) {
      buffer_.text() += separator;
      append_csv(buffer_.text(), column->name);
      separator = ",";
    }
    buffer_.text() += line_end;
  }

  Result<void> row(const Row& row) override {
    std::string& out = buffer_.text();
    const std::size_t begin = out.size();
    for (const Column* column : columns_) {
      if (column != columns_.front()) out += ',';
      column->print(field_, row, names_);
    }
    if (out.size() == begin) out += R"("")";  // an empty line would be no record to many readers
    out += line_end;
    return buffer_.row_ended();
  }

  Result<void> flush() override { return buffer_.flush(); }

  Result<void> finish(std::span<const model::Remark>) override { return buffer_.flush(); }

 private:
  SocketBuffer buffer_;
  sockets::RowNames& names_;
  Field field_;
  std::vector<const Column*> columns_;
};

}  // namespace

std::unique_ptr<SocketSink> make_socket_csv(Output& output, sockets::RowNames& names,
                                            const SocketListOptions& options) {
  return std::make_unique<SocketCsv>(output, names, options);
}

}  // namespace portolan::report
