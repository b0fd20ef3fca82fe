#include "report/sockets/who_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/report/schemas.h"
#include "tests/sockets/cells.h"

namespace portolan::report {
namespace {

using sockets::NoOwner;
using sockets::Service;
using sockets::testing::address;
using sockets::testing::FakeNames;
using ::testing::HasSubstr;
using Json = nlohmann::json;

constexpr WhoStyle style{.now = 1'000'000'000, .calendar = utc_calendar};

Service ssh() {
  Service one;
  one.port = 22;
  one.places = {{.address = address("0.0.0.0")}, {.address = address("::"), .only_v6 = true}};
  one.pids = {812};
  one.program = "sshd";
  one.unit = "ssh.service";
  one.user = 0;
  return one;
}

class WhoAnswers : public ::testing::Test {
 protected:
  WhoAnswers() {
    sockets::Process process;
    process.pid = 812;
    process.program = "sshd";
    process.command = "sshd: /usr/sbin/sshd -D";
    process.user = 0;
    process.started = 1'000'000'000 - 3 * 3600 - 12 * 60;
    names_.processes[812] = process;
  }
  std::vector<Json> records(const Who& who) {
    std::istringstream text{who_json(who, names_, {})};
    std::vector<Json> all;
    for (std::string line; std::getline(text, line);) all.push_back(Json::parse(line));
    return all;
  }
  FakeNames names_;
};

TEST_F(WhoAnswers, OneParagraphTellsEverything) {
  EXPECT_EQ(who_text({.question = "ssh", .answers = {{ssh(), 2}}}, names_, style),
            "sshd listens on 22/tcp (ssh), everywhere\n"
            "  process    sshd, pid 812\n"
            "  since      2001-09-08 22:34:40 UTC, 3 h 12 min ago\n"
            "  command    sshd: /usr/sbin/sshd -D\n"
            "  unit       ssh.service\n"
            "  user       root\n"
            "  addresses  0.0.0.0:22,[::]:22\n"
            "  connected  2 now\n");
}

TEST_F(WhoAnswers, WorkersContainerAndActivationAreTold) {
  Service service = ssh();
  service.pids = {812, 813, 814};
  service.held_by_systemd = true;
  service.container = "0123456789abcdef0123";
  service.container_name = "shop";
  service.unit = "";
  const auto text = who_text({.question = "22", .answers = {{service, 0}}}, names_, style);
  EXPECT_THAT(text, HasSubstr("  process    sshd, pid 812, with 813 814\n"));
  EXPECT_THAT(text, HasSubstr("  container  shop (0123456789ab)\n"));
  EXPECT_THAT(text, HasSubstr("  unit       -\n"));
  EXPECT_THAT(text, HasSubstr("  activation systemd holds the socket, too, and starts the program\n"));
}

TEST_F(WhoAnswers, MissingOwnerSaysWhy) {
  Service service = ssh();
  service.protocol = sockets::SocketKind::udp;
  service.pids = {};
  service.program = "";
  service.unit = "";
  service.user = 33;
  service.no_owner = NoOwner::no_privilege;
  EXPECT_EQ(who_text({.question = "22", .answers = {{service, 0}}}, names_, style),
            "somebody receives on 22/udp (ssh), everywhere\n"
            "  process    not known: no privilege\n"
            "  user       www-data, who made the socket\n"
            "  addresses  0.0.0.0:22,[::]:22\n"
            "  connected  0 now\n");
}

TEST_F(WhoAnswers, SeveralAnswersAreSeveralParagraphs) {
  const auto text = who_text({.question = "22", .answers = {{ssh(), 2}, {ssh(), 3}}}, names_, style);
  EXPECT_THAT(text, HasSubstr("connected  2 now\n\nsshd listens on"));
}

TEST_F(WhoAnswers, UnixSocketHasAPath) {
  Service service = ssh();
  service.protocol = sockets::SocketKind::unix_domain;
  service.port = 0;
  service.path = std::string{"\0x\x1b", 3};
  const auto text = who_text({.question = "@x", .answers = {{service, 1}}}, names_, style);
  EXPECT_THAT(text, HasSubstr("sshd listens on @x\\x1B\n"));
  EXPECT_THAT(text, ::testing::Not(HasSubstr("addresses")));
}

TEST_F(WhoAnswers, FreePortIsSaidToBeFree) {
  using sockets::Availability;
  const auto said = [this](Availability availability) {
    return who_text({.question = "8080", .availability = availability}, names_, style);
  };
  EXPECT_EQ(said(Availability::free), "nobody listens on 8080: it is free\n");
  EXPECT_EQ(said(Availability::not_asked), "nobody listens on 8080\n");
  EXPECT_EQ(who_text({.question = "22-25", .is_range = true, .availability = Availability::free}, names_, style),
            "nobody listens on 22-25: they are free\n");
  EXPECT_EQ(said(Availability::not_permitted),
            "nobody listens on 8080: it is free, but this user may not bind to it\n");
  EXPECT_EQ(said(Availability::no_such_address), "nobody listens on 8080: this machine has no such address\n");
  EXPECT_EQ(said(Availability::in_use),
            "nobody listens on 8080, but it is in use: the kernel lets nobody bind to it, and lists nobody who is\n");
  EXPECT_EQ(records({.question = "8080", .availability = Availability::free})[1],
            Json::parse(R"({"record":"bind","result":"free"})"));
  EXPECT_EQ(who_text({.question = "/x\x1b", .is_port = false, .hint = "a hint"}, names_, style),
            "nobody listens on /x\\x1B\na hint\n");
}

TEST_F(WhoAnswers, WhoHasOnlyTheNameOfAPathIsTold) {
  Service lost = ssh();
  lost.path = "/run/x";
  EXPECT_EQ(who_text({.question = "/run/x", .is_port = false, .namesakes = {lost}}, names_, style),
            "nobody listens on /run/x\n"
            "  sshd (pid 812) listens on a socket that was bound to that name, which leads no more to it\n");
  EXPECT_EQ(records({.question = "/run/x", .is_port = false, .namesakes = {lost}})[1]["record"], "namesake");
}

TEST_F(WhoAnswers, ConnectionsThatOthersHoldStandBelow) {
  Who who{.question = "22", .answers = {{ssh(), 2}}};
  Service user = ssh();
  user.places = {{.address = address("198.18.0.1")}};
  who.users.push_back({user, "198.18.0.2:443", "ESTABLISHED"});
  EXPECT_THAT(who_text(who, names_, style),
              HasSubstr("  connected  2 now\nother programs hold connections there:\n"
                        "  sshd (pid 812) is connected from 198.18.0.1:22 to 198.18.0.2:443 (ESTABLISHED)\n"));
}

TEST_F(WhoAnswers, UsersOfAPortAndOtherNamespacesAreHints) {
  Who who{.question = "22"};
  Service user = ssh();
  user.places = {{.address = address("198.18.0.1")}};
  who.users.push_back({user, "198.18.0.2:443", "ESTABLISHED"});
  user.pids = {};
  user.no_owner = NoOwner::time_wait;
  who.users.push_back({user, "198.18.0.3:443", "TIME-WAIT"});
  names_.namespaces[7] = "web";
  who.elsewhere.push_back({7, ssh()});
  EXPECT_EQ(who_text(who, names_, style),
            "nobody listens on 22\n"
            "  sshd (pid 812) is connected from 198.18.0.1:22 to 198.18.0.2:443 (ESTABLISHED)\n"
            "  a socket without a process (" +
                std::string{words_of(NoOwner::time_wait)} +
                ") is connected from 198.18.0.1:22 to 198.18.0.3:443 (TIME-WAIT)\n"
                "  in the network namespace web: sshd listens on 22/tcp (ssh), everywhere (sshd(812))\n");
  who.users.assign(25, who.users.front());
  EXPECT_THAT(who_text(who, names_, style), HasSubstr("  and 15 more use it\n"));
}

TEST_F(WhoAnswers, JsonIsAnObjectALine) {
  Who who{.question = "22", .answers = {{ssh(), 2}}};
  who.users.push_back({ssh(), "198.18.0.2:443", "ESTABLISHED"});
  who.elsewhere.push_back({7, ssh()});
  const auto all = records(who);
  ASSERT_EQ(all.size(), 5U);
  EXPECT_EQ(all[0]["question"], "22");
  EXPECT_EQ(all[0]["schema"], "portolan-who/1");
  EXPECT_EQ(all[1], Json::parse(R"({"record":"answer","protocol":"tcp","port":22,"service":"ssh","where":"everywhere",
      "addresses":[{"address":"0.0.0.0"},{"address":"::","only_v6":true}],"program":"sshd","pids":[812],
      "command":"sshd: /usr/sbin/sshd -D","started":"2001-09-08T22:34:40.000Z","unit":"ssh.service","uid":0,
      "user":"root","connections":2})"));
  EXPECT_EQ(all[2]["remote"], "198.18.0.2:443");
  EXPECT_EQ(all[3]["network_namespace"], 7);
  EXPECT_EQ(all[4], Json::parse(R"({"record":"finish","answers":1,"gaps":0})"));
}

TEST(AgeText, HasTwoUnitsAtMost) {
  EXPECT_EQ(age_text(-5), "0 s");
  EXPECT_EQ(age_text(59), "59 s");
  EXPECT_EQ(age_text(60), "1 min");
  EXPECT_EQ(age_text(3600), "1 h 0 min");
  EXPECT_EQ(age_text(86'400), "1 day 0 h");
  EXPECT_EQ(age_text(2 * 86'400 + 7'200), "2 days 2 h");
}

TEST_F(WhoAnswers, KeepToTheirPublishedSchema) {
  testing::expect_published("who", who_json_schema());
  if (!testing::can_check_schemas()) GTEST_SKIP() << "python3-jsonschema is not installed";
  Who who{.question = "", .answers = {{ssh(), 2}}, .availability = sockets::Availability::no_such_address};
  who.users.push_back({ssh(), "198.18.0.2:443", "FIN-WAIT-2"});
  who.users.push_back({ssh(), "", ""});
  who.elsewhere = {{7, ssh()}};
  Service local = ssh();
  local.path = std::string{"\0x\x1b", 3};
  local.held_by_systemd = true;
  who.namesakes = {local};
  local.pids = {};
  local.no_owner = NoOwner::other_pid_namespace;
  who.answers.push_back({local, 0});
  EXPECT_EQ(testing::breaches("who", who_json(who, names_, {{{model::RemarkCode::list_changed, {"t\"cp"}}}})), "");
}

}  // namespace
}  // namespace portolan::report
