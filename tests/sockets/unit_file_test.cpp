#include "sockets/unit_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace portolan::sockets {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

UnitFile read(std::string_view text) {
  UnitFile unit;
  read_unit_file(text, unit);
  return unit;
}

std::vector<std::string> listens(const UnitFile& unit) {
  std::vector<std::string> all;
  for (const UnitFile::Listen& listen : unit.listens)
    all.push_back((listen.datagram ? "datagram " : "") + listen.value);
  return all;
}

TEST(UnitFile, SaysWhatItListensOn) {
  const UnitFile unit = read(
      "# a comment\n[Unit]\nDescription=ListenStream=1\n\n[Socket]\nListenStream=22\n ListenDatagram = 0.0.0.0:53 \n"
      "ListenFIFO=/run/fifo\n;ListenStream=23\nService=other.service\nAccept=yes\nBindIPv6Only=ipv6-only\n"
      "BindToDevice=eth0\nSocketProtocol=sctp\n\n[Install]\nWantedBy=sockets.target\n");
  EXPECT_THAT(listens(unit), ElementsAre("22", "datagram 0.0.0.0:53"));
  EXPECT_EQ(unit.service, "other.service");
  EXPECT_TRUE(unit.accept);
  EXPECT_EQ(unit.ipv6_only, "ipv6-only");
  EXPECT_EQ(unit.device, "eth0");
  EXPECT_EQ(unit.protocol, "sctp");
  EXPECT_TRUE(unit.installable);
}

TEST(UnitFile, IsInstallableOnlyWhereSomethingWouldStartIt) {
  EXPECT_FALSE(read("[Service]\nExecStart=/bin/true\n").installable);
  EXPECT_FALSE(read("[Install]\nAlso=other.socket\n").installable);
  EXPECT_FALSE(read("[Install]\nWantedBy=\n").installable);
  EXPECT_FALSE(read("[Unit]\nWantedBy=x.target\n").installable);
  EXPECT_TRUE(read("[Install]\nAlias=x.service\n").installable);
  EXPECT_TRUE(read("[Install]\r\nRequiredBy=x.target\r\n").installable);
}

TEST(UnitFile, EmptyAssignmentInADropInTakesEverythingBack) {
  UnitFile unit = read("[Socket]\nListenStream=22\nListenDatagram=53\n");
  read_unit_file("[Socket]\nListenStream=\nListenStream=2222\n", unit);
  EXPECT_THAT(listens(unit), ElementsAre("2222"));
}

TEST(UnitFile, LineGoesOnBehindABackslashAndComments) {
  const UnitFile unit = read("[Socket]\nListenStream=\\\n# between\n  80\nListenStream=81\\");
  EXPECT_THAT(listens(unit), ElementsAre("80"));
}

TEST(UnitFile, NonsenseIsPassedOver) {
  EXPECT_THAT(listens(read("ListenStream=22\n[Socket\nListenStream=23\n[]\n=\n\\\n\\\n")), IsEmpty());
}

std::optional<ListenAddress> listen(std::string_view value, bool datagram = false, UnitFile unit = {}) {
  return parse_listen(unit, {.datagram = datagram, .value = std::string{value}});
}

std::string text_of(const std::optional<ListenAddress>& address) {
  if (!address) return "none";
  std::string text{name_of(address->protocol)};
  text += " " + to_string(address->address) + " " + std::to_string(address->port);
  if (address->only_v6) text += " only IPv6";
  if (!address->device.empty()) text += " " + address->device;
  return text;
}

TEST(ListenAddress, HasTheFormsOfTheManual) {
  EXPECT_EQ(text_of(listen("22")), "tcp :: 22");
  EXPECT_EQ(text_of(listen("127.0.0.1:631")), "tcp 127.0.0.1 631");
  EXPECT_EQ(text_of(listen("[::1]:631")), "tcp ::1 631");
  EXPECT_EQ(text_of(listen("[2001:db8::1]:80%eth0")), "tcp 2001:db8::1 80 eth0");
  EXPECT_EQ(text_of(listen("53", true)), "udp :: 53");
}

TEST(ListenAddress, FollowsTheOptionsOfItsUnit) {
  EXPECT_EQ(text_of(listen("22", false, {.ipv6_only = "ipv6-only"})), "tcp :: 22 only IPv6");
  EXPECT_EQ(text_of(listen("0.0.0.0:22", false, {.ipv6_only = "ipv6-only"})), "tcp 0.0.0.0 22");
  EXPECT_EQ(text_of(listen("22", false, {.ipv6_only = "both"})), "tcp :: 22");
  EXPECT_EQ(text_of(listen("22", false, {.device = "eth0"})), "tcp :: 22 eth0");
  EXPECT_EQ(text_of(listen("22", false, {.protocol = "sctp"})), "sctp :: 22");
  EXPECT_EQ(text_of(listen("22", false, {.protocol = "mptcp"})), "tcp :: 22");
  EXPECT_EQ(text_of(listen("22", true, {.protocol = "udplite"})), "udplite :: 22");
  EXPECT_EQ(text_of(listen("22", true, {.protocol = "sctp"})), "none");
}

TEST(ListenAddress, WithoutAPortIsNone) {
  for (const char* value : {"", "/run/x.sock", "@abstract", "vsock:2:1234", "%t/x", "[::]:%i", "0", "70000", "::1:22",
                            "[::1]", "[127.0.0.1]:22", "300.0.0.1:22", "127.0.0.1:", "22%eth0"}) {
    EXPECT_EQ(text_of(listen(value)), "none") << value;
  }
}

