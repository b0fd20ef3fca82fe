// RouterOS' bandwidth test: the server says four bytes, and waits for what is to be measured.
#include <array>

#include "identify/readers/machines/wire.h"
#include "identify/registry.h"

namespace portolan::identify {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::uint16_t, 1> ports{2000};
constexpr std::string_view hello = "\x01\0\0\0"sv;

// Little enough that whoever goes on is somebody else.
Reading read(const Talk& talk) {
  const std::string_view first = talk.first();
  if (!talk.turns.front().said.empty() || first.empty() || !may_begin(first, hello) || first.size() > hello.size()) {
    return {};
  }
  if (first.size() < hello.size() || !talk.is_over) return {.is = talk.is_over ? Reading::Is::no : Reading::Is::more};
  Reading reading{.is = Reading::Is::yes, .confidence = inferred};
  reading.facts.device = "router";
  return reading;
}

}  // namespace

constinit const Reader bandwidth_test{
    .name = "bandwidth-test",
    .service = "bandwidth-test",
    .document = "MikroTik documentation: Bandwidth Test",
    .first = Speaks::server,
    .ports = ports,
    .read = read,
};

}  // namespace portolan::identify
