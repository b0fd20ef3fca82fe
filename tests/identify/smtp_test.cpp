#include <gtest/gtest.h>

#include "replayed.h"

namespace portolan::identify {
namespace {

TEST(Smtp, ADayOfTheWeekIsNoProgram) {
  for (const std::string day : {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}) {
    const auto found =
        replay("< \"220 mail.example ESMTP ready at " + day + ", 1 Dec 2026 10:00:00 +0100\\r\\n\"\n", 25).found;
    EXPECT_EQ(found.name, "smtp");
    EXPECT_EQ(found.product, "") << day;
    EXPECT_EQ(found.host_name, "mail.example");
  }
}

}  // namespace
}  // namespace portolan::identify
