#include "explain/story_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "explain/offline.h"
#include "probe/registry.h"
#include "tests/report/schemas.h"

namespace portolan::explain {
namespace {

using ::testing::HasSubstr;

net::IpAddress address(std::string_view text) { return net::IpAddress::parse(text).value(); }

std::string json(const Question& question, World world) {
  return json_of(story_offline(question, world).value(), {.service = "ssh", .description = ""});
}

TEST(StoryJson, APacketALineWithWhatItMeans) {
  const std::string lines =
      json({.target = address("198.18.0.2"), .port = net::Port{22}, .probe = &probe::tcp_syn}, World::open);
  EXPECT_THAT(lines, HasSubstr(R"({"record":"start","schema":"portolan-explain/1","program":"portolan")"));
  EXPECT_THAT(lines, HasSubstr(R"({"record":"question","address":"198.18.0.2","port":22,"protocol":"tcp",)"
                               R"("technique":"tcp-syn","simulated":true,"connected":false})"));
  EXPECT_THAT(lines, HasSubstr(R"({"record":"packet","number":1,"time":0)"));
  EXPECT_THAT(lines, HasSubstr(R"("sent":false,"seen":true,"label":"SYN, ACK","meaning":"syn-ack","details":["seq )"));
  EXPECT_THAT(lines, HasSubstr(R"({"record":"packet","number":3,"sent":true,"seen":false,"label":"RST",)"
                               R"("meaning":"kernel-resets","port":22})"));
  EXPECT_THAT(lines, HasSubstr(R"({"record":"result","state":"open","reason":"syn-ack","host":"up","service":"ssh")"));
  EXPECT_THAT(lines, HasSubstr(R"({"record":"alternative","state":"open","silent":false,"happened":true})"));
  EXPECT_THAT(lines, HasSubstr(R"({"record":"finish","packets":3,"gaps":0})"));
  EXPECT_THAT(lines, ::testing::Not(HasSubstr("sent-by-kernel"))) << "there is no kernel in the simulator";
}

TEST(StoryJson, ItsSchemaIsPublished) { report::testing::expect_published("explain", json_schema()); }

TEST(StoryJson, EveryLineKeepsToItsSchema) {
  if (!report::testing::can_check_schemas()) GTEST_SKIP() << "python3-jsonschema is not installed";
  std::string lines;
  for (const probe::Probe* probe : {&probe::tcp_syn, &probe::tcp_connect, &probe::udp, &probe::sctp_init}) {
    for (const World world : {World::open, World::closed, World::silent, World::refuses}) {
      lines +=
          json({.target = address("2001:db8::2"), .name = "a.example", .port = net::Port{53}, .probe = probe}, world);
    }
  }
  lines += json({.target = address("198.18.0.2")}, World::silent);
  EXPECT_EQ(report::testing::breaches("explain", lines), "");
}

}  // namespace
}  // namespace portolan::explain
