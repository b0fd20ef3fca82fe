#include "explain/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/escape.h"
#include "explain/ladder.h"
#include "explain/offline.h"
#include "explain/steps.h"
#include "probe/registry.h"
#include "wire/build.h"
#include "wire/protocol.h"

namespace portolan::explain {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

net::IpAddress address(std::string_view text) { return net::IpAddress::parse(text).value(); }

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

std::size_t widest(std::string_view page) {
  std::size_t most = 0;
  for (const std::string_view line : lines_of(page)) most = std::max(most, display_width(line));
  return most;
}

Question about_port(const probe::Probe& probe, std::uint16_t port, std::string_view target = "198.18.0.2") {
  return {.target = address(target), .port = net::Port{port}, .probe = &probe};
}

std::string offline(const Question& question, World world, const Facts& facts = {}) {
  return page_of(story_offline(question, world).value(), facts);
}

// The line of the ways in which it could have gone that is marked.
std::string marked(std::string_view page) {
  std::string found;
  for (const std::string_view line : lines_of(page)) {
    if (line.starts_with("  => ")) found += found.empty() ? std::string{line} : "\n" + std::string{line};
  }
  return found;
}

TEST(Page, AnOpenPortIsALadderOfThreePackets) {
  const std::string page = offline(about_port(probe::tcp_syn, 22), World::open,
                                   {.service = "ssh", .description = "The Secure Shell (SSH) Protocol"});
  EXPECT_THAT(page, HasSubstr("Port 22/tcp of 198.18.0.2, asked by tcp-syn\n"
                              "In the simulator: nothing was sent over any network.\n"));
  EXPECT_THAT(page, HasSubstr("                198.18.0.1                                            198.18.0.2\n"
                              "                this machine                                         port 22/tcp\n"));
  EXPECT_THAT(page, HasSubstr(" 1    0.000 ms  |--- SYN ----------------------------------------------------->|\n"));
  EXPECT_THAT(page, HasSubstr(" ms  |<------------------------------------------------ SYN, ACK ---|\n"));
  EXPECT_THAT(page, HasSubstr(" 3              |- - RST - - - - - - - - - - - - - - - - - - - - - - - - - - ->|\n"));
  EXPECT_THAT(page, HasSubstr("<mss 1460>, ttl 64"));
  EXPECT_THAT(page, HasSubstr("Result: port 22/tcp is open (syn-ack)\n"));
  EXPECT_THAT(marked(page), HasSubstr("<- SYN, ACK"));
  EXPECT_THAT(page, HasSubstr("  ssh (The Secure Shell (SSH) Protocol) is registered for 22/tcp."));
}

TEST(Page, OfAClosedPortEndsWithItsRefusal) {
  const std::string page = offline(about_port(probe::tcp_syn, 22), World::closed);
  EXPECT_THAT(page, HasSubstr(" RST, ACK ---|\n"));
  EXPECT_THAT(page, Not(HasSubstr(" 3  ")));
  EXPECT_THAT(page, HasSubstr("Result: port 22/tcp is closed (reset)\n"));
  EXPECT_THAT(page, HasSubstr("No service is registered for 22/tcp."));
}

TEST(Page, SilenceIsDrawnAndQuestionsThatComeAgainShareASentence) {
  const std::string page = offline(about_port(probe::tcp_syn, 22), World::silent);
  EXPECT_THAT(page, HasSubstr("--- SYN, again ---"));
  EXPECT_THAT(page, HasSubstr("... nothing comes back ..."));
  EXPECT_THAT(page, HasSubstr("Result: port 22/tcp is filtered (no-response)\n"));
  EXPECT_THAT(page, HasSubstr("\n  1, 2"));
  EXPECT_THAT(page, HasSubstr("sent again because no answer had come"));
  EXPECT_THAT(page, HasSubstr("so perhaps nobody is there: `portolan\n  explain 198.18.0.2` asks that."));
}

TEST(Page, OfADnsQuestionSaysWhatIsAskedAndAnswered) {
  const std::string page = offline(about_port(probe::udp, 53), World::open);
  EXPECT_THAT(page, HasSubstr("--- UDP: a DNS question ---"));
  EXPECT_THAT(page, HasSubstr("question \". NS\""));
  EXPECT_THAT(page, HasSubstr("- UDP: a DNS answer ---|"));
  EXPECT_THAT(page, HasSubstr("refused, answers: 0"));
  EXPECT_THAT(page, HasSubstr("Result: port 53/udp is open (udp-response)\n"));
}

TEST(Page, OfAClosedUdpPortTellsThatTheHostItselfSaysSo) {
  const std::string page = offline(about_port(probe::udp, 53), World::closed);
  EXPECT_THAT(page, HasSubstr("- ICMP: Port unreachable ---|"));
  EXPECT_THAT(page, HasSubstr("The host itself says that nobody listens on port 53/udp"));
  EXPECT_THAT(page, HasSubstr("Result: port 53/udp is closed (port-unreach)\n"));
}

TEST(Page, OfAHostShowsThePingAndTheSynsBehindIt) {
  const std::string page = offline({.target = address("198.18.0.2")}, World::open);
  EXPECT_THAT(page, HasSubstr("--- ICMP: Echo request ---"));
  EXPECT_THAT(page, HasSubstr("--- SYN (443) ---"));
  EXPECT_THAT(page, HasSubstr("SYN asks port 443/tcp for a connection."));
  EXPECT_THAT(page, HasSubstr("An ACK that belongs to no connection."));
  EXPECT_THAT(page, HasSubstr("Result: the host is up (echo-reply)\n"));
  EXPECT_THAT(page, HasSubstr("How portolan finds out whether a host is there"));
}

TEST(Page, OfASilentHostSaysThatItIsDown) {
  const std::string page = offline({.target = address("2001:db8::2")}, World::silent);
  EXPECT_THAT(page, HasSubstr("... nothing comes back ..."));
  EXPECT_THAT(page, HasSubstr("Result: the host is down (no-response)\n"));
}

TEST(Page, OfAnAddressOnTheLinkShowsWhoHasIt) {
  const std::string v4 = offline({.target = address("198.18.0.2"), .probe = &probe::arp}, World::open);
  EXPECT_THAT(v4, HasSubstr("--- ARP request ---"));
  EXPECT_THAT(v4, HasSubstr("198.18.0.2 is at 02:00:00:00:00:01"));
  EXPECT_THAT(v4, HasSubstr("Result: the host is up (arp-response)\n"));
  const std::string v6 = offline({.target = address("2001:db8::2"), .probe = &probe::neighbour}, World::open);
  EXPECT_THAT(v6, HasSubstr("--- neighbour solicitation ---"));
  EXPECT_THAT(v6, HasSubstr("Result: the host is up (nd-response)\n"));
}

TEST(Page, OfAConnectionShowsNothingThatNobodySaw) {
  Story story = story_offline(about_port(probe::tcp_connect, 80), World::open).value();
  EXPECT_TRUE(story.connected);
  const std::string page = page_of(story, {});
  EXPECT_THAT(page, HasSubstr("|- - SYN - - "));
  EXPECT_THAT(page, HasSubstr("- - SYN, ACK - -|"));
  EXPECT_THAT(page, HasSubstr("|- - ACK - - "));
  EXPECT_THAT(page, Not(HasSubstr("seq ")));
  EXPECT_THAT(page, Not(HasSubstr("ttl ")));
  EXPECT_THAT(page, HasSubstr("Result: port 80/tcp is open (syn-ack)\n"));
}

TEST(Page, OfASilentPortSaysThatItWasAskedAgainOnlyWhereItWasSeen) {
  const std::string asked_again = offline(about_port(probe::tcp_syn, 80), World::silent);
  EXPECT_THAT(asked_again, HasSubstr("though the question was put again"));
  const std::string connected = offline(about_port(probe::tcp_connect, 80), World::silent);
  EXPECT_THAT(connected, Not(HasSubstr("put again")));
  EXPECT_THAT(connected, HasSubstr("Nothing came back in the time that portolan waits."));
}

// The state that each technique comes to in each world.
struct Outcome {
  const probe::Probe* probe;
  std::string_view open, closed, silent, refuses;
};
const std::vector<Outcome> outcomes{
    {&probe::tcp_syn, "open", "closed", "filtered", "filtered"},
    {&probe::tcp_connect, "open", "closed", "filtered", "filtered"},
    {&probe::tcp_ack, "unfiltered", "unfiltered", "filtered", "filtered"},
    {&probe::tcp_window, "closed", "closed", "filtered", "filtered"},
    {&probe::tcp_maimon, "closed", "closed", "open|filtered", "filtered"},
    {&probe::tcp_null, "open|filtered", "closed", "open|filtered", "filtered"},
    {&probe::tcp_fin, "open|filtered", "closed", "open|filtered", "filtered"},
    {&probe::tcp_xmas, "open|filtered", "closed", "open|filtered", "filtered"},
    {&probe::udp, "open", "closed", "open|filtered", "filtered"},
    {&probe::sctp_init, "open", "closed", "filtered", "filtered"},
    {&probe::sctp_cookie, "open|filtered", "closed", "open|filtered", "filtered"},
    {&probe::ip_protocol, "open", "closed", "open|filtered", "filtered"},
};

TEST(Page, OfEveryTechniqueThatAsksPortsOrProtocolsIsTriedHere) {
  for (const probe::Probe* probe : probe::registry) {
    const bool is_tried = std::ranges::find(outcomes, probe, &Outcome::probe) != outcomes.end();
    EXPECT_EQ(is_tried, probe::asks_numbers(probe->asks)) << probe->name;
  }
}

TEST(Page, OfEveryTechniqueAndWorldFitsIntoEightyColumnsAndMarksWhatHappened) {
  const std::string long_name(253, 'n');
  for (const Outcome& outcome : outcomes) {
    for (const std::string_view target : {"198.18.0.2", "2001:db8:1111:2222:3333:4444:5555:6666"}) {
      for (const std::string& name : {std::string{}, long_name}) {
        const std::pair<World, std::string_view> worlds[] = {{World::open, outcome.open},
                                                             {World::closed, outcome.closed},
                                                             {World::silent, outcome.silent},
                                                             {World::refuses, outcome.refuses}};
        for (const auto& [world, state] : worlds) {
          SCOPED_TRACE(testing::Message() << outcome.probe->name << " " << target << " " << static_cast<int>(world));
          Question question = about_port(*outcome.probe, 53, target);
          question.name = name;
          const Story story = story_offline(question, world).value();
          const std::string page =
              page_of(story, {.service = std::string(90, 's'), .description = std::string(90, 'd')});
          EXPECT_LE(widest(page), page_width);
          ASSERT_TRUE(story.host && !story.host->ports.empty());
          EXPECT_EQ(name_of(story.host->ports.front().state), state);
          const std::string mark = marked(page);
          EXPECT_THAT(mark, HasSubstr(" " + std::string{state} + " "));
          EXPECT_EQ(std::ranges::count(mark, '\n'), 0) << mark;
          EXPECT_THAT(page, Not(HasSubstr("says nothing about what was asked")));
        }
      }
    }
  }
}

TEST(Page, OfEveryWayToFindAHostFitsIntoEightyColumns) {
  const std::vector<std::pair<const probe::Probe*, std::string_view>> ways{
      {nullptr, "198.18.0.2"},
      {nullptr, "2001:db8:1111:2222:3333:4444:5555:6666"},
      {&probe::icmp_echo, "198.18.0.2"},
      {&probe::icmp_echo, "2001:db8:1111:2222:3333:4444:5555:6666"},
      {&probe::icmp_timestamp, "198.18.0.2"},
      {&probe::icmp_mask, "198.18.0.2"},
      {&probe::arp, "198.18.0.2"},
      {&probe::neighbour, "2001:db8:1111:2222:3333:4444:5555:6666"}};
  for (const auto& [probe, target] : ways) {
    for (const World world : {World::open, World::silent}) {
      SCOPED_TRACE(testing::Message() << (probe == nullptr ? "all" : probe->name) << " " << target);
      const std::string page =
          offline({.target = address(target), .name = std::string(253, 'n'), .probe = probe}, world);
      EXPECT_LE(widest(page), page_width);
      EXPECT_THAT(marked(page), HasSubstr(world == World::open ? " up " : " down "));
      EXPECT_THAT(page, Not(HasSubstr("says nothing about what was asked")));
    }
  }
}

TEST(Page, OfAnIpProtocolSpeaksOfNoPort) {
  const std::string closed =
      offline(about_port(probe::ip_protocol, 47), World::closed, {.service = "gre", .description = ""});
  EXPECT_THAT(closed, HasSubstr("IP protocol 47 of 198.18.0.2, asked by ip-protocol\n"));
  EXPECT_THAT(closed, HasSubstr("--- IP protocol 47 ---"));
  EXPECT_THAT(closed, HasSubstr("- ICMP: Protocol unreachable ---|"));
  EXPECT_THAT(closed, HasSubstr("says that it does not speak IP protocol 47, and quotes"));
  EXPECT_THAT(closed, HasSubstr("Result: IP protocol 47 is closed (proto-unreach)\n"));
  EXPECT_THAT(closed, HasSubstr("IANA's registry calls IP protocol 47 gre."));
  const std::string open = offline(about_port(probe::ip_protocol, 47), World::open);
  EXPECT_THAT(open, HasSubstr("The host has sent a packet of IP protocol 47"));
  const std::string silent = offline(about_port(probe::ip_protocol, 47), World::silent);
  EXPECT_THAT(silent, HasSubstr("--- IP protocol 47, again ---"));
  const std::string v6 = offline(about_port(probe::ip_protocol, 47, "2001:db8::2"), World::closed);
  EXPECT_THAT(v6, HasSubstr("says that it does not speak IP protocol 47, and quotes"));
  for (const std::string& page : {closed, open, silent, v6}) {
    EXPECT_THAT(page, Not(HasSubstr("port 47")));
    EXPECT_THAT(page, Not(HasSubstr("47/")));
    EXPECT_THAT(page, Not(HasSubstr("(47)")));
  }
}

// Those that have ports are asked by a packet to one of them.
TEST(Page, OfAnIpProtocolThatHasPortsNamesThePortOfThatProtocol) {
  EXPECT_THAT(offline(about_port(probe::ip_protocol, 6), World::open), HasSubstr("whether port 80/tcp is open"));
  EXPECT_THAT(offline(about_port(probe::ip_protocol, 17), World::open), HasSubstr("nobody listens on port 40125/udp"));
  EXPECT_THAT(offline(about_port(probe::ip_protocol, 132), World::open), HasSubstr("INIT asks port 80/sctp"));
  EXPECT_THAT(offline(about_port(probe::ip_protocol, 1), World::open), HasSubstr("The ping came back"));
}

struct Ping {
  const probe::Probe* probe;
  std::vector<net::Port> ports;
  std::string_view title;
  std::string_view answer;  // of a host that is there
};

TEST(Page, OfEveryPingByPortsOrProtocolsTellsWhoAnswers) {
  const std::vector<Ping> pings{
      {&probe::tcp_syn, {net::Port{80}}, "Asked by tcp-syn (-PS80)", "nothing listens on port 80/tcp"},
      {&probe::tcp_ack, {net::Port{80}}, "Asked by tcp-ack (-PA80)", "whether port 80/tcp is open"},
      {&probe::udp, {net::Port{40125}}, "Asked by udp (-PU40125)", "nobody listens on port 40125/udp"},
      {&probe::sctp_init, {net::Port{80}}, "Asked by sctp-init (-PY80)", "nothing listens for SCTP on port 80/sctp"},
      {&probe::ip_protocol,
       {net::Port{2}, net::Port{4}},
       "Asked by ip-protocol (-PO2,4)",
       "does not speak IP protocol 2"},
      {&probe::tcp_connect, {net::Port{80}, net::Port{443}}, "Asked by tcp-connect", "SYN asks port 443/tcp"}};
  for (const Ping& ping : pings) {
    for (const std::string_view target : {"198.18.0.2", "2001:db8::2"}) {
      for (const World world : {World::open, World::silent}) {
        SCOPED_TRACE(testing::Message() << ping.probe->name << " " << target);
        const std::string page = offline({.target = address(target), .probe = ping.probe, .ping = ping.ports}, world);
        EXPECT_LE(widest(page), page_width);
        EXPECT_THAT(page, HasSubstr(std::string{ping.title}));
        EXPECT_THAT(marked(page), HasSubstr(world == World::open ? " up " : " down "));
        EXPECT_THAT(page, Not(HasSubstr("says nothing about what was asked")));
        EXPECT_THAT(page, Not(testing::ContainsRegex("(port|protocol) ?[,.;:]")));
        EXPECT_THAT(page, Not(HasSubstr("ARP")));
        if (world != World::open) continue;
        std::string flat = page;  // sentences go on in the next line
        std::ranges::replace(flat, '\n', ' ');
        while (flat.contains("  ")) flat.erase(flat.find("  "), 1);
        EXPECT_THAT(flat, HasSubstr(std::string{ping.answer}));
      }
    }
  }
}

TEST(Page, WithoutAWayThereNothingIsDrawnAndNothingMarked) {
  for (const bool connected : {false, true}) {
    Story story;
    story.question = about_port(connected ? probe::tcp_connect : probe::tcp_syn, 22);
    story.connected = connected;
    if (connected) story.ports = {net::Port{22}};
    story.host.emplace();
    story.host->state = model::HostState::down;
    story.host->reason = model::Reason::no_route;
    story.host->remarks = {
        {model::RemarkCode::no_way, {std::string{"ENETUNREACH"}, std::string{"198.18.0.2"}, std::string{}}}};
    const std::string page = page_of(story, {});
    EXPECT_THAT(page, HasSubstr("No packet was sent.\n"));
    EXPECT_THAT(page, HasSubstr("Result: the host was not asked (no-route)\n"));
    EXPECT_THAT(page, HasSubstr("Note: no route leads to 198.18.0.2"));
    EXPECT_EQ(marked(page), "");
    EXPECT_THAT(page, Not(HasSubstr("=>"))) << "there is no mark to tell of";
  }
}

TEST(Page, AHostThatDoesNotSpeakTheProtocolIsNoFirewall) {
  Story story = story_offline(about_port(probe::sctp_init, 22), World::silent).value();
  story.host->ports.front().reason = model::Reason::proto_unreach;
  story.host->ports.front().state = model::PortState::filtered;
  const std::string page = page_of(story, {});
  EXPECT_THAT(page, HasSubstr("Result: port 22/sctp is filtered (proto-unreach)\n"));
  EXPECT_THAT(page, HasSubstr("does not speak the protocol at all"));
  EXPECT_THAT(page, Not(HasSubstr("has spoken")));
}

TEST(Page, WhatThisMachineWouldNotSendIsDrawnAndNobodyJudged) {
  Story story = story_offline(about_port(probe::tcp_syn, 22), World::silent).value();
  for (Moment& moment : story.moments) moment.kept = true;
  story.host->ports.clear();
  story.host->state = model::HostState::up;
  story.finished.success = false;
  story.finished.error = "its firewall\x1b forbids it";
  const std::string page = page_of(story, {});
  EXPECT_THAT(page, HasSubstr("|--- SYN --X                                                   |\n"));
  EXPECT_THAT(page, HasSubstr("Result: port 22/tcp was not asked\n"));
  EXPECT_THAT(page, HasSubstr("firewall\\x1B"));
  EXPECT_THAT(page, Not(HasSubstr("no answer had come")));
  EXPECT_THAT(page, Not(HasSubstr("nothing comes back")));
  EXPECT_EQ(marked(page), "");
  story.finished.success = true;  // a later attempt left
  EXPECT_FALSE(was_kept(story));
}

TEST(Page, ALinkLocalAddressHasTheNameOfItsLink) {
  Story story = story_offline(about_port(probe::tcp_syn, 22), World::open).value();
  story.question.target = address("fe80::2%3");
  EXPECT_THAT(page_of(story, {}), HasSubstr("Port 22/tcp of fe80::2%3, asked by tcp-syn\n"));
  story.question.link = "wire";
  EXPECT_THAT(page_of(story, {}), HasSubstr("Port 22/tcp of fe80::2%wire, asked by tcp-syn\n"));
  EXPECT_THAT(page_of(story, {}), HasSubstr("  fe80::2%wire\n"));
}

TEST(Page, IsTheSameEveryTime) {
  const Question question = about_port(probe::udp, 53);
  EXPECT_EQ(offline(question, World::open), offline(question, World::open));
}

TEST(Page, WhatSomebodySentStaysInert) {
  Story story = story_offline(about_port(probe::udp, 7777), World::open).value();
  ASSERT_EQ(story.moments.size(), 2U);
  const std::string_view said = "\x1b[31mred\r\n|<---";
  const std::vector<std::uint8_t> payload{said.begin(), said.end()};
  const auto asked = wire::parse(story.moments[0].type, story.moments[0].bytes).value();
  std::vector<std::uint8_t> bytes(wire::longest_packet);
  bytes.resize(wire::build_udp({.source = asked.destination,
                                .destination = asked.source,
                                .source_port = net::Port{7777},
                                .destination_port = std::get<wire::UdpDatagram>(asked.content).source,
                                .payload = payload},
                               bytes));
  story.moments[1].bytes = bytes;
  const std::string page = page_of(story, {});
  EXPECT_THAT(page, Not(HasSubstr("\x1b")));
  EXPECT_THAT(page, Not(HasSubstr("\r")));
  EXPECT_THAT(page, HasSubstr("\\x1B[31mred\\x0D\\x0A"));
  EXPECT_LE(widest(page), page_width);
}

TEST(Page, ARouterThatSpeaksForTheHostIsNamed) {
  Story story = story_offline(about_port(probe::tcp_syn, 22), World::refuses).value();
  ASSERT_GE(story.moments.size(), 2U);
  std::vector<std::uint8_t> bytes(wire::longest_packet);
  bytes.resize(wire::build_icmp_error({.source = address("198.18.9.1"),
                                       .destination = address("198.18.0.1"),
                                       .type = wire::icmp_unreachable,
                                       .code = 1,
                                       .quoted = story.moments[0].bytes,
                                       .hop_limit = 61},
                                      bytes));
  story.moments[1].bytes = bytes;
  story.host->ports.front().reason = model::Reason::host_unreach;
  story.host->ports.front().reason_address = address("198.18.9.1");
  const std::string page = page_of(story, {});
  EXPECT_THAT(page, HasSubstr("from 198.18.9.1"));
  EXPECT_THAT(page, HasSubstr("has answered but 198.18.9.1"));
  EXPECT_THAT(page, HasSubstr("has probably begun as 64"));
}

}  // namespace
}  // namespace portolan::explain
