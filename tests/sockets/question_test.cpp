#include "sockets/question.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/sockets/cells.h"

namespace portolan::sockets {
namespace {

using ::testing::HasSubstr;
using testing::tcp_row;

const catalog::Services& services() {
  static const auto catalogue = catalog::Services::parse(
                                    "22 tus ssh\n53 tu domain\n80 tu http\n443 tu https\n514 t shell\n514 u syslog\n"
                                    "2905 s m3ua\n8080 t http-alt\n")
                                    .value();
  return catalogue;
}

Result<Question> parse(std::string_view text) {
  return parse_question(
      text, {.services = services(), .zone_of = [](std::string_view name) { return name == "eth0" ? 2U : 0U; }});
}

Row row(SocketKind protocol, std::string_view local, std::uint32_t port, State state = State::listen) {
  Row one = tcp_row(local, port, local.contains(':') ? "::" : "0.0.0.0", 0);
  one.protocol = protocol;
  one.state = state;
  return one;
}

bool fits(std::string_view text, const Row& one) { return parse(text).value().fits(one); }

TEST(Question, PortFitsEveryProtocolAndAddress) {
  EXPECT_TRUE(fits("8080", row(SocketKind::tcp, "127.0.0.1", 8080)));
  EXPECT_TRUE(fits("8080", row(SocketKind::udp, "::", 8080, State::closed)));
  EXPECT_TRUE(fits("8080", row(SocketKind::sctp, "::", 8080)));
  EXPECT_TRUE(fits("8080", row(SocketKind::mptcp, "::", 8080)));
  EXPECT_TRUE(fits("8080", row(SocketKind::dccp, "::", 8080)));
  EXPECT_TRUE(fits("8080", row(SocketKind::tcp, "127.0.0.1", 8080, State::established)));
  EXPECT_FALSE(fits("8080", row(SocketKind::tcp, "127.0.0.1", 8081)));
  EXPECT_FALSE(fits("8080", row(SocketKind::raw, "127.0.0.1", 8080)));
  EXPECT_EQ(parse("8080")->only_port(), net::Port{8080});
}

TEST(Question, ProtocolStandsBeforeOrBehind) {
  for (const char* text : {"udp/53", "53/udp", "udp/domain", "udp/dns", "udp/*:53", "udplite/53"}) {
    EXPECT_TRUE(fits(text, row(SocketKind::udp, "127.0.0.1", 53, State::closed))) << text;
    EXPECT_TRUE(fits(text, row(SocketKind::udplite, "127.0.0.1", 53, State::closed))) << text;
    EXPECT_FALSE(fits(text, row(SocketKind::tcp, "127.0.0.1", 53))) << text;
  }
  EXPECT_TRUE(fits("tcp/53", row(SocketKind::mptcp, "127.0.0.1", 53)));
  EXPECT_FALSE(fits("tcp/53", row(SocketKind::dccp, "127.0.0.1", 53)));
  EXPECT_TRUE(fits("dccp/53", row(SocketKind::dccp, "127.0.0.1", 53)));
}

TEST(Question, NameMeansItsRegisteredPortsOnly) {
  EXPECT_TRUE(fits("syslog", row(SocketKind::udp, "::", 514, State::closed)));
  EXPECT_FALSE(fits("syslog", row(SocketKind::tcp, "::", 514)));
  EXPECT_TRUE(fits("m3ua", row(SocketKind::sctp, "::", 2905)));
  EXPECT_TRUE(fits("SSH", row(SocketKind::tcp, "::", 22)));
}

TEST(Question, RangesAndWildcardsAreUnderstood) {
  const auto range = parse("8000-8100").value();
  EXPECT_TRUE(range.fits(row(SocketKind::tcp, "::", 8050)));
  EXPECT_FALSE(range.only_port());
  EXPECT_TRUE(fits("http*", row(SocketKind::tcp, "::", 443)));
  EXPECT_TRUE(fits("tcp/22,80", row(SocketKind::tcp, "::", 80)));
}

TEST(Question, AddressFindsTheListenersThatTakeIt) {
  EXPECT_TRUE(fits("127.0.0.1:8080", row(SocketKind::tcp, "127.0.0.1", 8080)));
  EXPECT_TRUE(fits("127.0.0.1:8080", row(SocketKind::tcp, "0.0.0.0", 8080)));
  EXPECT_TRUE(fits("127.0.0.1:8080", row(SocketKind::tcp, "::", 8080)));
  EXPECT_FALSE(fits("127.0.0.1:8080", row(SocketKind::tcp, "127.0.0.2", 8080)));
  EXPECT_FALSE(fits("127.0.0.1:8080", row(SocketKind::tcp, "::1", 8080)));
  EXPECT_TRUE(fits("[::1]:53", row(SocketKind::udp, "::", 53, State::closed)));
  EXPECT_TRUE(fits("tcp/[::1]:53", row(SocketKind::tcp, "::1", 53)));
  EXPECT_TRUE(fits("localhost:53", row(SocketKind::tcp, "::1", 53)));
  EXPECT_TRUE(fits("localhost:53", row(SocketKind::tcp, "127.0.0.1", 53)));
  EXPECT_FALSE(fits("localhost:53", row(SocketKind::tcp, "198.18.0.1", 53)));
  EXPECT_TRUE(fits(":8080", row(SocketKind::tcp, "198.18.0.1", 8080)));
  EXPECT_TRUE(fits("*:http-alt", row(SocketKind::tcp, "198.18.0.1", 8080)));
  EXPECT_EQ(parse("[fe80::1%eth0]:53")->addresses.front().zone(), 2U);
}

TEST(Question, ConnectionsHaveOneAddress) {
  EXPECT_TRUE(fits("127.0.0.1:8080", row(SocketKind::tcp, "::ffff:127.0.0.1", 8080, State::established)));
  EXPECT_FALSE(fits("127.0.0.1:8080", row(SocketKind::tcp, "198.18.0.1", 8080, State::established)));
}

TEST(Question, PathsAreUnixSockets) {
  Row one;
  one.protocol = SocketKind::unix_domain;
  one.path = "/run/x.sock";
  EXPECT_TRUE(fits("/run/x.sock", one));
  EXPECT_FALSE(fits("/run/y.sock", one));
  EXPECT_FALSE(fits("8080", one));
  const std::string abstract{"\0hidden", 7};
  one.path = abstract;
  EXPECT_TRUE(fits("@hidden", one));
  one.path = "./here";
  EXPECT_TRUE(fits("./here", one));
}

TEST(Question, SameFileByAnotherPathIsTheSameSocket) {
  auto question = parse("/var/run/x.sock").value();
  Row one;
  one.protocol = SocketKind::unix_domain;
  one.path = "/run/x.sock";
  one.has_file = true;
  one.file_inode = 5;
  one.file_device = 9;
  EXPECT_FALSE(question.fits(one));
  question.file_inode = 5;
  question.file_device = 9;
  EXPECT_TRUE(question.fits(one));
  question.file_device = 8;
  EXPECT_FALSE(question.fits(one));
}

TEST(Question, WhatCannotBeMeantIsOneSentenceThatQuotesIt) {
  const std::pair<const char*, const char*> wrong[] = {
      {"", "is empty"},
      {"70000", "ports go from 1 to 65535"},
      {"0", "port 0"},
      {"sssh", "no service is registered as 'sssh'; the closest name is ssh"},
      {"1:2:3", "[::1]:53"},
      {"[::1]", "has a '[' without ']:'"},
      {"[::1]:", "names no port"},
      {"127.0.0.1", "write 127.0.0.1:PORT"},
      {"::1", "[::1]:53"},
      {"example.org:80", "names of hosts are not looked up"},
      {"300.0.0.1:80", "is no address"},
      {"icmp/3", "a protocol without ports"},
      {"unix/3", "a protocol without ports"},
      {"foo/bar", "names no protocol"},
      {"tcp/", "names no port"},
      {"tcp/syslog", "names no port of that protocol"},
      {"[fe80::1%nosuch]:22", "nosuch"},
      {"9-3", "runs backwards"},
  };
  for (const auto& [text, sentence] : wrong) {
    const auto question = parse(text);
    ASSERT_FALSE(question) << text;
    EXPECT_EQ(question.error().code, Errc::parse) << text;
    EXPECT_THAT(question.error().message, HasSubstr(sentence)) << text;
    EXPECT_THAT(question.error().message, ::testing::Not(HasSubstr("\n"))) << text;
  }
}

}  // namespace
}  // namespace portolan::sockets
