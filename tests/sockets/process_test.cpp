#include "sockets/process.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <string_view>

namespace portolan::sockets {
namespace {

using namespace std::literals;

constexpr std::string_view rest_of_stat =
    " S 1 1042 1042 0 -1 4194560 1212 0 0 0 1 2 0 0 20 0 1 0 4711 9863168 1337 18446744073709551615 1 1 0 0 0 0 0 0\n";
// 64 digits, as Docker and its likes make them.
const std::string id = "4f0c9b1d2e3a5f6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d";

// --- /proc/PID/stat

TEST(ProcessStat, IsReadByItsFields) {
  const std::string text = fmt::format("1042 (sshd){}", rest_of_stat);
  const auto stat = parse_process_stat(text);
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->program, "sshd");
  EXPECT_EQ(stat->start_ticks, 4'711U);
  EXPECT_EQ(stat->flags, 4'194'560U);
}

TEST(ProcessStat, TakesAnyNameThatAProcessGivesItself) {
  for (const std::string_view name : {"a b", "(x) S 1 (", ")", "", ") R 1\n", "\xff\x1b[2J"}) {
    const std::string text = fmt::format("7 ({}){}", name, rest_of_stat);
    const auto stat = parse_process_stat(text);
    ASSERT_TRUE(stat) << name;
    EXPECT_EQ(stat->program, name);
    EXPECT_EQ(stat->start_ticks, 4'711U);
  }
}

TEST(ProcessStat, ThatIsCutShortIsRefused) {
  for (const std::string_view text : {"", "7", "7 (sh", "7 sh)", "7 )sh(", "7 (sh)", "7 (sh) ", "7 (sh) S 1 2",
                                      "7 (sh) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18",
                                      "7 (sh) S 1 2 3 4 5 x 7 8 9 10 11 12 13 14 15 16 17 18 19",
                                      "7 (sh) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 -1",
                                      "7 (sh)S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19"}) {
    EXPECT_FALSE(parse_process_stat(text)) << text;
  }
  EXPECT_TRUE(parse_process_stat("7 (sh) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19"));
}

RC_GTEST_PROP(ProcessStat, AnyNameComesBack, (const std::string& name)) {
  const std::string text = fmt::format("7 ({}){}", name, rest_of_stat);
  const auto stat = parse_process_stat(text);
  RC_ASSERT(stat.has_value());
  RC_ASSERT(stat->program == name);
}

// --- /proc/PID/cmdline

TEST(CommandLine, JoinsWordsByBlanks) {
  EXPECT_EQ(parse_command_line("nginx\0-g\0daemon off;\0"sv), "nginx -g daemon off;");
  EXPECT_EQ(parse_command_line(""), "");
}

TEST(CommandLine, KeepsEmptyWordsButThoseAtTheEnd) {
  EXPECT_EQ(parse_command_line("grep\0\0file\0"sv), "grep  file");
  EXPECT_EQ(parse_command_line("nginx: master process\0\0\0\0\0"sv), "nginx: master process");
  EXPECT_EQ(parse_command_line("\0\0\0"sv), "");
}

TEST(CommandLine, NeedsNoEnd) { EXPECT_EQ(parse_command_line("sshd: root@pts/0"), "sshd: root@pts/0"); }

// --- /proc/PID/cgroup

struct CgroupCase {
  std::string text;
  std::string unit;
  std::string container;
};

void expect_facts(const CgroupCase& expected) {
  const CgroupFacts facts = parse_cgroup(expected.text);
  EXPECT_EQ(facts.unit, expected.unit) << expected.text;
  EXPECT_EQ(facts.container, expected.container) << expected.text;
}

TEST(Cgroup, NamesTheInnermostUnit) {
  expect_facts({"0::/system.slice/nginx.service\n", "nginx.service", ""});
  expect_facts({"0::/init.scope\n", "init.scope", ""});
  expect_facts({"0::/user.slice/user-1000.slice/session-3.scope\n", "session-3.scope", ""});
  expect_facts({"0::/user.slice/user-1000.slice/user@1000.service/app.slice/web.service\n", "web.service", ""});
  expect_facts({"0::/system.slice/foo.service/payload/deep\n", "foo.service", ""});
  expect_facts({"0::/system.slice/cups.socket\n", "cups.socket", ""});
  expect_facts({"0::/\n", "", ""});
  expect_facts({"", "", ""});
}

TEST(Cgroup, TakesOffWhatSystemdPutsBeforeNamesThatCouldBeFiles) {
  expect_facts({"0::/system.slice/_cpu.service\n", "cpu.service", ""});
  expect_facts({"0::/system.slice/__own.service\n", "_own.service", ""});
}

TEST(Cgroup, OfVersionOneIsReadInSystemdsHierarchy) {
  expect_facts(
      {"12:pids:/system.slice/other.service\n2:cpu,cpuacct:/\n1:name=systemd:/system.slice/ssh.service\n0::/\n",
       "ssh.service", ""});
  expect_facts({"2:cpu,cpuacct:/looks/like.service\n", "", ""});
}

TEST(Cgroup, KnowsContainersOfEveryRuntime) {
  expect_facts({"0::/system.slice/docker-" + id + ".scope\n", "docker-" + id + ".scope", id});
  expect_facts({"12:memory:/docker/" + id + "\n1:name=systemd:/docker/" + id + "\n", "", id});
  expect_facts({"0::/machine.slice/libpod-" + id + ".scope/container\n", "libpod-" + id + ".scope", id});
  expect_facts({"0::/libpod_parent/libpod-" + id + "\n", "", id});
  expect_facts({"0::/system.slice/nerdctl-" + id + ".scope\n", "nerdctl-" + id + ".scope", id});
  expect_facts({"0::/default/" + id + "\n", "", id});
  expect_facts({"0::/kubepods/burstable/pod6e8c5b1a-1f2d-4c3b-9a8e-7d6c5b4a3f2e/" + id + "\n", "", id});
  expect_facts(
      {"0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod6e8c.slice/cri-containerd-" + id + ".scope\n",
       "cri-containerd-" + id + ".scope", id});
  expect_facts({"0::/kubepods.slice/kubepods-pod6e8c.slice/crio-" + id + ".scope\n", "crio-" + id + ".scope", id});
  expect_facts({"0::/system.slice/containerd.service/kubepods-burstable-pod6e8c.slice:cri-containerd:" + id + "\n",
                "containerd.service", id});
  expect_facts({"0::/lxc.payload.web/system.slice/nginx.service\n", "nginx.service", "web"});
  expect_facts({"1:name=systemd:/lxc/web/init.scope\n", "init.scope", "web"});
  expect_facts({"1:name=systemd:/lxc.payload/web\n", "", "web"});
}

TEST(Cgroup, PutsWhatWatchesOverAContainerOutsideOfIt) {
  expect_facts({"0::/machine.slice/libpod-conmon-" + id + ".scope\n", "libpod-conmon-" + id + ".scope", ""});
  expect_facts({"0::/system.slice/crio-conmon-" + id + ".scope\n", "crio-conmon-" + id + ".scope", ""});
  expect_facts({"0::/lxc.monitor.web\n", "", ""});
}

TEST(Cgroup, TakesNoOtherNameForAContainer) {
  expect_facts({"0::/docker/" + id.substr(1) + "\n", "", ""});
  expect_facts({"0::/docker/" + id + "0\n", "", ""});
  expect_facts({"0::/docker/G" + id.substr(1) + "\n", "", ""});
  expect_facts({"0::/system.slice/docker.service\n", "docker.service", ""});
  expect_facts({"0::/lxc\n", "", ""});
}

TEST(Cgroup, OfAContainerInAContainerIsTheInnerOnes) {
  const std::string inner(64, 'a');
  expect_facts({"0::/docker/" + id + "/docker/" + inner + "\n", "", inner});
}

TEST(Cgroup, SurvivesWhatIsNoCgroupFile) {
  for (const std::string_view text : {":", "::", "0::", "0:", "\n\n\n", "0::////\n", "x", "0::/.service", "0::_"})
    (void)parse_cgroup(text);
  expect_facts({"nonsense\n0::/a.service", "a.service", ""});
}

// --- names of containers

TEST(ContainerName, OfDockerComesWithoutItsSlash) {
  EXPECT_EQ(parse_docker_name(R"({"ID":"x","State":{"Name":"no"},"Name":"/web"})"), "web");
  EXPECT_EQ(parse_docker_name(R"({"Name":"web"})"), "web");
}

TEST(ContainerName, OfPodmanStandsInTheListOfAll) {
  const std::string list = R"([{"id":"a","names":["one"]},{"id":")" + id + R"(","names":["two","alias"]},{"id":"c"}])";
  EXPECT_EQ(parse_storage_name(list, id), "two");
  EXPECT_EQ(parse_storage_name(list, "a"), "one");
  EXPECT_EQ(parse_storage_name(list, "c"), "");
  EXPECT_EQ(parse_storage_name(list, "d"), "");
}

TEST(ContainerName, IsNotKnownFromAnythingElse) {
  for (const std::string_view text :
       {"", "{", "null", "[]", "{}", "7", "\"Name\"", R"({"Name":7})", R"({"Name":null})", R"({"Name":["x"]})",
        R"([1,null,{"id":7},{"id":"a","names":7},{"id":"a","names":[]}])", "{\"Name\":\"\xff\"}", "[{\"id\":"}) {
    EXPECT_EQ(parse_docker_name(text), "") << text;
    EXPECT_EQ(parse_storage_name(text, "a"), "") << text;
  }
  EXPECT_EQ(parse_storage_name(std::string(10'000, '['), "a"), "");
}

TEST(ProgramOfFile, IsItsNameThoughItIsDeleted) {
  EXPECT_EQ(program_of_file("/usr/bin/node"), "node");
  EXPECT_EQ(program_of_file("/opt/my app/node server"), "node server");
  EXPECT_EQ(program_of_file("/usr/bin/node (deleted)"), "node");
  EXPECT_EQ(program_of_file(""), "");
}

TEST(ProgramOfCommandLine, IsTheFirstWordWithoutItsFolder) {
  using std::string_view_literals::operator""sv;
  EXPECT_EQ(program_of_command_line("/usr/bin/node\0server.js\0"sv), "node");
  EXPECT_EQ(program_of_command_line("node\0/srv/app.js\0"sv), "node");
  EXPECT_EQ(program_of_command_line("node /srv/app.js\0\0\0"sv), "node") << "a title";
  EXPECT_EQ(program_of_command_line(""), "");
  EXPECT_EQ(program_of_command_line("/opt/app/\0"sv), "");
  EXPECT_TRUE(is_main_thread("MainThread") && is_main_thread("node-MainThread"));
  EXPECT_FALSE(is_main_thread("Main") || is_main_thread(""));
}

}  // namespace
}  // namespace portolan::sockets
