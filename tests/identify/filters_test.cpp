// What is said of filters, line by line of what can be seen of them, over both families.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "identify/filters/readings.h"

namespace portolan::identify {
namespace {

using model::FilterReading;
using model::Reason;
using model::StackAnswer;
using model::StackQuestion;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Kind = StackAnswer::Kind;

net::PortSet ports(const char* text) { return net::parse_port_set(text).value(); }
net::IpAddress place(const char* text) { return net::IpAddress::parse(text).value(); }

StackAnswer answer(StackQuestion question, std::uint16_t port, Kind kind, std::uint8_t ttl = 62) {
  StackAnswer one;
  one.question = question;
  one.kind = kind;
  one.port = net::Port{port};
  one.ttl = kind == Kind::silence ? std::uint8_t{0} : ttl;
  one.window = kind == Kind::syn_ack ? 64240 : 0;
  one.tos = kind == Kind::reset ? 4 : 0;
  return one;
}

// Three hops away; 22 and 80 open, 81 closed.
FilterFacts plain(bool v4) {
  FilterFacts facts;
  facts.host = place(v4 ? "198.18.2.2" : "2001:db8:2::2");
  facts.open = ports("22,80");
  facts.closed = ports("81");
  facts.distance = 3;
  facts.up_by = Reason::echo_reply;
  facts.answers = {answer(StackQuestion::scan, 22, Kind::syn_ack), answer(StackQuestion::scan, 81, Kind::reset),
                   answer(StackQuestion::ack, 22, Kind::reset), answer(StackQuestion::closed_syn, 81, Kind::reset),
                   answer(StackQuestion::fin, 81, Kind::reset)};
  return facts;
}

std::vector<std::string> kinds(const std::vector<FilterReading>& readings) {
  std::vector<std::string> all;
  for (const FilterReading& reading : readings) all.push_back(reading.kind);
  return all;
}

FilterReading only(const std::vector<FilterReading>& readings, std::string_view kind) {
  const auto found = std::ranges::find(readings, kind, &FilterReading::kind);
  EXPECT_NE(found, readings.end()) << kind;
  return found == readings.end() ? FilterReading{} : *found;
}

void replace(FilterFacts& facts, const StackAnswer& by) {
  std::erase_if(facts.answers,
                [&](const StackAnswer& one) { return one.question == by.question && one.port == by.port; });
  facts.answers.push_back(by);
}

class Filters : public testing::TestWithParam<bool> {
 protected:
  FilterFacts facts = plain(GetParam());
};
INSTANTIATE_TEST_SUITE_P(OverBothFamilies, Filters, testing::Values(true, false));

TEST_P(Filters, WhereAllIsAnsweredByTheHostThereIsNone) { EXPECT_THAT(filter_readings(facts), IsEmpty()); }

TEST_P(Filters, SilenceBesideAnswersIsDropped) {
  facts.silent = ports("1-21,443");
  facts.answers.push_back(answer(StackQuestion::ack, 443, Kind::silence));
  const auto readings = filter_readings(facts);
  EXPECT_THAT(kinds(readings), ElementsAre("passes", "dropped"));
  EXPECT_EQ(readings[0].sentence, "Packets to ports 22, 80-81 pass, and are answered");
  EXPECT_THAT(readings[0].evidence, ElementsAre("ports 22, 80 by SYN-ACK", "port 81 by a reset"));
  EXPECT_EQ(readings[1].sentence, "Packets to 22 ports (1-21, 443) are dropped");
  EXPECT_EQ(readings[1].ports, facts.silent);
  EXPECT_THAT(readings[1].evidence,
              ElementsAre("they are silent, while ports 22, 80-81 answer", "to an ACK port 443 stayed silent, too"));
}

TEST_P(Filters, SilenceAloneIsNoneUnlessTheHostSpeaks) {
  facts.open = facts.closed = {};
  facts.answers.clear();
  facts.silent = ports("1-100");
  EXPECT_THAT(only(filter_readings(facts), "dropped").evidence,
              ElementsAre("they are silent, while the host is there (echo-reply)"));
  facts.up_by = Reason::user_set;
  EXPECT_THAT(filter_readings(facts), IsEmpty());
}

TEST_P(Filters, AnErrorTellsWhoRejectsAndWhy) {
  const auto router = place(GetParam() ? "198.18.1.2" : "2001:db8:1::2");
  facts.rejected.push_back({Reason::admin_prohibited, router, 63, ports("25")});
  const FilterReading reading = only(filter_readings(facts), "rejected");
  EXPECT_EQ(reading.sentence,
            fmt::format("Packets to port 25 are rejected by {}, 1 hop before the host", to_string(router)));
  EXPECT_EQ(reading.by, router);
  EXPECT_EQ(reading.hops_before, 1);
  EXPECT_EQ(reading.reason, "admin-prohibited");
  EXPECT_THAT(reading.evidence, ElementsAre(fmt::format("communication administratively prohibited ({})",
                                                        GetParam() ? "ICMP 3/13" : "ICMPv6 1/1"),
                                            "its errors come 2 hops, the host's answers 3 hops"));
}

TEST_P(Filters, EveryCodeHasItsWords) {
  const std::vector<std::pair<Reason, std::string>> v4{{Reason::host_unreach, "ICMP 3/1"},
                                                       {Reason::port_unreach, "ICMP 3/3"},
                                                       {Reason::net_prohibited, "ICMP 3/9"},
                                                       {Reason::host_prohibited, "ICMP 3/10"}};
  const std::vector<std::pair<Reason, std::string>> v6{{Reason::no_route, "ICMPv6 1/0"},
                                                       {Reason::addr_unreach, "ICMPv6 1/3"},
                                                       {Reason::port_unreach, "ICMPv6 1/4"},
                                                       {Reason::policy_failed, "ICMPv6 1/5"},
                                                       {Reason::reject_route, "ICMPv6 1/6"}};
  for (const auto& [reason, code] : GetParam() ? v4 : v6) {
    facts.rejected = {{reason, std::nullopt, 62, ports("25")}};
    const FilterReading reading = only(filter_readings(facts), "rejected");
    EXPECT_THAT(reading.evidence.at(0), HasSubstr(code));
    EXPECT_THAT(reading.sentence, HasSubstr("by the host itself"));
  }
}

TEST_P(Filters, AResetThatDoesNotCopyTheDscpIsAFilters) {
  StackAnswer bare = answer(StackQuestion::closed_syn, 113, Kind::reset);
  bare.tos = 0;
  facts.closed = ports("81,113");
  facts.answers.push_back(bare);
  const FilterReading reading = only(filter_readings(facts), "refused");
  EXPECT_EQ(reading.ports, ports("113"));
  EXPECT_FALSE(reading.hops_before);
  EXPECT_THAT(
      reading.evidence,
      ElementsAre("the reset of port 113 does not copy the DSCP of the question, while those of ports 22, 81 do"));
}

TEST_P(Filters, WhereNoResetCopiesItItSaysNothing) {
  for (StackAnswer& one : facts.answers) one.tos = 0;
  EXPECT_THAT(filter_readings(facts), IsEmpty());
}

TEST_P(Filters, WhatIsSoOfAllThatWereAskedIsSaidOfAll) {
  facts.closed = ports("1-21");
  for (const std::uint16_t port : std::initializer_list<std::uint16_t>{1, 10, 21}) {
    facts.answers.push_back(answer(StackQuestion::closed_syn, port, Kind::reset));
    facts.answers.back().tos = 0;
  }
  std::erase_if(facts.answers, [](const StackAnswer& one) { return one.port == net::Port{81}; });
  EXPECT_EQ(only(filter_readings(facts), "refused").ports, ports("1-21"));
}

TEST_P(Filters, AResetFromNearerIsAFilters) {
  facts.closed = ports("81,113");
  facts.answers.push_back(answer(StackQuestion::scan, 113, Kind::reset, 64));
  facts.answers.push_back(answer(StackQuestion::short_syn, 113, Kind::reset, 64));
  const auto readings = filter_readings(facts);
  const FilterReading reading = only(readings, "refused");
  EXPECT_EQ(reading.sentence, "Packets to port 113 are refused by a filter, not by the port, 2 hops before the host");
  EXPECT_EQ(reading.hops_before, 2);
  EXPECT_THAT(reading.evidence, ElementsAre("resets come 1 hop, the host's answers 3 hops",
                                            "port 113 answered a SYN that could not reach the host, too"));
  EXPECT_EQ(only(readings, "passes").ports, ports("22,80-81"));
}

// As where port 22 is forwarded to a machine further on.
TEST_P(Filters, AWholeStackInFrontIsNoFilter) {
  facts.closed = ports("81,113");
  facts.answers.push_back(answer(StackQuestion::scan, 113, Kind::reset, 63));
  facts.answers.push_back(answer(StackQuestion::closed_syn, 113, Kind::reset, 63));
  EXPECT_THAT(filter_readings(facts), IsEmpty());
}

TEST_P(Filters, AnotherFirstHopLimitIsNoOtherDistance) {
  facts.answers.push_back(answer(StackQuestion::scan, 82, Kind::reset, 253));
  facts.answers.push_back(answer(StackQuestion::scan, 83, Kind::reset, 126));
  EXPECT_THAT(filter_readings(facts), IsEmpty());
}

TEST_P(Filters, WhatBelongsToNoConnectionTellsState) {
  replace(facts, answer(StackQuestion::ack, 22, Kind::silence));
  replace(facts, answer(StackQuestion::fin, 81, Kind::silence));
  const FilterReading reading = only(filter_readings(facts), "stateful");
  EXPECT_THAT(reading.evidence, ElementsAre("port 22 answered a SYN, and no ACK", "port 81 answered no FIN"));
}

TEST_P(Filters, AFilterThatRefusesForThePortIsNoAnswerOfIt) {
  replace(facts, answer(StackQuestion::ack, 22, Kind::silence));
  facts.closed = ports("81,113");
  for (const StackQuestion question : {StackQuestion::closed_syn, StackQuestion::fin, StackQuestion::ack}) {
    facts.answers.push_back(answer(question, 113, Kind::reset));
    facts.answers.back().tos = 0;
  }
  replace(facts, answer(StackQuestion::fin, 81, Kind::silence));
  EXPECT_THAT(kinds(filter_readings(facts)), ElementsAre("passes", "refused", "stateful"));
}

TEST_P(Filters, WhatBelongsToNoConnectionMayBeRefused) {
  for (const StackAnswer& one :
       {answer(StackQuestion::ack, 22, Kind::reset), answer(StackQuestion::fin, 81, Kind::reset)}) {
    replace(facts, one);
    facts.answers.back().tos = 0;
  }
  const FilterReading reading = only(filter_readings(facts), "stateful");
  EXPECT_THAT(reading.evidence, ElementsAre("the reset to an ACK at port 22 is not the host's, and that to a SYN is"));
}

TEST_P(Filters, AnEndThatIsAnsweredIsNoState) {
  replace(facts, answer(StackQuestion::ack, 22, Kind::silence));
  EXPECT_THAT(kinds(filter_readings(facts)), testing::Not(testing::Contains("stateful")));
}

TEST_P(Filters, OnlyTheEndIsDropped) {
  replace(facts, answer(StackQuestion::fin, 81, Kind::silence));
  const auto readings = filter_readings(facts);
  EXPECT_THAT(kinds(readings), ElementsAre("flags"));
  EXPECT_EQ(readings[0].sentence, "A FIN of no connection is dropped, and an ACK of none is not");
}

TEST_P(Filters, AnAckThatPassesWhereASynDoesNotTellsFlags) {
  facts.silent = ports("14");
  facts.rejected = {{Reason::admin_prohibited, std::nullopt, 62, ports("15")}};
  facts.answers.push_back(answer(StackQuestion::ack, 14, Kind::reset));
  facts.answers.push_back(answer(StackQuestion::ack, 15, Kind::reset));
  const FilterReading reading = only(filter_readings(facts), "flags");
  EXPECT_EQ(reading.ports, ports("14-15"));
  EXPECT_THAT(reading.evidence,
              ElementsAre("port 14 answered an ACK, and no SYN", "port 15 answered an ACK, while a SYN was rejected"));
}

TEST_P(Filters, AnEmptyWindowIsAProxys) {
  StackAnswer shut = answer(StackQuestion::scan, 80, Kind::syn_ack, 63);
  shut.window = 0;
  facts.answers.push_back(shut);
  const FilterReading reading = only(filter_readings(facts), "proxy");
  EXPECT_EQ(reading.ports, ports("80"));
  EXPECT_EQ(reading.hops_before, 1);
}

TEST_P(Filters, PortsThatNobodyUsesAreNotAllOpen) {
  facts.answers.push_back(answer(StackQuestion::unlikely_syn, 50'001, Kind::syn_ack));
  facts.answers.push_back(answer(StackQuestion::unlikely_syn, 50'002, Kind::silence));
  EXPECT_THAT(filter_readings(facts), IsEmpty()) << "one alone may be in use";
  facts.answers.push_back(answer(StackQuestion::unlikely_syn, 50'003, Kind::syn_ack));
  const FilterReading reading = only(filter_readings(facts), "answers-all");
  EXPECT_EQ(reading.ports, ports("50001,50003"));
  EXPECT_THAT(reading.evidence, ElementsAre("ports 50001, 50003, drawn at random, answered a SYN by SYN-ACK",
                                            "all alike: window 64240, options none"));
}

TEST_P(Filters, OptionsThatNeedATimestampAreCookies) {
  StackAnswer full = answer(StackQuestion::syn_full, 22, Kind::syn_ack);
  full.options = "M,S,T,N,W";
  StackAnswer bare = answer(StackQuestion::syn_plain, 22, Kind::syn_ack);
  bare.options = "M";
  facts.answers.push_back(full);
  facts.answers.push_back(bare);
  EXPECT_THAT(kinds(filter_readings(facts)), ElementsAre("syn-cookies"));
  facts.answers.back().options = "M,N,N,S,N,W";
  EXPECT_THAT(filter_readings(facts), IsEmpty());
  facts.answers[facts.answers.size() - 2].options = "M";
  facts.answers.back().options = "M";
  EXPECT_THAT(filter_readings(facts), IsEmpty()) << "a stack that knows neither";
}

TEST_P(Filters, LimitsThatTheScanMetAreTold) {
  facts.answers_a_second = 200;
  facts.errors_a_second = 0;
  const auto readings = filter_readings(facts);
  ASSERT_THAT(readings, SizeIs(2));
  EXPECT_EQ(readings[0].sentence, "Answers are limited to about 200 a second");
  EXPECT_EQ(readings[1].sentence, "ICMP errors are limited");
}

// ---- from a record --------------------------------------------------------------------------------

model::PortRecord listed(std::uint16_t port, model::PortState state, Reason reason, std::uint8_t ttl) {
  model::PortRecord record;
  record.port = net::Port{port};
  record.state = state;
  record.reason = reason;
  record.reason_ttl = ttl;
  return record;
}

TEST(FilterFacts, AreSortedFromListedAndCountedPorts) {
  model::HostRecord host;
  host.address = place("198.18.2.2");
  host.reason = Reason::echo_reply;
  host.ports = {listed(22, model::PortState::open, Reason::syn_ack, 62),
                listed(25, model::PortState::filtered, Reason::host_prohibited, 63),
                listed(26, model::PortState::filtered, Reason::time_exceeded, 64)};
  host.ports[1].reason_address = place("198.18.1.2");
  model::PortRecord datagrams = listed(53, model::PortState::filtered, Reason::no_response, 0);
  datagrams.protocol = net::Protocol::udp;
  host.ports.push_back(datagrams);
  const auto counted = [](Reason reason, const char* which) {
    return model::ReasonCount{reason, net::Protocol::tcp, ports(which).size(), ports(which)};
  };
  host.extra = {{model::PortState::filtered,
                 130,
                 {counted(Reason::no_response, "100-199"), counted(Reason::admin_prohibited, "200-229")}},
                {model::PortState::closed, 30, {counted(Reason::reset, "300-329")}}};
  StackAnswer kept = answer(StackQuestion::scan, 200, Kind::other, 64);
  kept.reason = Reason::admin_prohibited;
  kept.from = place("198.18.0.2");
  host.filter.emplace().answers = {answer(StackQuestion::scan, 22, Kind::syn_ack, 62), kept};
  host.remarks = {{model::RemarkCode::limits_errors, {2.0}}};
  const FilterFacts facts = filter_facts(host);
  EXPECT_EQ(facts.open, ports("22"));
  EXPECT_EQ(facts.closed, ports("300-329"));
  EXPECT_EQ(facts.silent, ports("100-199"));
  EXPECT_EQ(facts.distance, 3);
  EXPECT_EQ(facts.errors_a_second, 2.0);
  ASSERT_THAT(facts.rejected, SizeIs(2));
  EXPECT_EQ(facts.rejected[0].by, place("198.18.1.2"));
  EXPECT_EQ(facts.rejected[1].by, place("198.18.0.2"));
  EXPECT_EQ(facts.rejected[1].ttl, 64);
  EXPECT_EQ(facts.rejected[1].ports, ports("200-229"));
  judge_filter(host);
  EXPECT_EQ(host.filter->distance, 3);
  EXPECT_EQ(only(host.filter->readings, "rejected").by, place("198.18.1.2"));
}

TEST(FilterFacts, TwoWhoRejectAlikeAreNotTakenForOne) {
  model::HostRecord host;
  host.address = place("198.18.2.2");
  host.extra = {
      {model::PortState::filtered, 30, {{Reason::admin_prohibited, net::Protocol::tcp, 30, ports("200-229")}}}};
  auto& answers = host.filter.emplace().answers;
  for (const char* by : {"198.18.0.2", "198.18.1.2"}) {
    answers.push_back(answer(StackQuestion::scan, 200, Kind::other, 64));
    answers.back().reason = Reason::admin_prohibited;
    answers.back().from = place(by);
  }
  const FilterFacts facts = filter_facts(host);
  ASSERT_THAT(facts.rejected, SizeIs(1));
  EXPECT_FALSE(facts.rejected[0].by);
  EXPECT_EQ(facts.rejected[0].ttl, 0);
}

TEST(FilterFacts, AProxyDoesNotTellHowFarTheHostIs) {
  model::HostRecord host;
  auto& answers = host.filter.emplace().answers;
  answers = {answer(StackQuestion::scan, 80, Kind::syn_ack, 64), answer(StackQuestion::scan, 81, Kind::reset, 62),
             answer(StackQuestion::scan, 82, Kind::reset, 63)};
  answers[0].window = 0;
  EXPECT_EQ(filter_facts(host).distance, 3);
}

}  // namespace
}  // namespace portolan::identify
