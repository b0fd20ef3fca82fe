#include "identify/filters/facts.h"

#include <algorithm>
#include <map>

#include "engine/trace/hop_probe.h"

namespace portolan::identify {
namespace {

using model::PortState;
using model::Reason;
using model::StackAnswer;
using model::StackQuestion;
using Kind = StackAnswer::Kind;

void add_rejected(FilterFacts& facts, Reason reason, const std::optional<net::IpAddress>& by, std::uint8_t ttl,
                  const net::PortSet& ports) {
  // Errors of the way: the packet was lost, nobody refused it.
  if (reason == Reason::time_exceeded || reason == Reason::param_problem || reason == Reason::none) return;
  const auto same = [&](const RejectedPorts& one) { return one.reason == reason && one.by == by; };
  auto found = std::ranges::find_if(facts.rejected, same);
  if (found == facts.rejected.end()) found = facts.rejected.insert(found, {reason, by, 0, {}});
  if (ttl != 0) found->ttl = ttl;
  for (const net::PortRange range : ports.ranges()) found->ports.insert(range);
}

net::PortSet set_of(net::Port port) {
  net::PortSet set;
  set.insert(port);
  return set;
}

void add(FilterFacts& facts, PortState state, Reason reason, const net::PortSet& ports,
         const std::optional<net::IpAddress>& by, std::uint8_t ttl) {
  const auto put = [&ports](net::PortSet& into) {
    for (const net::PortRange range : ports.ranges()) into.insert(range);
  };
  if (state == PortState::open && reason == Reason::syn_ack) put(facts.open);
  if (state == PortState::closed && (reason == Reason::reset || reason == Reason::conn_refused)) put(facts.closed);
  if (state != PortState::filtered) return;
  if (reason == Reason::no_response) return put(facts.silent);
  add_rejected(facts, reason, by, ttl, ports);
}

// Of ports that are only counted nobody has kept who rejected each; those that were kept stand for the others.
void add_counted(FilterFacts& facts, const model::HostRecord& host) {
  for (const model::ExtraPorts& extra : host.extra) {
    for (const model::ReasonCount& count : extra.reasons) {
      if (count.protocol != net::Protocol::tcp) continue;
      std::optional<net::IpAddress> by;
      std::uint8_t ttl = 0;
      bool is_one = true;
      for (const StackAnswer& answer : facts.answers) {
        if (answer.question != StackQuestion::scan || answer.reason != count.reason) continue;
        is_one = is_one && (ttl == 0 || by == answer.from);
        by = answer.from;
        ttl = answer.ttl;
      }
      if (!is_one) by.reset();
      add(facts, extra.state, count.reason, count.ports, by, is_one ? ttl : std::uint8_t{0});
    }
  }
}

// By what most of its SYN-ACKs say; a proxy before it may have sent those with an empty window. Else by its resets, of
// which those that come from nearer were not its own; else by its echo reply.
std::uint8_t distance_to(const FilterFacts& facts, const model::HostRecord& host) {
  std::map<std::uint8_t, std::size_t> accepted;
  std::uint8_t reset = 0;
  for (const StackAnswer& answer : facts.answers) {
    if (answer.question == StackQuestion::short_syn) continue;
    const std::uint8_t away = engine::distance_of(answer.ttl);
    if (answer.kind == Kind::syn_ack && answer.window != 0) ++accepted[away];
    if (answer.kind == Kind::reset) reset = std::max(reset, away);
  }
  if (!accepted.empty()) {
    const auto count = &std::pair<const std::uint8_t, std::size_t>::second;
    return std::ranges::max_element(accepted, {}, count)->first;
  }
  if (reset != 0) return reset;
  return host.reason == Reason::echo_reply ? engine::distance_of(host.reason_ttl) : std::uint8_t{0};
}

}  // namespace

FilterFacts filter_facts(const model::HostRecord& host) {
  FilterFacts facts;
  facts.host = host.address;
  facts.up_by = host.reason;
  if (host.filter) facts.answers = host.filter->answers;
  for (const model::PortRecord& port : host.ports) {
    if (port.protocol != net::Protocol::tcp) continue;
    add(facts, port.state, port.reason, set_of(port.port), port.reason_address, port.reason_ttl);
  }
  add_counted(facts, host);
  facts.distance = distance_to(facts, host);
  for (const model::Remark& remark : host.remarks) {
    if (remark.code == model::RemarkCode::limits_answers) facts.answers_a_second = remark.real(0);
    if (remark.code == model::RemarkCode::limits_errors) facts.errors_a_second = remark.real(0);
  }
  return facts;
}

}  // namespace portolan::identify
