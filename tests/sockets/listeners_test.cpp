#include "sockets/listeners.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/sockets/cells.h"

namespace portolan::sockets {
namespace {

using testing::address;
using ::testing::ElementsAre;
using testing::FakeNames;
using ::testing::IsEmpty;

Process make_process(std::uint32_t pid, std::string program, std::uint64_t started, std::string unit = "") {
  Process one;
  one.pid = pid;
  one.program = program;
  one.command = "/usr/sbin/" + program;
  one.started = started;
  one.unit = std::move(unit);
  return one;
}

// A machine with some of the usual processes.
class SomeProcesses : public FakeNames {
 public:
  SomeProcesses() {
    processes[1] = make_process(1, "systemd", 100, "init.scope");
    processes[812] = make_process(812, "nginx", 200, "nginx.service");
    processes[813] = make_process(813, "nginx", 201, "nginx.service");
    processes[70] = make_process(70, "nginx", 202, "nginx.service");
    processes[900] = make_process(900, "sshd", 300, "ssh.service");
    processes[950] = make_process(950, "python3", 400);
    processes[951] = make_process(951, "python3", 401);
    processes[951].command = "python3 other.py";
  }
};

Listener listener(std::string_view local, std::uint32_t port, std::vector<Holder> holders) {
  Listener one;
  one.port = port;
  one.place.address = address(local);
  one.place.only_v6 = local == "::";
  one.holders = std::move(holders);
  one.no_owner = one.holders.empty() ? NoOwner::no_privilege : NoOwner::has_one;
  return one;
}

Place place(std::string_view text, bool only_v6 = false, std::uint32_t interface = 0) {
  return {.address = address(text), .only_v6 = only_v6, .interface = interface};
}

TEST(Place, WildcardTakesEveryAddressOfItsFamilies) {
  EXPECT_TRUE(place("0.0.0.0").takes(address("198.18.0.1")));
  EXPECT_FALSE(place("0.0.0.0").takes(address("2001:db8::1")));
  EXPECT_TRUE(place("::").takes(address("2001:db8::1")));
  EXPECT_TRUE(place("::").takes(address("198.18.0.1")));
  EXPECT_TRUE(place("::").takes(address("::ffff:198.18.0.1")));
  EXPECT_FALSE(place("::", true).takes(address("198.18.0.1")));
}

TEST(Place, AddressTakesItselfInAnyForm) {
  EXPECT_TRUE(place("198.18.0.1").takes(address("::ffff:198.18.0.1")));
  EXPECT_TRUE(place("::ffff:198.18.0.1").takes(address("198.18.0.1")));
  EXPECT_FALSE(place("198.18.0.1").takes(address("198.18.0.2")));
  EXPECT_FALSE(place("198.18.0.1").takes(address("0.0.0.0")));
}

TEST(Place, ZonesAreComparedWhereBothAreKnown) {
  EXPECT_TRUE(place("fe80::1%2").takes(address("fe80::1")));
  EXPECT_TRUE(place("fe80::1%2").takes(address("fe80::1%2")));
  EXPECT_FALSE(place("fe80::1%2").takes(address("fe80::1%3")));
}

TEST(Waits, IsListeningAndUdpWithoutAPeer) {
  Row row = testing::tcp_row("0.0.0.0", 22, "0.0.0.0", 0);
  EXPECT_TRUE(waits(row));
  row.state = State::established;
  EXPECT_FALSE(waits(row));
  row.protocol = SocketKind::udp;
  EXPECT_FALSE(waits(row));
  row.state = State::closed;
  EXPECT_TRUE(waits(row));
  row.local_port = 0;
  EXPECT_FALSE(waits(row));
  row = {};
  row.protocol = SocketKind::unix_domain;
  row.state = State::listen;
  EXPECT_FALSE(waits(row)) << "without a path nobody can call it";
  row.path = "/run/x.sock";
  EXPECT_TRUE(waits(row));
  row.state = State::closed;
  row.type = 1;
  EXPECT_FALSE(waits(row)) << "a stream that does not listen";
  row.type = 2;
  EXPECT_TRUE(waits(row));
  row.protocol = SocketKind::raw;
  EXPECT_FALSE(waits(row));
}

TEST(Listener, KeepsWhatARowSays) {
  Row row = testing::tcp_row("::", 8080, "::", 0);
  const std::string path = "/run/x.sock";
  const std::vector<Holder> holders{{.pid = 5, .fd = 3}};
  row.protocol = SocketKind::mptcp;
  row.only_v6 = true;
  row.interface = 2;
  row.user = 33;
  row.has_user = true;
  row.inode = 77;
  row.holders = holders;
  row.no_owner = NoOwner::has_one;
  const Listener one = listener_of(row);
  EXPECT_EQ(one.protocol, SocketKind::tcp) << "what callers speak to it";
  EXPECT_EQ(one.port, 8080U);
  EXPECT_EQ(one.place, (Place{.address = address("::"), .only_v6 = true, .interface = 2}));
  EXPECT_EQ(one.user, 33U);
  EXPECT_EQ(one.inode, 77U);
  EXPECT_THAT(one.holders, ElementsAre(Holder{.pid = 5, .fd = 3}));
}

TEST(Services, BothFamiliesAndAllWorkersAreOneEntry) {
  SomeProcesses names;
  const std::vector<Listener> listeners{
      listener("::", 80, {{812, 7}, {813, 7}, {70, 7}}),
      listener("0.0.0.0", 80, {{812, 6}, {813, 6}, {70, 6}}),
      listener("0.0.0.0", 22, {{900, 3}}),
  };
  const auto services = services_of(listeners, names);
  ASSERT_EQ(services.size(), 2U);
  EXPECT_EQ(services[0].port, 22U);
  EXPECT_EQ(services[1].program, "nginx");
  EXPECT_EQ(services[1].unit, "nginx.service");
  EXPECT_THAT(services[1].pids, ElementsAre(812, 813, 70)) << "the oldest first";
  EXPECT_EQ(places_text(services[1].places, 0, names), "everywhere");
}

TEST(Services, ProgramsThatShareAPortAreSeveralEntries) {
  SomeProcesses names;
  const auto services =
      services_of(std::vector{listener("127.0.0.1", 8080, {{950, 3}}), listener("198.18.0.1", 8080, {{951, 3}}),
                              listener("198.18.0.2", 8080, {{812, 3}})},
                  names);
  ASSERT_EQ(services.size(), 3U);
  EXPECT_EQ(services[0].program, "nginx");
  EXPECT_NE(services[1].pids, services[2].pids) << "one program, started twice with other words";
}

TEST(Services, UdpAndTcpAreSeveralEntries) {
  SomeProcesses names;
  Listener udp = listener("0.0.0.0", 22, {{900, 4}});
  udp.protocol = SocketKind::udp;
  EXPECT_EQ(services_of(std::vector{listener("0.0.0.0", 22, {{900, 3}}), udp}, names).size(), 2U);
}

TEST(Services, SystemdIsNamedOnlyWhereNobodyElseHoldsTheSocket) {
  SomeProcesses names;
  const auto shared = services_of(std::vector{listener("0.0.0.0", 22, {{1, 40}, {900, 3}})}, names);
  ASSERT_EQ(shared.size(), 1U);
  EXPECT_EQ(shared[0].program, "sshd");
  EXPECT_THAT(shared[0].pids, ElementsAre(900));
  EXPECT_TRUE(shared[0].held_by_systemd);
  const auto alone = services_of(std::vector{listener("0.0.0.0", 22, {{1, 40}, {1, 41}})}, names);
  EXPECT_EQ(alone[0].program, "systemd");
  EXPECT_THAT(alone[0].pids, ElementsAre(1));
  EXPECT_TRUE(alone[0].held_by_systemd);
}

TEST(Services, UnknownHoldersAreToldApartByUser) {
  FakeNames names;
  Listener one = listener("0.0.0.0", 80, {});
  Listener other = listener("::", 80, {});
  one.user = other.user = 33;
  EXPECT_EQ(services_of(std::vector{one, other}, names).size(), 1U);
  other.user = 34;
  const auto services = services_of(std::vector{one, other}, names);
  ASSERT_EQ(services.size(), 2U);
  EXPECT_THAT(services[0].pids, IsEmpty());
  EXPECT_EQ(services[0].no_owner, NoOwner::no_privilege);
}

TEST(Services, HolderThatIsGoneKeepsItsNumber) {
  FakeNames names;
  const auto services = services_of(std::vector{listener("0.0.0.0", 80, {{4242, 3}})}, names);
  ASSERT_EQ(services.size(), 1U);
  EXPECT_THAT(services[0].pids, ElementsAre(4242));
  EXPECT_EQ(services[0].program, "");
}

TEST(PlacesText, SaysWhoCanCall) {
  FakeNames names;
  const auto text = [&names](std::vector<Place> places) { return places_text(places, 0, names); };
  EXPECT_EQ(text({place("0.0.0.0")}), "everywhere(IPv4)");
  EXPECT_EQ(text({place("::", true)}), "everywhere(IPv6)");
  EXPECT_EQ(text({place("::")}), "everywhere");
  EXPECT_EQ(text({place("0.0.0.0"), place("::", true)}), "everywhere");
  EXPECT_EQ(text({place("127.0.0.1"), place("::1")}), "loopback");
  EXPECT_EQ(text({place("127.0.0.53", false, 1)}), "loopback");
  EXPECT_EQ(text({place("127.0.0.1"), place("198.18.0.1"), place("::1")}), "loopback,198.18.0.1");
  EXPECT_EQ(text({place("0.0.0.0", false, 2), place("::", true, 2)}), "eth0");
  EXPECT_EQ(text({place("0.0.0.0", false, 9)}), "if9");
  EXPECT_EQ(text({place("fe80::1%2")}), "fe80::1%eth0");
  EXPECT_EQ(text({place("198.18.0.1"), place("2001:db8::1")}), "198.18.0.1,2001:db8::1");
}

TEST(EndpointsText, HasTheFormOfAnAddressWithItsPort) {
  FakeNames names;
  const std::vector places{place("0.0.0.0"), place("198.18.0.1", false, 2), place("::"), place("fe80::1%2", false, 2)};
  EXPECT_EQ(endpoints_text(places, 22, 0, names), "0.0.0.0:22,198.18.0.1:22%eth0,[::]:22,[fe80::1%eth0]:22");
}

TEST(ServiceFor, PrefersTheMostSpecificAddress) {
  SomeProcesses names;
  const auto services =
      services_of(std::vector{listener("0.0.0.0", 80, {{812, 3}}), listener("198.18.0.1", 80, {{950, 3}})}, names);
  ASSERT_EQ(services.size(), 2U);
  const auto program_for = [&](const Listener& end) {
    const auto at = service_for(services, end, names);
    return at < services.size() ? services[at].program : std::string{"none"};
  };
  EXPECT_EQ(program_for(listener("198.18.0.1", 80, {})), "python3");
  EXPECT_EQ(program_for(listener("::ffff:198.18.0.1", 80, {})), "python3");
  EXPECT_EQ(program_for(listener("198.18.0.2", 80, {})), "nginx");
  EXPECT_EQ(program_for(listener("198.18.0.2", 81, {})), "none");
  EXPECT_EQ(program_for(listener("2001:db8::1", 80, {})), "none");
  Listener udp = listener("198.18.0.2", 80, {});
  udp.protocol = SocketKind::udp;
  EXPECT_EQ(program_for(udp), "none");
}

TEST(ServiceFor, AConnectionBelongsToWhoHoldsIt) {
  SomeProcesses names;
  const auto services =
      services_of(std::vector{listener("0.0.0.0", 80, {{812, 3}}), listener("198.18.0.1", 80, {{950, 3}})}, names);
  const auto program_for = [&](const Listener& end) {
    const auto at = service_for(services, end, names);
    return at < services.size() ? services[at].program : std::string{"none"};
  };
  EXPECT_EQ(program_for(listener("198.18.0.1", 80, {{812, 9}})), "nginx");
  EXPECT_EQ(program_for(listener("198.18.0.2", 80, {{950, 9}})), "python3");
  EXPECT_EQ(program_for(listener("198.18.0.2", 80, {{1, 9}})), "none") << "somebody else's, from the same port";
}

TEST(ServiceFor, ADeviceGoesBeforeAnAddress) {
  SomeProcesses names;
  Listener device = listener("0.0.0.0", 80, {{812, 3}});
  device.place.interface = 2;
  const auto services = services_of(std::vector{device, listener("198.18.0.1", 80, {{950, 3}})}, names);
  Listener end = listener("198.18.0.1", 80, {});
  EXPECT_EQ(services.at(service_for(services, end, names)).program, "python3");
  end.place.interface = 2;
  EXPECT_EQ(services.at(service_for(services, end, names)).program, "nginx");
}

TEST(ServiceFor, UnixSocketsGoByTheirPath) {
  SomeProcesses names;
  Listener one = listener("0.0.0.0", 0, {{812, 3}});
  one.protocol = SocketKind::unix_domain;
  one.path = "/run/x.sock";
  const auto services = services_of(std::vector{one}, names);
  EXPECT_EQ(service_for(services, one, names), 0U);
  one.path = "/run/y.sock";
  EXPECT_EQ(service_for(services, one, names), 1U);
}

}  // namespace
}  // namespace portolan::sockets
