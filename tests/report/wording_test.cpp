#include "report/scan/wording.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "base/version.h"
#include "tests/places.h"
#include "tests/report/records.h"

namespace portolan::report {
namespace {

using namespace testing;

TEST(CommandLine, IsQuotedAsNmapQuotesIt) {
  EXPECT_EQ(command_line({}), "");
  EXPECT_EQ(command_line({"nmap", "-oG", "-", "a$b;c*"}), "nmap -oG - a$b;c*");
  EXPECT_EQ(command_line({"nmap", "a b", "a\tb"}), "nmap \"a b\" \"a\tb\"");
  EXPECT_EQ(command_line({"nmap", "a\"b", "a\\b", "x \"q\""}), R"(nmap a\"b a\\b "x \"q\"")");
}

TEST(TwoDigits, AreSignificantOnes) {
  EXPECT_EQ(two_digits(0.000005), "0.0000050");
  EXPECT_EQ(two_digits(0.00001), "0.000010");
  EXPECT_EQ(two_digits(0.000063), "0.000063");
  EXPECT_EQ(two_digits(0.0462), "0.046");
  EXPECT_EQ(two_digits(0.23), "0.23");
  EXPECT_EQ(two_digits(1.25), "1.3");
  EXPECT_EQ(two_digits(13.4), "13");
  EXPECT_EQ(two_digits(129), "130");
  EXPECT_EQ(two_digits(0), "0.00");
}

TEST(Grouped, ThreeDigitsATime) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(12345678), "12,345,678");
}

TEST(Latency, IsInWholeMicroseconds) {
  EXPECT_EQ(latency_text(round_trip(5999ns)), "0.0000050s");
  EXPECT_EQ(latency_text(round_trip(46ms)), "0.046s");
}

TEST(Task, IsCalledAsNmapCallsIt) {
  EXPECT_EQ(task_text(task("tcp-syn", noon())), "SYN Stealth Scan");
  EXPECT_EQ(task_text(task("arp", noon())), "ARP Ping Scan");
  EXPECT_EQ(task_text(task("ping", noon())), "Ping Scan");
  EXPECT_EQ(task_text(task("of another version", noon())), "of another version");
}

TEST(Task, SaysWhatItIsAboutAsNmapDoes) {
  model::TaskRecord record = task("tcp-syn", noon(), 4);
  EXPECT_EQ(scope_text(record, Dialect::portolan), "198.18.0.2 [4 ports]");
  EXPECT_EQ(total_text(record, Dialect::portolan), "4 total ports");
  record.host.reset();
  record.hosts = 12;
  record.questions = 1;
  EXPECT_EQ(scope_text(record, Dialect::portolan), "12 hosts [1 port/host]");
  record.finds_hosts = true;
  EXPECT_EQ(total_text(record, Dialect::nmap), "12 total hosts");
}

TEST(Task, OfAProtocolScanIsAboutProtocols) {
  model::TaskRecord record = task("ip-protocol", noon(), 256);
  EXPECT_EQ(scope_text(record, Dialect::portolan), "198.18.0.2 [256 protocols]");
  EXPECT_EQ(scope_text(record, Dialect::nmap), "198.18.0.2 [256 ports]");
  EXPECT_EQ(total_text(record, Dialect::portolan), "256 total protocols");
  record.questions = 1;
  EXPECT_EQ(total_text(record, Dialect::portolan), "1 total protocol");
}

TEST(Task, HasOneOfAKind) {
  model::TaskRecord record = task("tcp-syn", noon(), 1);
  record.host.reset();
  record.hosts = 1;
  EXPECT_EQ(scope_text(record, Dialect::portolan), "1 host [1 port/host]");
  EXPECT_EQ(total_text(record, Dialect::portolan), "1 total port");
  EXPECT_EQ(total_text(record, Dialect::nmap), "1 total ports") << "nmap's programs read nmap's form";
  record.finds_hosts = true;
  EXPECT_EQ(total_text(record, Dialect::portolan), "1 total host");
  EXPECT_EQ(total_text(record, Dialect::nmap), "1 total hosts");
}

