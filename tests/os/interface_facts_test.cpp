#include "os/net/interface_facts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "os/kernel_file.h"
#include "tests/os/private_network.h"

namespace portolan::os {
namespace {

using netstat::InterfaceFacts;

std::vector<InterfaceFacts> facts_here() {
  auto facts = list_interface_facts();
  EXPECT_TRUE(facts) << facts.error().message;
  if (facts) std::ranges::sort(*facts, {}, &InterfaceFacts::name);
  return facts.value_or(std::vector<InterfaceFacts>{});
}

std::string text_of(const std::optional<net::IpAddress>& address) { return address ? to_string(*address) : "none"; }

TEST(InterfaceFacts, TellOfEveryInterfaceAndLabel) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    shell("ip link add one address 02:00:00:00:00:01 mtu 1400 txqueuelen 7 type veth peer name other");
    shell("ip address add 198.18.0.1/24 broadcast + dev one");
    shell("ip address add 198.18.1.1 peer 198.18.1.2/32 dev one label one:5");
    const auto all = facts_here();
    ASSERT_EQ(all.size(), 4U);
    EXPECT_EQ(all[0].name, "lo");
    EXPECT_EQ(all[0].flags, 0x49);
    EXPECT_EQ(all[0].type, 772);
    EXPECT_EQ(text_of(all[0].address), "127.0.0.1");
    const InterfaceFacts& one = all[1];
    EXPECT_EQ(one.name, "one");
    EXPECT_EQ(one.flags, 0x1002);  // down
    EXPECT_EQ(one.mtu, 1400);
    EXPECT_EQ(one.type, 1);
    EXPECT_EQ(one.hardware_address[5], 1);
    EXPECT_EQ(one.queue_length, 7);
    EXPECT_EQ(text_of(one.address), "198.18.0.1");
    EXPECT_EQ(text_of(one.netmask), "255.255.255.0");
    EXPECT_EQ(text_of(one.broadcast), "198.18.0.255");
    EXPECT_EQ(all[2].name, "one:5");
    EXPECT_EQ(text_of(all[2].destination), "198.18.1.2");
    EXPECT_EQ(all[3].name, "other");
    EXPECT_EQ(text_of(all[3].address), "none");
  });
}

// The kernel fills the table it is given and does not say what did not fit.
TEST(InterfaceFacts, KnowMoreLabelsThanTheFirstTableHolds) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    shell("for i in $(seq 200); do echo \"address add 198.18.0.$i/32 dev lo label lo:$i\"; done | ip -batch -");
    EXPECT_EQ(facts_here().size(), 201U);
  });
}

TEST(KernelFile, SaysWhyItCannotBeRead) {
  EXPECT_TRUE(read_kernel_file("/proc/self/net/dev"));
  const auto missing = read_kernel_file("/proc/net/not_there");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::io);
}

}  // namespace
}  // namespace portolan::os
