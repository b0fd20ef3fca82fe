#include <gtest/gtest.h>

#include "report/scan/registry.h"
#include "tests/report/records.h"

namespace portolan::report {
namespace {

using namespace testing;

std::string written(const model::HostRecord& host, const ReportOptions& options = {}) {
  MemoryOutput output;
  const auto sink = new_report_format.make(output, options);
  EXPECT_TRUE(sink->on(started({"portolan"})));
  EXPECT_TRUE(sink->on(host));
  EXPECT_TRUE(sink->on(finished(1, 1)));
  return output.text;
}

TEST(NewReport, HasALineForEachHostThatIsUp) {
  model::HostRecord host = host_on_link();
  host.ports.push_back(closed_port(81, "hosts2-ns"));
  EXPECT_EQ(written(host), "198.18.0.2 22/tcp 80/tcp\n");
}

TEST(NewReport, ADiskThatIsFullIsAnError) {
  MemoryOutput output;
  output.full = true;
  const auto sink = new_report_format.make(output, {});
  EXPECT_FALSE(sink->on(host_on_link()));
}

}  // namespace
}  // namespace portolan::report
