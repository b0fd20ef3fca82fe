#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "identify/registry.h"
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

// No server is asked twice outside TLS; whoever hands such a talk in is answered all the same.
TEST(Smtp, AnAnswerThatWasCutOffersNothing) {
  std::vector<Turn> turns{{.said = "", .heard = "220 mail.example ESMTP\r\n"}};
  const auto reading = [&turns] {
    return smtp.read(
        {.turns = turns, .is_over = false, .host = "", .in_tls = false, .may_upgrade = true, .upgraded = false});
  };
  const std::string hello = reading().say;
  ASSERT_NE(hello, "");
  turns.push_back({.said = hello, .heard = "250-mail.exa"});
  turns.push_back({.said = hello, .heard = "250-mail.example\r\n250 STARTTLS\r\n"});
  EXPECT_EQ(reading().is, Reading::Is::yes);
  EXPECT_EQ(reading().say, "");
}

}  // namespace
}  // namespace portolan::identify
