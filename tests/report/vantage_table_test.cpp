// How the same host looks from several places, in one table.
#include "report/vantages/vantage_table.h"

#include <gtest/gtest.h>

#include <array>

#include "records.h"

namespace portolan::report {
namespace {

using namespace testing;
using model::PortState;
using model::Reason;

model::HostRecord host_with(std::vector<model::PortRecord> listed, PortState rest, net::PortSet others) {
  model::HostRecord host;
  host.address = address("198.18.0.2");
  host.state = model::HostState::up;
  host.ports = std::move(listed);
  const std::size_t count = others.size();
  host.extra = {{.state = rest,
                 .count = count,
                 .reasons = {{.reason = Reason::reset, .count = count, .ports = std::move(others)}}}};
  return host;
}

TEST(VantageTable, ShowsEachPortFromEachPlace) {
  const std::array views{
      VantageView{"here",
                  {host_with({open_port(22, "ssh"), open_port(80, "http")}, PortState::closed, ports({range(1, 9)}))},
                  true},
      VantageView{"netns:dmz",
                  {host_with({open_port(80, "http")}, PortState::filtered, ports({range(1, 4), range(22, 22)}))},
                  true}};
  EXPECT_EQ(vantage_text(views, {}),
            "198.18.0.2\n"
            "PORT    here  netns:dmz  SERVICE\n"
            "22/tcp  open  filtered   ssh\n"
            "80/tcp  open  open       http\n"
            "Not shown: 5 tcp ports, closed\n"
            "Not shown: 4 tcp ports, closed from here, filtered from netns:dmz\n"
            "Open from here only: 22/tcp\n");
}

TEST(VantageTable, SaysWhyAPlaceKnowsNothing) {
  model::HostRecord down;
  down.address = address("198.18.0.2");
  down.state = model::HostState::down;
  model::HostRecord stopped = down;
  stopped.state = model::HostState::up;
  stopped.interrupted = true;
  const auto seen = host_with({open_port(22, "ssh")}, PortState::closed, ports({range(80, 80)}));
  const std::array views{VantageView{"here", {seen}, true}, VantageView{"netns:a", {down}, true},
                         VantageView{"netns:b", {}, false}, VantageView{"netns:c\x1b[2J", {stopped}, false}};
  EXPECT_EQ(vantage_text(views, {}),
            "198.18.0.2\n"
            "PORT    here  netns:a    netns:b    netns:c\\x1B[2J  SERVICE\n"
            "22/tcp  open  not asked  not asked  not asked       ssh\n"
            "From netns:a it seems to be down.\n"
            "From netns:b nothing is known of it: the scan from there did not come to its end.\n"
            "From netns:c\\x1B[2J it was not asked to the end.\n"
            "Not shown: 1 tcp port, closed\n"
            "Open from here only: 22/tcp\n");
}

TEST(VantageTable, HostsThatOnlyOnePlaceHasAreShown) {
  model::HostRecord other;
  other.address = address("198.18.0.9");
  other.state = model::HostState::up;
  const std::array views{VantageView{"here", {}, true}, VantageView{"netns:a", {other}, true}};
  EXPECT_EQ(vantage_text(views, {}), "198.18.0.9\nFrom here nothing is known of it.\n");
  EXPECT_EQ(vantage_text({}, {}), "");
}

}  // namespace
}  // namespace portolan::report
