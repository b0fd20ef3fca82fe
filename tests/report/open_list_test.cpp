#include <gtest/gtest.h>

#include "report/scan/registry.h"
#include "tests/report/records.h"

namespace portolan::report {
namespace {

using namespace testing;

std::string told(const model::HostRecord& host, const ReportOptions& options = {}) {
  MemoryOutput output;
  const auto sink = open_list_format.make(output, options);
  EXPECT_TRUE(sink->on(started({"portolan"})));
  EXPECT_TRUE(sink->on(host));
  const std::string text = output.text;  // there as soon as the host is done
  EXPECT_TRUE(sink->on(finished(1, 1)));
  EXPECT_EQ(output.text, text);
  return text;
}

TEST(OpenList, HasALineForEachOpenPortAndNothingElse) {
  model::HostRecord host = host_on_link();
  host.ports.push_back(closed_port(81, "hosts2-ns"));
  host.ports.push_back(port(82, model::PortState::open_filtered, model::Reason::no_response, "xfer"));
  EXPECT_EQ(told(host),
            "198.18.0.2\ttcp\t22\tssh\talpha.test\n"
            "198.18.0.2\ttcp\t80\thttp\talpha.test\n");
  EXPECT_EQ(told(silent_host("198.18.0.9")), "");
}

TEST(OpenList, WhatIsNotKnownIsADash) {
  model::HostRecord host = host_on_link();
  host.names.clear();
  host.ports = {open_port(65001, "")};
  EXPECT_EQ(told(host), "198.18.0.2\ttcp\t65001\t-\t-\n");
}

TEST(OpenList, TheTypedNameComesBeforeTheLookedUpOne) {
  model::HostRecord host = host_on_link();
  host.ports = {open_port(22, "ssh")};
  host.names = {{"ptr.test", model::HostName::Kind::ptr}};
  EXPECT_TRUE(told(host).ends_with("\tptr.test\n"));
  host.names.push_back({"typed.test", model::HostName::Kind::user});
  EXPECT_TRUE(told(host).ends_with("\ttyped.test\n"));
}

TEST(OpenList, HostileNamesStayInTheirField) {
  model::HostRecord host = host_on_link();
  host.ports = {open_port(22, "s\tsh\n")};
  host.names = {{"a\tb\x1b[31m\n198.18.0.66\ttcp\t1", model::HostName::Kind::ptr}};
  EXPECT_EQ(told(host), "198.18.0.2\ttcp\t22\ts\\x09sh\\x0A\ta\\x09b\\x1B[31m\\x0A198.18.0.66\\x09tcp\\x091\n");
}

TEST(OpenList, ALinkLocalAddressNamesItsInterface) {
  model::HostRecord host = host_on_link();
  host.address = address("fe80::9%2");
  host.ports = {open_port(22, "ssh")};
  ReportOptions options;
  options.zone_name = [](std::uint32_t) { return std::string{"eth0"}; };
  EXPECT_TRUE(told(host, options).starts_with("fe80::9%eth0\ttcp\t22\t"));
}

}  // namespace
}  // namespace portolan::report