TEST(RemarkText, PutsEveryCodeIntoWords) {
  using enum model::RemarkCode;
  const std::vector<std::pair<model::Remark, std::string>> sentences{
      {{nothing_answered},
       "Nothing here answered. Whether the host is up was not asked, because it was named by itself or -Pn given."},
      {{limits_errors, {0.998}},
       "This host limits how often it says what is closed, to about 0.998 a second: what is told as open|filtered may "
       "be "
       "closed. More --max-retries would tell."},
      {{limits_errors, {0.0}},
       "This host limits how often it says what is closed: what is told as open|filtered may be closed."},
      {{limits_answers, {10.4}},
       "This host limits its answers to about 10 a second: ports told as filtered may be closed. Fewer ports, or -T2, "
       "would tell."},
      {{stopped_answering},
       "It answered at first, and then nothing came any more, however slowly it was asked: it may block who asks so "
       "much. "
       "Ports told as filtered may be open."},
      {{gateway_silent, {"198.18.0.99"}}, "The gateway 198.18.0.99 does not answer on its link."},
      {{link_address_silent, {"arp"}}, "It does not answer ARP on its own link, so nothing can be sent to it."},
      {{link_address_silent, {"nd"}},
       "It does not answer neighbour discovery on its own link, so nothing can be sent to it."},
      {{may_limit_errors, {}},
       "Whether this host limits how often it says what is closed was not found out with so few retries: what is told "
       "as "
       "open|filtered may be closed. More --max-retries would tell."},
      {{services_unknown, {std::uint64_t{1}, std::uint64_t{600}}},
       "Who answers at 1 of its open ports was not found out in 600 s; a longer --host-timeout gives it more time."},
      {{services_unknown, {std::uint64_t{9'000}, std::uint64_t{600}}},
       "Who answers at 9000 of its open ports was not found out in 600 s; a longer --host-timeout gives them more "
       "time."},
      {{no_way, {"ENETUNREACH", "198.18.0.9", ""}}, "no route leads to 198.18.0.9"},
      {{no_way_to_some, {"ENETUNREACH", "198.18.0.9", ""}},
       "no route leads to 198.18.0.9; other targets without a way are only counted as down"},
      {{refused_here, {std::uint64_t{7}, "ENETDOWN", ""}},
       "this machine itself refused to send 7 probes: Network is down; what was not asked by them is told as such"},
      {{refused_here, {std::uint64_t{7}, "EPERM", "198.18.0.9"}},
       "this machine itself refused to send 7 probes to 198.18.0.9: its firewall forbids it; what was not asked by "
       "them is told as such"},
      {{refused_here, {std::uint64_t{1}, "ENETDOWN", ""}},
       "this machine itself refused to send 1 probe: Network is down; what was not asked by it is told as such"},
      {{dropped_here, {std::uint64_t{1}}},
       "1 packet was lost on this machine for want of room; what it would have answered was asked again"},
      {{dropped_here, {std::uint64_t{7}}},
       "7 packets were lost on this machine for want of room; what they would have answered was asked again"},
      {{answers_for_all, {"02:00:00:00:00:99", "198.18.0.0", "arp"}},
       "02:00:00:00:00:99 answers ARP for 198.18.0.0 too, which nobody can have: that it answers for an address says "
       "nothing; such addresses were asked by other questions"},
      {{sent_by_kernel, {"encapsulation", "198.18.0.9"}},
       "The kernel's IP layer sends the packets to 198.18.0.9: its route wraps them."},
      {{no_targets}, "WARNING: No targets were specified, so 0 hosts scanned."},
      {{unresolved, {"", "nosuch/24", "no-such-name", "nosuch"}}, "cannot resolve 'nosuch': no such name"},
      {{unresolved, {"a file", "nosuch", "no-such-name", "nosuch"}}, "a file: cannot resolve 'nosuch': no such name"},
      {{named_again, {"late.example", "198.18.0.9"}},
       "late.example is 198.18.0.9, which was a target already; it has that name in no report, because it came late"},
      {{names_pending, {std::uint64_t{1}, "late.example"}},
       "late.example was still being looked up, so it was not scanned"},
      {{names_pending, {std::uint64_t{2}, "late.example"}},
       "late.example and 1 other name were still being looked up, so they were not scanned"},
      {{names_pending, {std::uint64_t{1235}, "late.example"}},
       "late.example and 1,234 other names were still being looked up, so they were not scanned"},
      {{routes_unknown, {"EAFNOSUPPORT"}},
       "the kernel does not tell its routes (Address family not supported by protocol), so everything is asked by "
       "connections (-sT), which do without"},
      {{packets_refused, {"EAFNOSUPPORT"}},
       "packet sockets are refused here (Address family not supported by protocol), so everything is asked by "
       "connections (-sT), which do without"},
      {{connects_instead},
       "no CAP_NET_RAW, so ports are asked by full connections (-sT); as root, half-open ones (-sS) are used"},
      {{connects_for_discovery}, "without raw packets hosts are asked by TCP connections instead of ICMP"},
      {{no_tcp_ports},
       "WARNING: a TCP scan type was requested, but no tcp ports were specified.  Skipping this scan type."},
      {{no_udp_ports}, "WARNING: UDP scan was requested, but no udp ports were specified.  Skipping this scan type."},
      {{no_ip_protocols},
       "WARNING: protocol scan was requested, but no protocols were specified to be scanned.  Skipping this scan "
       "type."},
      {{other_protocol, {"ip"}}, "-p names IP protocols, which are not asked: -sO asks them"},
      {{other_protocol, {"udp"}}, "-p names UDP ports, which are not asked: -sU asks them"},
      {{noted, {"It is so."}}, "It is so."},
      {{other_protocol, {"sctp"}}, "-p names SCTP ports, which are not asked: -sY asks them"},
  };
  std::set<model::RemarkCode> worded;
  for (const auto& [remark, sentence] : sentences) {
    EXPECT_EQ(remark_text(remark, Dialect::portolan), sentence);
    EXPECT_EQ(remark.values.size(), kind_of(remark.code).values.size()) << sentence;
    worded.insert(remark.code);
  }
  // Those about lists of sockets stand between.
  for (const model::RemarkKind& kind : model::remark_kinds()) {
    const bool about_lists = kind.code >= namespaces_hidden && kind.code <= listeners_unknown;
    EXPECT_NE(worded.contains(kind.code), about_lists) << kind.name;
  }
}

TEST(RemarkText, HasWordsForEveryCauseOfNoWay) {
  const auto words = [](std::string cause, std::string target, std::string interface) {
    return remark_text({model::RemarkCode::no_way, {std::move(cause), std::move(target), std::move(interface)}},
                       Dialect::portolan);
  };
  EXPECT_EQ(words("EHOSTUNREACH", "198.18.0.9", ""), "a route of this machine calls 198.18.0.9 unreachable");
  EXPECT_EQ(words("EACCES", "198.18.0.9", ""), "a route of this machine prohibits 198.18.0.9");
  EXPECT_EQ(words("EINVAL", "198.18.0.9", ""), "a route of this machine throws packets to 198.18.0.9 away");
  EXPECT_EQ(words("ENODEV", "198.18.0.9", ""), "cannot find a route to 198.18.0.9: No such device");
  EXPECT_EQ(words("no-host", "0.0.0.0", ""), "0.0.0.0 names no host; for this machine use localhost");
  EXPECT_EQ(words("no-zone", "fe80::9", ""),
            "fe80::9 is a link-local address: name its interface, as in fe80::9%eth0 or with -e");
  EXPECT_EQ(words("interface-down", "198.18.0.9", "eth0"), "the way to 198.18.0.9 is eth0, which is down");
  EXPECT_EQ(words("leads-home", "198.18.0.9", "lo"), "the way to 198.18.0.9 is lo, which leads to this machine alone");
  EXPECT_EQ(words("no-carrier", "198.18.0.9", "eth0"),
            "the way to 198.18.0.9 is eth0, which has no carrier (no cable, or the other end is down)");
  EXPECT_EQ(words("no-source-address", "198.18.0.9", "eth0"), "eth0 has no IPv4 address to reach 198.18.0.9 from");
  EXPECT_EQ(words("no-source-address", "2001:db8::9", "eth0"), "eth0 has no IPv6 address to reach 2001:db8::9 from");
  EXPECT_EQ(words("of a later version", "198.18.0.9", ""), "cannot find a route to 198.18.0.9: of a later version");
}

TEST(RemarkText, HasWordsForEveryCauseOfAnUnresolvedName) {
  const auto words = [](std::string cause, std::string name = "nosuch") {
    return remark_text({model::RemarkCode::unresolved, {"", "nosuch", std::move(cause), std::move(name)}},
                       Dialect::portolan);
  };
  EXPECT_EQ(words("name-servers-silent"),
            "cannot resolve 'nosuch': the name servers do not answer; check the network, or name addresses instead");
  EXPECT_EQ(words("name-servers-refuse"), "cannot resolve 'nosuch': the name servers refuse to look it up");
  EXPECT_EQ(words("name-file-is-fifo"),
            "cannot resolve 'nosuch': a file that is read for it, such as /etc/resolv.conf or /etc/hosts, is a FIFO");
  EXPECT_EQ(words("no-address"), "cannot resolve 'nosuch': it has no address");
  EXPECT_EQ(words("not-looked-up"), "the name 'nosuch' is not looked up here");
  EXPECT_EQ(words("only-ipv4"), "'nosuch' is IPv4, but only IPv6 (-6) was asked for; leave that option out to scan it");
  EXPECT_EQ(words("only-ipv6"), "'nosuch' is IPv6, but only IPv4 (-4) was asked for; leave that option out to scan it");
  EXPECT_EQ(words("EMFILE"), "cannot resolve 'nosuch': Too many open files (raise `ulimit -n`)");
  EXPECT_EQ(words("no-such-name", std::string(81, 'x')),
            "cannot resolve '" + std::string(80, 'x') + "...': no such name");
}

// Earlier records of this schema have a sentence as the cause, and nothing that it is about.
TEST(RemarkText, ACauseInWordsIsTheSentence) {
  using enum model::RemarkCode;
  EXPECT_EQ(remark_text({no_way, {"no route leads to 198.18.0.9", "", ""}}, Dialect::portolan),
            "no route leads to 198.18.0.9");
  EXPECT_EQ(remark_text({unresolved, {"a file", "nosuch", "cannot resolve 'nosuch'", ""}}, Dialect::portolan),
            "a file: cannot resolve 'nosuch'");
}

TEST(RemarkText, NmapSaysFirstThatANameHasTheOtherFamily) {
  const auto before = [](const char* typed, const char* cause) {
    return line_of_nmap_before({model::RemarkCode::unresolved, {"", typed, cause, typed}});
  };
  EXPECT_EQ(before("six", "only-ipv6"),
            "Warning: Hostname six resolves, but not to any IPv4 address. Try scanning with -6");
  for (const char* typed : {"127.0.0.1", "127.0.0.1/24"}) {
    EXPECT_EQ(before(typed, "only-ipv4"),
              "Warning: Hostname 127.0.0.1 resolves, but not to any IPv6 address. Try scanning without -6");
  }
  EXPECT_EQ(before("four-1", "only-ipv4"),
            "Warning: Hostname four-1 resolves, but not to any IPv6 address. Try scanning without -6");
  EXPECT_EQ(before("::1", "only-ipv6"), "");
  EXPECT_EQ(before("127.0.0.1,2", "only-ipv4"), "");
  EXPECT_EQ(before("nosuch", "no-such-name"), "");
  EXPECT_EQ(line_of_nmap_before({model::RemarkCode::connects_for_discovery}), "");
}

TEST(RemarkText, SpeaksNmapsWordsUnderItsName) {
  using enum model::RemarkCode;
  const auto words = [](const model::Remark& remark) { return remark_text(remark, Dialect::nmap); };
  EXPECT_EQ(words({unresolved, {"a file", "nosuch", "no-such-name", "nosuch"}}), "Failed to resolve \"nosuch\".");
  EXPECT_EQ(words({unresolved, {"", "nosuch/24", "no-such-name", "nosuch"}}), "Failed to resolve \"nosuch\".");
  EXPECT_EQ(words({unresolved, {"", "::1/64", "only-ipv6", "::1/64"}}),
            "::1 looks like an IPv6 target specification -- you have to use the -6 option.");
  EXPECT_EQ(words({unresolved, {"", "six", "only-ipv6", "six"}}), "Failed to resolve \"six\".");
  EXPECT_EQ(words({connects_for_discovery}), "Warning:  You are not root -- using TCP pingscan rather than ICMP");
  EXPECT_EQ(words({other_protocol, {"udp"}}),
            "WARNING: Your ports include \"U:\" but you haven't specified UDP scan with -sU.");
  EXPECT_EQ(words({other_protocol, {"ip"}}),
            "WARNING: Your ports include \"P:\" but you haven't specified IP Protocol scan with -sO.");
  EXPECT_EQ(words({other_protocol, {"sctp"}}),
            "WARNING: Your ports include \"S:\" but you haven't specified SCTP scan with -sY or -sZ.");
}

TEST(NoteText, HasOneSentenceBehindTheOther) {
  model::HostRecord host;
  EXPECT_EQ(note_text(host, Dialect::portolan), "");
  host.remarks = {remark("One."), remark("Two.")};
  EXPECT_EQ(note_text(host, Dialect::portolan), "One. Two.");
}

TEST(Loss, IsAQuestionWhereSilenceGaveAState) {
  model::HostRecord host = host_on_link();
  EXPECT_FALSE(took_silence_for_an_answer(host));
  host.extra[0].reasons[0].reason = model::Reason::no_response;
  EXPECT_TRUE(took_silence_for_an_answer(host));
  host.extra.clear();
  EXPECT_FALSE(took_silence_for_an_answer(host));
  host.ports[0].reason = model::Reason::no_response;
  EXPECT_TRUE(took_silence_for_an_answer(host));
}

TEST(Loss, WhereOpenPortsAreSilentNothingIsSaidAboutThem) {
  model::ScanFinished finish;
  finish.loss = {.asked = 500, .lost = 9};
  EXPECT_EQ(loss_text(finish), "Measured loss: 1.8% (9 of 500 loss probes unanswered).");
}

TEST(Loss, AStoppedScanSaysWhatItNeverAsked) {
  model::ScanFinished finish;
  finish.interrupted = true;
  finish.never_asked = 64123;
  EXPECT_EQ(loss_text(finish),
            "Loss was not measured: the scan was too short, or nothing answered. 64,123 ports were never "
            "asked, because the scan was stopped.");
  finish.never_asked = 1;
  finish.loss = {.asked = 400, .lost = 0};
  finish.expected_missed_open = 0;
  EXPECT_EQ(loss_text(finish),
            "Measured loss: 0% (0 of 400 loss probes unanswered); fewer than 0.01 open ports are expected to have "
            "been missed among those that were asked. 1 port was never asked, because the scan was stopped.");
  finish.interrupted = false;
  EXPECT_TRUE(loss_text(finish).ends_with(" 1 port was never asked.")) << "a host was given up";
}

TEST(Loss, OfAProtocolScanIsAboutProtocols) {
  model::ScanFinished finish;
  finish.never_asked = 2;
  finish.loss = {.asked = 400, .lost = 0};
  finish.expected_missed_open = 0;
  EXPECT_EQ(loss_text(finish, "protocol"),
            "Measured loss: 0% (0 of 400 loss probes unanswered); fewer than 0.01 open protocols are expected to have "
            "been missed among those that were asked. 2 protocols were never asked.");
}

TEST(Loss, OneSentenceWhateverWasMeasured) {
  model::ScanFinished finish;
  EXPECT_EQ(loss_text(finish), "Loss was not measured: the scan was too short, or nothing answered.");
  finish.loss = {.asked = 400, .lost = 0};
  finish.expected_missed_open = 0;
  EXPECT_EQ(loss_text(finish),
            "Measured loss: 0% (0 of 400 loss probes unanswered); fewer than 0.01 open ports are expected to have "
            "been missed.");
  finish.loss = {.asked = 3, .lost = 3};
  finish.expected_missed_open = 2.5;
  EXPECT_EQ(loss_text(finish),
            "Measured loss: 100% (3 of 3 loss probes unanswered); about 2.5 open ports are expected to have been "
            "missed.");
  finish.loss = {.asked = 1, .lost = 0};
  finish.expected_missed_open.reset();
  EXPECT_EQ(loss_text(finish), "Measured loss: 0% (0 of 1 loss probe unanswered).");
}

TEST(Done, CountsInGoodGrammar) {
  EXPECT_EQ(done_text(finished(0, 0)), "0 IP addresses (0 hosts up) scanned in 4.59 seconds");
  EXPECT_EQ(done_text(finished(1, 1)), "1 IP address (1 host up) scanned in 4.59 seconds");
}

TEST(Calendar, TextsOfOneMoment) {
  EXPECT_EQ(date_text(noon(), utc_calendar), "Sat Nov 21 10:16:44 2026");
  EXPECT_EQ(date_text(model::WallTime{}, utc_calendar), "Thu Jan  1 00:00:00 1970");
  EXPECT_EQ(minute_text(noon(), utc_calendar), "2026-11-21 10:16 UTC");
  EXPECT_EQ(second_text(noon(), utc_calendar), "2026-11-21 10:16:44 UTC");
  EXPECT_EQ(clock_text(noon(), utc_calendar), "10:16");
  EXPECT_EQ(unix_seconds(noon(999ms)), 1795256204);
}

TEST(Calendar, SpansAreWholeSeconds) {
  EXPECT_EQ(span_text(1999ms), "0:00:01");
  EXPECT_EQ(span_text(26h + 3min), "26:03:00");
  EXPECT_EQ(span_text(-3s), "0:00:00");
}

TEST(Version, IsTheProjects) {
  std::ostringstream text;
  text << std::ifstream{test::source_directory() + "/CMakeLists.txt"}.rdbuf();
  EXPECT_NE(text.str().find("VERSION " + std::string{program_version} + " "), std::string::npos);
}

}  // namespace
}  // namespace portolan::report
