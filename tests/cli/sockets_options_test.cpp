#include "cli/sockets/sockets_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace portolan::cli {
namespace {

using sockets::SocketKind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

using Words = std::vector<std::string>;

SocketsOptions parsed(const Words& words) {
  const auto result = parse_sockets_options(words);
  EXPECT_TRUE(result.has_value()) << result.error().message;
  return result.value_or(SocketsOptions{});
}

std::string error_of(const Words& words) {
  const auto result = parse_sockets_options(words);
  return result ? "no error" : result.error().message;
}

TEST(SocketsOptions, HabitsOfSsAndNetstatAreUnderstood) {
  const SocketsOptions words = parsed({"-tulpn"});
  EXPECT_THAT(words.protocols, ElementsAre(SocketKind::tcp, SocketKind::udp));
  EXPECT_TRUE(words.listening);
  EXPECT_TRUE(words.owners);
  EXPECT_FALSE(words.resolve);
  EXPECT_FALSE(parsed({"-l", "-a"}).listening);
  EXPECT_TRUE(parsed({"-Htia"}).tcp_info);
  EXPECT_FALSE(parsed({"-Htia"}).heading);
  EXPECT_THAT(parsed({"-w"}).protocols, ElementsAre(SocketKind::raw, SocketKind::icmp));
  EXPECT_THAT(parsed({"-x", "-0"}).protocols, ElementsAre(SocketKind::unix_domain, SocketKind::packet));
  EXPECT_TRUE(parsed({"-s"}).summary);
}

TEST(SocketsOptions, WhatRepeatsUnderNetstatIsToldToWatch) {
  EXPECT_THAT(error_of({"-c"}), HasSubstr("--watch shows what changes"));
  EXPECT_THAT(error_of({"-tc"}), HasSubstr("--watch shows what changes"));
}

TEST(SocketsOptions, WhatSsHasBesidesIsNotBuilt) {
  EXPECT_EQ(error_of({"-K"}), "-K (closing sockets) is not built");
  EXPECT_EQ(error_of({"-tnZ"}), "-Z (security contexts of processes) is not built");
  EXPECT_EQ(error_of({"-D", "x"}), "-D (raw answers of the kernel in a file) is not built");
  EXPECT_EQ(error_of({"--bpf"}), "--bpf (the classic BPF filters of sockets) is not built");
}

TEST(SocketsOptions, KindsAreNamedInLists) {
  EXPECT_THAT(parsed({"-A", "tcp,unix"}).protocols, ElementsAre(SocketKind::tcp, SocketKind::unix_domain));
  EXPECT_THAT(parsed({"--query=inet"}).protocols,
              ElementsAre(SocketKind::tcp, SocketKind::udp, SocketKind::raw, SocketKind::icmp));
  EXPECT_THAT(parsed({"-A", "u_str,all"}).protocols, IsEmpty());
  EXPECT_THAT(error_of({"-A", "tcp,tpc"}), StartsWith("-A: 'tpc' is no kind of socket; there are tcp, mptcp, "));
  EXPECT_THAT(error_of({"-A", ""}), HasSubstr("its argument is empty"));
  EXPECT_TRUE(parsed({"-f", "inet6"}).only_v6);
  EXPECT_THAT(parsed({"-f", "netlink"}).protocols, ElementsAre(SocketKind::netlink));
  EXPECT_THAT(error_of({"-f", "ipx"}), HasSubstr("'ipx' is no family"));
}

TEST(SocketsOptions, WhatIsNoOptionIsTheFilter) {
  const SocketsOptions words = parsed({"-t", "state", "listening", "and", "(", "sport", "=", ":22", ")", "-n"});
  EXPECT_THAT(words.expression, ElementsAre("state", "listening", "and", "(", "sport", "=", ":22", ")"));
}

TEST(SocketsOptions, WatchTakesItsIntervalInTheSameWord) {
  EXPECT_TRUE(parsed({"--watch"}).watch);
  EXPECT_EQ(parsed({"--watch"}).interval, std::chrono::seconds{1});
  EXPECT_EQ(parsed({"--watch=250ms"}).interval, std::chrono::milliseconds{250});
  EXPECT_THAT(error_of({"--watch=1ms"}), HasSubstr("the least is 10ms"));
  EXPECT_THAT(error_of({"--watch=soon"}), HasSubstr("soon"));
}

TEST(SocketsOptions, WhatDoesNotGoTogetherIsSaid) {
  EXPECT_THAT(error_of({"-l", "--connected"}), HasSubstr("exclude each other"));
  EXPECT_THAT(error_of({"--csv", "--json", "-t"}), HasSubstr("--json and --csv exclude each other"));
  EXPECT_THAT(error_of({"--json", "--csv"}), HasSubstr("--json and --csv exclude each other"));
  EXPECT_EQ(parsed({"--json", "--json"}).format, "json");
  EXPECT_THAT(error_of({"--all-namespaces", "-N", "web"}), HasSubstr("exclude each other"));
  EXPECT_THAT(error_of({"-F", "file", "state", "listening"}), HasSubstr("exclude each other"));
  EXPECT_THAT(error_of({"--watch", "-s"}), HasSubstr("--watch shows changes"));
  EXPECT_THAT(error_of({"--watch", "--sort", "local"}), HasSubstr("--watch shows changes"));
  EXPECT_THAT(error_of({"--no-owners", "--owner-method", "bpf"}), HasSubstr("--no-owners leaves out"));
  EXPECT_THAT(error_of({"--owner-method", "magic"}), HasSubstr("auto, proc and bpf, but not 'magic'"));
}

TEST(SocketsOptions, UnknownOnesComeWithTheClosest) {
  EXPECT_EQ(error_of({"--listning"}), "unknown option '--listning'; did you mean --listening?");
  EXPECT_EQ(error_of({"-tq"}), "unknown option '-q'; --help lists all options");
}

TEST(SocketsOptions, HelpIsGivenWhateverElseIsWrong) { EXPECT_TRUE(parsed({"--help", "-l", "--connected"}).help); }

}  // namespace
}  // namespace portolan::cli
