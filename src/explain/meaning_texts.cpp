// What each packet means, in a sentence or two.
#include <algorithm>
#include <array>
#include <cstddef>

#include "base/message.h"
#include "explain/texts.h"

namespace portolan::explain {
namespace {

// {0} is the port.
struct Sentence {
  Meaning meaning;
  std::string_view text;
};
constexpr std::array sentences{
    Sentence{Meaning::syn,
             message("SYN asks port {0} for a connection. Its sequence number is one that nobody can guess.")},
    Sentence{
        Meaning::syn_ack,
        message("SYN and ACK accept: something listens on port {0}. What is acknowledged is our sequence number plus "
                "one, which proves that our SYN is meant.")},
    Sentence{Meaning::refusing_reset,
             message("RST refuses: the host is there, and nothing listens on port {0}. What is acknowledged is our "
                     "sequence number plus one, which proves that our SYN is meant.")},
    Sentence{
        Meaning::kernel_resets,
        message("RST takes it back. portolan made the SYN itself, so this machine's kernel knows of no connection "
                "and resets what comes of it: nothing stays half open. Nobody saw this packet; it follows from the "
                "one before.")},
    Sentence{Meaning::kernel_acknowledges,
             message("ACK ends the three-way handshake: both sides have a connection now.")},
    Sentence{
        Meaning::kernel_hangs_up,
        message(
            "portolan wants to know no more and drops the connection by RST, so that neither side keeps anything.")},
    Sentence{Meaning::lone_ack,
             message("An ACK that belongs to no connection. TCP answers it by RST, whether port {0} is open or closed "
                     "(RFC 9293 section 3.10.7). A firewall that keeps track of connections drops it.")},
    Sentence{
        Meaning::window_ack,
        message("An ACK that belongs to no connection. TCP answers it by RST, whether port {0} is open or closed; on "
                "some systems the window in that RST differs.")},
    Sentence{Meaning::odd_flags,
             message("A segment of no connection, with neither SYN nor RST nor ACK. If port {0} is closed, RST is the "
                     "answer; a listener drops it (RFC 9293 section 3.10.7).")},
    Sentence{Meaning::maimon_flags,
             message("FIN and ACK of no connection. By the RFC any port answers by RST, and so port {0} looks closed; "
                     "listeners of some BSD systems drop it.")},
    Sentence{
        Meaning::reset_to_ack,
        message(
            "RST: who answers has got our ACK and knows of no connection. It says nothing about whether port {0} is "
            "open. Its sequence number is the one that we acknowledged, which proves that our ACK is meant.")},
    Sentence{
        Meaning::reset_with_window,
        message(
            "RST: who answers has got our ACK and knows of no connection. Its window is what counts: not zero where "
            "something listens, on the few systems that give it away.")},
    Sentence{Meaning::reset_to_odd_flags,
             message("RST: nothing listens on port {0}, for a listener would have dropped our segment.")},
    Sentence{Meaning::reset_to_maimon_flags,
             message("RST: the host has got our FIN and ACK and knows of no connection. Most systems answer so whether "
                     "something listens on port {0} or not.")},
    Sentence{Meaning::datagram,
             message("UDP has no handshake. A datagram goes to port {0}, with a question that is usual there, or empty "
                     "where none is known: a program answers only what it understands.")},
    Sentence{Meaning::datagram_back, message("The answer: a program listens on port {0}.")},
    Sentence{
        Meaning::port_unreachable,
        message("The host itself says that nobody listens on port {0}, and quotes our datagram. Hosts send only so "
                "many of these a second, which makes scans of many UDP ports slow.")},
    Sentence{Meaning::prohibited,
             message("A firewall refuses to let our packet through, and says so instead of just dropping it.")},
    Sentence{Meaning::unreachable, message("Our packet got no further: whoever says so knows no way on.")},
    Sentence{Meaning::time_exceeded,
             message("Our packet was passed on by as many routers as its TTL allows, and did not arrive.")},
    Sentence{Meaning::parameter_problem, message("Whoever got our packet did not understand its header.")},
    Sentence{
        Meaning::protocol_question,
        message(
            "A packet of IP protocol {0}. A host that does not speak the protocol says so (RFC 1122 section 3.2.2.1, "
            "RFC 8200 section 4); one that does may be silent to a packet with nothing in it.")},
    Sentence{Meaning::protocol_answer, message("The host has sent a packet of IP protocol {0}: it speaks it.")},
    Sentence{Meaning::protocol_unreachable,
             message("The host itself says that it does not speak IP protocol {0}, and quotes our packet. Hosts send "
                     "only so many of these a second.")},
    Sentence{Meaning::echo_request, message("The ordinary ping. Whoever gets it is to send back what it holds.")},
    Sentence{Meaning::echo_reply, message("The ping came back: the host is there.")},
    Sentence{Meaning::timestamp_request,
             message("This asks for the time of day. Some firewalls stop the ping and forget this (IPv4 only).")},
    Sentence{Meaning::timestamp_reply, message("The host is there, and tells its time.")},
    Sentence{Meaning::mask_request,
             message("This asks for the address mask of the network. It is obsolete; some devices still answer, Linux "
                     "does not (IPv4 only).")},
    Sentence{Meaning::mask_reply, message("The host is there, and tells its address mask.")},
    Sentence{
        Meaning::arp_request,
        message("On a link, packets go to hardware addresses. ARP asks everybody on it who has this IPv4 address.")},
    Sentence{Meaning::arp_reply,
             message("The host is there and tells its hardware address. No firewall for ports hides it: without this "
                     "nobody on the link could reach it.")},
    Sentence{Meaning::solicitation,
             message("On a link, packets go to hardware addresses. A neighbour solicitation asks who has this IPv6 "
                     "address.")},
    Sentence{Meaning::advertisement,
             message("The host is there and tells its hardware address. No firewall for ports hides it: without this "
                     "nobody on the link could reach it.")},
    Sentence{Meaning::next_hop,
             message("The router that leads to the host tells its hardware address, to which packets for the host go "
                     "first. Of the host itself it says nothing.")},
    Sentence{Meaning::init, message("INIT asks port {0} for an SCTP association, as SYN asks TCP for a connection.")},
    Sentence{Meaning::init_ack,
             message("INIT-ACK accepts: something listens on port {0}. It holds a cookie that portolan does not send "
                     "back, and until then the other side keeps nothing.")},
    Sentence{Meaning::abort, message("ABORT refuses: the host is there, and nothing listens for SCTP on port {0}.")},
    Sentence{
        Meaning::cookie_echo,
        message("The third packet of an SCTP handshake that never was. If port {0} is closed, ABORT is the answer; a "
                "listener drops a cookie that is none of its own.")},
    Sentence{
        Meaning::acknowledges,
        message(
            "ACK alone: every byte up to the number that it acknowledges has arrived. What is not acknowledged in time "
            "is sent again.")},
    Sentence{
        Meaning::our_words,
        message(
            "portolan speaks first, because the client does so on this port. Each byte takes one sequence number, and "
            "PSH asks the other kernel to hand them to its program at once.")},
    Sentence{
        Meaning::first_words,
        message("The first bytes of the program that listens on port {0}. Each takes one sequence number, so that they "
                "can be acknowledged, and sent again if they are not.")},
    Sentence{Meaning::more_words, message("More of what it has to say.")},
    Sentence{
        Meaning::last_words,
        message(
            "Bytes of the program, and FIN with them: the other side has nothing more to say after these, and still "
            "listens. FIN takes a sequence number, so that it is acknowledged like a byte.")},
    Sentence{
        Meaning::says_end,
        message(
            "FIN: who sends it has nothing more to say, and still listens. It takes a sequence number, so that it is "
            "acknowledged like a byte.")},
    Sentence{Meaning::ends_too,
             message("FIN from the other end: neither has anything more to say, and the connection is over "
                     "once this one is acknowledged, too.")},
    Sentence{
        Meaning::reset_by_them,
        message(
            "RST from the other side ends the connection at once, and what was under way is lost. Its program has "
            "hung up without reading all that was sent, or has died, or something on the way cuts the connection.")},
    Sentence{Meaning::reset_by_us,
             message("RST from this machine: portolan has closed the connection, so nobody reads what still comes.")},
    Sentence{Meaning::kept, message("It has not left: this machine itself refused to send it.")},
    Sentence{Meaning::other, message("This packet says nothing about what was asked.")},
};
static_assert(std::ranges::all_of(sentences, [](const Sentence& one) {
  return &one == &sentences.at(static_cast<std::size_t>(one.meaning));
}));
static_assert(sentences.back().meaning == Meaning::other);

}  // namespace

std::string meaning_text(Meaning meaning, std::string_view port) {
  return said_as(sentences.at(static_cast<std::size_t>(meaning)).text, port);
}

}  // namespace portolan::explain
