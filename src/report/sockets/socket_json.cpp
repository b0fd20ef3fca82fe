#include "report/sockets/socket_json.h"

#include <iterator>

#include "base/escape.h"
#include "base/number_text.h"
#include "base/text.h"
#include "base/version.h"
#include "report/sockets/socket_buffer.h"

namespace portolan::report {
namespace {

using sockets::Cell;
using sockets::Column;
using sockets::Row;

// A member of an object; nothing at all where the column has nothing to say.
class MemberCell final : public Cell {
 public:
  explicit MemberCell(std::string& out) : out_{out} {}
  void name(std::string_view quoted) { name_ = quoted; }

  void text(std::string_view value) override {
    out_ += name_;
    append_json(out_, value);
  }
  void number(std::uint64_t value) override {
    out_ += name_;
    append_number(out_, value);
  }
  void number(double value) override {
    out_ += name_;
    append_number(out_, value);
  }
  void truth(bool value) override {
    out_ += name_;
    out_ += value ? "true" : "false";
  }
  void nothing() override {}

 private:
  std::string& out_;
  std::string_view name_;  // `,"local":`
};

class SocketJson final : public SocketSink {
 public:
  SocketJson(Output& output, sockets::RowNames& names, const SocketListOptions& options)
      : buffer_{output}, names_{names}, cell_{buffer_.text()} {
    for (const Column* column : options.columns) {
      members_.push_back({column, fmt::format(",\"{}\":", column->name)});
    }
    start();
  }

  Result<void> row(const Row& row) override {
    std::string& out = buffer_.text();
    out += R"({"record":"socket")";
    for (const Member& member : members_) {
      if (member.column->json != nullptr) {
        add_value(member, row);
      } else {
        cell_.name(member.name);
        member.column->print(cell_, row, names_);
      }
    }
    out += "}\n";
    ++rows_;
    return buffer_.row_ended();
  }

  Result<void> flush() override { return buffer_.flush(); }

  Result<void> finish(std::span<const std::string> gaps) override {
    std::string& out = buffer_.text();
    for (const std::string& gap : gaps) {
      out += R"({"record":"gap","message":)";
      append_json(out, gap);
      out += "}\n";
    }
    append(out, R"({{"record":"finish","sockets":{},"gaps":{}}})", rows_, gaps.size());
    out += '\n';
    return buffer_.flush();
  }

 private:
  struct Member {
    const Column* column;
    std::string name;
  };

  void start() {
    std::string& out = buffer_.text();
    append(out, R"({{"record":"start","schema":"{}","program":"portolan","version":"{}",)", socket_schema,
           program_version);
    out += R"("columns":[)";
    for (const Member& member : members_) {
      if (&member != &members_.front()) out += ',';
      append_json(out, member.column->name);
    }
    out += "]}\n";
  }

  // A column that writes its JSON itself may have nothing to say only after it was asked.
  void add_value(const Member& member, const Row& row) {
    std::string& out = buffer_.text();
    const std::size_t before = out.size();
    out += member.name;
    const std::size_t value = out.size();
    member.column->json(out, row, names_);
    if (out.size() == value) out.resize(before);
  }

  SocketBuffer buffer_;
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
