// Trees of unit files as installations have them, below a folder of the test's own.
#include "os/process/systemd_units.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace portolan::os {
namespace {

using sockets::UnitState;
using testing::ElementsAre;
using testing::IsEmpty;

class SystemdUnits : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "portolan-units-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    std::filesystem::create_directories(root_ / "run/systemd/system");
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  void write(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream{root_ / path} << text;
  }
  void link(const std::string& path, const std::string& target) const {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::filesystem::create_symlink(target, root_ / path);
  }
  void systemctl(const std::string& script) const {
    write("usr/bin/systemctl", "#!/bin/sh\n" + script + "\n");
    std::filesystem::permissions(root_ / "usr/bin/systemctl", std::filesystem::perms::owner_all);
  }
  [[nodiscard]] UnitState state_of(const std::string& unit) const {
    std::vector<model::Remark> gaps;
    const std::vector<std::string> asked{unit};
    return read_units(asked, {.root = root_.string(), .failed_units = false}, gaps).states.at(unit);
  }
  [[nodiscard]] std::vector<sockets::SocketUnit> socket_units() const {
    std::vector<model::Remark> gaps;
    return read_units({}, {.root = root_.string(), .failed_units = false}, gaps).sockets;
  }

  std::filesystem::path root_;
  static constexpr const char* installable = "[Service]\nExecStart=/bin/x\n[Install]\nWantedBy=multi-user.target\n";
};

TEST_F(SystemdUnits, WithoutSystemdNothingIsKnown) {
  write("usr/lib/systemd/system/a.service", installable);
  std::filesystem::remove_all(root_ / "run");
  std::vector<model::Remark> gaps;
  const std::vector<std::string> asked{"a.service"};
  const auto facts = read_units(asked, {.root = root_.string()}, gaps);
  EXPECT_FALSE(facts.known);
  EXPECT_THAT(facts.states, IsEmpty());
  EXPECT_THAT(gaps, IsEmpty()) << "no systemd is no error";
}

TEST_F(SystemdUnits, LinkInAWantsFolderEnables) {
  write("usr/lib/systemd/system/a.service", installable);
  EXPECT_EQ(state_of("a.service"), UnitState::disabled);
  link("etc/systemd/system/multi-user.target.wants/a.service", "/usr/lib/systemd/system/a.service");
  EXPECT_EQ(state_of("a.service"), UnitState::enabled);
}

TEST_F(SystemdUnits, LinkInARequiresFolderEnablesToo) {
  write("usr/lib/systemd/system/a.service", installable);
  link("etc/systemd/system/x.target.requires/a.service", "/usr/lib/systemd/system/a.service");
  EXPECT_EQ(state_of("a.service"), UnitState::enabled);
}

TEST_F(SystemdUnits, AliasEnables) {
  write("usr/lib/systemd/system/ssh.service", "[Install]\nAlias=sshd.service\n");
  EXPECT_EQ(state_of("ssh.service"), UnitState::disabled);
  link("etc/systemd/system/sshd.service", "/usr/lib/systemd/system/ssh.service");
  EXPECT_EQ(state_of("ssh.service"), UnitState::enabled);
}

TEST_F(SystemdUnits, LinkToNowhereMasks) {
  write("usr/lib/systemd/system/a.service", installable);
  link("etc/systemd/system/a.service", "/dev/null");
  EXPECT_EQ(state_of("a.service"), UnitState::masked);
}

TEST_F(SystemdUnits, WithoutInstallSectionThereIsNothingToEnable) {
  write("usr/lib/systemd/system/a.service", "[Service]\nExecStart=/bin/x\n");
  EXPECT_EQ(state_of("a.service"), UnitState::fixed);
  write("run/systemd/generator/b.service", installable);
  EXPECT_EQ(state_of("b.service"), UnitState::fixed);
  EXPECT_EQ(state_of("nosuch.service"), UnitState::unknown);
  EXPECT_EQ(state_of("session-1.scope"), UnitState::unknown);
}

TEST_F(SystemdUnits, InstanceIsThatOfItsTemplate) {
  write("usr/lib/systemd/system/a@.service", installable);
  EXPECT_EQ(state_of("a@one.service"), UnitState::disabled);
  link("etc/systemd/system/multi-user.target.wants/a@one.service", "/usr/lib/systemd/system/a@.service");
  EXPECT_EQ(state_of("a@one.service"), UnitState::enabled);
  EXPECT_EQ(state_of("a@two.service"), UnitState::disabled);
}

