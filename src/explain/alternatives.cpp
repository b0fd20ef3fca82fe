// What could have come back, of every way to ask.
#include <string_view>
#include <vector>

#include "explain/texts.h"
#include "probe/registry.h"

namespace portolan::explain {
namespace {

constexpr std::string_view dropped = "dropped on the way, mostly by a firewall";
constexpr std::string_view refused = "a firewall or router says no";

std::vector<Alternative> half_open() {
  return {{"-> SYN  <- SYN, ACK  -> RST", "open", false, "a program listens there"},
          {"-> SYN  <- RST, ACK", "closed", false, "the host is there, and nobody listens"},
          {"-> SYN  -> SYN  ... nothing", "filtered", true, dropped},
          {"-> SYN  <- ICMP error", "filtered", false, refused}};
}

std::vector<Alternative> connecting() {
  return {{"-> SYN  <- SYN, ACK  -> ACK", "open", false, "connect() succeeds; the connection is closed again at once"},
          {"-> SYN  <- RST, ACK", "closed", false, "connect() fails: connection refused"},
          {"-> SYN  ... nothing", "filtered", true, dropped},
          {"-> SYN  <- ICMP error", "filtered", false, refused}};
}

std::vector<Alternative> whole_connection() {
  return {{"-> SYN  <- SYN, ACK  -> ACK", "open", false, "a connection; then bytes, and FIN both ways or RST"},
          {"-> SYN  <- RST, ACK", "closed", false, "connect() fails: connection refused"},
          {"-> SYN  -> SYN  ... nothing", "filtered", true, dropped},
          {"-> SYN  <- ICMP error", "filtered", false, refused}};
}

std::vector<Alternative> acknowledging() {
  return {{"-> ACK  <- RST", "unfiltered", false, "the host has answered; open and closed ports do so alike"},
          {"-> ACK  -> ACK  ... nothing", "filtered", true, dropped},
          {"-> ACK  <- ICMP error", "filtered", false, refused}};
}

std::vector<Alternative> by_window() {
  return {{"-> ACK  <- RST, window not 0", "open", false, "some systems give a listener away like that"},
          {"-> ACK  <- RST, window 0", "closed", false, "most systems answer so on every port"},
          {"-> ACK  -> ACK  ... nothing", "filtered", true, dropped},
          {"-> ACK  <- ICMP error", "filtered", false, refused}};
}

std::vector<Alternative> where_closed_answers(std::string_view refusal, std::string_view silence,
                                              std::string_view error) {
  return {{refusal, "closed", false, "the host is there, and nobody listens"},
          {silence, "open|filtered", true, "open ports are silent to this, and so is a firewall that drops it"},
          {error, "filtered", false, refused}};
}

std::vector<Alternative> datagrams() {
  return {{"-> UDP  <- UDP", "open", false, "a program listens there, and has answered"},
          {"-> UDP  <- ICMP port unreachable", "closed", false, "the host says that nobody listens"},
          {"-> UDP  <- another ICMP error", "filtered", false, refused},
          {"-> UDP  -> UDP  ... nothing", "open|filtered", true,
           "a program that did not care for what was said, or a firewall that drops it"}};
}

std::vector<Alternative> associations() {
  return {{"-> INIT  <- INIT-ACK", "open", false, "a program listens there"},
          {"-> INIT  <- ABORT", "closed", false, "the host is there, and nobody listens"},
          {"-> INIT  -> INIT  ... nothing", "filtered", true, dropped},
          {"-> INIT  <- ICMP error", "filtered", false, refused}};
}

std::vector<Alternative> of_a_host() {
  return {{"-> question  <- any answer", "up", false, "somebody is there: a refusal tells that as well"},
          {"-> question  <- ICMP error", "down", false, "a router says that it cannot be reached"},
          {"-> question  ... nothing", "down", true, "nobody is there, or all of it is dropped"}};
}

std::vector<Alternative> of_any(const probe::Probe& probe) {
  return {{"-> question  <- an answer", "open", false, "somebody there understands the question"},
          {"-> question  ... nothing", name_of(probe.on_silence.state), true, dropped},
          {"-> question  <- ICMP error", "filtered", false, refused}};
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
    return where_closed_answers("-> FIN  <- RST, ACK", "-> FIN  -> FIN  ... nothing", "-> FIN  <- ICMP error");
  }
  if (probe == &probe::tcp_maimon) {
    return {{"-> FIN, ACK  <- RST", "closed", false, "most systems answer so on every port"},
            {"-> FIN, ACK  ... nothing", "open|filtered", true,
             "listeners of some BSD systems are silent to this, and so is a firewall that drops it"},
            {"-> FIN, ACK  <- ICMP error", "filtered", false, refused}};
  }
  if (probe == &probe::tcp_null) {
    return where_closed_answers("-> no flag  <- RST, ACK", "-> no flag  ... nothing", "-> no flag  <- ICMP error");
  }
  if (probe == &probe::tcp_xmas) {
    return where_closed_answers("-> FIN, PSH, URG  <- RST, ACK", "-> FIN, PSH, URG  ... nothing",
                                "-> FIN, PSH, URG  <- ICMP error");
  }
  if (probe == &probe::udp) return datagrams();
  if (probe == &probe::sctp_init) return associations();
  if (probe == &probe::sctp_cookie) {
    return where_closed_answers("-> COOKIE-ECHO  <- ABORT", "-> COOKIE-ECHO  ... nothing",
                                "-> COOKIE-ECHO  <- ICMP error");
  }
  return of_any(*probe);
}

}  // namespace portolan::explain
