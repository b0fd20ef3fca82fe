// Any text as what `portolan who` is asked.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sockets/question.h"

namespace {

using namespace portolan;

const catalog::Services& services() {
  static const auto catalogue = catalog::Services::parse(
      "22 tus ssh\n53 tu domain\n80 tu http\n443 tu https\n514 t shell\n514 u syslog\n2905 s m3ua\n");
  return *catalogue;
}

void must(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto question = sockets::parse_question(text, {.services = services(), .zone_of = {}});
  if (!question) {
    must(!question.error().message.empty() && !question.error().message.contains('\n'));
    return 0;
  }
  must(!question->path.empty() || !question->tcp.empty() || !question->udp.empty() || !question->sctp.empty());
  sockets::Row row;
  row.protocol = question->path.empty() ? sockets::SocketKind::tcp : sockets::SocketKind::unix_domain;
  row.path = question->path;
  if (!question->path.empty()) must(question->fits(row));
  return 0;
}
