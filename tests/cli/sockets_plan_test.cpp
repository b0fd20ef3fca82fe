#include "cli/sockets/sockets_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "sockets/sources/sources.h"

namespace portolan::cli {
namespace {

using sockets::AddressFamily;
using sockets::Row;
using sockets::SocketKind;
using sockets::State;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

SocketsPlan planned(const std::vector<std::string>& line) {
  const auto words = parse_sockets_options(line);
  EXPECT_TRUE(words.has_value()) << words.error().message;
  std::string filter;
  for (const std::string& word : words->expression) filter += word + " ";
  auto plan = plan_sockets(*words, filter, {});
  EXPECT_TRUE(plan.has_value()) << plan.error().message;
  return plan ? std::move(*plan) : SocketsPlan{};
}

std::string error_of(const std::vector<std::string>& line) {
  const auto words = parse_sockets_options(line);
  const auto plan = plan_sockets(*words, words->expression.empty() ? "" : words->expression.front(), {});
  return plan ? "no error" : plan.error().message;
}

std::vector<std::string_view> sources_of(const std::vector<std::string>& line) {
  std::vector<std::string_view> names;
  for (const sockets::Source* source : planned(line).choice.query.sources) names.push_back(source->name);
  return names;
}

std::vector<std::string_view> columns_of(const std::vector<std::string>& line) {
  std::vector<std::string_view> names;
  for (const sockets::Column* column : planned(line).columns) names.push_back(column->name);
  return names;
}

Row row(SocketKind protocol, State state, AddressFamily family = AddressFamily::v4) {
  Row made;
  made.protocol = protocol;
  made.family = family;
  made.state = state;
  return made;
}

TEST(SocketsPlan, OnlyAKindThatWasNamedIsMissed) {
  EXPECT_FALSE(planned({}).choice.query.detail.named);
  EXPECT_TRUE(planned({"-A", "sctp"}).choice.query.detail.named);
  EXPECT_TRUE(planned({"-A", "inet,!udp"}).choice.query.detail.named);
  EXPECT_FALSE(planned({"-A", "!netlink"}).choice.query.detail.named);
  EXPECT_FALSE(planned({"-A", "all,!netlink,!unix"}).choice.query.detail.named);
  EXPECT_TRUE(planned({"-A", "!netlink", "-A", "all,tcp"}).choice.query.detail.named);
}

TEST(SocketsPlan, KindsAndFamiliesChooseTheSources) {
  EXPECT_EQ(sources_of({}).size(), sockets::sources().size() - 1);  // TCP is one list for both families
  EXPECT_EQ(planned({"-t"}).choice.query.sources, (std::vector{&sockets::tcp_both}));
  EXPECT_THAT(sources_of({"-t4"}), ElementsAre("tcp"));
  EXPECT_THAT(sources_of({"-tx4"}), ElementsAre("tcp", "unix"));
  EXPECT_THAT(sources_of({"-tu6"}), ElementsAre("tcp6", "udp6"));
  EXPECT_EQ(planned({"-t46"}).choice.query.sources, (std::vector{&sockets::tcp_both}));
  EXPECT_EQ(planned({"-t6"}).choice.query.sources, (std::vector{&sockets::tcp6}));
  // And what no filter can let pass is not asked for.
  EXPECT_THAT(sources_of({"proto", "=", "unix"}), ElementsAre("unix"));
  // A family alone means IP and nothing else.
  const auto v6 = sources_of({"-6"});
  EXPECT_TRUE(std::ranges::all_of(v6, [](std::string_view name) { return name.ends_with('6'); }));
}

TEST(SocketsPlan, ListeningIsWhatWaitsForStrangers) {
  const SocketsPlan plan = planned({"-l"});
  EXPECT_EQ(plan.choice.query.detail.states, sockets::mask_of(State::listen) | sockets::mask_of(State::closed));
  ASSERT_NE(plan.choice.fits, nullptr);
  EXPECT_TRUE(plan.choice.fits(row(SocketKind::tcp, State::listen)));
  EXPECT_TRUE(plan.choice.fits(row(SocketKind::udp, State::closed)));
  EXPECT_FALSE(plan.choice.fits(row(SocketKind::udp, State::established)));
  EXPECT_FALSE(plan.choice.fits(row(SocketKind::netlink, State::closed, AddressFamily::netlink)));
  Row datagrams = row(SocketKind::unix_domain, State::closed, AddressFamily::unix_domain);
  datagrams.type = 2;
  EXPECT_FALSE(plan.choice.fits(datagrams));
  datagrams.path = "/run/log";
  EXPECT_TRUE(plan.choice.fits(datagrams));
  datagrams.type = 1;
  EXPECT_FALSE(plan.choice.fits(datagrams));
}

TEST(SocketsPlan, ConnectedIsWhatHasAnotherEnd) {
  const SocketsPlan plan = planned({"--connected"});
  ASSERT_NE(plan.choice.fits, nullptr);
  EXPECT_TRUE(plan.choice.fits(row(SocketKind::tcp, State::time_wait)));
  EXPECT_TRUE(plan.choice.fits(row(SocketKind::udp, State::established)));
  EXPECT_FALSE(plan.choice.fits(row(SocketKind::tcp, State::listen)));
  EXPECT_FALSE(plan.choice.fits(row(SocketKind::udp, State::closed)));
}

TEST(SocketsPlan, TheKernelIsAskedForDetailsOnlyWhereAColumnShowsThem) {
  EXPECT_FALSE(planned({}).choice.query.detail.tcp_info);
  EXPECT_TRUE(planned({"-i"}).choice.query.detail.tcp_info);
  EXPECT_TRUE(planned({"--columns", "local,rtt"}).choice.query.detail.tcp_info);
  EXPECT_TRUE(planned({"--sort", "rtt"}).choice.query.detail.tcp_info);
  EXPECT_FALSE(planned({}).choice.query.detail.memory);
  EXPECT_TRUE(planned({"-m"}).choice.query.detail.memory);
  EXPECT_FALSE(planned({}).choice.query.detail.details);
  EXPECT_TRUE(planned({"--options"}).choice.query.detail.details);
  EXPECT_TRUE(planned({"-x"}).choice.query.detail.unix_files);
  EXPECT_FALSE(planned({"--json"}).choice.query.detail.unix_files);
}

TEST(SocketsPlan, AFilterReachesTheKernel) {
  const SocketsPlan plan = planned({"-t", "state", "listening", "sport", "=", ":22"});
  EXPECT_EQ(plan.choice.query.detail.states, sockets::mask_of(State::listen));
  EXPECT_FALSE(plan.choice.query.detail.bytecode.empty());
  EXPECT_THAT(error_of({"sprot = :22"}), HasSubstr("sport"));
}

TEST(SocketsPlan, WhatIsInNoListIsToldWhereTheFilterDescribesIt) {
  const auto unlisted = [](const std::vector<std::string>& line) { return planned(line).choice.query.unlisted; };
  using os::Completeness;
  EXPECT_EQ(unlisted({}), Completeness::all);
  EXPECT_EQ(unlisted({"pid", "=", "812"}), Completeness::all);
  EXPECT_EQ(unlisted({"state", "closed"}), Completeness::all);
  EXPECT_EQ(unlisted({"exclude", "listening"}), Completeness::all);
  EXPECT_EQ(unlisted({"proto", "=", "tcp"}), Completeness::all);
  EXPECT_EQ(unlisted({"not", "sport", "=", ":22"}), Completeness::all);
  // What is in no list is closed and has no address; of kinds without a list nothing is known.
  EXPECT_EQ(unlisted({"-l"}), Completeness::some);
  EXPECT_EQ(unlisted({"state", "listening"}), Completeness::some);
  EXPECT_EQ(unlisted({"dst", "10.0.0.0/8"}), Completeness::some);
  EXPECT_EQ(unlisted({"proto", "=", "tcp", "and", "sport", "=", ":22"}), std::nullopt);
  EXPECT_EQ(unlisted({"-t"}), std::nullopt);
  EXPECT_EQ(unlisted({"--no-owners"}), std::nullopt);
  const auto closed = planned({"state", "closed"}).choice.query.detail;
  EXPECT_EQ(closed.states, sockets::all_states);
  EXPECT_TRUE(closed.bytecode.empty());
}

// The types of UNIX sockets that are let through, of stream, dgram and seqpacket; "none" where UNIX is not asked at
// all.
std::string unix_types(const std::vector<std::string>& line) {
  const SocketsPlan plan = planned(line);
  const bool asked = std::ranges::any_of(plan.choice.query.sources, [](const sockets::Source* source) {
    return source->protocol == SocketKind::unix_domain;
  });
  if (!asked) return "none";
  std::string types;
  for (const auto& [type, name] : {std::pair{1, "stream "}, {2, "dgram "}, {5, "seqpacket "}}) {
    Row one = row(SocketKind::unix_domain, State::listen, AddressFamily::unix_domain);
    one.type = static_cast<std::uint8_t>(type);
    if (!plan.choice.fits || plan.choice.fits(one)) types += name;
  }
  return types;
}

TEST(SocketsPlan, KindsOfATypeAreThatTypeOnly) {
  EXPECT_EQ(unix_types({"-A", "u_str"}), "stream ");
  EXPECT_EQ(unix_types({"-A", "unix_dgram"}), "dgram ");
  EXPECT_EQ(unix_types({"-A", "u_dgr,u_seq"}), "dgram seqpacket ");
  EXPECT_EQ(unix_types({"-A", "unix,u_dgr"}), "stream dgram seqpacket ");
  EXPECT_EQ(unix_types({"-A", "u_dgr,unix"}), "stream dgram seqpacket ");
  EXPECT_EQ(unix_types({"-x", "-A", "u_dgr"}), "stream dgram seqpacket ");
  EXPECT_EQ(unix_types({"-A", "unix,!u_dgr"}), "stream seqpacket ");
  EXPECT_EQ(unix_types({"-A", "!unix"}), "none");
  EXPECT_EQ(unix_types({"-A", "!tcp"}), "stream dgram seqpacket ");
  EXPECT_EQ(unix_types({"-A", "!unix_stream,!unix_dgram,!unix_seqpacket"}), "none");
  EXPECT_EQ(unix_types({"-A", "u_str", "-l"}), "stream ");
  Row raw = row(SocketKind::packet, State::closed, AddressFamily::packet);
  raw.type = 3;
  EXPECT_FALSE(planned({"-A", "p_dgr"}).choice.fits(raw));
  EXPECT_TRUE(planned({"-A", "packet_raw"}).choice.fits(raw));
}

TEST(SocketsPlan, NoKindAtAllIsAnError) {
  EXPECT_FALSE(parse_sockets_options(std::vector<std::string>{"-A", "tcp,!tcp"}).has_value());
  EXPECT_FALSE(parse_sockets_options(std::vector<std::string>{"-A", "!nosuch"}).has_value());
}

TEST(SocketsPlan, HostsAreOfTheOneKindThatIsListed) {
  const auto hosts = [](const std::vector<std::string>& line) { return family_of_hosts(*parse_sockets_options(line)); };
  EXPECT_EQ(hosts({"-x"}), AddressFamily::unix_domain);
  EXPECT_EQ(hosts({"-A", "u_dgr"}), AddressFamily::unix_domain);
  EXPECT_EQ(hosts({"-0"}), AddressFamily::packet);
  EXPECT_EQ(hosts({"--netlink"}), AddressFamily::netlink);
  EXPECT_EQ(hosts({"--vsock"}), AddressFamily::vsock);
  EXPECT_EQ(hosts({"-xt"}), AddressFamily::none);
  EXPECT_EQ(hosts({}), AddressFamily::none);
}

TEST(SocketsPlan, AStateInTheFilterStandsInThePlaceOfListeningAndConnected) {
  EXPECT_EQ(planned({"-tl", "state", "close-wait"}).choice.fits, nullptr);
  EXPECT_EQ(planned({"-tl", "state", "close-wait"}).choice.query.detail.states, mask_of(State::close_wait));
  EXPECT_EQ(planned({"--connected", "state", "listening"}).choice.fits, nullptr);
  EXPECT_NE(planned({"-tl", "sport", "=", ":22"}).choice.fits, nullptr);
}

TEST(SocketsPlan, ColumnsGrowWithTheOptions) {
  EXPECT_EQ(columns_of({}).back(), "process");
  EXPECT_EQ(columns_of({"--no-owners"}).back(), "user");
  EXPECT_THAT(columns_of({"--columns", "local,pid"}), ElementsAre("local", "pid"));
  EXPECT_EQ(columns_of({"--columns", "+cookie"}).back(), "cookie");
  EXPECT_THAT(columns_of({"-o"}), ::testing::Contains("timer"));
  EXPECT_EQ(columns_of({"--watch"}).front(), "time");
  EXPECT_THAT(columns_of({"--all-namespaces"}), ::testing::Contains("netns"));
  EXPECT_THAT(error_of({"--columns", "lcoal"}), HasSubstr("did you mean 'local'?"));
}

TEST(SocketsPlan, SortingTakesOneColumnEitherWay) {
  EXPECT_EQ(planned({"--sort", "-local"}).sort, sockets::column_of("local"));
  EXPECT_TRUE(planned({"--sort", "-local"}).backwards);
  EXPECT_FALSE(planned({"--sort", "local"}).backwards);
  EXPECT_THAT(error_of({"--sort", "local,peer"}), HasSubstr("--sort takes one column"));
}

TEST(SocketsPlan, OwnersAreLookedForUnlessTheyAreLeftOut) {
  EXPECT_EQ(planned({}).choice.query.owners, os::OwnerMethod::automatic);
  EXPECT_EQ(planned({"--owner-method", "proc"}).choice.query.owners, os::OwnerMethod::proc);
  EXPECT_EQ(planned({"--no-owners"}).choice.query.owners, std::nullopt);
  EXPECT_THAT(error_of({"--no-owners", "pid = 1"}), HasSubstr("--no-owners leaves out"));
}

}  // namespace
}  // namespace portolan::cli
