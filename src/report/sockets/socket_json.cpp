#include "report/sockets/socket_json.h"

#include <fmt/core.h>

#include "base/json_stream.h"
#include "report/sockets/gap_records.h"
#include "report/sockets/socket_buffer.h"

namespace portolan::report {
namespace {

using sockets::Cell;
using sockets::Column;
using sockets::Row;

// A member of an object; nothing at all where the column has nothing to say.
class MemberCell final : public Cell {
 public:
  explicit MemberCell(std::string& out) : json_{out} {}
  void name(std::string_view quoted) { name_ = quoted; }

  void text(std::string_view value) override { put(value); }
  void number(std::uint64_t value) override { put(value); }
  void number(double value) override { put(value); }
  void truth(bool value) override { put(value); }
  void nothing() override {}

 private:
  template <class Value>
  void put(Value value) {
    json_.raw(name_);
    json_.value(value);
  }

  JsonWriter json_;
  std::string_view name_;  // `"local":`
};

class SocketJson final : public SocketSink {
 public:
  SocketJson(Output& output, sockets::RowNames& names, const SocketListOptions& options)
      : buffer_{output}, stream_{buffer_.text()}, names_{names}, cell_{buffer_.text()} {
    for (const Column* column : options.columns) members_.push_back({column, fmt::format("\"{}\":", column->name)});
    JsonWriter& json = stream_.start(socket_schema);
    json.name("columns");
    json.array(options.columns, [&json](const Column* column) { json.value(column->name); });
    stream_.end();
  }

  Result<void> row(const Row& row) override {
    JsonWriter& json = stream_.record("socket");
    for (const Member& member : members_) {
      if (member.column->json != nullptr) {
        add_value(json, member, row);
      } else {
        cell_.name(member.name);
        member.column->print(cell_, row, names_);
      }
    }
    stream_.end();
    ++rows_;
    return buffer_.row_ended();
  }

  Result<void> flush() override { return buffer_.flush(); }

  Result<void> finish(std::span<const model::Remark> gaps) override {
    finish_stream(stream_, "sockets", rows_, gaps);
    return buffer_.flush();
  }

 private:
  struct Member {
    const Column* column;
    std::string name;
  };

  // A column that writes its JSON itself may have nothing to say only after it was asked.
  void add_value(JsonWriter& json, const Member& member, const Row& row) {
    std::string& out = buffer_.text();
    const std::size_t before = out.size();
    json.raw(member.name);
    const std::size_t value = out.size();
    member.column->json(out, row, names_);
    if (out.size() == value) out.resize(before);
  }

  SocketBuffer buffer_;
  JsonStream stream_;
  sockets::RowNames& names_;
  MemberCell cell_;
  std::vector<Member> members_;
  std::uint64_t rows_ = 0;
};

}  // namespace

std::unique_ptr<SocketSink> make_socket_json(Output& output, sockets::RowNames& names,
                                             const SocketListOptions& options) {
  return std::make_unique<SocketJson>(output, names, options);
}

}  // namespace portolan::report
