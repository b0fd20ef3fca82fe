// Engine: what comes back. Whose answer it is, what it settles and what it teaches.
#include <algorithm>
#include <array>
#include <utility>

#include "engine/engine.h"

namespace portolan::engine {
namespace {

// Of so many ports of a host it is remembered that they answer; of those behind them one in so many.
constexpr std::uint32_t enough_to_measure = 16;

// Behind these somebody may count attempts and shut out who makes too many.
bool is_log_in(net::Port port) {
  constexpr std::array<std::uint16_t, 15> usual{22,   23,   512,  513,  514,  992,  2222, 3389,
                                                5900, 5901, 5902, 5903, 5985, 5986, 10000};
  return std::ranges::binary_search(usual, port.value());
}

// Of TCP, seen on the wire or told by the kernel.
bool is_reset(model::Reason reason) { return reason == model::Reason::reset || reason == model::Reason::conn_refused; }

// What the answer itself says counts more than who put it on the link: proxies and bonds differ.
std::optional<net::Mac> link_address_of(const wire::Packet& packet, const Received& frame) {
  if (const auto* arp = std::get_if<wire::ArpReply>(&packet.content)) return arp->sender_mac;
  if (const auto* nd = std::get_if<wire::NeighbourAdvertisement>(&packet.content)) return nd->mac;
  return frame.from;
}

}  // namespace

// Who stands there answers over it: ARP and neighbour discovery are of a link, and ICMP from elsewhere is of somebody
// who answers for everyone. A TCP answer proves by its cookie that the question has arrived, whatever way it took back;
// and what lies behind a gateway may answer over any link.
bool came_from_asked_link(const net::Path& path, const wire::Packet& packet, const Received& frame) {
  if (frame.interface == path.interface || path.kind != net::Path::Kind::ethernet) return true;
  const bool of_the_link = std::holds_alternative<wire::ArpReply>(packet.content) ||
                           std::holds_alternative<wire::NeighbourAdvertisement>(packet.content);
  const bool icmp = std::holds_alternative<wire::IcmpMessage>(packet.content) ||
                    std::holds_alternative<wire::IcmpError>(packet.content);
  return !of_the_link && !(icmp && path.on_link);
}

bool Engine::on_packet(const wire::Packet& packet, const Received& frame) {
  for (std::size_t technique = 0; technique < job_.techniques.size(); ++technique) {
    if (try_technique(technique, packet, frame)) return true;
  }
  return false;
}

// The tags that an answer may be to: the one that it bears, if any, unless all attempts leave from one port
// (--source-port).
std::pair<std::uint16_t, std::uint16_t> Engine::tags_of(const probe::Probe& probe,
                                                        std::optional<std::uint16_t> tag) const {
  const std::uint16_t first = settings_.tag_base;
  const std::uint16_t last = settings_.tag_base + tags_an_engine - 1;
  if (!tag) return {first, last};
  if (!probe.has_tag) return {*tag, *tag};
  if (settings_.dress.source_port && settings_.dress.source_port->value() == *tag) return {first, last};
  if (*tag < first || *tag > last) return {1, 0};
  return {*tag, *tag};
}

bool Engine::try_technique(std::size_t technique, const wire::Packet& packet, const Received& frame) {
  const probe::Probe& probe = *job_.techniques[technique];
  const auto subject = probe.subject(packet);
  if (!subject) return false;
  const auto& index = question_index_[technique];
  const std::size_t port = subject->port.value();
  if (port >= index.size() || index[port] == 0) return false;
  const auto [first, last] = tags_of(probe, subject->tag);
  for (unsigned tag = first; tag <= last; ++tag) {
    if (try_question(index[port] - 1, static_cast<std::uint16_t>(tag), *subject, packet, frame)) return true;
  }
  return false;
}

// All variants of a question share its port; the cookie tells them apart.
bool Engine::try_question(std::uint32_t first, std::uint16_t tag, const probe::Subject& subject,
                          const wire::Packet& packet, const Received& frame) {
  const std::uint8_t technique = job_.questions[first].technique;
  const auto walk = walks_.find(subject.target, frame.interface);
  for (std::uint32_t i = first; i < job_.questions.size(); ++i) {
    const Question& question = job_.questions[i];
    if (question.technique != technique || question.port != subject.port) break;
    // Only what has answered before is a loss probe's question.
    const bool known = !walk || VerdictCodes::is_verdict(walks_[*walk].ledger.code(i));
    if (known && answer_loss_probe(i, tag, subject, packet, frame)) return true;
    if (walk && answer_walk({*walk, i, tag}, packet, frame)) return true;
  }
  return false;
}

bool Engine::answer_walk(const Match& match, const wire::Packet& packet, const Received& frame) {
  const HostWalk& walk = walks_[match.walk];
  if (!came_from_asked_link(*walk.target->path, packet, frame)) return false;
  const probe::Attempt asked = attempt(*walk.target, match.question, match.tag);
  const auto verdict = probe_of(match.question).judge(asked, packet);
  if (!verdict) return false;
  if (finds_hosts() && settings_.ignore_resets && is_reset(verdict->reason)) return true;
  const Answer answer{.host = walk.host,
                      .question = match.question,
                      .verdict = *verdict,
                      .ttl = packet.ttl,
                      .from = packet.source,
                      .mac = link_address_of(packet, frame),
                      .attempt = &asked,
                      .packet = &packet};
  listener_.on_reply(answer, packet);
  settle_other(match, answer, packet, frame);
  settle(match, answer, frame);
  return true;
}

// What the answer says of another port, as long as that one has said nothing itself.
void Engine::settle_other(const Match& match, const Answer& answer, const wire::Packet& packet, Received frame) {
  const probe::Probe& probe = probe_of(match.question);
  if (probe.also_open == nullptr || finds_hosts()) return;
  const auto port = probe.also_open(packet);
  if (!port || *port == job_.questions[match.question].port) return;
  const auto& index = question_index_[job_.questions[match.question].technique];
  if (port->value() >= index.size() || index[port->value()] == 0) return;
  const std::uint32_t question = index[port->value()] - 1;
  if (VerdictCodes::is_verdict(walks_[match.walk].ledger.code(question))) return;
  Answer other = answer;
  other.question = question;
  other.verdict.state = model::PortState::open;
  other.attempt = nullptr;
  other.packet = nullptr;
  frame.to_everybody = true;  // its round trip is another question's
  settle({match.walk, question, match.tag}, other, frame);
}

bool Engine::answer_loss_probe(std::uint32_t question, std::uint16_t tag, const probe::Subject& subject,
                               const wire::Packet& packet, const Received& frame) {
  if (!probe_of(question).has_tag || tag < settings_.tag_base) return false;
  const unsigned attempt_number = tag - settings_.tag_base;
  const auto found = loss_probes_.find(subject.target, frame.interface, question, attempt_number);
  if (!found) return false;
  const WalkTarget target = loss_probes_.target_of(*found);
  if (!came_from_asked_link(*target.path, packet, frame)) return false;
  const auto verdict = probe_of(question).judge(attempt(target, question, tag), packet);
  if (!verdict) return false;
  const auto sent = loss_probes_.take(*found);
  if (!sent) {
    pacer_.take_back_loss(loss_probes_.of(*found).law.state() != LossLaw::State::watching);
  }
  if (const auto walk = walks_.find(subject.target, frame.interface)) {
    hear(walks_[*walk], frame.at);
    if (sent) add_round_trip(walks_[*walk], std::max(Duration::zero(), frame.at - *sent));
    listener_.on_reply({.host = walks_[*walk].host,
                        .question = question,
                        .verdict = *verdict,
                        .ttl = packet.ttl,
                        .from = packet.source,
                        .mac = link_address_of(packet, frame)},
                       packet);
  }
  return true;
}

void Engine::settle(const Match& match, const Answer& answer, const Received& frame) {
  HostWalk& walk = walks_[match.walk];
  // What is told to everybody may be an announcement, or the answer to somebody else's question.
  if (!frame.to_everybody) measure(match, frame.at);
  Acquaintance& known = walk.known();
  hear(walk, frame.at);
  const auto before = walk.ledger.code(match.question);
  const bool overrules = VerdictCodes::is_verdict(before);
  if (overrules) {
    // A repetition, unless the port itself overrules an ICMP error that came first.
    const bool stronger =
        codes_.entry(before).state == model::PortState::filtered && answer.verdict.state != model::PortState::filtered;
    if (!stronger) return note_token(walk, match, answer.verdict);
  } else {
    ++answers_;
    ++known.answered;
    if (answer.verdict.state == model::PortState::open) ++known.open;
    pacer_.on_answer();
    if (walk.at_work()) ++settled_;
    if (!finds_hosts()) ++(match.tag == settings_.tag_base ? in_time_ : late_);
  }
  if (walk.paced() && walk.at_work()) weigh_answer(walk, frame.at);
  const bool is_error = answer.verdict.by_error && answer.verdict.state == model::PortState::closed;
  if (is_error) ++known.errors_in_pass;
  if (known.errors && is_error) known.errors->on_error(match.question, frame.at);
  if (known.errors && !is_error) known.errors->on_other_answer(match.question);
  mark(walk, match.question, codes_.code_of({answer.verdict.state, answer.verdict.reason}));
  // Which question it answers it does not say; the first one is the safe guess.
  if (asks_link() && !overrules && !frame.to_everybody) {
    slowest_neighbour_ = std::max(slowest_neighbour_, frame.at - walk.first_pass_sent);
  }
  if (answer.verdict.host_is_up) note_sign_of_life(match, answer.verdict);
  Answer settled = answer;
  settled.overrules = overrules;
  listener_.on_verdict(settled);
  if ((finds_hosts() && walk.up) || known.answered == job_.questions.size()) finish(match.walk);
}

void Engine::note_sign_of_life(const Match& match, const probe::Verdict& verdict) {
  HostWalk& walk = walks_[match.walk];
  if (!walk.up && finds_hosts()) {
    ++hosts_up_;
    ++(asked_once(walk) ? in_time_ : late_);
  }
  walk.up = true;
  // Who refuses by ICMP mostly limits how often (RFC 1812 §4.3.2.8); that would pass for loss.
  const probe::Probe& probe = probe_of(match.question);
  // From one source port for all, every question after the first would belong to a half-open connection.
  if (verdict.by_error || !probe.has_tag || settings_.dress.source_port) return;
  // Of a host that answers on many ports a few are enough, unless its pace is to be found by them.
  const std::uint32_t answered = walk.answered();
  const bool open = verdict.state == model::PortState::open;
  if (!open && !walk.paced() && answered > enough_to_measure && answered % enough_to_measure != 0) return;
  loss_probes_.remember(*walk.target,
                        {.question = match.question,
                         .open = open,
                         .log_in = is_log_in(job_.questions[match.question].port) && asks_ports(probe.asks),
                         .attempts = static_cast<unsigned>(match.tag - settings_.tag_base) + 1},
                        timeout_of(walk));
}

void Engine::measure(const Match& match, Instant at) {
  HostWalk& walk = walks_[match.walk];
  // ARP and ND do not say which attempt they answer, so theirs count only while there was but one.
  const bool tagged = probe_of(match.question).has_tag;
  if (!tagged && !asked_once(walk)) return;
  const auto sent = send_times_.take(walk.serial, match.question, tagged ? std::optional{match.tag} : std::nullopt);
  if (sent) add_round_trip(walk, at - *sent);
}

// Whether only the first pass has sent anything so far.
bool Engine::asked_once(const HostWalk& walk) {
  return walk.passes == 0 || (walk.passes == 1 && (walk.phase == HostWalk::Phase::waiting || walk.asked == 0));
}

void Engine::add_round_trip(HostWalk& walk, Duration sample) {
  if (sample < Duration::zero()) sample = Duration::zero();
  Acquaintance& known = walk.known();
  known.best = known.round_trip.known() ? std::min(known.best, sample) : sample;
  known.round_trip.add(sample);
  pacer_.on_round_trip(walk.serial, sample, known.best);
}

}  // namespace portolan::engine
