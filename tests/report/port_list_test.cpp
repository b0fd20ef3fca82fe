#include "report/sockets/port_list.h"

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

using net::Port;
using net::Protocol;
using sockets::PortEntry;
using sockets::testing::address;
using sockets::testing::FakeNames;
using Json = nlohmann::json;

PortEntry entry(std::uint16_t first, std::uint16_t last, Protocol protocol = Protocol::tcp) {
  PortEntry one;
  one.protocol = protocol;
  one.ports = {.first = Port{first}, .last = Port{last}};
  one.port_class = catalog::class_of(Port{first});
  one.encryption = catalog::encryption_of(protocol, Port{first});
  return one;
}

struct Entries {
  sockets::Service server;
  std::vector<PortEntry> all;
  Entries() {
    server.port = 25;
    server.pids = {77};
    server.program = "exim";
    server.places = {{.address = address("127.0.0.1")}};
    all = {entry(0, 0),       entry(25, 25),       entry(80, 80, Protocol::udp),
           entry(8103, 8107), entry(40000, 40000), entry(50000, 50001)};
    all[1].names = {"smtp"};
    all[1].description = "Simple Mail Transfer";
    all[1].privileged = true;
    all[1].listeners = {&server};
    all[2].names = {"http", "www"};
    all[4].ephemeral = true;
    all[5].set_aside = true;
  }
};

// Runs of blanks as one bar, for lines that would not fit here.
std::string squeezed(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 2, "  ") == 0) {
      result += '|';
      i = text.find_first_not_of(' ', i) - 1;
    } else {
      result += text[i];
    }
  }
  return result;
}

TEST(PortTable, HasALineForEachPort) {
  const Entries entries;
  EXPECT_EQ(squeezed(port_table(entries.all, true, std::nullopt)),
            "PORT|NAME|CLASS|HERE|LISTENING|ENCRYPTED|DESCRIPTION\n"
            "0/tcp|-|reserved|-|-|-|reserved: no service can have it; to bind() it means \"choose a free one for me\"\n"
            "25/tcp|smtp|system|privileged|exim(77)|STARTTLS (RFC 3207); submissions 465/tcp (RFC 8314)|"
            "Simple Mail Transfer\n"
            "80/udp|http,www|system|-|-|-|-\n"
            "8103-8107/tcp|-|registered|-|-|-|not registered\n"
            "40000/tcp|-|registered|ephemeral|-|-|not registered\n"
            "50000-50001/tcp|-|dynamic|set-aside|-|-|never registered: for private and temporary use\n");
}

TEST(PortTable, WhoListensMayNotBeKnown) {
  const Entries entries;
  EXPECT_THAT(port_table(std::span{entries.all}.subspan(4, 1), false, std::nullopt),
              ::testing::HasSubstr("40000/tcp  -     registered  ephemeral  ?          -          not registered\n"));
}

TEST(EncryptionText, NamesTheWayAndTheDocument) {
  EXPECT_EQ(encryption_text(catalog::encryption_of(Protocol::tcp, Port{22})), "yes (RFC 4253)");
  EXPECT_EQ(encryption_text(catalog::encryption_of(Protocol::tcp, Port{80})), "https 443/tcp (RFC 9110)");
  EXPECT_EQ(encryption_text(catalog::encryption_of(Protocol::tcp, Port{513})), "use ssh 22/tcp (RFC 4253)");
  EXPECT_EQ(encryption_text(catalog::encryption_of(Protocol::tcp, Port{587})),
            "STARTTLS (RFC 3207); submissions 465/tcp (RFC 8314)");
  EXPECT_EQ(encryption_text({}), "");
}

TEST(PortJson, IsAnObjectALine) {
  const Entries entries;
  FakeNames names;
  std::istringstream text{port_json(
      entries.all, names, std::vector<model::Remark>{{model::RemarkCode::listeners_unknown, {"ENOENT", ""}}})};
  std::vector<Json> records;
  for (std::string line; std::getline(text, line);) records.push_back(Json::parse(line));
  ASSERT_EQ(records.size(), 9U);
  EXPECT_EQ(records[0]["schema"], "portolan-ports/1");
  EXPECT_EQ(records[2], Json::parse(R"({"record":"port","protocol":"tcp","port":25,"names":["smtp"],
      "description":"Simple Mail Transfer","class":"system","privileged":true,"ephemeral":false,"set_aside":false,
      "encryption":[{"kind":"upgrade","name":"STARTTLS","document":"RFC 3207"},
                    {"kind":"separate","name":"submissions","port":465,"protocol":"tcp","document":"RFC 8314"}],
      "listeners":[{"where":"loopback","program":"exim","pids":[77]}]})"));
  EXPECT_EQ(records[4]["ports"], "8103-8107");
  EXPECT_EQ(records[7], Json::parse(R"({"record":"gap","code":"listeners-unknown",
      "message":"who listens is not known: No such file or directory","values":{"cause":"ENOENT","sockets":""}})"));
  EXPECT_EQ(records[8], Json::parse(R"({"record":"finish","ports":6,"gaps":1})"));
}

TEST(PortJson, KeepsToItsPublishedSchema) {
  testing::expect_published("ports", port_json_schema());
  if (!testing::can_check_schemas()) GTEST_SKIP() << "python3-jsonschema is not installed";
  Entries entries;
  FakeNames names;
  const std::vector<model::Remark> gaps{{model::RemarkCode::listeners_unknown, {"ENOENT", ""}}};
  EXPECT_EQ(testing::breaches("ports", port_json(entries.all, names, gaps)), "");
  entries.server.pids = {};
  entries.server.no_owner = sockets::NoOwner::not_accepted;
  entries.server.user = 33;
  EXPECT_EQ(testing::breaches("ports", port_json(entries.all, names, {})), "");
}

}  // namespace
}  // namespace portolan::report
