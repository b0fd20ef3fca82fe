#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "catalog/catalog.h"
#include "tests/places.h"

namespace portolan::catalog {
namespace {

using net::Port;
using net::Protocol;
using testing::HasSubstr;

constexpr std::string_view text =
    "# comment\n\n0 tu - Reserved\n80 tu http World Wide Web HTTP\n80 tu www The same, by another name\n"
    "80 s http HTTP over SCTP\n6000-6063 tu x11 X Window System\n";

TEST(Descriptions, BelongToAPortAProtocolAndAName) {
  const auto descriptions = Descriptions::parse(text).value();
  EXPECT_EQ(descriptions.find(Protocol::tcp, Port{80}, "http"), "World Wide Web HTTP");
  EXPECT_EQ(descriptions.find(Protocol::sctp, Port{80}, "http"), "HTTP over SCTP");
  EXPECT_EQ(descriptions.find(Protocol::udp, Port{80}, "www"), "The same, by another name");
  EXPECT_EQ(descriptions.find(Protocol::tcp, Port{6063}, "x11"), "X Window System");
  EXPECT_EQ(descriptions.find(Protocol::tcp, Port{0}, ""), "Reserved");
}

TEST(Descriptions, WhatIsNotThereIsEmpty) {
  const auto descriptions = Descriptions::parse(text).value();
  EXPECT_EQ(descriptions.find(Protocol::tcp, Port{80}, "HTTP"), "");
  EXPECT_EQ(descriptions.find(Protocol::tcp, Port{81}, "http"), "");
  EXPECT_EQ(descriptions.find(Protocol::tcp, Port{6064}, "x11"), "");
  EXPECT_EQ(descriptions.find(Protocol::sctp, Port{0}, ""), "");
  EXPECT_EQ(descriptions.find(Protocol::icmp, Port{80}, "http"), "");
  EXPECT_EQ(Descriptions::parse("")->find(Protocol::tcp, Port{80}, "http"), "");
}

TEST(Descriptions, MalformedLineIsRefusedWithItsNumber) {
  for (const std::string line : {"80", "80 t", "80 t http", "80 t http ", "80 t http  two blanks", "80 x http text",
                                 "9 t late text", "10-12 t overlap text", "80 t http tab\tinside"}) {
    const auto descriptions = Descriptions::parse("# first\n10 t ten Ten\n" + line + "\n");
    ASSERT_FALSE(descriptions) << line;
    EXPECT_THAT(descriptions.error().message, HasSubstr("line 3")) << line;
  }
}

TEST(ShippedDescriptions, TellWhatNamesDoNot) {
  std::ifstream file{test::source_directory() + "/data/descriptions", std::ios::binary};
  const std::string shipped{std::istreambuf_iterator<char>{file}, {}};
  const auto descriptions = Descriptions::parse(shipped);
  ASSERT_TRUE(descriptions) << descriptions.error().message;
  EXPECT_EQ(descriptions->find(Protocol::tcp, Port{443}, "https"), "http protocol over TLS/SSL");
  EXPECT_EQ(descriptions->find(Protocol::tcp, Port{22}, "ssh"), "The Secure Shell (SSH) Protocol");
  EXPECT_EQ(descriptions->find(Protocol::udp, Port{853}, "domain-s"),
            "DNS query-response protocol run over DTLS or QUIC");
  EXPECT_EQ(descriptions->find(Protocol::tcp, Port{0}, ""), "Reserved");
  EXPECT_LT(shipped.size(), 256U * 1024);
}

}  // namespace
}  // namespace portolan::catalog
