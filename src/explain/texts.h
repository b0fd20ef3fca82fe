// Every sentence of an explanation, whole and with places for what varies: nothing else here has words for people.
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "explain/steps.h"
#include "explain/story.h"
#include "model/state.h"

namespace portolan::explain {

// What is registered for the port.
struct Facts {
  std::string service;      // "" where nothing is
  std::string description;  // "" where the registry says no more
};

// "198.18.0.2", "fe80::2%eth0": escaped.
std::string host_text(const Question& question);
// "22/tcp"; of an IP protocol its number, "47"
std::string port_text(const Question& question);
std::string port_text(net::Port port, net::Protocol protocol);

// "Port 22/tcp of 198.18.0.2, asked by tcp-syn": escaped, and perhaps long.
std::string title_text(const Question& question);
std::string other_addresses_text(std::size_t count);
std::string_view simulated_text();
std::string_view connected_text();
std::string_view whole_text();
std::string unseen_text(std::uint64_t count);

struct Ends {
  std::string_view here;
  std::string there;
};
Ends ends_text(const Question& question);
// Of what is sent once more.
std::string again_label(std::string_view label);
std::string_view silence_text();
std::string_view nothing_sent_text();
std::string_view nothing_seen_text();

// What a packet means; `port` as port_text() has it.
std::string meaning_text(Meaning meaning, std::string_view port);
std::string_view again_text();
// How far an answer with this TTL (or hop limit) has come; "" of 0.
std::string distance_text(std::uint8_t ttl, bool v4);

std::string_view packets_heading();
std::string_view states_heading();
// What an end of a connection does there; "" of unknown.
std::string_view state_text(TcpState state);
// "Result: port 22/tcp is open (syn-ack)"
std::string result_heading(const Story& story);
// Which state follows, and why.
std::string result_text(const Story& story);

// One of the ways in which it could have gone.
struct Alternative {
  std::string_view looks;  // "-> SYN  <- RST, ACK"
  std::string_view state;  // "closed", "up"
  bool silent = false;     // no answer at all
  std::string_view why;
};
std::vector<Alternative> alternatives_of(const Question& question);
// Whether it is what happened.
bool is_what_happened(const Alternative& alternative, const Story& story);
std::string alternatives_heading(const Story& story);

std::string_view service_heading();
std::string service_text(const Question& question, const Facts& facts);

// What is to be known beside, as a sentence of its own.
std::string note_text(const model::Remark& remark, const Question& question);

// How it is found out whether a host is there, a paragraph each.
std::string_view discovery_heading();
std::vector<std::string_view> discovery_texts();

}  // namespace portolan::explain
