// What could have come back, of every way to ask.
#include <string_view>
#include <vector>

#include "base/message.h"
#include "explain/texts.h"
#include "probe/registry.h"

namespace portolan::explain {
namespace {

constexpr std::string_view dropped = message("dropped on the way, mostly by a firewall");
constexpr std::string_view refused = message("a firewall or router says no");

std::vector<Alternative> half_open() {
  return {{message("-> SYN  <- SYN, ACK  -> RST"), "open", false, message("a program listens there")},
          {message("-> SYN  <- RST, ACK"), "closed", false, message("the host is there, and nobody listens")},
          {message("-> SYN  -> SYN  ... nothing"), "filtered", true, dropped},
          {message("-> SYN  <- ICMP error"), "filtered", false, refused}};
}

std::vector<Alternative> connecting() {
  return {{message("-> SYN  <- SYN, ACK  -> ACK"), "open", false,
           message("connect() succeeds; the connection is closed again at once")},
          {message("-> SYN  <- RST, ACK"), "closed", false, message("connect() fails: connection refused")},
          {message("-> SYN  ... nothing"), "filtered", true, dropped},
          {message("-> SYN  <- ICMP error"), "filtered", false, refused}};
}

std::vector<Alternative> whole_connection() {
  return {{message("-> SYN  <- SYN, ACK  -> ACK"), "open", false,
           message("a connection; then bytes, and FIN both ways or RST")},
          {message("-> SYN  <- RST, ACK"), "closed", false, message("connect() fails: connection refused")},
          {message("-> SYN  -> SYN  ... nothing"), "filtered", true, dropped},
          {message("-> SYN  <- ICMP error"), "filtered", false, refused}};
}

std::vector<Alternative> acknowledging() {
  return {{message("-> ACK  <- RST"), "unfiltered", false,
           message("the host has answered; open and closed ports do so alike")},
          {message("-> ACK  -> ACK  ... nothing"), "filtered", true, dropped},
          {message("-> ACK  <- ICMP error"), "filtered", false, refused}};
}

std::vector<Alternative> by_window() {
  return {
      {message("-> ACK  <- RST, window not 0"), "open", false, message("some systems give a listener away like that")},
      {message("-> ACK  <- RST, window 0"), "closed", false, message("most systems answer so on every port")},
      {message("-> ACK  -> ACK  ... nothing"), "filtered", true, dropped},
      {message("-> ACK  <- ICMP error"), "filtered", false, refused}};
}

std::vector<Alternative> where_closed_answers(std::string_view refusal, std::string_view silence,
                                              std::string_view error) {
  return {
      {refusal, "closed", false, message("the host is there, and nobody listens")},
      {silence, "open|filtered", true, message("open ports are silent to this, and so is a firewall that drops it")},
      {error, "filtered", false, refused}};
}

std::vector<Alternative> datagrams() {
  return {{message("-> UDP  <- UDP"), "open", false, message("a program listens there, and has answered")},
          {message("-> UDP  <- ICMP port unreachable"), "closed", false, message("the host says that nobody listens")},
          {message("-> UDP  <- another ICMP error"), "filtered", false, refused},
          {message("-> UDP  -> UDP  ... nothing"), "open|filtered", true,
           message("a program that did not care for what was said, or a firewall that drops it")}};
}

std::vector<Alternative> associations() {
  return {{message("-> INIT  <- INIT-ACK"), "open", false, message("a program listens there")},
          {message("-> INIT  <- ABORT"), "closed", false, message("the host is there, and nobody listens")},
          {message("-> INIT  -> INIT  ... nothing"), "filtered", true, dropped},
          {message("-> INIT  <- ICMP error"), "filtered", false, refused}};
}

std::vector<Alternative> ip_protocols() {
  return {
      {message("-> packet  <- its answer"), "open", false, message("the host speaks the protocol")},
      {message("-> packet  <- no such protocol"), "closed", false, message("the host is there, and does not speak it")},
      {message("-> packet  <- other ICMP error"), "filtered", false, refused},
      {message("-> packet  ... nothing"), "open|filtered", true,
       message("a host that does not care for an empty packet, or a firewall that drops it")}};
}

std::vector<Alternative> of_a_host() {
  return {
      {message("-> question  <- any answer"), "up", false, message("somebody is there: a refusal tells that as well")},
      {message("-> question  <- ICMP error"), "down", false, message("a router says that it cannot be reached")},
      {message("-> question  ... nothing"), "down", true, message("nobody is there, or all of it is dropped")}};
}

std::vector<Alternative> of_any(const probe::Probe& probe) {
  return {{message("-> question  <- an answer"), "open", false, message("somebody there understands the question")},
          {message("-> question  ... nothing"), name_of(probe.on_silence.state), true, dropped},
          {message("-> question  <- ICMP error"), "filtered", false, refused}};
}

}  // namespace

std::vector<Alternative> alternatives_of(const Question& question) {
  const probe::Probe* probe = question.probe;
  if (!question.port) return of_a_host();
  if (question.whole) return whole_connection();
  if (probe == &probe::tcp_syn) return half_open();
  if (probe == &probe::tcp_connect) return connecting();
  if (probe == &probe::tcp_ack) return acknowledging();
  if (probe == &probe::tcp_window) return by_window();
  if (probe == &probe::tcp_fin) {
    return where_closed_answers(message("-> FIN  <- RST, ACK"), message("-> FIN  -> FIN  ... nothing"),
                                message("-> FIN  <- ICMP error"));
  }
  if (probe == &probe::tcp_maimon) {
    return {{message("-> FIN, ACK  <- RST"), "closed", false, message("most systems answer so on every port")},
            {message("-> FIN, ACK  ... nothing"), "open|filtered", true,
             message("listeners of some BSD systems are silent to this, and so is a firewall that drops it")},
            {message("-> FIN, ACK  <- ICMP error"), "filtered", false, refused}};
  }
  if (probe == &probe::tcp_null) {
    return where_closed_answers(message("-> no flag  <- RST, ACK"), message("-> no flag  ... nothing"),
                                message("-> no flag  <- ICMP error"));
  }
  if (probe == &probe::tcp_xmas) {
    return where_closed_answers(message("-> FIN, PSH, URG  <- RST, ACK"), message("-> FIN, PSH, URG  ... nothing"),
                                message("-> FIN, PSH, URG  <- ICMP error"));
  }
  if (probe == &probe::udp) return datagrams();
  if (probe == &probe::ip_protocol) return ip_protocols();
  if (probe == &probe::sctp_init) return associations();
  if (probe == &probe::sctp_cookie) {
    return where_closed_answers(message("-> COOKIE-ECHO  <- ABORT"), message("-> COOKIE-ECHO  ... nothing"),
                                message("-> COOKIE-ECHO  <- ICMP error"));
  }
  return of_any(*probe);
}

}  // namespace portolan::explain
