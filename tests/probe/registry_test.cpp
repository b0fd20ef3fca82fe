// What holds of every technique.
#include "probe/registry.h"

#include <gtest/gtest.h>

#include <set>

#include "probe_world.h"

namespace portolan::probe {
namespace {

TEST(Registry, TechniquesAreFoundByTheirNames) {
  EXPECT_EQ(find("tcp-syn"), &tcp_syn);
  EXPECT_EQ(find("icmp-timestamp"), &icmp_timestamp);
  EXPECT_EQ(find(""), nullptr);
  EXPECT_EQ(find("no such"), nullptr);
}

TEST(Registry, NamesAreUniqueAndEveryTechniqueIsWhole) {
  std::set<std::string_view> names;
  std::set<std::string_view> options;
  for (const Probe* probe : registry) {
    SCOPED_TRACE(probe->name);
    EXPECT_TRUE(names.insert(probe->name).second);
    for (const OptionName& option : {probe->scan_option, probe->discovery_option}) {
      EXPECT_EQ(option.spelling.empty(), option.summary.empty());
      EXPECT_TRUE(option.spelling.empty() || options.insert(option.spelling).second) << option.spelling;
    }
    EXPECT_TRUE(probe->scan_option.spelling.empty() || !probe->scan_type.empty());
    EXPECT_FALSE(probe->task.empty());
    EXPECT_GE(probe->hears.bytes, 128) << "the least that wire::parse takes for a packet cut short";
    EXPECT_NE(probe->build, nullptr);
    EXPECT_NE(probe->subject, nullptr);
    EXPECT_NE(probe->judge, nullptr);
    EXPECT_NE(probe->ether_type, nullptr);
    EXPECT_NE(probe->answer, nullptr);
  }
}

TEST(Registry, NoTechniqueTakesAForeignAnswerForItsOwn) {
  for (const Probe* asked : registry) {
    const Attempt genuine = asked == &neighbour ? attempt_v6(0x12345678) : attempt(0x12345678);
    const Attempt another = asked == &neighbour ? attempt_v6(0x87654321) : attempt(0x87654321);
    for (const bool open : {true, false}) {
      const Sent answer = answer_to(*asked, genuine, open);
      if (!answer.packet || !asked->has_tag) continue;
      for (const Probe* probe : registry) {
        // A datagram may have no room for a cookie, and an error quotes none of it: there the source port alone tells.
        if (asked == &udp && probe == &udp) continue;
        EXPECT_EQ(probe->judge(another, *answer.packet), std::nullopt)
            << probe->name << " believes an answer to " << asked->name;
      }
    }
  }
}

}  // namespace
}  // namespace portolan::probe
