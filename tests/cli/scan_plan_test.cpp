#include "cli/scan/scan_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/cli/scan_plans.h"

namespace portolan::cli {
namespace {

using namespace std::chrono_literals;
using model::RemarkCode;

TEST(ScanPlan, ANameIsAllItsAddressesUnderTheOwnName) {
  EXPECT_EQ(targets_of(prepared({"dual"})), (Words{"198.18.0.1", "198.18.0.2", "2001:db8::1"}));
  EXPECT_EQ(targets_of(prepared({"-4", "dual"})), (Words{"198.18.0.1", "198.18.0.2"}));
  EXPECT_EQ(targets_of(prepared({"-6", "dual"})), (Words{"2001:db8::1"}));
}

TEST(ScanPlan, ANameIsItsFirstIpv4AddressUnderTheNameNmap) {
  EXPECT_EQ(targets_of(prepared({"dual"}, nmap)), (Words{"198.18.0.1"}));
  EXPECT_EQ(targets_of(prepared({"-6", "dual"}, nmap)), (Words{"2001:db8::1"}));
  EXPECT_EQ(targets_of(prepared({"--resolve-all", "dual"}, nmap)), (Words{"198.18.0.1", "198.18.0.2"}));
}

TEST(ScanPlan, FilesAddTargetsAndExclusions) {
  EXPECT_EQ(targets_of(prepared({"198.18.0.4", "-iL", "list"})), (Words{"198.18.0.4", "198.18.0.5", "198.18.0.6"}));
  EXPECT_EQ(targets_of(prepared({"198.18.0.4-7", "--excludefile", "list"})), (Words{"198.18.0.4", "198.18.0.7"}));
  EXPECT_EQ(targets_of(prepared({"198.18.0.4-7", "--exclude", "198.18.0.5,198.18.0.7"})),
            (Words{"198.18.0.4", "198.18.0.6"}));
}

TEST(ScanPlan, AnExcludedNameLeavesAllItsAddressesOutUnderBothNames) {
  EXPECT_EQ(targets_of(prepared({"198.18.0.1-3", "--exclude", "dual"}, nmap)), (Words{"198.18.0.3"}));
}

TEST(ScanPlan, DiscoveryFollowsTheName) {
  EXPECT_EQ(prepared({"dual"}).plan.discovery, plan::DiscoveryPolicy::when_many);
  EXPECT_EQ(prepared({"dual"}, nmap).plan.discovery, plan::DiscoveryPolicy::always);
  EXPECT_EQ(prepared({"-PE", "dual"}).plan.discovery, plan::DiscoveryPolicy::always);
  EXPECT_EQ(prepared({"-Pn", "dual"}, nmap).plan.discovery, plan::DiscoveryPolicy::never);
}

TEST(ScanPlan, DiscoveryProbesAreNmaps) {
  EXPECT_EQ(probes_of(prepared({"dual"})), "icmp-echo; tcp-syn 443; tcp-ack 80; icmp-timestamp; ");
  EXPECT_EQ(probes_of(prepared({"-PS22,80", "-PA", "-PE", "-PE", "dual"})),
            "tcp-syn 22; tcp-syn 80; tcp-ack 80; icmp-echo; ");
  EXPECT_EQ(probes_of(prepared({"dual"}, plain_user)), "tcp-connect 80; tcp-connect 443; ");
  EXPECT_EQ(probes_of(prepared({"-PA22", "-PE", "dual"}, plain_user)), "tcp-connect 22; ");
  EXPECT_EQ(probes_of(prepared({"-PE", "dual"}, plain_user)), "tcp-connect 80; tcp-connect 443; ");
}

TEST(ScanPlan, TheTechniqueFollowsWhatIsAllowed) {
  EXPECT_EQ(techniques_of(prepared({"dual"})), "tcp-syn 21-23,80,443");
  EXPECT_EQ(techniques_of(prepared({"-sT", "dual"})), "tcp-connect 21-23,80,443");
  const auto fallback = prepared({"dual"}, plain_user);
  EXPECT_EQ(techniques_of(fallback), "tcp-connect 21-23,80,443");
  EXPECT_FALSE(fallback.plan.privileged);
  EXPECT_THAT(fallback.notices, testing::ElementsAre(model::Remark{RemarkCode::connects_instead}));
  EXPECT_THAT(prepared({"dual"}, nmap_plain_user).notices, testing::IsEmpty());
  EXPECT_THAT(prepared({"-sT", "dual"}, plain_user).notices, testing::IsEmpty());
  EXPECT_EQ(error_of({"-sS", "dual"}, nmap_plain_user), "You requested a scan type which requires root privileges.");
  EXPECT_EQ(error_of({"-sS", "dual"}, plain_user),
            "-sS sends raw packets, which needs CAP_NET_RAW; run it as root, or use -sT, which needs nothing");
  EXPECT_EQ(error_of({"-sU", "dual"}, plain_user),
            "-sU sends raw packets, which needs CAP_NET_RAW; run it as root, or ask TCP ports by -sT, which needs "
            "nothing");
}

TEST(ScanPlan, TheWayToHostsIsAskedByRawPackets) {
  EXPECT_FALSE(prepared({"dual"}).plan.traceroute);
  EXPECT_TRUE(prepared({"--traceroute", "dual"}).plan.traceroute);
  EXPECT_TRUE(prepared({"--traceroute", "-sn", "dual"}).plan.traceroute);
  EXPECT_TRUE(prepared({"--traceroute", "-sT", "dual"}).plan.traceroute);
  EXPECT_FALSE(prepared({"--traceroute", "-sL", "dual"}, plain_user).plan.traceroute) << "a list asks nobody";
  EXPECT_EQ(error_of({"--traceroute", "-sT", "dual"}, plain_user),
            "--traceroute sends raw packets, which needs CAP_NET_RAW; run it as root, or leave it out");
  EXPECT_EQ(error_of({"--traceroute", "--unprivileged", "dual"}, plain_user),
            "--traceroute sends raw packets, which --unprivileged declines; leave one of them out");
  EXPECT_EQ(error_of({"--traceroute", "dual"}, nmap_plain_user), "Traceroute has to be run as root");
  EXPECT_EQ(error_of({"--traceroute", "dual"}, without_routes),
            "--traceroute sends raw packets, and the kernel does not tell its routes (Address family not supported by "
            "protocol)");
}

TEST(ScanPlan, WithoutTheKernelsRoutesEverythingIsAskedByConnections) {
  const auto scan = prepared({"dual"}, without_routes);
  EXPECT_EQ(techniques_of(scan), "tcp-connect 21-23,80,443");
  EXPECT_EQ(probes_of(scan), "tcp-connect 80; tcp-connect 443; ");
  EXPECT_FALSE(scan.plan.privileged);
  const model::Remark said{RemarkCode::routes_unknown, {"EAFNOSUPPORT"}};
  EXPECT_THAT(scan.notices, testing::ElementsAre(said));
  EXPECT_THAT(prepared({"-sT", "dual"}, without_routes).notices, testing::ElementsAre(said));
  EXPECT_THAT(prepared({"-sL", "dual"}, without_routes).notices, testing::IsEmpty()) << "a list needs no routes";
  EXPECT_TRUE(prepared({"--privileged", "dual"}, without_routes).plan.privileged) << "who says so wants to see it fail";
  EXPECT_EQ(
      error_of({"-sS", "dual"}, without_routes),
      "-sS sends raw packets, and the kernel does not tell its routes (Address family not supported by protocol), "
      "by which they would go; -sT does without");
}

TEST(ScanPlan, WithoutPacketSocketsEverythingIsAskedByConnections) {
  for (const bool raw_packets : {true, false}) {
    const Case without{.raw_packets = raw_packets, .packets_missing = Error{Errc::io, "there are none", "EPERM"}};
    const auto scan = prepared({"dual"}, without);
    EXPECT_EQ(techniques_of(scan), "tcp-connect 21-23,80,443");
    EXPECT_EQ(probes_of(scan), "tcp-connect 80; tcp-connect 443; ");
    EXPECT_FALSE(scan.plan.privileged);
    const model::Remark said{RemarkCode::packets_refused, {"EPERM"}};
    EXPECT_THAT(scan.notices, testing::ElementsAre(said));
    EXPECT_THAT(prepared({"-sT", "dual"}, without).notices, testing::ElementsAre(said));
    EXPECT_THAT(prepared({"-sL", "dual"}, without).notices, testing::IsEmpty());
    EXPECT_EQ(error_of({"-sS", "dual"}, without),
              "-sS sends raw packets, and packet sockets are refused here (Operation not permitted), by which they "
              "would go; -sT does without");
    EXPECT_EQ(prepared({"--privileged", "dual"}, without).plan.privileged, raw_packets);
  }
}

// No right makes up for them, so nobody is sent for one.
TEST(ScanPlan, WithoutTheKernelsRoutesRootIsNoBetterOff) {
  const Case plain_without{.raw_packets = false, .routes_missing = without_routes.routes_missing};
  const model::Remark said{RemarkCode::routes_unknown, {"EAFNOSUPPORT"}};
  EXPECT_THAT(prepared({"dual"}, plain_without).notices, testing::ElementsAre(said));
  EXPECT_EQ(error_of({"-sS", "dual"}, plain_without), error_of({"-sS", "dual"}, without_routes));
  EXPECT_EQ(error_of({"-sS", "--unprivileged", "dual"}, plain_without), error_of({"-sS", "dual"}, without_routes));
  EXPECT_EQ(error_of({"-sF", "dual"}, without_routes),
            "-sF sends raw packets, and the kernel does not tell its routes (Address family not supported by "
            "protocol), by which they would go; -sT does without");
  for (const bool raw_packets : {true, false}) {
    EXPECT_EQ(error_of({"-sS", "dual"}, {.dialect = Dialect::nmap,
                                         .raw_packets = raw_packets,
                                         .routes_missing = without_routes.routes_missing}),
              "You requested a scan type which requires raw packets, and the kernel does not tell its routes (Address "
              "family not supported by protocol).");
  }
}

TEST(ScanPlan, AnErrorKeepsItsCauseWhereverTheNameStands) {
  for (const Words& line : {Words{"--exclude", "nosuch", "198.18.0.9"}, Words{"198.18.0.9", "--excludefile", "gone"}}) {
    const auto result = prepare(line);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().cause, "no-such-name") << result.error().message;
  }
}

TEST(ScanPlan, ByConnectionsHostsAreStillFoundWithRawPacketsWhereAllowed) {
  EXPECT_TRUE(prepared({"-sT", "dual"}).plan.privileged);
  EXPECT_EQ(probes_of(prepared({"-sT", "dual"})), probes_of(prepared({"dual"})));
  EXPECT_EQ(probes_of(prepared({"-sT", "dual"}, plain_user)), "tcp-connect 80; tcp-connect 443; ");
}

TEST(ScanPlan, AsManyPortsOfAStateAreListedAsNmapLists) {
  EXPECT_EQ(prepared({"dual"}).plan.list_limit, 25U);
  EXPECT_EQ(prepared({"-vv", "dual"}).plan.list_limit, 75U);
  EXPECT_EQ(prepared({"-d", "dual"}).plan.list_limit, 550U);
  EXPECT_EQ(prepared({"-d3", "dual"}).plan.list_limit, 65536U);
}

TEST(ScanPlan, PortsComeFromTheListTheCatalogueOrBoth) {
  EXPECT_EQ(techniques_of(prepared({"dual"})), "tcp-syn 21-23,80,443");
  EXPECT_EQ(techniques_of(prepared({"--top-ports", "2", "dual"})), "tcp-syn 80,443");
  EXPECT_EQ(techniques_of(prepared({"-p", "1-79,443", "--top-ports", "2", "dual"})), "tcp-syn 22,443");
  EXPECT_EQ(techniques_of(prepared({"-p-", "dual"})), "tcp-syn 1-65535");
  EXPECT_EQ(techniques_of(prepared({"-p", "1-10", "--exclude-ports", "3-5", "dual"})), "tcp-syn 1-2,6-10");
}

TEST(ScanPlan, IpProtocolsAreAllUnlessSomeAreNamed) {
  EXPECT_EQ(techniques_of(prepared({"-sO", "dual"})), "ip-protocol 0-255");
  EXPECT_EQ(techniques_of(prepared({"-sO", "-F", "dual"})), "ip-protocol 0-145,253-254");
  EXPECT_EQ(techniques_of(prepared({"-sO", "-p", "1,udp,P:gre", "dual"})), "ip-protocol 1,17,47");
  EXPECT_EQ(techniques_of(prepared({"-sO", "--exclude-ports", "1-254", "dual"})), "ip-protocol 0,255");
  EXPECT_EQ(techniques_of(prepared({"-sO", "--top-ports", "3", "dual"}, nmap)), "ip-protocol 0-255");
  EXPECT_EQ(error_of({"-sO", "--top-ports", "3", "dual"}),
            "--top-ports: nobody counts which IP protocols are common; -F asks those that are assigned");
  EXPECT_THAT(error_of({"-sO", "-p", "256", "dual"}), testing::HasSubstr("IP protocols go from 0 to 255"));
}

TEST(ScanPlan, IpProtocolsAreAskedAlone) {
  for (const Words& line : {Words{"-sO", "-sS", "dual"}, Words{"-sS", "-sO", "dual"}}) {
    EXPECT_EQ(error_of(line), "-sO asks IP protocols and -sS asks ports; make two scans of it");
    EXPECT_EQ(error_of(line, nmap),
              "Sorry, the IPProtoscan (-sO) must currently be used alone rather than combined with other scan types.");
  }
  EXPECT_EQ(error_of({"-p", "P:6", "dual"}), "-p names only IP protocols, which nothing here asks: add -sO");
  EXPECT_THAT(prepared({"-p", "T:80,P:6", "dual"}).notices,
              testing::ElementsAre(model::Remark{RemarkCode::other_protocol, {"ip"}}));
  EXPECT_THAT(prepared({"-sO", "-p", "T:80", "dual"}, nmap).notices,
              testing::ElementsAre(model::Remark{RemarkCode::no_ip_protocols}));
}

TEST(ScanPlan, HostsAreFoundByTheIpProtocolsThatAreNamed) {
  const auto asked = [](const Words& line) { return prepared(line).plan.discovery_probes; };
  using Probes = std::vector<plan::DiscoveryProbe>;
  const auto probes = [](std::initializer_list<std::uint16_t> protocols) {
    Probes all;
    for (const std::uint16_t protocol : protocols) all.push_back({"ip-protocol", net::Port{protocol}});
    return all;
  };
  EXPECT_EQ(asked({"-sn", "-PO", "dual"}), probes({1, 2, 4}));
  EXPECT_EQ(asked({"-sn", "-PO6,igmp", "dual"}), probes({2, 6}));
  EXPECT_THAT(error_of({"-sn", "-PO300", "dual"}), testing::HasSubstr("-PO: '300' is no IP protocol"));
  EXPECT_THAT(error_of({"-sn", "-POT:80", "dual"}), testing::StartsWith("-PO: IP protocols have numbers"));
}

TEST(ScanPlan, NoPortLeftIsAnErrorAndUnderTheNameNmapAWarning) {
  EXPECT_EQ(error_of({"-p", "1", "--exclude-ports", "1", "dual"}),
            "no TCP port is left to ask; look at -p and --exclude-ports");
  const auto scan = prepared({"-p", "U:53", "dual"}, nmap);
  EXPECT_EQ(scan.plan.depth, plan::ScanDepth::ping);
  EXPECT_THAT(scan.notices, testing::ElementsAre(model::Remark{RemarkCode::other_protocol, {"udp"}},
                                                 model::Remark{RemarkCode::no_tcp_ports}));
}

TEST(ScanPlan, TimingIsATemplateWithSingleThingsChanged) {
  const auto timing = [](const Words& line, Case given = {}) { return prepared(line, given).plan.timing; };
  EXPECT_EQ(timing({"dual", "--max-retries", "2", "-T4"}).level, 4);
  EXPECT_EQ(timing({"dual", "--max-retries", "2", "-T4"}).max_retries, 2);
  EXPECT_EQ(timing({"dual", "--scan-delay", "5ms"}).scan_delay, 5ms);
  EXPECT_EQ(timing({"dual", "--host-timeout", "3"}).host_timeout, Duration{3s});
  EXPECT_EQ(timing({"dual", "-T5", "--host-timeout", "0"}).host_timeout, std::nullopt);
  EXPECT_EQ(timing({"dual", "--min-rate", "10", "--max-rate", "20"}).max_rate, 20.0);
}

TEST(ScanPlan, RoundTripBoundsGiveWayToWhatIsSaid) {
  const auto bounds = [](const Words& line, Case given = {}) {
    const auto timing = prepared(line, given).plan.timing;
    return std::vector<Duration>{timing.min_rtt_timeout, timing.initial_rtt_timeout, timing.max_rtt_timeout};
  };
  EXPECT_EQ(bounds({"dual", "--max-rtt-timeout", "50ms"}), (std::vector<Duration>{50ms, 50ms, 50ms}));
  EXPECT_EQ(bounds({"dual", "--min-rtt-timeout", "20s"}), (std::vector<Duration>{20s, 20s, 20s}));
  EXPECT_EQ(bounds({"dual", "--initial-rtt-timeout", "20s"}), (std::vector<Duration>{100ms, 20s, 20s}));
  EXPECT_THAT(error_of({"dual", "--min-rtt-timeout", "5s", "--max-rtt-timeout", "1s"}),
              testing::HasSubstr("contradict"));
  EXPECT_EQ(bounds({"dual", "--min-rtt-timeout", "5s", "--max-rtt-timeout", "1s"}, nmap),
            (std::vector<Duration>{5s, 5s, 5s}));
}

TEST(ScanPlan, WhatDoesNotGoTogetherIsRefused) {
  EXPECT_EQ(error_of({"-sn", "-sS", "dual"}), "-sn asks no ports, so it cannot go with -sS");
  EXPECT_EQ(error_of({"-sL", "-p80", "dual"}), "-sL asks no ports, so it cannot go with -p");
  EXPECT_EQ(error_of({"-sS", "-sT", "dual"}), "-sS and -sT are two ways to ask the same TCP ports; choose one");
  EXPECT_EQ(error_of({"-F", "-p80", "dual"}),
            "-F and -p both choose ports; --top-ports 100 with -p takes the most common of those given");
  EXPECT_EQ(error_of({"-4", "-6", "dual"}), "-4 and -6 exclude each other; without both, all addresses are scanned");
  EXPECT_EQ(error_of({"--min-rate", "20", "--max-rate", "10", "dual"}), "--min-rate 20 is above --max-rate 10");
}

TEST(ScanPlan, WhatPacketsLookLikeIsForThoseThatBuildThem) {
  EXPECT_EQ(prepared({"--ttl", "3", "--scanflags", "SYNFIN", "dual"}).plan.dress.hop_limit, 3);
  EXPECT_EQ(error_of({"-sT", "--ttl", "3", "dual"}),
            "--ttl is about packets that a scan builds itself, and -sT asks by connections of the kernel's");
  EXPECT_EQ(prepared({"-f", "dual"}).plan.dress.fragment, 8);
  EXPECT_EQ(prepared({"-f", "-f", "dual"}).plan.dress.fragment, 16);
  EXPECT_EQ(prepared({"--ff", "dual"}).plan.dress.fragment, 16);
  EXPECT_EQ(prepared({"--mtu", "24", "dual"}).plan.dress.fragment, 24);
  EXPECT_EQ(prepared({"--ip-options", "R", "dual"}).plan.dress.ip_options.size(), 40U);
  EXPECT_TRUE(prepared({"-sY", "-p", "80", "--adler32", "dual"}).plan.dress.adler32);
  EXPECT_EQ(error_of({"--mtu", "12", "dual"}), "--mtu: '12' is no multiple of eight");
  EXPECT_EQ(error_of({"-6", "--ip-options", "R", "dual"}), "--ip-options stand in IPv4's header, and -6 scans by IPv6");
  EXPECT_EQ(error_of({"-sU", "--scanflags", "SYN", "dual"}),
            "--scanflags sets the flags of TCP, and no TCP ports are asked");
  for (const Words& line : {Words{"--badsum", "dual"}, {"-sn", "-g", "53", "dual"}}) {
    EXPECT_THAT(error_of(line, plain_user),
                testing::EndsWith("is about raw packets, which need CAP_NET_RAW; run it as root, or leave it out"));
  }
  EXPECT_EQ(error_of({"-sL", "--badsum", "dual"}, plain_user), "no error") << "nothing is sent";
  EXPECT_EQ(error_of({"-sT", "--ttl", "3", "dual"}, nmap), "no error") << "programs pass such options blindly";
}

TEST(ScanPlan, PatienceWithLimitsCanBeDeclined) {
  EXPECT_GT(prepared({"dual"}).plan.timing.limiter_patience, Duration::zero());
  EXPECT_EQ(prepared({"--defeat-rst-ratelimit", "dual"}).plan.timing.limiter_patience, Duration::zero());
}

// Another question in its place would be no answer to what was asked for.
TEST(ScanPlan, ADiscoveryQuestionThatCannotBePutIsRefused) {
  EXPECT_EQ(error_of({"-PUT:53", "dual"}), "-PU: 'T:53' names no UDP port");
  EXPECT_EQ(error_of({"-PYU:53", "dual"}), "-PY: 'U:53' names no SCTP port");
  EXPECT_THAT(error_of({"-Pn", "-PU65536", "dual"}), testing::StartsWith("-PU: "));
  for (const char* option : {"-PU", "-PY"}) {
    EXPECT_EQ(error_of({option, "dual"}, plain_user),
              std::string{option} + " sends raw packets, which needs CAP_NET_RAW; run it as root, or use -PS");
    EXPECT_EQ(error_of({"-Pn", option, "dual"}, plain_user), "no error") << "nobody is asked";
  }
}

TEST(ScanPlan, WhoAsksByConnectionsInsteadOfPingsIsTold) {
  const model::Remark told{RemarkCode::connects_for_discovery};
  for (const Words& line : {Words{"-PE", "dual"}, {"-PE", "-PS80", "dual"}, {"-PS80", "-PM", "dual"}}) {
    EXPECT_THAT(prepared(line, plain_user).notices, testing::Contains(told));
    EXPECT_THAT(prepared(line).notices, testing::IsEmpty());
  }
  EXPECT_THAT(prepared({"-PS80", "dual"}, plain_user).notices, testing::Not(testing::Contains(told)));
}

TEST(ScanPlan, ErrorsSayWhere) {
  EXPECT_EQ(error_of({"-p", "70000", "dual"}), "-p: '70000' is no port; ports go from 0 to 65535");
  EXPECT_EQ(error_of({"-p", "1-70000", "dual"}),
            "-p: the port list '1-70000' has '70000', which is no port; ports go from 0 to 65535");
  EXPECT_THAT(error_of({"--exclude-ports", "3-1", "dual"}), testing::StartsWith("--exclude-ports: "));
  EXPECT_THAT(error_of({"-PSabc/", "dual"}), testing::StartsWith("-PS: "));
  EXPECT_THAT(error_of({"--exclude", "198.18.0.1/99", "dual"}), testing::StartsWith("--exclude: "));
  EXPECT_THAT(error_of({"--excludefile", "bad", "dual"}), testing::StartsWith("--excludefile bad: "));
  EXPECT_THAT(error_of({"-iL", "bad"}), testing::StartsWith("bad: "));
  EXPECT_EQ(error_of({"-iL", "nowhere"}), "cannot read 'nowhere'");
}

TEST(ScanPlan, ANameWithoutAddressIsLeftOutUnlessItIsTheLast) {
  const auto scan = prepared({"nosuch", "198.18.0.9"});
  ASSERT_EQ(scan.left_out.size(), 1U);
  EXPECT_EQ(scan.left_out[0].code, RemarkCode::unresolved);
  EXPECT_EQ(scan.left_out[0].text(1), "nosuch");
  EXPECT_EQ(scan.left_out[0].text(2), "no-such-name");
  EXPECT_EQ(scan.left_out[0].text(3), "nosuch");
  EXPECT_EQ(targets_of(scan), Words{"198.18.0.9"});
  EXPECT_THAT(error_of({"nosuch"}), testing::HasSubstr("nosuch"));
  EXPECT_THAT(error_of({"--exclude", "nosuch", "198.18.0.9"}), testing::StartsWith("--exclude: "));
}

TEST(ScanPlan, UnderTheNameNmapSenselessTargetsAreLeftOutToo) {
  const auto scan = prepared({"nosuch", "198.18.0.300"}, nmap);
  ASSERT_EQ(scan.left_out.size(), 2U);
  EXPECT_EQ(scan.left_out[0].text(1), "nosuch");
  EXPECT_EQ(scan.left_out[1].text(1), "198.18.0.300");
  EXPECT_TRUE(scan.plan.targets.empty());
}

TEST(ScanPlan, UnderTheNameNmapAPrefixThatIsTooLongIsOneHost) {
  const auto scan = prepared({"198.18.0.1/33", "10.1/99", "198.18.0.8/31"}, nmap);
  EXPECT_EQ(targets_of(scan), (Words{"198.18.0.1", "10.0.0.1", "198.18.0.8", "198.18.0.9"}));
  ASSERT_EQ(scan.notices.size(), 2U);
  EXPECT_EQ(scan.notices[0].text(0), "Illegal netmask in \"198.18.0.1/33\". Assuming /32 (one host)");
  const auto v6 = prepared({"-6", "2001:db8::1/129", "dual/128"}, nmap);
  EXPECT_EQ(targets_of(v6), (Words{"2001:db8::1"}));
  EXPECT_THAT(v6.notices, testing::IsEmpty());
  for (const char* wrong :
       {"198.18.0.1/", "198.18.0.1/x", "198.18.0.1/-1", "198.18.0.1/33/4", "198.18.0.1/99999999999"}) {
    EXPECT_EQ(prepared({wrong}, nmap).left_out.size(), 1U) << wrong;
  }
  EXPECT_THAT(error_of({"198.18.0.1/33"}), testing::HasSubstr("prefix length above 32"));
  EXPECT_THAT(error_of({"198.18.0.1", "--exclude", "198.18.0.1/33"}, nmap), testing::HasSubstr("above 32"));
}

TEST(ScanPlan, UnderTheNameNmapWhatIsUnusualIsATarget) {
  EXPECT_EQ(targets_of(prepared({"10.1", "10.0.2", "010.0.0.3", "0.0.0.0"}, nmap)),
            (Words{"10.0.0.1", "10.0.0.2", "10.0.0.3", "0.0.0.0"}));
  EXPECT_EQ(targets_of(prepared({"-6", "::", "::ffff:198.18.0.9"}, nmap)), (Words{"::", "::ffff:198.18.0.9"}));
  EXPECT_EQ(targets_of(prepared({"198.18.0.8-9", "--exclude", "198.18.9"}, nmap)), (Words{"198.18.0.8"}));
  EXPECT_THAT(error_of({"10.1"}), testing::HasSubstr("four octets"));
  EXPECT_THAT(error_of({"010.0.0.3"}), testing::HasSubstr("zero in front"));
  EXPECT_THAT(error_of({"0.0.0.0"}), testing::HasSubstr("no host"));
  EXPECT_THAT(error_of({"::"}), testing::HasSubstr("no host"));
  EXPECT_THAT(error_of({"::ffff:198.18.0.9"}), testing::HasSubstr("written as IPv6"));
  EXPECT_THAT(error_of({"198.18.0.1", "--exclude", "10.1"}), testing::HasSubstr("four octets"));
  EXPECT_THAT(error_of({"198.18.0.1", "--exclude", "010.0.0.3"}, nmap), testing::HasSubstr("zero in front"));
}

TEST(ScanPlan, ExclusionsOfTheOtherFamilyAreOfNoMatter) {
  for (const Case& dialect : {Case{}, nmap}) {
    EXPECT_EQ(targets_of(prepared({"198.18.0.1", "--exclude", "2001:db8::1"}, dialect)), (Words{"198.18.0.1"}));
    EXPECT_EQ(targets_of(prepared({"-6", "2001:db8::1", "--exclude", "198.18.0.1"}, dialect)), (Words{"2001:db8::1"}));
  }
}

TEST(ScanPlan, CommasInAFileBelongToOctetsUnderTheNameNmap) {
  const Words excluding{"198.18.0.0/30", "--excludefile", "commas"};
  EXPECT_THAT(error_of(excluding, nmap), testing::HasSubstr("--excludefile commas: '198.18.0.1,198.18.0.2'"));
  EXPECT_EQ(targets_of(prepared(excluding)), (Words{"198.18.0.0", "198.18.0.3"}));
  EXPECT_EQ(prepared({"-iL", "commas"}, nmap).left_out.size(), 1U);
  for (const Case& dialect : {Case{}, nmap}) {
    EXPECT_EQ(targets_of(prepared({"198.18.0.0/30", "--excludefile", "octets"}, dialect)),
              (Words{"198.18.0.0", "198.18.0.3"}));
  }
}

TEST(ScanPlan, AFileOfTargetsIsAddedToTheLineOrUnderTheNameNmapReadInItsPlace) {
  EXPECT_EQ(targets_of(prepared({"198.18.0.9", "-iL", "list"})), (Words{"198.18.0.9", "198.18.0.5", "198.18.0.6"}));
  EXPECT_EQ(targets_of(prepared({"198.18.0.9", "-iL", "list"}, nmap)), (Words{"198.18.0.5", "198.18.0.6"}));
}

TEST(ScanPlan, NoTargetsAreAnErrorUnderTheOwnName) {
  EXPECT_THAT(error_of({}), testing::StartsWith("no targets"));
  EXPECT_TRUE(prepare({}, nmap));
}

TEST(ScanPlan, OfAScanThatGoesOnWhatIsToldIsNotAskedAgain) {
  const auto rest = [](const Words& line, Words told, Dialect dialect = Dialect::portolan) {
    return targets_of(prepared(line, {.dialect = dialect, .told = std::move(told)}));
  };
  EXPECT_EQ(
      rest({"198.18.0.4-7", "fe80::1%eth0", "fe80::1%wlan0", "--exclude", "198.18.0.7"}, {"198.18.0.5", "fe80::1%3"}),
      (Words{"198.18.0.4", "198.18.0.6", "fe80::1%4"}));
  // Its first address is all that nmap asks of a name.
  EXPECT_EQ(rest({"dual"}, {"198.18.0.1"}, Dialect::nmap), Words{});
  // Cut off when all were done, it has nothing to do but to end.
  EXPECT_EQ(rest({"198.18.0.4-5"}, {"198.18.0.4", "198.18.0.5"}), Words{});
  // Whom -PP can ask is done.
  EXPECT_EQ(rest({"-PP", "198.18.0.4", "2001:db8::1"}, {"198.18.0.4"}), Words{"2001:db8::1"});
}

TEST(ScanPlan, EverythingExcludedIsAnErrorUnderTheOwnName) {
  EXPECT_EQ(error_of({"198.18.0.0/30", "--exclude", "198.18.0.0/24"}),
            "every target is excluded, so nothing is left to scan; look at --exclude");
  EXPECT_EQ(error_of({"198.18.0.5", "--excludefile", "list"}),
            "every target is excluded, so nothing is left to scan; look at --excludefile");
  EXPECT_EQ(error_of({"198.18.0.4-5", "--exclude", "198.18.0.4", "--excludefile", "list"}),
            "every target is excluded, so nothing is left to scan; look at --exclude and --excludefile");
  EXPECT_EQ(prepared({"198.18.0.0/30", "--exclude", "198.18.0.0/24"}, nmap).plan.targets.size(), 0U);
}

TEST(ScanPlan, DiscoveryThatAsksNobodyIsRefused) {
  for (const Case& dialect : {Case{}, nmap}) {
    for (const char* option : {"-PM", "-PP"}) {
      EXPECT_EQ(error_of({option, "-6", "2001:db8::1"}, dialect),
                std::string{option} + " asks over IPv4 only, so it asks none of the IPv6 targets; ask by -PE instead");
      EXPECT_THAT(error_of({option, "-PE", "-6", "2001:db8::1"}, dialect), testing::HasSubstr("IPv4 only"));
    }
  }
  EXPECT_THAT(error_of({"-PM", "-PP", "2001:db8::1"}), testing::HasSubstr("IPv4 only"));
  EXPECT_EQ(error_of({"-PM", "-PE", "2001:db8::1"}), "no error");
  EXPECT_EQ(error_of({"-PM", "2001:db8::1", "198.18.0.1"}), "no error");
  EXPECT_EQ(error_of({"-PM", "-Pn", "2001:db8::1"}), "no error");
}

TEST(ScanPlan, ALinkLocalAddressHasItsLinkWhereThereIsOneOnly) {
  const Case one{.links = {"eth0"}};
  EXPECT_EQ(targets_of(prepared({"fe80::1", "fe80::2/127", "fe80::9%wlan0", "2001:db8::1"}, one)),
            (Words{"fe80::1%3", "fe80::2%3", "fe80::3%3", "fe80::9%4", "2001:db8::1"}));
  EXPECT_EQ(targets_of(prepared({"-6", "fe80::1"}, {.dialect = Dialect::nmap, .links = {"eth0"}})),
            (Words{"fe80::1%3"}));
  EXPECT_EQ(targets_of(prepared({"fe80::1", "-e", "wlan0"})), (Words{"fe80::1%4"}));
  for (const Case& several : {Case{}, nmap}) {
    EXPECT_EQ(error_of({"-6", "fe80::1", "-n"}, several),
              "fe80::1 is an address on one link, and there are several; write fe80::1%eth0 or fe80::1%wlan0");
  }
  const std::string senseless = "fe80::1/\x1b[2J";
  EXPECT_THAT(error_of({"-6", senseless}), testing::HasSubstr("'fe80::1/\\x1B[2J'")) << "it is wrong with a link, too";
  EXPECT_EQ(prepared({"-6", senseless}, nmap).left_out.size(), 1U);
  EXPECT_EQ(error_of({"-sL", "fe80::1"}), "no error");
  EXPECT_EQ(targets_of(prepared({"fe80::1-2.example", "fe80::1"}, {.dialect = Dialect::nmap, .links = {}})), (Words{}))
      << "under that name IPv4 is meant";
}

TEST(ScanPlan, NeighboursAreTargetsBesideThoseThatAreNamed) {
  const auto fe80 = net::IpAddress::parse("fe80::1%3").value();
  const auto global = net::IpAddress::parse("2001:db8::5").value();
  const Case two{.neighbours = std::vector{fe80, global}};
  EXPECT_EQ(targets_of(prepared({"--discover-link"}, two)), (Words{"fe80::1%3", "2001:db8::5"}));
  EXPECT_EQ(targets_of(prepared({"--discover-link", "--exclude", "2001:db8::5", "198.18.0.1"}, two)),
            (Words{"198.18.0.1", "fe80::1%3"}));
  EXPECT_EQ(targets_of(prepared({"--discover-link", "-e", "wlan0"}, two)), (Words{"fe80::7%4"}));
  EXPECT_EQ(error_of({"--discover-link"}), "--discover-link: nobody answers on eth0, wlan0");
  EXPECT_EQ(error_of({"--discover-link"}, {.links = {}}),
            "--discover-link: no link here has IPv6, so there are no neighbours to be asked");
  EXPECT_EQ(
      error_of({"--discover-link"}, {.neighbours = fail(Errc::privilege, "no")}),
      "--discover-link pings all nodes of a link at once, which needs CAP_NET_RAW; run it as root, or name hosts");
  EXPECT_EQ(error_of({"--discover-link"}, {.neighbours = fail(Errc::limit, "too many")}), "--discover-link: too many");
  EXPECT_EQ(error_of({"--discover-link", "-sL"}, two),
            "-sL sends nothing to targets, and --discover-link asks all on a link; leave one of them out");
  EXPECT_EQ(error_of({"--discover-link", "-4"}, two),
            "--discover-link finds neighbours over IPv6, which -4 leaves out");
}

TEST(ScanPlan, WhatIsNotSeenIsShownWhereverItStands) {
  EXPECT_THAT(error_of({"198.18.0.1\u200b"}), testing::HasSubstr("'198.18.0.1\\u{200B}'"));
  EXPECT_THAT(error_of({"-p", "22\u00a0", "198.18.0.1"}), testing::HasSubstr("22\\u{00A0}"));
  EXPECT_THAT(error_of({"-p", "ssh\u200b", "198.18.0.1"}), testing::HasSubstr("ssh\\u{200B}"));
  EXPECT_THAT(error_of({"--exclude", "198.18.0.1,\ufeff198.18.0.3", "198.18.0.2"}), testing::HasSubstr("FEFF"));
  EXPECT_THAT(error_of({"--max-rate", "10\u200b", "198.18.0.2"}), testing::HasSubstr("'10\\u{200B}'"));
  EXPECT_THAT(error_of({"--host-timeout", "5s\u00a0", "198.18.0.2"}), testing::HasSubstr("'5s\\u{00A0}'"));
  EXPECT_THAT(error_of({"-T", "4\u200b", "198.18.0.2"}), testing::HasSubstr("'4\\u{200B}'"));
  EXPECT_THAT(error_of({"--open\u200b", "198.18.0.2"}), testing::HasSubstr("--open\\u{200B}"));
}

TEST(ScanPlan, ContradictionsAreRefusedUnderTheOwnName) {
  EXPECT_EQ(error_of({"-F", "--top-ports", "5", "198.18.0.1"}),
            "-F and --top-ports both say how many ports; -F is --top-ports 100");
  EXPECT_EQ(error_of({"--privileged", "--unprivileged", "198.18.0.1"}),
            "--privileged and --unprivileged contradict each other; choose one");
  EXPECT_EQ(error_of({"-F", "--top-ports", "5", "--privileged", "--unprivileged", "198.18.0.1"}, nmap), "no error");
}

TEST(ScanPlan, DecliningRawPacketsIsNotLackingThem) {
  EXPECT_EQ(error_of({"-sS", "--unprivileged", "198.18.0.1"}, plain_user),
            "-sS sends raw packets, which --unprivileged declines; leave that out, or use -sT");
  EXPECT_TRUE(prepared({"--unprivileged", "198.18.0.1"}, plain_user).notices.empty());
  EXPECT_FALSE(prepared({"198.18.0.1"}, plain_user).notices.empty());
}

TEST(ScanPlan, WithoutATcpPortTheReasonIsSaid) {
  EXPECT_EQ(error_of({"-p", "U:53", "198.18.0.1"}), "-p names only UDP ports, which nothing here asks: add -sU");
  EXPECT_EQ(error_of({"-sU", "-p", "T:53", "198.18.0.1"}), "-p names only TCP ports, which nothing here asks: add -sS");
  EXPECT_EQ(error_of({"-p", "S:9", "198.18.0.1"}), "-p names only SCTP ports, which nothing here asks: add -sY");
  for (const char* prefixed : {"T:80", "U:53", "S:9"}) {
    EXPECT_EQ(error_of({"-sO", "-p", prefixed, "198.18.0.1"}),
              "-p: IP protocols have numbers from 0 to 255 and no prefix, as in 1,6,47 (T:, U: and S: stand before "
              "ports)");
  }
  EXPECT_EQ(error_of({"-p", "P:6", "198.18.0.1"}), "-p names only IP protocols, which nothing here asks: add -sO");
  EXPECT_EQ(error_of({"-sS", "-p", "P:6", "198.18.0.1"}),
            "-p names only IP protocols, which nothing here asks: ask by -sO, in a scan of its own");
  EXPECT_EQ(error_of({"-p", "[60000-]", "198.18.0.1"}),
            "-p: the port list '[60000-]' has no registered port in its brackets; leave the [] out to take "
            "unregistered ones too");
}

TEST(ScanPlan, WhatIsWrongIsSaidOfTheOptionThatWasWritten) {
  for (const Words& option :
       {Words{"--version-intensity", "3"}, Words{"--version-light"}, Words{"--version-all"}, Words{"--version-trace"},
        Words{"--script-trace"}, Words{"--allports"}, Words{"--save-unknown", "u"},
        Words{"--max-connections-per-host", "3"}, Words{"--fingerprints", "dir"}, Words{"--ask-industrial"}}) {
    Words line = option;
    line.insert(line.end(), {"--version-all", "198.18.0.1"});
    EXPECT_EQ(error_of(line), option.front() + " is about -sV, which is not given");
  }
  EXPECT_EQ(error_of({"-F", "--port-ratio", "0.1", "198.18.0.1"}),
            "-F and --port-ratio both say how many ports; -F is --top-ports 100");
  EXPECT_THAT(error_of({"-sO", "--port-ratio", "0.1", "198.18.0.1"}), testing::StartsWith("--port-ratio: nobody"));
  for (const char* option : {"-sn", "-sP"}) {
    EXPECT_EQ(error_of({option, "-p", "1", "198.18.0.1"}),
              std::string{option} + " asks no ports, so it cannot go with -p");
    EXPECT_EQ(error_of({option, "-sV", "198.18.0.1"}),
              std::string{option} + " asks no ports, so it cannot go with -sV");
  }
  for (const char* option : {"-PA", "-PT", "-PB"}) {
    EXPECT_THAT(error_of({option + std::string{"70000"}, "198.18.0.1"}),
                testing::StartsWith(std::string{option} + ": "));
  }
}

}  // namespace
}  // namespace portolan::cli
