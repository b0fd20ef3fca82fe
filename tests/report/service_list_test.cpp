#include "report/sockets/service_list.h"

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
using sockets::UnitFlag;
using sockets::testing::address;
using sockets::testing::FakeNames;
using Json = nlohmann::json;

std::vector<Service> some_services() {
  Service ssh;
  ssh.port = 22;
  ssh.places = {{.address = address("0.0.0.0")}, {.address = address("::"), .only_v6 = true}};
  ssh.pids = {812};
  ssh.program = "sshd";
  ssh.unit = "ssh.service";
  ssh.user = 0;
  ssh.flags = {UnitFlag::socket_activated, UnitFlag::disabled};
  Service web = ssh;
  web.port = 443;
  web.pids = {5, 6, 7};
  web.program = "web\x1b";
  web.flags = {};
  web.container = "0123456789abcdef";
  web.container_name = "shop";
  Service dhcp;
  dhcp.protocol = sockets::SocketKind::udp;
  dhcp.port = 546;
  dhcp.places = {{.address = address("fe80::1%2"), .only_v6 = false, .interface = 2}};
  dhcp.no_owner = NoOwner::no_privilege;
  dhcp.user = 33;
  Service idle;
  idle.port = 631;
  idle.places = {{.address = address("127.0.0.1")}};
  idle.unit = "cups.socket";
  idle.flags = {UnitFlag::disabled, UnitFlag::stopped};
  return {ssh, web, dhcp, idle};
}

TEST(ServiceTable, HasALineForEachService) {
  FakeNames names;
  EXPECT_EQ(service_table(some_services(), names, std::nullopt),
            "NAME   PROTO  PORT  ADDRESSES     FLAGS                      PROGRAM\n"
            "ssh    tcp    22    everywhere    socket-activated,disabled  sshd(812)\n"
            "https  tcp    443   everywhere    -                          web\\x1B(5+2)\n"
            "-      udp    546   fe80::1%eth0  -                          (no-privilege)\n"
            "-      tcp    631   loopback      disabled,stopped           cups.socket\n");
}

TEST(ServiceTable, WithoutServicesIsItsHeading) {
  FakeNames names;
  EXPECT_EQ(service_table({}, names, std::nullopt), "NAME  PROTO  PORT  ADDRESSES  FLAGS  PROGRAM\n");
}

TEST(ServiceTable, DeviceOfAStoppedUnitIsItsAddress) {
  FakeNames names;
  auto services = some_services();
  services[3].device = "eth7";
  EXPECT_THAT(service_table(services, names, std::nullopt), ::testing::HasSubstr("631   eth7 "));
}

TEST(ServiceJson, IsAnObjectALine) {
  FakeNames names;
  const std::vector<model::Remark> gaps{{model::RemarkCode::failed_units_unknown}};
  std::istringstream text{service_json(some_services(), names, gaps)};
  std::vector<Json> records;
  for (std::string line; std::getline(text, line);) records.push_back(Json::parse(line));
  ASSERT_EQ(records.size(), 7U);
  EXPECT_EQ(records[0]["schema"], "portolan-services/1");
  EXPECT_EQ(records[1], Json::parse(R"({"record":"service","protocol":"tcp","port":22,"service":"ssh",
      "where":"everywhere","addresses":[{"address":"0.0.0.0"},{"address":"::","only_v6":true}],
      "flags":["socket-activated","disabled"],"program":"sshd","pids":[812],"unit":"ssh.service","uid":0,
      "user":"root"})"));
  EXPECT_EQ(records[2]["program"], "web\x1b");
  EXPECT_EQ(records[2]["container_name"], "shop");
  EXPECT_EQ(records[3]["no_owner"], "no-privilege");
  EXPECT_EQ(records[3]["addresses"][0]["interface"], "eth0");
  EXPECT_FALSE(records[4].contains("no_owner")) << "nobody is missing where nothing runs";
  EXPECT_EQ(records[5]["record"], "gap");
  EXPECT_EQ(records[5]["code"], "failed-units-unknown");
  EXPECT_EQ(records[6], Json::parse(R"({"record":"finish","services":4,"gaps":1})"));
}

TEST(ServiceJson, KeepsToItsPublishedSchema) {
  testing::expect_published("services", service_json_schema());
  if (!testing::can_check_schemas()) GTEST_SKIP() << "python3-jsonschema is not installed";
  FakeNames names;
  const std::vector<model::Remark> gaps{{model::RemarkCode::lists_from_files, {"EACCES"}}};
  EXPECT_EQ(testing::breaches("services", service_json(some_services(), names, gaps)), "");
}

}  // namespace
}  // namespace portolan::report
