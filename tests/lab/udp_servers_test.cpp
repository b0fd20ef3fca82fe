// UDP ports behind which real servers of Debian listen: each has to be called open, because the server understood what
// it was asked.
#include "lab/udp_servers.h"

#include <fmt/core.h>
#include <gmock/gmock.h>

#include <map>
#include <string>
#include <vector>

#include "lab/sockets.h"
#include "lab_test.h"

namespace portolan::lab_test {
namespace {

using lab::Pair;
using lab::UdpServer;

// One that nobody listens at, so that not everything is open.
constexpr std::uint16_t closed_port = 9;

// What nmap says otherwise, and why.
const std::map<std::uint16_t, std::string> unknown_to_nmap{
    {69, "an answer comes from a port of its own (RFC 1350 §4), which nmap takes for nobody's"},
    {5060, "nmap asks with an empty datagram, which keeps a SIP server silent"},
};

Truth truth_of(const UdpServer& server, bool listens, bool as_nmap_tells_it) {
  Truth truth;
  truth.rest = {"closed", "port-unreach"};
  for (const std::uint16_t port : server.open()) {
    if (!listens) continue;
    const bool silent = as_nmap_tells_it && unknown_to_nmap.contains(port);
    truth.ports[port] = silent ? Answer{"open|filtered", "no-response"} : Answer{"open", "udp-response"};
  }
  return truth;
}

std::string ports_of(const UdpServer& server) {
  std::string ports = fmt::format("{}", closed_port);
  for (const std::uint16_t port : server.open()) ports += fmt::format(",{}", port);
  return ports;
}

// One line for each port of which something untrue was said.
std::string wrong_ports(const Chart& chart, const char* address, const UdpServer& server, const Truth& truth) {
  const ChartHost* host = chart.find(address);
  if (host == nullptr) return "the host is missing";
  std::vector<std::uint16_t> asked{closed_port};
  asked.insert(asked.end(), server.open().begin(), server.open().end());
  std::string wrong;
  for (const std::uint16_t port : asked) {
    const auto right = truth.ports.find(port);
    const Answer expected = right == truth.ports.end() ? truth.rest : right->second;
    const auto said = host->ports.find(port);
    const Answer answer = said == host->ports.end() ? Answer{"not named", ""} : said->second;
    if (answer != expected) {
      wrong += fmt::format("port {}: said {} ({}), is {} ({})\n", port, answer.state, answer.reason, expected.state,
                           expected.reason);
    }
  }
  return wrong;
}

class UdpServers : public LabTest, public ::testing::WithParamInterface<const UdpServer*> {
 protected:
  void SetUp() override {
    LabTest::SetUp();
    if (IsSkipped()) return;
    if (const std::string why = lab::lacking(*GetParam()); !why.empty()) GTEST_SKIP() << why;
  }
};

TEST_P(UdpServers, AreCalledOpen) {
  const UdpServer& server = *GetParam();
  const Pair pair;
  const lab::RunningUdpServer running{server, pair.target, {Pair::target_v4, Pair::target_v6}};
  const bool has_nmap = lab::run({.words = {"nmap", "--version"}}).status == 0;
  for (const char* address : {Pair::target_v4, Pair::target_v6}) {
    SCOPED_TRACE(address);
    const bool v6 = address == Pair::target_v6;
    std::vector<std::string> words{"-sU", "-Pn", "-n", "-p", ports_of(server), address};
    if (v6) words.insert(words.begin(), "-6");
    const bool listens = !v6 || server.families != lab::Families::v4;
    const auto wrong = [&](const Chart& chart, bool as_nmap_tells_it) {
      return wrong_ports(chart, address, server, truth_of(server, listens, as_nmap_tells_it));
    };
    EXPECT_EQ(wrong(scan(pair.scanner, words), program_is_nmap()), "");
    if (!has_nmap) continue;
    words.insert(words.begin(), "nmap");
    words.insert(words.end(), {"-oX", "-"});
    EXPECT_EQ(wrong(read_chart(pair.scanner.run({.words = words}).output), true), "") << "nmap";
  }
}

// What stands in nmap's XML of who answers: the beginning of the element.
const std::map<std::uint16_t, std::string> named{
    {7, R"(<service name="echo")"},
    {13, R"(<service name="daytime")"},
    {19, R"(<service name="chargen")"},
    {37, R"(<service name="time")"},
    {53, R"(<service name="domain" product="dnsmasq" version="2.)"},
    {69, R"(<service name="tftp")"},
    {111, R"(<service name="rpcbind" version="2-4")"},
    {123, R"(<service name="ntp" extrainfo="v4; stratum 10")"},
    {161, R"(<service name="snmp" product="Net-SNMP")"},
    {1701, R"(<service name="l2tp" product="xl2tpd")"},
    {5060, R"(<service name="sip" product="kamailio" version=")"},
    {5683, R"(<service name="coap" extrainfo="resources: /, )"},
    {11211, R"(<service name="memcached" product="Memcached" version="1.)"},
};

TEST_P(UdpServers, AreNamed) {
  if (program_is_nmap()) GTEST_SKIP() << "nmap has other words";
  const UdpServer& server = *GetParam();
  const Pair pair;
  const lab::RunningUdpServer running{server, pair.target, {Pair::target_v4, Pair::target_v6}};
  const lab::Command command =
      scan_command({"-sU", "-sV", "-Pn", "-n", "-oX", "-", "-p", ports_of(server), Pair::target_v4});
  const std::string output = pair.scanner.run(command).output;
  for (const std::uint16_t port : server.open()) {
    const std::size_t at = output.find(fmt::format("portid=\"{}\"", port));
    ASSERT_NE(at, std::string::npos) << output;
    const std::string told = output.substr(at, output.find("</port>", at) - at);
    EXPECT_THAT(told, testing::HasSubstr(named.at(port)));
    EXPECT_THAT(told, testing::HasSubstr("method=\"probed\""));
  }
}

// A server's children would hold its port.
TEST_P(UdpServers, EndWithAllTheyStarted) {
  const UdpServer& server = *GetParam();
  const Pair pair;
  {
    const lab::RunningUdpServer running{server, pair.target, {Pair::target_v4, Pair::target_v6}};
  }
  for (const std::uint16_t port : server.open()) {
    pair.target.within([&] {
      EXPECT_NO_THROW(lab::bound_socket(AF_INET6, SOCK_DGRAM, 0, lab::ip_address("::", port))) << port;
      EXPECT_NO_THROW(lab::bound_socket(AF_INET, SOCK_DGRAM, 0, lab::ip_address(Pair::target_v4, port))) << port;
    });
  }
}

std::vector<const UdpServer*> all_servers() {
  std::vector<const UdpServer*> all;
  for (const UdpServer& server : lab::udp_servers()) all.push_back(&server);
  return all;
}

INSTANTIATE_TEST_SUITE_P(Real, UdpServers, ::testing::ValuesIn(all_servers()), [](const auto& test) {
  std::string name{test.param->name};
  std::erase(name, '-');
  return name;
});

}  // namespace
}  // namespace portolan::lab_test
