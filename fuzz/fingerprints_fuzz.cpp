// A file of fingerprints, and behind a NUL what a service says: any bytes.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "identify/cpe.h"
#include "identify/fingerprints.h"
#include "identify/refine.h"

using namespace portolan;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const std::size_t end = text.find('\0');
  const std::string_view said = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  identify::Fingerprints rules;
  const auto added = rules.add(text.substr(0, end), "x.xml", false);
  if (!added && added.error().message.empty()) __builtin_trap();
  model::ServiceRecord record;
  record.version = said.substr(0, 64);
  const std::vector<identify::SaidField> fields{{"ssh.banner", std::string{said}}};
  identify::refine(record, fields, &rules);
  for (const std::string_view cpe : record.cpes) {
    if (!identify::read_cpe(cpe)) __builtin_trap();
  }
  (void)identify::read_cpe(said);
  return 0;
}
