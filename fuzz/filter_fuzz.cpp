// Any text as a filter. One that is understood must print as text that reads as itself, its program must be one that
// the kernel takes, and must let pass what the tree lets pass. One that is not must be refused with words that a
// terminal can be given. Behind the first line stand bytes that sockets are made of.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/escape.h"
#include "sockets/filter/filter.h"
#include "tests/sockets/diag_bytecode.h"

namespace {

using namespace portolan;
using sockets::Filter;
using sockets::Row;

void must(bool holds) {
  if (!holds) std::abort();
}

// No name is a number: text() prints numbers for names.
std::optional<std::uint32_t> number_for(std::string_view name) {
  if (name.size() % 3 == 0 || (name.front() >= '0' && name.front() <= '9')) return std::nullopt;
  return static_cast<std::uint32_t>(name.size());
}

Result<std::vector<net::IpAddress>> resolve(std::string_view name) {
  if (name.size() % 3 == 0) return fail(Errc::unresolved, "a name has no address");
  return std::vector{net::IpAddress::v4(0x0a000001), net::IpAddress::v6({0x20, 0x01, 0x0d, 0xb8})};
}

sockets::FilterNames names() {
  sockets::FilterNames names;
  names.port = number_for;
  names.interface = number_for;
  names.user = number_for;
  names.addresses = resolve;
  names.cgroup = [](std::string_view path) -> std::optional<std::uint64_t> { return path.size(); };
  return names;
}

class Bytes {
 public:
  explicit Bytes(std::span<const std::uint8_t> bytes) : bytes_{bytes} {}
  std::uint8_t next() {
    if (bytes_.empty()) return 0;
    const std::uint8_t byte = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return byte;
  }
  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  std::string_view text(std::size_t most) {
    const auto part = bytes_.first(std::min(most, bytes_.size()));
    bytes_ = bytes_.subspan(part.size());
    return {reinterpret_cast<const char*>(part.data()), part.size()};
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

net::IpAddress address_from(Bytes& bytes, bool v4) {
  std::array<std::uint8_t, 16> address{0x20, 0x01, 0x0d, 0xb8};
  const std::uint8_t kind = bytes.next();
  if (v4) return net::IpAddress::v4(kind % 2 == 0 ? 0x0a000001U : std::uint32_t{bytes.next()} << 24U);
  if (kind % 2 == 0) address = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1};
  address[15] = bytes.next();
  return net::IpAddress::v6(address);
}

Row row_from(Bytes& bytes) {
  Row row;
  row.family = static_cast<sockets::AddressFamily>(bytes.next() % 7);
  row.protocol = static_cast<sockets::SocketKind>(bytes.next() % sockets::socket_kind_count);
  row.state = static_cast<sockets::State>(bytes.next() % 14);
  row.local = address_from(bytes, row.family == sockets::AddressFamily::v4);
  row.remote = address_from(bytes, row.family == sockets::AddressFamily::v4);
  row.local_port = std::uint32_t{bytes.next()} << (bytes.next() % 8U);
  row.remote_port = bytes.next();
  row.interface = bytes.next();
  row.mark = bytes.next();
  row.cgroup = bytes.next();
  row.has_user = bytes.next() % 2 == 0;
  row.user = bytes.next();
  row.path = bytes.text(16);
  return row;
}

void check_row(const Filter& filter, sockets::Program program, const Row& row) {
  const bool matches = filter.matches(row);
  if (!sockets::is_ip(row)) return;
  const bool passes = sockets::mask_lets_pass(filter.states(), row) && sockets::lets_pass(program, row);
  must(passes || !matches);
  must(passes == matches || !filter.bytecode_is_exact());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view whole{reinterpret_cast<const char*>(data), size};
  const std::size_t line = std::min(whole.find('\n'), whole.size());
  const auto filter = Filter::parse(whole.substr(0, line), names());
  if (!filter) {
    std::string message = filter.error().message;
    std::erase(message, '\n');
    must(!message.empty() && escape_terminal(message) == message);
    return 0;
  }
  const auto again = Filter::parse(filter->text(), names());
  must(again.has_value() && again->text() == filter->text() && again->bytecode() == filter->bytecode());
  const auto program = filter->bytecode();
  must(program.empty() || sockets::audit(program).empty());
  Bytes bytes{std::span{data, size}.subspan(std::min(line + 1, size))};
  for (int rows = 0; rows < 8 && (rows == 0 || !bytes.empty()); ++rows) check_row(*filter, program, row_from(bytes));
  return 0;
}
