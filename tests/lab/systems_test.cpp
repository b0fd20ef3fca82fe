// What -O says of this kernel, however it is set, and of a port that is forwarded to another machine.
#include <fmt/core.h>
#include <gmock/gmock.h>

#include <regex>
#include <string>
#include <vector>

#include "lab_test.h"

namespace portolan::lab_test {
namespace {

using lab::Finished;
using lab::Host;
using lab::Lab;
using ::testing::HasSubstr;

struct Setting {
  std::string name;  // below /proc/sys/net
  std::string value;
};

struct Match {
  std::string family;
  int accuracy = 0;
};
std::vector<Match> matches_of(const std::string& xml) {
  static const std::regex match{R"-(osfamily="([^"]*)"[^>]* accuracy="(\d+)")-"};
  std::vector<Match> all;
  for (auto found = std::sregex_iterator{xml.begin(), xml.end(), match}; found != std::sregex_iterator{}; ++found) {
    all.push_back({(*found)[1].str(), std::stoi((*found)[2].str())});
  }
  return all;
}

class Systems : public LabTest {};

TEST_F(Systems, ThisKernelIsLinuxHoweverItIsSet) {
  if (program_is_nmap()) GTEST_SKIP() << "its likelihoods are no likelihoods";
  const std::vector<std::vector<Setting>> worlds{
      {},
      {{"ipv4/tcp_timestamps", "0"}},
      {{"ipv4/tcp_window_scaling", "0"}},
      {{"ipv4/tcp_sack", "0"}},
      {{"ipv4/tcp_rmem", "4096 87380 6291456"}},
      {{"ipv4/tcp_rmem", "4096 20000 40000"}},
      {{"ipv4/ip_default_ttl", "128"}},
      {{"ipv4/tcp_timestamps", "0"}, {"ipv4/ip_default_ttl", "255"}},
  };
  for (const auto& settings : worlds) {
    Lab lab;
    Host& scanner = lab.add_host("scanner");
    Host& target = lab.add_host("target");
    lab.connect({scanner, "wire", {"198.18.0.1/24", "2001:db8::1/64"}},
                {target, "wire", {"198.18.0.2/24", "2001:db8::2/64"}});
    std::string world = "as it is";
    for (const Setting& setting : settings) {
      target.set(setting.name, setting.value);
      world += fmt::format("; {} {}", setting.name, setting.value);
    }
    target.listen(80);
    for (const char* address : {"198.18.0.2", "2001:db8::2"}) {
      SCOPED_TRACE(world + " at " + address);
      std::vector<std::string> words{"-n", "-O", "-p", "80,81", "-oX", "-", address};
      if (std::string_view{address}.contains(':')) words.emplace_back("-6");
      const Finished done = scanner.run(scan_command(words));
      ASSERT_EQ(done.status, 0) << done.errors;
      const auto matches = matches_of(done.output);
      ASSERT_FALSE(matches.empty()) << done.output;
      EXPECT_EQ(matches.front().family, "Linux") << done.output;
      EXPECT_GT(matches.front().accuracy, 50);
      for (const Match& match : matches) {
        if (match.family != "Linux") {
          EXPECT_LE(match.accuracy, 50) << match.family;
        }
      }
    }
  }
}

TEST_F(Systems, AForwardedPortIsTold) {
  if (program_is_nmap()) GTEST_SKIP() << "it takes both for one";
  Lab lab;
  Host& scanner = lab.add_host("scanner");
  Host& gate = lab.add_host("gate");
  Host& behind = lab.add_host("behind");
  lab.connect({scanner, "wire", {"198.18.0.1/24"}}, {gate, "outside", {"198.18.0.2/24"}});
  lab.connect({gate, "inside", {"198.18.1.1/24"}}, {behind, "wire", {"198.18.1.2/24"}});
  behind.ip("route add default via 198.18.1.1\n");
  gate.forward();
  gate.listen(22);
  behind.listen(80);
  gate.nft(
      "table ip forwarded {\n"
      "chain in { type nat hook prerouting priority -100; tcp dport 80 dnat to 198.18.1.2; }\n"
      "}\n");
  const Finished done = scanner.run(scan_command({"-n", "-O", "-p", "22,80,81", "198.18.0.2"}));
  ASSERT_EQ(done.status, 0) << done.errors;
  EXPECT_THAT(done.output, HasSubstr("2 systems answer at this address"));
  EXPECT_THAT(done.output, HasSubstr("At port 22:"));
  EXPECT_THAT(done.output, HasSubstr("At port 80:"));
}

}  // namespace
}  // namespace portolan::lab_test
