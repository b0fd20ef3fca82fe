// What the program really prints of a machine with every kind of socket keeps to the published schemas.
#include "tests/report/schemas.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lab_test.h"
#include "zoo_world.h"

namespace portolan::lab_test {
namespace {

using report::testing::breaches;
using Words = std::vector<std::string>;

class SchemasInTheZoo : public LabTest {
 protected:
  void SetUp() override {
    LabTest::SetUp();
    if (program_is_nmap()) GTEST_SKIP() << "nmap prints no JSON";
    if (!report::testing::can_check_schemas()) GTEST_SKIP() << "python3-jsonschema is not installed";
  }
};

std::string lines_of(const lab::Host& host, Words words) {
  words.insert(words.begin(), scan_command({}).words.front());
  return host.run({.words = std::move(words)}).output;
}

TEST_F(SchemasInTheZoo, EveryLineThatTheProgramPrintsKeepsToItsSchema) {
  const World world;
  EXPECT_EQ(breaches("sockets", lines_of(world.home, {"sockets", "--json", "--columns", "all"})), "");
  EXPECT_EQ(breaches("services", lines_of(world.home, {"services", "--json"})), "");
  EXPECT_EQ(
      breaches("ports", lines_of(world.home, {"ports", "--json", "--tcp", "--udp", "--sctp", "0-1100,49000-65535"})),
      "");
  std::string lines;
  for (const lab::ZooSocket& socket : world.zoo.sockets()) {
    // Of a path with bytes that no argument can hold nobody can ask.
    const std::string question = socket.path.empty() ? std::to_string(socket.local.port) : socket.path;
    if (question == "0" || question.contains('\0')) continue;
    lines += lines_of(world.home, {"who", "--json", "--", question});
  }
  for (const char* record : {"answer", "user", "bind"}) {
    EXPECT_TRUE(lines.contains("{\"record\":\"" + std::string{record} + "\"")) << record;
  }
  EXPECT_EQ(breaches("who", lines), "");
}

}  // namespace
}  // namespace portolan::lab_test