TEST(SocketUnit, StartsTheServiceOfItsName) {
  EXPECT_EQ(socket_unit_of("ssh.socket", {}).service, "ssh.service");
  EXPECT_EQ(socket_unit_of("ssh.socket", {.accept = true}).service, "ssh@.service");
  EXPECT_EQ(socket_unit_of("ssh.socket", {.service = "sshd.service", .accept = true}).service, "sshd.service");
}

TEST(UnitList, IsTheFirstWordOfEachLine) {
  EXPECT_THAT(parse_unit_list("cups.service loaded failed failed CUPS Scheduler\n  x.socket   loaded failed\n\n"),
              ElementsAre("cups.service", "x.socket"));
  EXPECT_THAT(parse_unit_list(""), IsEmpty());
}

// --- what units add to a list of services

Service service(std::uint32_t port, std::string unit, bool held_by_systemd = false) {
  Service one;
  one.port = port;
  one.unit = std::move(unit);
  one.program = one.unit;
  one.pids = {5};
  one.held_by_systemd = held_by_systemd;
  return one;
}

SocketUnit socket_unit(std::string name, std::vector<std::string> values, UnitFile file = {}) {
  for (std::string& value : values) file.listens.push_back({.datagram = false, .value = std::move(value)});
  return socket_unit_of(std::move(name), file);
}

std::vector<std::string> told(const std::vector<Service>& services) {
  std::vector<std::string> all;
  for (const Service& one : services) {
    std::string text = std::to_string(one.port) + " " + one.unit;
    for (const UnitFlag flag : one.flags) text += " " + std::string{name_of(flag)};
    all.push_back(text);
  }
  return all;
}

TEST(JoinUnits, WithoutSystemdNothingHappens) {
  UnitFacts facts;
  facts.states["ssh.service"] = UnitState::disabled;
  facts.sockets = {socket_unit("x.socket", {"80"})};
  std::vector services{service(22, "ssh.service", true)};
  join_units(services, facts);
  EXPECT_THAT(told(services), ElementsAre("22 ssh.service"));
}

TEST(JoinUnits, StatesOfUnitsBecomeFlags) {
  UnitFacts facts;
  facts.known = true;
  facts.states = {{"a.service", UnitState::enabled},
                  {"b.service", UnitState::disabled},
                  {"c.service", UnitState::masked},
                  {"d.service", UnitState::fixed}};
  facts.failed = {"b.service"};
  std::vector services{service(1, "a.service"), service(2, "b.service"),       service(3, "c.service"),
                       service(4, "d.service"), service(5, "session-1.scope"), service(6, "")};
  join_units(services, facts);
  EXPECT_THAT(told(services), ElementsAre("1 a.service", "2 b.service disabled failed", "3 c.service masked",
                                          "4 d.service", "5 session-1.scope", "6 "));
}

TEST(JoinUnits, SocketThatSystemdHoldsIsAsEnabledAsItsSocketUnit) {
  UnitFacts facts;
  facts.known = true;
  facts.sockets = {socket_unit("ssh.socket", {"22"}), socket_unit("cups.socket", {"631"})};
  facts.states = {
      {"ssh.service", UnitState::disabled}, {"ssh.socket", UnitState::enabled}, {"cups.socket", UnitState::disabled}};
  facts.failed = {"cups.service"};
  std::vector services{service(22, "ssh.service", true), service(631, "init.scope", true)};
  join_units(services, facts);
  EXPECT_THAT(told(services),
              ElementsAre("22 ssh.service socket-activated", "631 cups.socket socket-activated disabled failed"));
}

TEST(JoinUnits, UnitThatCouldListenAndDoesNotIsListed) {
  UnitFacts facts;
  facts.known = true;
  facts.sockets = {socket_unit("x.socket", {"0.0.0.0:80", "[::]:80", "81"}), socket_unit("ssh.socket", {"22"})};
  facts.states = {{"x.socket", UnitState::disabled}, {"ssh.socket", UnitState::disabled}};
  std::vector services{service(22, "ssh.service"), service(80, "nginx.service")};
  join_units(services, facts);
  EXPECT_THAT(told(services), ElementsAre("22 ssh.service", "80 nginx.service", "80 x.socket disabled stopped",
                                          "81 x.socket disabled stopped"));
  EXPECT_EQ(services[2].places.size(), 2U);
  EXPECT_THAT(services[2].pids, IsEmpty());
}

TEST(JoinUnits, InstanceOfATemplateServesItsSocket) {
  UnitFacts facts;
  facts.known = true;
  facts.sockets = {socket_unit("ssh.socket", {"22"}, {.accept = true})};
  std::vector services{service(22, "ssh@4-198.18.0.1:22-198.18.0.2:999.service")};
  join_units(services, facts);
  EXPECT_EQ(services.size(), 1U);
}

TEST(JoinUnits, DeviceOfAStoppedUnitIsKept) {
  UnitFacts facts;
  facts.known = true;
  facts.sockets = {socket_unit("x.socket", {"80"}, {.device = "eth7"})};
  std::vector<Service> services;
  join_units(services, facts);
  ASSERT_EQ(services.size(), 1U);
  EXPECT_EQ(services[0].device, "eth7");
}

}  // namespace
}  // namespace portolan::sockets
