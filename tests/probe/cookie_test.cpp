#include "probe/cookie.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>

namespace portolan::probe {
namespace {

using net::IpAddress;
using net::Port;

// What a receiver inside the kernel would do: C without calls, loops that end, bytes of a fixed layout.
struct Layout {
  std::uint8_t source[16];
  std::uint8_t target[16];
  std::uint8_t port[2];
  std::uint8_t tag[2];
  std::uint8_t technique;
  std::uint8_t variant;
};
static_assert(sizeof(Layout) == 38);

std::uint64_t rotated(std::uint64_t word, unsigned by) { return word << by | word >> (64U - by); }

void mix(std::uint64_t v[4]) {
  v[0] += v[1];
  v[1] = rotated(v[1], 13) ^ v[0];
  v[0] = rotated(v[0], 32);
  v[2] += v[3];
  v[3] = rotated(v[3], 16) ^ v[2];
  v[0] += v[3];
  v[3] = rotated(v[3], 21) ^ v[0];
  v[2] += v[1];
  v[1] = rotated(v[1], 17) ^ v[2];
  v[2] = rotated(v[2], 32);
}

std::uint32_t in_the_kernel(std::uint64_t k0, std::uint64_t k1, const Layout& layout) {
  std::uint8_t bytes[40] = {};
  std::memcpy(bytes, &layout, sizeof layout);
  bytes[39] = sizeof layout;  // the length stands in the last word
  std::uint64_t v[4] = {k0 ^ 0x736f6d6570736575U, k1 ^ 0x646f72616e646f6dU, k0 ^ 0x6c7967656e657261U,
                        k1 ^ 0x7465646279746573U};
  for (int i = 0; i < 5; ++i) {
    std::uint64_t word = 0;
    for (int j = 7; j >= 0; --j) word = word << 8U | bytes[8 * i + j];
    v[3] ^= word;
    mix(v);
    mix(v);
    v[0] ^= word;
  }
  v[2] ^= 0xffU;
  for (int i = 0; i < 4; ++i) mix(v);
  return static_cast<std::uint32_t>(v[0] ^ v[1] ^ v[2] ^ v[3]);
}

constexpr HashKey key{0x0706050403020100U, 0x0f0e0d0c0b0a0908U};

CookieFields fields(const char* source, const char* target) {
  return {.source = IpAddress::parse(source).value(),
          .target = IpAddress::parse(target).value(),
          .port = Port{443},
          .tag = 40'007,
          .technique = 2,
          .variant = 3};
}

TEST(Cookie, IsWhatAReceiverInsideTheKernelComputes) {
  for (const auto& given : {fields("198.18.0.1", "198.18.0.2"), fields("2001:db8::1", "2001:db8::2")}) {
    Layout layout{};
    std::ranges::copy(given.source.bytes(), layout.source);
    std::ranges::copy(given.target.bytes(), layout.target);
    layout.port[0] = 443 >> 8U;
    layout.port[1] = 443 & 0xffU;
    layout.tag[0] = 40'007 >> 8U;
    layout.tag[1] = 40'007 & 0xffU;
    layout.technique = 2;
    layout.variant = 3;
    EXPECT_EQ(cookie_of(key, given), in_the_kernel(key.k0, key.k1, layout));
  }
}

TEST(Cookie, DependsOnEverythingThatIsAsked) {
  const CookieFields asked = fields("198.18.0.1", "198.18.0.2");
  const std::uint32_t cookie = cookie_of(key, asked);
  std::array<CookieFields, 6> others{asked, asked, asked, asked, asked, asked};
  others[0].source = IpAddress::v4(0xc6120003);
  others[1].target = IpAddress::v4(0xc6120003);
  others[2].port = Port{444};
  others[3].tag = 40'008;
  others[4].technique = 1;
  others[5].variant = 0;
  for (std::size_t i = 0; i < others.size(); ++i) EXPECT_NE(cookie_of(key, others[i]), cookie) << i;
  EXPECT_NE(cookie_of({key.k0, key.k1 + 1}, asked), cookie);
}

}  // namespace
}  // namespace portolan::probe
