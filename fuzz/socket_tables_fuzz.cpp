// netstat's socket tables from the text of /proc/net/unix and /proc/net/sctp/*: any bytes in, whole lines without
// anything that moves a terminal's cursor out.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "netstat/sctp_table.h"
#include "netstat/unix_table.h"
#include "report/output_buffer.h"
#include "sockets/sources/unix_proc.h"

namespace {

using namespace portolan;

class Kept final : public report::Output {
 public:
  Result<void> write(std::string_view bytes) override {
    text.append(bytes);
    return {};
  }
  Result<void> flush() override { return {}; }
  std::string text;
};

// Everything has the name that is fuzzed.
class OneName final : public netstat::Lookup {
 public:
  explicit OneName(std::string_view name) : name_{name} {}
  std::string_view host(const net::IpAddress& /*address*/) override { return name_; }
  std::string_view service(std::string_view /*protocol*/, std::uint16_t /*port*/) override { return name_; }
  std::string_view ip_protocol(std::uint8_t /*number*/) override { return name_; }
  std::string_view user(std::uint32_t /*id*/) override { return name_; }
  std::optional<std::string_view> command_line(std::uint32_t /*pid*/) override { return name_; }

 private:
  std::string_view name_;
};

void add_all(netstat::UnixTable& table, std::string_view text) {
  while (!text.empty()) {
    std::string line{text.substr(0, text.find('\n'))};
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    sockets::Row row;
    if (sockets::parse_unix_line(line, row)) table.add(row);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  for (const bool cut : {false, true}) {
    const netstat::TableOptions options{.which = netstat::Which::all,
                                        .extended = true,
                                        .programs = true,
                                        .timers = true,
                                        .cut_addresses = cut,
                                        .cut_programs = cut};
    OneName names{text.substr(0, text.find('\n'))};
    Kept kept;
    report::OutputBuffer page{kept};
    netstat::UnixTable table{page, names, options};
    add_all(table, text);
    table.print(text);
    (void)netstat::sctp_rows(page, names, options, text, text, [](std::uint64_t) { return std::optional{1U}; });
    assert(page.send());
    assert(kept.text.ends_with('\n'));
    for (const char c : kept.text) assert(c == '\n' || (c != '\x7f' && static_cast<unsigned char>(c) >= 0x20));
  }
  return 0;
}
