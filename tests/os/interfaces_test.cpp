#include "os/net/interfaces.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "private_network.h"

namespace portolan::os {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

TEST(LinksWithIpv6, AreThoseThatAreUpAndHaveALinkLocalAddress) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    EXPECT_THAT(links_with_ipv6(), IsEmpty()) << "the loopback is none";
    // Addresses that the kernel makes come late; these come at once.
    shell("ip link add one type veth peer name two");
    shell("ip link set one addrgenmode none && ip link set two addrgenmode none");
    shell("ip link set one up && ip link set two up");
    EXPECT_THAT(links_with_ipv6(), IsEmpty());
    shell("ip address add fe80::1/64 dev one nodad && ip address add fe80::77/64 dev one nodad");
    shell("ip address add 2001:db8::1/64 dev two nodad");
    EXPECT_THAT(links_with_ipv6(), ElementsAre("one")) << "two addresses are one link";
    shell("ip address add fe80::2/64 dev two nodad");
    EXPECT_THAT(links_with_ipv6(), UnorderedElementsAre("one", "two"));
    shell("ip link set one down");
    EXPECT_THAT(links_with_ipv6(), ElementsAre("two"));
  });
}

}  // namespace
}  // namespace portolan::os
