// Any text as the files of /proc/PID, as those in which container runtimes keep names, and as the kernel's types. What
// is understood must be a part of what came.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "os/kernel_types.h"
#include "sockets/process.h"

namespace {

using namespace portolan;

void must(bool holds) {
  if (!holds) std::abort();
}

void must_contain(std::string_view text, std::string_view part) {
  must(part.empty() || text.find(part) != std::string_view::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};

  if (const auto stat = sockets::parse_process_stat(text)) must_contain(text, stat->program);

  const std::string command = sockets::parse_command_line(text);
  must(command.size() <= size && command.find('\0') == std::string::npos);

  const sockets::CgroupFacts facts = sockets::parse_cgroup(text);
  must_contain(text, facts.unit);
  must_contain(text, facts.container);
  must(facts.unit.find_first_of("/\n") == std::string::npos);
  must(facts.container.find_first_of("/\n") == std::string::npos);

  (void)sockets::parse_docker_name(text);
  (void)sockets::parse_storage_name(text, "a");

  std::array questions{os::TypeQuestion{.kind = os::TypeKind::function, .type = "f"},
                       os::TypeQuestion{.type = "s", .member = "m"}};
  if (os::find_types({data, size}, questions)) must(questions[0].id != 0 && questions[1].id != 0);
  return 0;
}
