#include "os/packet/source_ports.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sys/resource.h>

#include "private_network.h"
#include "tests/os/sanitizers.h"

namespace portolan::os {
namespace {

using net::Port;
using net::PortRange;

constexpr PortRange usual{Port{32'768}, Port{60'999}};

bool always(TagBlock /*block*/) { return true; }

TEST(LocalPortRange, IsReadAsTheKernelWritesIt) {
  EXPECT_EQ(parse_local_port_range("32768\t60999\n"), usual);
  EXPECT_EQ(parse_local_port_range("1024 65535"), (PortRange{Port{1'024}, Port{65'535}}));
  for (const char* nonsense : {"", "x", "5", "9 3", "1 70000"}) EXPECT_EQ(parse_local_port_range(nonsense), usual);
}

RC_GTEST_PROP(SourceBlock, LiesOutsideTheLocalRangeWhereThatLeavesRoom, (std::uint64_t seed)) {
  const auto count = *rc::gen::inRange<std::uint16_t>(1, 1'025);
  const auto block = choose_source_block(seed, count, usual, always);
  RC_ASSERT(block.has_value());
  RC_ASSERT(!block->inside_local_range);
  RC_ASSERT(block->tags.first >= 1'024);
  const unsigned last = block->tags.first + count - 1U;
  RC_ASSERT(last < 32'768U || block->tags.first > 60'999U);
  RC_ASSERT(last <= 65'535U);
}

TEST(SourceBlock, SameSeedDrawsTheSameBlock) {
  EXPECT_EQ(choose_source_block(7, 64, usual, always)->tags.first,
            choose_source_block(7, 64, usual, always)->tags.first);
  EXPECT_NE(choose_source_block(7, 64, usual, always)->tags.first,
            choose_source_block(8, 64, usual, always)->tags.first);
}

TEST(SourceBlock, ComesFromInsideWhereTheRangeIsEverything) {
  const auto block = choose_source_block(1, 64, {Port{1}, Port{65'535}}, always);
  ASSERT_TRUE(block.has_value());
  EXPECT_TRUE(block->inside_local_range);
  EXPECT_GE(block->tags.first, 1'024);
  EXPECT_LE(block->tags.first + 63, 65'535);
}

TEST(SourceBlock, TakenBlocksAreDrawnAgainAndNoneIsAnError) {
  int asked = 0;
  const auto block = choose_source_block(1, 64, usual, [&asked](TagBlock) { return ++asked == 3; });
  EXPECT_TRUE(block.has_value());
  EXPECT_EQ(asked, 3);
  const auto none = choose_source_block(1, 64, usual, [](TagBlock) { return false; });
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().code, Errc::limit);
}

// Whoever holds a port here and there keeps no scan from starting.
TEST(SourceBlock, FitsBetweenPortsThatOthersHoldEverywhere) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const auto is_free = [](TagBlock block) {
      return block.first / 64 == (block.first + block.count - 1) / 64 && block.first % 64 != 0;
    };
    const auto chosen = choose_source_block(seed, 32, {net::Port{32'768}, net::Port{60'999}}, is_free);
    ASSERT_TRUE(chosen.has_value()) << seed;
    EXPECT_TRUE(is_free(chosen->tags));
  }
}

TEST(SourcePorts, PortsOfThisMachinesSocketsAreNotTaken) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    // Just one block fits outside the range.
    shell("echo 1088 65535 > /proc/sys/net/ipv4/ip_local_port_range");
    EXPECT_EQ(SourcePorts::reserve(1)->block().first, 1'024);
    const FileDescriptor server = listen_on(1'050);
    const auto ports = SourcePorts::reserve(1);
    ASSERT_TRUE(ports.has_value());
    EXPECT_GT(ports->block().first, 1'050);
    // Inside the range they are held, so that the kernel does not give them to anybody meanwhile.
    EXPECT_NE(SourcePorts::reserve(1)->block().first, ports->block().first);
  });
}

void limit_files(rlim_t count) {
  const rlimit limit{count, count};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
}

TEST(SourcePorts, OutsideTheLocalRangeNeedHardlyAnyFile) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    limit_files(16);
    EXPECT_TRUE(SourcePorts::reserve(1).has_value());
  });
}

TEST(SourcePorts, TooFewFilesAreToldFromPortsInUse) {
#ifdef SANITIZER_NEEDS_FILES
  GTEST_SKIP() << "the sanitizer itself needs files; runs in the other builds";
#endif
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    const auto expect_told = [] {
      const auto ports = SourcePorts::reserve(1);
      ASSERT_FALSE(ports.has_value());
      EXPECT_EQ(ports.error().code, Errc::limit);
      EXPECT_NE(ports.error().message.find("raise `ulimit -n`"), std::string::npos) << ports.error().message;
    };
    shell("echo 1024 65535 > /proc/sys/net/ipv4/ip_local_port_range");  // every block has to be held
    limit_files(40);
    expect_told();
    limit_files(3);
    expect_told();
  });
}

}  // namespace
}  // namespace portolan::os