TEST_F(SystemdUnits, OwnUnitReplacesTheVendors) {
  write("usr/lib/systemd/system/x.socket", "[Socket]\nListenStream=80\n");
  write("etc/systemd/system/x.socket", "[Socket]\nListenStream=81\n");
  ASSERT_EQ(socket_units().size(), 1U);
  EXPECT_EQ(socket_units()[0].listens.at(0).port, 81);
}

TEST_F(SystemdUnits, DropInsAddInTheOrderOfTheirNames) {
  write("usr/lib/systemd/system/x.socket", "[Socket]\nListenStream=80\n");
  write("usr/lib/systemd/system/x.socket.d/20-more.conf", "[Socket]\nListenStream=82\n");
  write("etc/systemd/system/x.socket.d/10-other.conf", "[Socket]\nListenStream=\nListenStream=81\n");
  write("usr/lib/systemd/system/x.socket.d/10-other.conf", "[Socket]\nListenStream=1\n");
  write("etc/systemd/system/x.socket.d/readme.txt", "[Socket]\nListenStream=2\n");
  const auto units = socket_units();
  ASSERT_EQ(units.size(), 1U);
  std::vector<int> ports;
  for (const auto& listen : units[0].listens) ports.push_back(listen.port);
  EXPECT_THAT(ports, ElementsAre(81, 82));
}

TEST_F(SystemdUnits, FifoAmongThemKeepsNobodyWaiting) {
  write("usr/lib/systemd/system/a.service", installable);
  ASSERT_EQ(::mkfifo((root_ / "usr/lib/systemd/system/b.socket").c_str(), 0600), 0);
  std::filesystem::create_directories(root_ / "usr/lib/systemd/system/a.service.d");
  ASSERT_EQ(::mkfifo((root_ / "usr/lib/systemd/system/a.service.d/c.conf").c_str(), 0600), 0);
  EXPECT_EQ(state_of("a.service"), UnitState::disabled);
  EXPECT_THAT(socket_units(), IsEmpty());
}

TEST_F(SystemdUnits, OnlySocketsWithPortsAreListedAndEachOnce) {
  write("usr/lib/systemd/system/a.socket", "[Socket]\nListenStream=/run/a.sock\n");
  write("usr/lib/systemd/system/b.socket", "[Socket]\nListenDatagram=53\nService=dns.service\n");
  write("usr/lib/systemd/system/c@.socket", "[Socket]\nListenStream=99\n");
  link("etc/systemd/system/other-name.socket", "/usr/lib/systemd/system/b.socket");
  const auto units = socket_units();
  ASSERT_EQ(units.size(), 1U);
  EXPECT_EQ(units[0].name, "b.socket");
  EXPECT_EQ(units[0].service, "dns.service");
}

TEST_F(SystemdUnits, FollowsLinksInsideTheRoot) {
  write("opt/x.socket", "[Socket]\nListenStream=80\n");
  link("etc/systemd/system/x.socket", "/opt/x.socket");
  EXPECT_EQ(socket_units().size(), 1U);
}

TEST_F(SystemdUnits, FailedOnesAreSystemctlsToTell) {
  systemctl(
      "test \"$1 $2\" = 'list-units --state=failed' && echo 'a.service loaded failed failed Text' && echo 'b.socket "
      "x'");
  std::vector<model::Remark> gaps;
  const auto facts = read_units({}, {.root = root_.string()}, gaps);
  EXPECT_THAT(facts.failed, ElementsAre("a.service", "b.socket"));
  EXPECT_THAT(gaps, IsEmpty());
}

TEST_F(SystemdUnits, SilentSystemctlIsAGap) {
  std::vector<model::Remark> gaps;
  EXPECT_TRUE(read_units({}, {.root = root_.string()}, gaps).known);
  EXPECT_EQ(gaps.size(), 1U) << "there is none";
  systemctl("echo a.service; exit 1");
  EXPECT_THAT(read_units({}, {.root = root_.string()}, gaps).failed, IsEmpty());
  EXPECT_EQ(gaps.size(), 2U) << "it failed";
}

}  // namespace
}  // namespace portolan::os
