#include "os/process/user_namespace.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "os/files.h"
#include "tests/os/private_network.h"

namespace portolan::os {
namespace {

TEST(UnknownUsers, HaveANumberWhereNotAllAreMapped) {
  constexpr std::uint32_t nobody = 65'534;
  EXPECT_EQ(number_of_unknown_users("         0          0 4294967295\n", nobody), std::nullopt);
  EXPECT_EQ(number_of_unknown_users("         0       1000          1\n", nobody), nobody);
  EXPECT_EQ(number_of_unknown_users("0 1000 1\n1 100000 65533\n", nobody), nobody);
  // A namespace may have a nobody of its own, who cannot be told from them.
  EXPECT_EQ(number_of_unknown_users("0 1000 1\n1 100000 65536\n", nobody), std::nullopt);
  EXPECT_EQ(number_of_unknown_users("0 1000 1\n", 99), 99U);
}

TEST(UnknownUsers, AreToldAsTheKernelTellsThem) {
  NEEDS_PRIVATE_NETWORK();
  in_private_network([] {
    // Only where the network came with a user namespace that has one user.
    const auto map = read_file("/proc/self/uid_map", 4'096);
    ASSERT_TRUE(map.has_value());
    struct stat root{};
    ASSERT_EQ(::stat("/proc/1", &root), 0);
    const auto unknown = number_of_unknown_users();
    if (map->contains("4294967295")) {
      EXPECT_EQ(unknown, std::nullopt);
    } else {
      EXPECT_TRUE(unknown.has_value());
      if (root.st_uid != 0) {
        EXPECT_EQ(root.st_uid, *unknown);
      }
    }
  });
}

}  // namespace
}  // namespace portolan::os
