// Any bytes in, safe text out: what no escaped text may ever contain.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/escape.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

bool has_control(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const std::string terminal = portolan::escape_terminal(text);
  require(!has_control(terminal));
  require(portolan::escape_terminal(terminal) == terminal);  // safe text stays as it is

  const std::string xml = portolan::escape_xml(text);
  require(!has_control(xml));
  require(xml.find_first_of("<>\"'") == std::string::npos);

  const std::string json = portolan::quote_json(text);
  require(!has_control(json));
  require(json.size() >= 2 && json.front() == '"' && json.back() == '"');
  for (std::size_t i = 1; i + 1 < json.size(); ++i) {
    require(json[i] != '"');
    if (json[i] == '\\') require(++i + 1 < json.size());  // a backslash never meets the closing quote
  }
  return 0;
}
