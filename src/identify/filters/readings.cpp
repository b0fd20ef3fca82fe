#include "identify/filters/readings.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "engine/trace/hop_probe.h"
#include "model/json_fields.h"

namespace portolan::identify {
namespace {

using engine::distance_of;
using model::FilterReading;
using model::Reason;
using model::StackAnswer;
using model::StackQuestion;
using net::PortSet;
using Kind = StackAnswer::Kind;
using Readings = std::vector<FilterReading>;

// The questions' DSCP of 1, where it stands in the byte; the two bits behind it are ECN's (RFC 3168 §5).
constexpr std::uint8_t our_tos = 1U << 2U;
constexpr unsigned dscp_bits = 0xfc;

// ---- words ----------------------------------------------------------------------------------------

// "22, 80-83", never a long list.
std::string list_words(const PortSet& ports) {
  constexpr std::size_t most = 6;
  std::vector<std::string> all;
  for (const net::PortRange range : ports.ranges()) {
    if (all.size() == most) {
      all.emplace_back("...");
      break;
    }
    all.push_back(range.first == range.last ? fmt::format("{}", range.first.value())
                                            : fmt::format("{}-{}", range.first.value(), range.last.value()));
  }
  return join(all, ", ");
}

std::string port_words(const PortSet& ports) {
  return fmt::format("{} {}", ports.size() == 1 ? "port" : "ports", list_words(ports));
}

std::string counted_words(const PortSet& ports) {
  constexpr std::size_t few = 3;
  return ports.size() <= few ? port_words(ports) : fmt::format("{} ports ({})", ports.size(), list_words(ports));
}

std::string hop_words(unsigned hops) { return fmt::format("{} {}", hops, hops == 1 ? "hop" : "hops"); }

struct CodeWords {
  Reason reason;
  std::string_view v4;
  std::string_view v6;
  std::string_view words;
};
// RFC 792, RFC 1122 §3.2.2.1, RFC 1812 §5.2.7.1; RFC 4443 §3.1.
constexpr std::array codes{
    CodeWords{Reason::net_unreach, "3/0", "", "network unreachable"},
    CodeWords{Reason::host_unreach, "3/1", "", "host unreachable"},
    CodeWords{Reason::proto_unreach, "3/2", "", "protocol unreachable"},
    CodeWords{Reason::port_unreach, "3/3", "1/4", "port unreachable, which no TCP port says of itself"},
    CodeWords{Reason::net_prohibited, "3/9", "", "network administratively prohibited"},
    CodeWords{Reason::host_prohibited, "3/10", "", "host administratively prohibited"},
    CodeWords{Reason::admin_prohibited, "3/13", "1/1", "communication administratively prohibited"},
    CodeWords{Reason::no_route, "", "1/0", "no route"},
    CodeWords{Reason::beyond_scope, "", "1/2", "beyond the scope of the address"},
    CodeWords{Reason::addr_unreach, "", "1/3", "address unreachable"},
    CodeWords{Reason::policy_failed, "", "1/5", "the source address failed the policy"},
    CodeWords{Reason::reject_route, "", "1/6", "the route is one that rejects"},
};

std::string code_words(Reason reason, bool v4) {
  const auto* const found = std::ranges::find(codes, reason, &CodeWords::reason);
  const std::string_view number = found == codes.end() ? "" : v4 ? found->v4 : found->v6;
  if (number.empty()) return v4 ? "an ICMP error" : "an ICMPv6 error";
  return fmt::format("{} ({} {})", found->words, v4 ? "ICMP" : "ICMPv6", number);
}

// ---- looking at answers ---------------------------------------------------------------------------

// Ports whose question of this name was answered like this.
PortSet ports_where(const FilterFacts& facts, StackQuestion question, Kind kind) {
  PortSet ports;
  for (const StackAnswer& answer : facts.answers) {
    if (answer.question == question && answer.kind == kind) ports.insert(answer.port);
  }
  return ports;
}

PortSet united(PortSet one, const PortSet& other) {
  for (const net::PortRange range : other.ranges()) one.insert(range);
  return one;
}

PortSet in_both(const PortSet& one, const PortSet& other) {
  PortSet both;
  for (const net::Port port : one.ports()) {
    if (other.contains(port)) both.insert(port);
  }
  return both;
}

const StackAnswer* answer_to(const FilterFacts& facts, StackQuestion question) {
  const auto found = std::ranges::find(facts.answers, question, &StackAnswer::question);
  return found == facts.answers.end() ? nullptr : &*found;
}

bool copies_dscp(const StackAnswer& answer) { return (answer.tos & dscp_bits) == our_tos; }

// 0 where it is not before it, or nobody knows.
std::uint8_t hops_before(const FilterFacts& facts, std::uint8_t ttl) {
  const std::uint8_t away = distance_of(ttl);
  return away == 0 || away >= facts.distance ? std::uint8_t{0} : static_cast<std::uint8_t>(facts.distance - away);
}

void place(FilterReading& reading, std::uint8_t before) {
  if (before == 0) return;
  reading.hops_before = before;
  reading.sentence += fmt::format(", {} before the host", hop_words(before));
}

FilterReading begun(std::string_view kind, const PortSet& ports = {}) {
  FilterReading reading;
  reading.kind = kind;
  reading.ports = ports;
  return reading;
}

// Ports whose resets show that the host copies the DSCP of what it refuses.
PortSet copying_ports(const FilterFacts& facts) {
  PortSet copied;
  for (const StackAnswer& answer : facts.answers) {
    const bool asked = answer.question == StackQuestion::closed_syn || answer.question == StackQuestion::ack ||
                       answer.question == StackQuestion::fin;
    if (asked && answer.kind == Kind::reset && copies_dscp(answer)) copied.insert(answer.port);
  }
  return copied;
}

// Whether a reset is a filter's: it does not copy the DSCP where others do, or comes from nearer. Who copies it has a
// whole stack of its own, wherever it stands: a port that is forwarded has its host further on.
bool is_foreign(const FilterFacts& facts, const StackAnswer& reset, const PortSet& copying) {
  // That of the scan itself had none to copy.
  const bool asked = reset.question != StackQuestion::scan;
  if (asked ? copies_dscp(reset) : copying.contains(reset.port)) return false;
  return hops_before(facts, reset.ttl) > 0 || (asked && !copying.empty());
}

// Where this question was answered by a reset, and whether by one of the host's own, as far as can be told.
PortSet reset_ports(const FilterFacts& facts, StackQuestion question, bool own) {
  const PortSet copying = copying_ports(facts);
  PortSet ports;
  for (const StackAnswer& answer : facts.answers) {
    if (answer.question != question || answer.kind != Kind::reset) continue;
    if (is_foreign(facts, answer, copying) != own) ports.insert(answer.port);
  }
  return ports;
}

// ---- the readings, in the order in which they are told ---------------------------------------------

// What is not an answer of the host's own network layer or above does not tell silence from absence.
bool speaks_beside_ports(Reason reason) {
  constexpr std::array signs{Reason::echo_reply, Reason::timestamp_reply, Reason::address_mask_reply, Reason::reset,
                             Reason::syn_ack,    Reason::udp_response,    Reason::init_ack,           Reason::abort};
  return std::ranges::find(signs, reason) != signs.end();
}

void add_dropped(const FilterFacts& facts, Readings& readings) {
  PortSet answered = united(facts.open, facts.closed);
  for (const RejectedPorts& rejected : facts.rejected) answered = united(answered, rejected.ports);
  if (facts.silent.empty() || (answered.empty() && !speaks_beside_ports(facts.up_by))) return;
  FilterReading reading = begun("dropped", facts.silent);
  reading.sentence = fmt::format("Packets to {} are dropped", counted_words(facts.silent));
  const std::string who =
      answered.empty() ? fmt::format("the host is there ({})", name_of(facts.up_by))
                       : fmt::format("{} {}", counted_words(answered), answered.size() == 1 ? "answers" : "answer");
  reading.evidence.push_back(fmt::format("{} silent, while {}", facts.silent.size() == 1 ? "it is" : "they are", who));
  const PortSet mute = in_both(facts.silent, ports_where(facts, StackQuestion::ack, Kind::silence));
  if (!mute.empty()) reading.evidence.push_back(fmt::format("to an ACK {} stayed silent, too", port_words(mute)));
  readings.push_back(std::move(reading));
}

void add_rejections(const FilterFacts& facts, Readings& readings) {
  for (const RejectedPorts& rejected : facts.rejected) {
    FilterReading reading = begun("rejected", rejected.ports);
    reading.by = rejected.by;
    reading.reason = model::word_of(rejected.reason);
    const std::string who = rejected.by ? to_string(*rejected.by) : rejected.ttl != 0 ? "the host itself" : "ICMP";
    reading.sentence = fmt::format("Packets to {} are rejected by {}", counted_words(rejected.ports), who);
    place(reading, hops_before(facts, rejected.ttl));
    reading.evidence.push_back(code_words(rejected.reason, facts.host.is_v4()));
    if (reading.hops_before) {
      reading.evidence.push_back(fmt::format("its errors come {}, the host's answers {}",
                                             hop_words(distance_of(rejected.ttl)), hop_words(facts.distance)));
    }
    readings.push_back(std::move(reading));
  }
}

// A reset that is not the port's: by what it does not copy, or by how far it came.
void add_refusals(const FilterFacts& facts, Readings& readings) {
  const PortSet copied = copying_ports(facts);
  std::map<std::uint8_t, PortSet> foreign;  // by how many hops before the host
  std::map<std::uint8_t, PortSet> bare;     // of those, that did not copy
  std::map<std::uint8_t, std::uint8_t> away;
  for (const StackAnswer& answer : facts.answers) {
    const bool is_syn = answer.question == StackQuestion::closed_syn || answer.question == StackQuestion::scan;
    if (!is_syn || answer.kind != Kind::reset) continue;
    if (!is_foreign(facts, answer, copied)) continue;
    const std::uint8_t before = hops_before(facts, answer.ttl);
    foreign[before].insert(answer.port);
    if (answer.question == StackQuestion::closed_syn && !copied.empty()) bare[before].insert(answer.port);
    away[before] = distance_of(answer.ttl);
  }
  const PortSet sample = ports_where(facts, StackQuestion::closed_syn, Kind::reset);
  for (const auto& [before, ports] : foreign) {
    FilterReading reading = begun("refused", ports);
    // What is so of all in the sample is taken to be so of all.
    if (foreign.size() == 1 && sample.size() > 1 && in_both(sample, ports) == sample) reading.ports = facts.closed;
    reading.sentence = fmt::format("Packets to {} are refused by a filter, not by the {}", counted_words(reading.ports),
                                   reading.ports.size() == 1 ? "port" : "ports");
    place(reading, before);
    if (const PortSet& without = bare[before]; !without.empty()) {
      reading.evidence.push_back(
          fmt::format("the reset of {} does not copy the DSCP of the question, while those of {} do",
                      port_words(without), port_words(copied)));
    }
    if (before != 0) {
      reading.evidence.push_back(
          fmt::format("resets come {}, the host's answers {}", hop_words(away[before]), hop_words(facts.distance)));
    }
    const PortSet reached = in_both(ports, ports_where(facts, StackQuestion::short_syn, Kind::reset));
    if (!reached.empty()) {
      reading.evidence.push_back(
          fmt::format("{} answered a SYN that could not reach the host, too", port_words(reached)));
    }
    readings.push_back(std::move(reading));
  }
}

// Whether it keeps state shows at ports to which SYNs come through.
void add_state(const FilterFacts& facts, Readings& readings) {
  PortSet reached = united(facts.open, facts.closed);
  reached.erase(reset_ports(facts, StackQuestion::closed_syn, false));
  const PortSet refused = in_both(reached, reset_ports(facts, StackQuestion::ack, false));
  const PortSet mute = in_both(reached, ports_where(facts, StackQuestion::ack, Kind::silence));
  const PortSet unfinished = in_both(reached, ports_where(facts, StackQuestion::fin, Kind::silence));
  const bool ends_answered = !in_both(reached, reset_ports(facts, StackQuestion::fin, true)).empty();
  if ((!mute.empty() || !refused.empty()) && !ends_answered) {
    FilterReading reading = begun("stateful", united(mute, refused));
    reading.sentence = "The filter keeps state, and holds up what belongs to no connection";
    if (!mute.empty()) reading.evidence.push_back(fmt::format("{} answered a SYN, and no ACK", port_words(mute)));
    if (!refused.empty()) {
      reading.evidence.push_back(
          fmt::format("the reset to an ACK at {} is not the host's, and that to a SYN is", port_words(refused)));
    }
    if (!unfinished.empty()) reading.evidence.push_back(fmt::format("{} answered no FIN", port_words(unfinished)));
    readings.push_back(std::move(reading));
  } else if (!unfinished.empty()) {
    FilterReading reading = begun("flags", unfinished);
    reading.sentence = "A FIN of no connection is dropped, and an ACK of none is not";
    reading.evidence.push_back(fmt::format("{} answered a SYN, and no FIN", port_words(unfinished)));
    readings.push_back(std::move(reading));
  }
}

// SYNs alone are held up.
void add_flags(const FilterFacts& facts, Readings& readings) {
  const PortSet answered = reset_ports(facts, StackQuestion::ack, true);
  PortSet rejected;
  for (const RejectedPorts& one : facts.rejected) rejected = united(rejected, one.ports);
  const PortSet behind_silence = in_both(answered, facts.silent);
  const PortSet behind_rejection = in_both(answered, rejected);
  if (behind_silence.empty() && behind_rejection.empty()) return;
  FilterReading reading = begun("flags", united(behind_silence, behind_rejection));
  reading.sentence = "The filter looks at flags only, holds up SYNs and lets other packets pass";
  if (!behind_silence.empty()) {
    reading.evidence.push_back(fmt::format("{} answered an ACK, and no SYN", port_words(behind_silence)));
  }
  if (!behind_rejection.empty()) {
    reading.evidence.push_back(
        fmt::format("{} answered an ACK, while a SYN was rejected", port_words(behind_rejection)));
  }
  readings.push_back(std::move(reading));
}

void add_proxies(const FilterFacts& facts, Readings& readings) {
  PortSet shut;
  std::uint8_t before = 0;
  for (const StackAnswer& answer : facts.answers) {
    const bool is_syn = answer.question == StackQuestion::scan || answer.question == StackQuestion::syn_full ||
                        answer.question == StackQuestion::syn_plain;
    if (!is_syn || answer.kind != Kind::syn_ack || answer.window != 0) continue;
    shut.insert(answer.port);
    before = hops_before(facts, answer.ttl);
  }
  if (shut.empty()) return;
  FilterReading reading = begun("proxy", shut);
  reading.sentence =
      fmt::format("Something accepts connections to {} for the host, so open is not confirmed", port_words(shut));
  if (before != 0) reading.hops_before = before;
  reading.evidence.emplace_back("SYN-ACKs come with an empty window: nothing may be sent yet");
  if (before != 0) reading.evidence.push_back(fmt::format("they come from {} before the host", hop_words(before)));
  readings.push_back(std::move(reading));
}

void add_answers_for_all(const FilterFacts& facts, Readings& readings) {
  constexpr int enough = 2;
  const PortSet accepted = ports_where(facts, StackQuestion::unlikely_syn, Kind::syn_ack);
  if (accepted.size() < enough) return;
  FilterReading reading = begun("answers-all", accepted);
  reading.sentence = "Something accepts connections at every port, so open is not confirmed";
  reading.evidence.push_back(fmt::format("{}, drawn at random, answered a SYN by SYN-ACK", port_words(accepted)));
  std::vector<const StackAnswer*> alike;
  for (const StackAnswer& answer : facts.answers) {
    if (answer.question == StackQuestion::unlikely_syn && answer.kind == Kind::syn_ack) alike.push_back(&answer);
  }
  const auto same = [&](const StackAnswer* one) {
    return one->window == alike.front()->window && one->options == alike.front()->options &&
           one->ttl == alike.front()->ttl;
  };
  if (std::ranges::all_of(alike, same)) {
    reading.evidence.push_back(fmt::format("all alike: window {}, options {}", alike.front()->window,
                                           alike.front()->options.empty() ? "none" : alike.front()->options));
  }
  readings.push_back(std::move(reading));
}

bool has_option(const StackAnswer& answer, char option) { return answer.options.contains(option); }

// RFC 4987 §3.6: a cookie has room for the MSS; the rest is kept in a timestamp, where one was offered.
void add_cookies(const FilterFacts& facts, Readings& readings) {
  const StackAnswer* full = answer_to(facts, StackQuestion::syn_full);
  const StackAnswer* plain = answer_to(facts, StackQuestion::syn_plain);
  if (full == nullptr || plain == nullptr || full->kind != Kind::syn_ack || plain->kind != Kind::syn_ack) return;
  const auto keeps = [](const StackAnswer& answer) { return has_option(answer, 'S') || has_option(answer, 'W'); };
  if (!keeps(*full) || keeps(*plain)) return;
  FilterReading reading = begun("syn-cookies");
  reading.ports.insert(full->port);
  reading.sentence = "SYN cookies are at work";
  reading.evidence.push_back(
      fmt::format("{} takes up selective acknowledgements and window scaling where a timestamp is offered, and "
                  "neither where none is",
                  port_words(reading.ports)));
  readings.push_back(std::move(reading));
}

void add_limit(const FilterFacts& facts, Readings& readings) {
  const auto tell = [&](std::string_view what, const std::optional<double>& rate) {
    if (!rate) return;
    FilterReading reading = begun("rate-limit");
    reading.sentence = *rate > 0 ? fmt::format("{} are limited to about {:.3g} a second", what, *rate)
                                 : fmt::format("{} are limited", what);
    reading.evidence.emplace_back("more than so many questions went unanswered while the ports were asked");
    readings.push_back(std::move(reading));
  };
  tell("Answers", facts.answers_a_second);
  tell("ICMP errors", facts.errors_a_second);
}

using Judge = void (*)(const FilterFacts&, Readings&);
constexpr std::array<Judge, 9> judges{add_dropped, add_rejections,      add_refusals, add_state, add_flags,
                                      add_proxies, add_answers_for_all, add_cookies,  add_limit};

// The rest of the policy, where there is one.
void add_passes(const FilterFacts& facts, Readings& readings) {
  PortSet passed = united(facts.open, facts.closed);
  bool decides = false;
  for (const FilterReading& reading : readings) {
    const bool is_refused = reading.kind == "refused";
    decides = decides || is_refused || reading.kind == "dropped" || reading.kind == "rejected";
    if (is_refused) passed.erase(reading.ports);
  }
  if (!decides || passed.empty()) return;
  FilterReading reading = begun("passes", passed);
  reading.sentence = fmt::format("Packets to {} pass, and are answered", counted_words(passed));
  const PortSet open = in_both(passed, facts.open);
  const PortSet closed = in_both(passed, facts.closed);
  if (!open.empty()) reading.evidence.push_back(fmt::format("{} by SYN-ACK", port_words(open)));
  if (!closed.empty()) reading.evidence.push_back(fmt::format("{} by a reset", port_words(closed)));
  readings.insert(readings.begin(), std::move(reading));
}

}  // namespace

std::vector<FilterReading> filter_readings(const FilterFacts& facts) {
  Readings readings;
  for (const Judge judge : judges) judge(facts, readings);
  add_passes(facts, readings);
  return readings;
}

void judge_filter(model::HostRecord& host) {
  const FilterFacts facts = filter_facts(host);
  const bool answers = !facts.open.empty() || !facts.closed.empty() || !facts.rejected.empty();
  host.filter->readings = filter_readings(facts);
  host.filter->answers.clear();
  if (facts.distance != 0) host.filter->distance = facts.distance;
  if (!answers && host.filter->readings.empty()) host.filter = {};
}

}  // namespace portolan::identify
