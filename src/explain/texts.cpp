#include "explain/texts.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/error_name.h"
#include "base/escape.h"
#include "base/message.h"
#include "base/text.h"
#include "probe/registry.h"
#include "report/scan/wording.h"

namespace portolan::explain {
namespace {

using model::HostState;
using model::PortState;
using model::Reason;

// The record of the port that was asked; nullptr where it was not.
const model::PortRecord* port_of(const Story& story) {
  return story.host && !story.host->ports.empty() ? &story.host->ports.front() : nullptr;
}

bool asks_udp(const Question& question) {
  return question.probe != nullptr && question.probe->asks == probe::Asks::udp_ports;
}

// ---- results ------------------------------------------------------------------------------------

std::string open_text(const Question& question) {
  switch (question.probe->asks) {
    case probe::Asks::udp_ports:
      return std::string{translated("A program on the host has answered. UDP knows no other proof of an open port.")};
    case probe::Asks::sctp_ports:
      return std::string{translated("A program on the host accepts SCTP associations there.")};
    default:
      break;
  }
  if (question.probe == &probe::tcp_window) {
    return std::string{
        translated("The window of the RST is not zero, which on some systems gives a listener away. On others it means "
                   "nothing; ask by tcp-syn to be sure.")};
  }
  return std::string{translated(
      "A program on the host accepts connections there. The kernel has answered for it; which program it is, these "
      "packets do not tell.")};
}

std::string closed_text(const Question& question) {
  if (question.probe == &probe::tcp_window) {
    return std::string{translated(
        "The window of the RST is zero. That is so of every port on most systems, so it says little; ask by tcp-syn "
        "to be sure.")};
  }
  if (question.probe == &probe::tcp_maimon) {
    return std::string{translated(
        "Most systems answer FIN and ACK by RST on every port, open or closed, so it says little; ask by tcp-syn to "
        "be sure.")};
  }
  return std::string{translated(
      "The host is there, and nobody listens on that port. Mostly it has answered by itself; a firewall that "
      "refuses "
      "in its place can make its answer look the same.")};
}

std::string kept_text(const Story& story) {
  return said(
      "This machine itself would not send it, mostly because a firewall of its own forbids that, so nothing is known. "
      "What was told at the end: {0}.",
      escape_terminal(story.finished.error));
}

// Of a connection nobody sees whether the kernel has repeated its SYN.
std::string_view nothing_came_text(const Story& story) {
  return std::ranges::any_of(steps_of(story), &Step::again)
             ? translated("Nothing came back, though the question was put again.")
             : translated("Nothing came back in the time that portolan waits.");
}

std::string filtered_text(const model::PortRecord& port, const Story& story) {
  const Question& question = story.question;
  if (port.reason == Reason::no_response) {
    return said(
        "{} Somebody drops it, or the answer, mostly a firewall. Whether a program listens on the port cannot be told "
        "from here.",
        nothing_came_text(story));
  }
  if (port.reason == Reason::proto_unreach && !port.reason_address) {
    return std::string{translated(
        "The host itself says that it does not speak the protocol at all, so nothing of it can listen there. Reports "
        "call that filtered, as nmap does.")};
  }
  if (port.reason_address) {
    return said(
        "Not {0} has answered but {1}, a router or firewall on the way, which says that the packet did not get "
        "through. "
        "Whether a program listens on the port cannot be told from here.",
        host_text(question), to_string(*port.reason_address));
  }
  return std::string{translated(
      "The answer is an ICMP error, which says that the question was not let through. A closed port answers in "
      "another way, so a firewall on the host has spoken, and about the port itself nothing is known.")};
}

// Who said the first FIN, and who spoke before it.
struct Order {
  bool they_ended = false;
  bool spoke_after_our_end = false;  // the other side, and not before it
};
Order order_of(const Story& story) {
  Order order;
  bool we_ended = false;
  bool they_spoke = false;
  for (const Step& step : steps_of(story)) {
    const bool ends = step.meaning == Meaning::says_end || step.meaning == Meaning::last_words;
    const bool speaks = step.meaning == Meaning::first_words || step.meaning == Meaning::last_words;
    if (speaks && !step.ours && !they_spoke) order.spoke_after_our_end = we_ended;
    they_spoke = they_spoke || (speaks && !step.ours);
    if (ends && !we_ended && !order.they_ended) (step.ours ? we_ended : order.they_ended) = true;
  }
  return order;
}

// RFC 8446 §5.1: the type of an alert, and the version that all of TLS has there.
bool is_tls_alert(std::string_view bytes) { return bytes.starts_with("\x15\x03"); }

std::string who_spoke_text(const Story& story) {
  const Connection& connection = *story.connection;
  const Order order = order_of(story);
  const bool was_cut = connection.end == Connection::End::reset || connection.end == Connection::End::hung_up;
  if (!connection.said.empty()) {
    return connection.heard.empty()
               ? said("portolan spoke first (\"{}\"), and nothing was answered.", escape_terminal(connection.said))
               : said("portolan spoke first (\"{}\"), and was answered.", escape_terminal(connection.said));
  }
  if (is_tls_alert(connection.heard)) {
    return std::string{
        translated("Nobody spoke until one side ended it; what the program said then is an alert of TLS. It waits for "
                   "a client that "
                   "begins TLS, as `portolan talk --tls` does.")};
  }
  if (!connection.heard.empty() && order.spoke_after_our_end) {
    return std::string{
        translated("Nobody spoke until portolan ended it; that is what the program there has answered.")};
  }
  if (!connection.heard.empty())
    return std::string{translated("The program there spoke first, and portolan has said nothing.")};
  if (was_cut) return std::string{translated("Nobody spoke.")};
  if (order.they_ended) {
    return std::string{
        translated("Nobody spoke: the program there accepted the connection and ended it without a word.")};
  }
  return std::string{translated(
      "Nobody spoke: what listens there seems to wait for its client to begin, and what clients say there portolan "
      "does not know.")};
}

std::string_view end_text(Connection::End end) {
  switch (end) {
    case Connection::End::in_order:
      return translated("It ended in order: each side has said FIN, and the other has acknowledged it.");
    case Connection::End::reset:
      return translated("The other side ended it by a reset.");
    case Connection::End::hung_up:
      return translated("This machine ended it by a reset, since the other side went on when portolan wanted no more.");
    default:
      break;
  }
  return translated(
      "This machine has said FIN, and the other side had not when portolan left: its program may still hold the "
      "connection.");
}

std::string connection_text(const Story& story) {
  const Connection& connection = *story.connection;
  constexpr std::string_view made = message("connect() has made a connection.");
  if (connection.hears_nothing) {
    return said(
        "{0} None of its packets were seen under the address and port that were asked: this machine "
        "sends them somewhere else (its own NAT, mostly for containers). {1}",
        translated(made), who_spoke_text(story));
  }
  return fmt::format("{} {} {}", translated(made), who_spoke_text(story), end_text(connection.end));
}

std::string not_sent_text(const Connection& connection) {
  if (connection.cause.empty()) {
    return std::string{translated(
        "No packet of it left this machine, and connect() was told of nothing: its own firewall drops them.")};
  }
  return said("No packet of it left this machine. Its kernel says: {0} ({1}).", words_of_error(connection.cause),
              connection.cause);
}

std::string result_of_protocol(const model::PortRecord& port, const Story& story) {
  switch (port.state) {
    case PortState::open:
      return std::string{translated(
          "The host speaks that protocol: what it answers shows that it has looked into the packet. What it does with "
          "it is not known.")};
    case PortState::closed:
      return std::string{translated("The host is there, and says that it does not speak that protocol.")};
    case PortState::filtered:
      return std::string{translated(
          "An ICMP error of a firewall or router says that the question was not let through, so about the protocol "
          "nothing is known.")};
    default:
      break;
  }
  return said(
      "{} A host that speaks the protocol may be silent to an empty packet, and so is a firewall that drops "
      "it: the two cannot be told apart in this way.",
      nothing_came_text(story));
}

std::string result_of_port(const model::PortRecord& port, const Story& story) {
  const Question& question = story.question;
  if (asks_protocol(question)) return result_of_protocol(port, story);
  switch (port.state) {
    case PortState::open:
      return open_text(question);
    case PortState::closed:
      return closed_text(question);
    case PortState::filtered:
      return filtered_text(port, story);
    case PortState::unfiltered:
      return std::string{translated(
          "An answer came, so nobody on the way drops such packets. Open and closed ports answer them alike: ask by "
          "tcp-syn which it is. A firewall that refuses in place of the host can make its answer look the same.")};
    case PortState::open_filtered:
      return said(
          "{} An open port may be silent to it, and so is a firewall that drops it: the two cannot be told apart in "
          "this "
          "way.",
          nothing_came_text(story));
    case PortState::closed_filtered:
      break;
  }
  return std::string{translated("Nothing that came back tells closed and filtered apart.")};
}

std::string result_of_host(const model::HostRecord& host, const Story& story) {
  if (host.reason == Reason::localhost_response) {
    return std::string{translated("It is an address of this machine itself, so nothing has to be asked.")};
  }
  if (host.reason == Reason::user_set) {
    return std::string{
        translated("Nothing was asked: the host is on no link of this machine on which this question could be put.")};
  }
  if (!was_asked(story))
    return std::string{translated("This machine has no way to ask it, so nothing is known of it.")};
  if (host.state == HostState::up) {
    return std::string{translated(
        "Something at that address has answered. Any answer will do, a refusal as well: only who is there can "
        "refuse.")};
  }
  if (host.reason == Reason::no_response) {
    return said("{} Nobody is there; beyond the link a firewall may drop all of this as well.",
                nothing_came_text(story));
  }
  return std::string{
      translated("Nobody at that address has answered, and who passes packets on says that it cannot be reached.")};
}

std::string state_of(const Story& story) {
  if (const auto* port = port_of(story)) return std::string{name_of(port->state)};
  return story.host ? std::string{name_of(story.host->state)} : std::string{"unknown"};
}

Reason reason_of(const Story& story) {
  if (const auto* port = port_of(story)) return port->reason;
  return story.host ? story.host->reason : Reason::none;
}

}  // namespace

std::string host_text(const Question& question) {
  if (question.link.empty()) return to_string(question.target);
  return fmt::format("{}%{}", to_string(question.target.without_zone()), escape_word(question.link));
}

std::string port_text(net::Port port, net::Protocol protocol) {
  if (protocol == net::Protocol::ip) return fmt::format("{}", port.value());
  return fmt::format("{}/{}", port.value(), net::name_of(protocol));
}
std::string port_text(const Question& question) {
  return question.port ? port_text(*question.port, probe::protocol_of(question.probe->asks)) : "";
}

std::string title_text(const Question& question) {
  const std::string host = question.name.empty()
                               ? host_text(question)
                               : fmt::format("{} ({})", escape_terminal(question.name), host_text(question));
  if (question.whole)
    return said("Port {0} of {1}: a connection, from its beginning to its end", port_text(question), host);
  if (asks_protocol(question)) {
    return said("IP protocol {0} of {1}, asked by {2}", port_text(question), host, question.probe->name);
  }
  if (question.port) return said("Port {0} of {1}, asked by {2}", port_text(question), host, question.probe->name);
  if (!question.ping.empty()) {
    // As the scan calls it: what the technique is called says nothing of hosts.
    std::string ports;
    for (const net::Port port : question.ping) append(ports, "{}{}", ports.empty() ? "" : ",", port.value());
    return said("Is {0} there? Asked by {1} ({2}{3})", host, question.probe->name,
                question.probe->discovery_option.spelling, ports);
  }
  if (question.probe != nullptr) return said("Is {0} there? Asked by {1}", host, question.probe->name);
  return said("Is {} there?", host);
}

std::string other_addresses_text(std::size_t count) {
  return counted("The name has another address, which is not asked; -4 and -6 choose the family.",
                 "The name has {0} other addresses, which are not asked; -4 and -6 choose the family.", count);
}
std::string_view simulated_text() { return translated("In the simulator: nothing was sent over any network."); }
std::string_view connected_text() {
  return translated(
      "Asked by connections of the kernel's, whose packets are not watched here (`--connect` does that): broken arrows "
      "are what must have gone over the wire. Times are those of connect(); numbers, TTL and options are not known.");
}

std::string_view whole_text() {
  return translated(
      "Made by this machine's kernel (connect()), as any program makes one; its packets were watched. Below each "
      "packet stand the states of both ends once it has arrived.");
}
std::string unseen_text(std::uint64_t count) {
  return said("Packets that passed and were not seen, for want of room: {}.", count);
}

Ends ends_text(const Question& question) {
  return {translated("this machine"), asks_protocol(question) ? said("IP protocol {}", port_text(question))
                                      : question.port         ? said("port {}", port_text(question))
                                                              : std::string{translated("the host")}};
}
std::string again_label(std::string_view label) { return said("{0}, again", label); }
std::string_view silence_text() { return translated("... nothing comes back ..."); }
std::string_view nothing_sent_text() { return translated("No packet was sent."); }
std::string_view nothing_seen_text() { return translated("No packet was seen."); }

std::string_view again_text() {
  return translated("It was sent again because no answer had come: any packet may get lost.");
}

std::string distance_text(std::uint8_t ttl, bool v4) {
  if (ttl == 0) return "";
  const int first = ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255;
  const std::string_view name = v4 ? translated("TTL") : translated("hop limit");
  if (ttl == first) {
    return said("Its {0} of {1} is one that systems begin with, and every router takes one off: none is in between.",
                name, ttl);
  }
  return said("Its {0} of {1} has probably begun as {2}, and every router takes one off: {3} in between.", name, ttl,
              first, first - ttl);
}

std::string_view states_heading() { return translated("The states of its ends (RFC 9293 section 3.3.2)"); }

std::string_view state_text(TcpState state) {
  switch (state) {
    case TcpState::closed:
      return translated("there is no connection, or none any more");
    case TcpState::syn_sent:
      return translated("has sent a SYN and waits for one");
    case TcpState::syn_received:
      return translated("has sent a SYN and got one, and waits for its acknowledgement");
    case TcpState::established:
      return translated("bytes may go both ways");
    case TcpState::fin_wait_1:
      return translated("has said FIN, which is not acknowledged yet");
    case TcpState::fin_wait_2:
      return translated("its FIN is acknowledged; waits for the other one, and still listens");
    case TcpState::close_wait:
      return translated("has got a FIN; its program may still speak, and is to close");
    case TcpState::closing:
      return translated("both have said FIN at once; waits for the acknowledgement of its own");
    case TcpState::last_ack:
      return translated("has got a FIN and said its own; waits for the acknowledgement");
    case TcpState::time_wait:
      return translated(
          "all is said and acknowledged. Who said FIN first stays here a while (two minutes by the RFC, one on "
          "Linux), so that packets that are late do no harm to the next connection between these ports");
    case TcpState::unknown:
      break;
  }
  return "";
}

std::string_view packets_heading() { return translated("What the packets mean"); }

std::string result_heading(const Story& story) {
  if (story.connection && story.connection->end == Connection::End::not_sent) {
    return said("Result: this machine could not ask port {}", port_text(story.question));
  }
  if (was_kept(story)) {
    const std::string port = port_text(story.question);
    return port.empty()                    ? std::string{translated("Result: the host was not asked")}
           : asks_protocol(story.question) ? said("Result: IP protocol {} was not asked", port)
                                           : said("Result: port {} was not asked", port);
  }
  const auto reason = name_of(reason_of(story));
  const bool is_known_anyhow = reason_of(story) == Reason::localhost_response;
  if (!was_asked(story) && !is_known_anyhow && port_of(story) == nullptr) {
    return said("Result: the host was not asked ({})", reason);
  }
  if (asks_protocol(story.question) && port_of(story) != nullptr) {
    return said("Result: IP protocol {0} is {1} ({2})", port_text(story.question), state_of(story), reason);
  }
  if (story.question.port && port_of(story) != nullptr) {
    return said("Result: port {0} is {1} ({2})", port_text(story.question), state_of(story), reason);
  }
  return said("Result: the host is {0} ({1})", state_of(story), reason);
}

std::string result_text(const Story& story) {
  if (story.connection && story.connection->end == Connection::End::not_sent) return not_sent_text(*story.connection);
  if (was_kept(story)) return kept_text(story);
  if (const auto* port = port_of(story); story.connection && port != nullptr && port->state == PortState::open) {
    return connection_text(story);
  }
  if (const auto* port = port_of(story)) return result_of_port(*port, story);
  return story.host ? result_of_host(*story.host, story) : std::string{translated("Nothing is known.")};
}

bool is_what_happened(const Alternative& alternative, const Story& story) {
  if (!was_asked(story)) return false;
  return alternative.state == state_of(story) && alternative.silent == (reason_of(story) == Reason::no_response);
}

std::string alternatives_heading(const Story& story) {
  const auto alternatives = alternatives_of(story.question);
  const bool any = std::ranges::any_of(alternatives, [&](const auto& one) { return is_what_happened(one, story); });
  if (story.question.port) {
    return std::string{any ? translated("How it could have gone (=> is how it went)")
                           : translated("How it could have gone")};
  }
  return std::string{any ? translated("How it could have gone (=> is how it went), whatever is asked")
                         : translated("How it could have gone, whatever is asked")};
}

std::string_view service_heading() { return translated("What is registered there"); }

std::string service_text(const Question& question, const Facts& facts) {
  constexpr std::string_view only_custom =
      message("That is a custom: what really listens on a port is for its machine to decide.");
  const std::string port = port_text(question);
  if (asks_protocol(question)) {
    const std::string_view named = facts.service;
    return named.empty() ? said("IANA's registry has no name for IP protocol {}.", port)
                         : said("IANA's registry calls IP protocol {0} {1}.", port, escape_terminal(named));
  }
  if (facts.service.empty()) {
    return asks_udp(question)
               ? said("No service is registered for {}. A program there decides by itself what it understands.", port)
               : said("No service is registered for {}. What listens there, if anything, is for its machine to decide.",
                      port);
  }
  if (facts.description.empty())
    return said("{0} is registered for {1}. {2}", facts.service, port, translated(only_custom));
  return said("{0} ({1}) is registered for {2}. {3}", escape_terminal(facts.service),
              escape_terminal(facts.description), port, translated(only_custom));
}

std::string note_text(const model::Remark& remark, const Question& question) {
  if (remark.code == model::RemarkCode::nothing_answered) {
    return said("Note: Nothing at all has answered here, so perhaps nobody is there: `portolan explain {0}` asks that.",
                host_text(question));
  }
  return said("Note: {0}", escape_terminal(report::remark_text(remark, Dialect::portolan)));
}

std::string_view discovery_heading() { return translated("How portolan finds out whether a host is there"); }

std::vector<std::string_view> discovery_texts() {
  return {
      translated("On the same link (Ethernet, Wi-Fi) it asks for the hardware address: by ARP (IPv4) or by neighbour "
                 "discovery "
                 "(IPv6). That alone decides: a host that is silent to it can hardly be reached by anybody."),
      translated(
          "Beyond the link it asks in four ways at once, since firewalls stop one and let another through: the ping "
          "(ICMP "
          "echo request), a SYN to port 443, an ACK to port 80, an ICMP timestamp request. One answer will do, and a "
          "refusal (RST) is one. Without the right to send raw packets it opens connections to ports 80 and 443."),
      translated(
          "If nothing answers, a scan of a network takes the host for down and leaves its ports out. A host that was "
          "named by itself is scanned all the same, and -Pn has every host scanned without asking.")};
}

}  // namespace portolan::explain
