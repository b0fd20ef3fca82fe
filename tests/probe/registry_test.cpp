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

// As the engine does it: whom a packet speaks about is found first.
std::optional<Verdict> heard_by(const Probe& probe, const Attempt& attempt, const wire::Packet& packet) {
  const auto subject = probe.subject(packet);
  if (!subject || subject->target != attempt.target) return std::nullopt;
  const bool asks_hosts = probe.asks == Asks::hosts || probe.asks == Asks::links || probe.asks == Asks::hops;
  if (!asks_hosts && subject->port != attempt.port) return std::nullopt;
  if (probe.has_tag && subject->tag.value_or(attempt.tag) != attempt.tag) return std::nullopt;
  return probe.judge(attempt, packet);
}

// A port that is the number of a protocol without messages of its own as well.
Attempt asking_47(Attempt attempt) {
  attempt.port = net::Port{47};
  return attempt;
}

TEST(Registry, NoTechniqueTakesAForeignAnswerForItsOwn) {
  for (const Probe* asked : registry) {
    const bool v6 = asked == &neighbour;
    const Attempt genuine = asking_47(v6 ? attempt_v6(0x12345678) : attempt(0x12345678));
    const Attempt another = asking_47(v6 ? attempt_v6(0x87654321) : attempt(0x87654321));
    for (const bool open : {true, false}) {
      const Sent answer = answer_to(*asked, genuine, open);
      if (!answer.packet || !asked->has_tag) continue;
      for (const Probe* probe : registry) {
        // A datagram may have no room for a cookie, and an error quotes none of it: there the source port alone tells.
        if (asked == &udp && probe == &udp) continue;
        // Any packet of the protocol shows that the host speaks it.
        if (asked == &ip_protocol && probe == &ip_protocol && open) continue;
        EXPECT_EQ(heard_by(*probe, another, *answer.packet), std::nullopt)
            << probe->name << " believes an answer to " << asked->name;
      }
    }
  }
}

}  // namespace
}  // namespace portolan::probe
