#include "cli/sockets/port_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace portolan::cli {
namespace {

const catalog::Services& services() {
  static const auto catalogue =
      catalog::Services::parse(
          "22 tus ssh\n53 tu domain\n80 tu http\n443 tu https\n514 t shell\n514 u syslog\n2905 s m3ua\n")
          .value();
  return catalogue;
}

std::string chosen(ListingOptions words, std::vector<std::string> operands) {
  words.operands = std::move(operands);
  const auto choice = choose_ports(words, services());
  if (!choice) return choice.error().message;
  return "T" + to_string(choice->tcp) + " U" + to_string(choice->udp) + " S" + to_string(choice->sctp);
}

TEST(ChoosePorts, AreTcpAndUdpUnlessSomethingElseIsChosen) {
  EXPECT_EQ(chosen({}, {"22"}), "T22 U22 S");
  EXPECT_EQ(chosen({.tcp = true}, {"22"}), "T22 U S");
  EXPECT_EQ(chosen({.udp = true, .sctp = true}, {"22"}), "T U22 S22");
}

TEST(ChoosePorts, TakesNumbersRangesListsNamesAndWildcards) {
  EXPECT_EQ(chosen({}, {"443", "ssh", "8000-8002"}), "T22,443,8000-8002 U22,443,8000-8002 S");
  EXPECT_EQ(chosen({.tcp = true}, {"22,http*,9"}), "T9,22,80,443 U S");
  EXPECT_EQ(chosen({.tcp = true}, {"0"}), "T0 U S");
  EXPECT_EQ(chosen({}, {"dns"}), "T53 U53 S");
  EXPECT_EQ(chosen({}, {"dns,22"}), "T22,53 U22,53 S");
}

TEST(ChoosePorts, TheSystemsNamesGoBeforeTheRegistrys) {
  const SystemPort system = [](net::Protocol protocol, std::string_view name) -> std::optional<net::Port> {
    if (name == "webmin" && protocol == net::Protocol::tcp) return net::Port{10'000};
    if (name == "syslog") return net::Port{601};
    return std::nullopt;
  };
  const auto with_system = [&system](std::vector<std::string> operands) {
    const auto choice = choose_ports({.operands = std::move(operands)}, services(), system);
    if (!choice) return choice.error().message;
    return "T" + to_string(choice->tcp) + " U" + to_string(choice->udp);
  };
  EXPECT_EQ(with_system({"webmin"}), "T10000 U");
  EXPECT_EQ(with_system({"syslog,22"}), "T22,601 U22,601");
  EXPECT_EQ(with_system({"ssh,webmin"}), "T22,10000 U22");
}

TEST(ChoosePorts, NameMeansItsOwnProtocols) {
  EXPECT_EQ(chosen({}, {"syslog"}), "T U514 S");
  EXPECT_EQ(chosen({}, {"m3ua"}), "T U S2905");
  EXPECT_EQ(chosen({}, {"m3ua", "22"}), "T22 U22 S2905");
}

TEST(ChoosePorts, TakesThePortsThatItPrints) {
  EXPECT_EQ(chosen({}, {"443/tcp"}), "T443 U S");
  EXPECT_EQ(chosen({}, {"tcp/443"}), "T443 U S");
  EXPECT_EQ(chosen({}, {"tcp:443"}), "T443 U S");
  EXPECT_EQ(chosen({}, {"53/UDP"}), "T U53 S");
  EXPECT_EQ(chosen({}, {"ssh/udp", "8103-8110/tcp"}), "T8103-8110 U22 S");
  EXPECT_EQ(chosen({}, {"sctp/2905"}), "T U S2905");
  EXPECT_EQ(chosen({}, {"443/tcp,53/udp,9/sctp,80"}), "T80,443 U53,80 S9");
  EXPECT_EQ(chosen({}, {"U:53,T:22"}), "T22 U53 S");
  EXPECT_EQ(chosen({.udp = true}, {"443/tcp", "53"}), "T U53 S");
}

TEST(ChoosePorts, ProtocolsThatAreNoneAreNamed) {
  EXPECT_EQ(chosen({}, {"53/foo"}), "'foo' in '53/foo' is no protocol; there are tcp, udp and sctp");
  EXPECT_EQ(chosen({}, {"foo/53"}), "'foo' in 'foo/53' is no protocol; there are tcp, udp and sctp");
  EXPECT_EQ(chosen({}, {"22,ssh/dccp"}), "'dccp' in 'ssh/dccp' is no protocol; there are tcp, udp and sctp");
}

TEST(ChoosePorts, WhatCannotBeMeantIsOneSentence) {
  EXPECT_EQ(chosen({}, {"syslog/tcp"}), "'syslog' has no port of the protocol that is named beside it");
  EXPECT_EQ(chosen({.udp = true}, {"443/tcp"}), "'443/tcp' has no port of the chosen protocol");
  EXPECT_THAT(chosen({}, {"443/tpc"}), testing::HasSubstr("443/tpc"));
  EXPECT_EQ(chosen({}, {"sshh"}), "no service is registered as 'sshh'; the closest name is ssh");
  EXPECT_EQ(chosen({}, {"22,sshh"}), "no service is registered as 'sshh'; the closest name is ssh");
  EXPECT_THAT(chosen({}, {"70000"}), testing::HasSubstr("70000"));
  EXPECT_THAT(chosen({}, {"9-3"}), testing::HasSubstr("runs backwards"));
  EXPECT_THAT(chosen({}, {""}), testing::HasSubstr("names no port"));
  EXPECT_THAT(chosen({}, {"x*"}), testing::HasSubstr("'x*'"));
  EXPECT_EQ(chosen({.sctp = true}, {"syslog"}), "'syslog' has no port of the chosen protocol");
  EXPECT_THAT(chosen({}, {}), testing::HasSubstr("no ports"));
}

TEST(ChoosePorts, RunsAreJoinedForPeopleOnly) {
  EXPECT_TRUE(choose_ports({.operands = {"22"}}, services())->join_runs);
  EXPECT_FALSE(choose_ports({.json = true, .operands = {"22"}}, services())->join_runs);
}

}  // namespace
}  // namespace portolan::cli
