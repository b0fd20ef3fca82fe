// Any text as a unit file, as what systemctl lists, as settings of the kernel, and as a list of descriptions.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "catalog/catalog.h"
#include "sockets/port_survey.h"
#include "sockets/unit_file.h"

namespace {

using namespace portolan;

void must(bool holds) {
  if (!holds) std::abort();
}

void read_unit(std::string_view text) {
  sockets::UnitFile file;
  sockets::read_unit_file(text, file);
  sockets::UnitFacts facts;
  facts.known = true;
  facts.sockets = {sockets::socket_unit_of("x.socket", file)};
  must(facts.sockets[0].listens.size() <= file.listens.size());
  for (const sockets::ListenAddress& listen : facts.sockets[0].listens) must(listen.port != 0);
  facts.failed = sockets::parse_unit_list(text);
  std::vector<sockets::Service> services;
  join_units(services, facts);
  must(services.empty() == facts.sockets[0].listens.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  read_unit(text);
  if (const auto range = sockets::parse_port_range_setting(text)) must(range->first <= range->last);
  if (const auto first = sockets::parse_unprivileged_setting(text)) must(*first <= 65'536);
  (void)sockets::parse_reserved_ports_setting(text);
  const auto descriptions = catalog::Descriptions::parse(text);
  if (!descriptions) must(!descriptions.error().message.empty());
  return 0;
}
