// What may come back from a UDP port: any bytes, and genuine answers with some bytes changed, which reach further.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "payload/registry.h"

namespace {

using namespace portolan;

constexpr std::uint32_t cookie = 0x1234'5678;

void read(const payload::Payload& one, std::span<const std::uint8_t> bytes) {
  std::array<std::uint8_t, payload::longest> out{};
  (void)one.match(cookie, bytes);
  if (one.answer(bytes, out) > out.size()) std::abort();
}

// The first bytes of `changes` are laid over the answer, one over each, and the last one shortens it.
void read_changed(const payload::Payload& one, std::span<const std::uint8_t> changes) {
  std::array<std::uint8_t, payload::longest> question{};
  std::array<std::uint8_t, payload::longest> answer{};
  const std::size_t asked = one.build(cookie, question);
  const std::size_t size = one.answer(std::span{question}.first(asked), answer);
  for (std::size_t i = 0; i < std::min(size, changes.size()); ++i) answer[i] ^= changes[i];
  const std::size_t shorter = changes.empty() ? 0 : changes.back() % (size + 1);
  read(one, std::span{answer}.first(size));
  read(one, std::span{answer}.first(size - shorter));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const payload::Payload& one = *payload::registry[data[0] % payload::registry.size()];
  const auto rest = std::span{data, size}.subspan(1);
  read(one, rest);
  read_changed(one, rest);
  (void)payload::answered_elsewhere(rest);
  return 0;
}
