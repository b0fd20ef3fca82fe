// The sentences in which netstat -s tells the kernel's counters: what scripts and other readers look for.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace portolan::netstat {

enum class Telling : std::uint8_t {
  always,    // 0 as well
  not_zero,  // only when there is something to tell
  never,     // settings and limits, which count nothing
  arrived,   // a line of "ICMP input histogram:", when it is not 0
  left,      // a line of "ICMP output histogram:", when it is not 0
};

struct CounterSentence {
  std::string_view section;  // "Ip", "TcpExt", "Icmp6"
  std::string_view counter;  // "InReceives", "Ip6InReceives"
  Telling telling;
  std::string_view sentence;  // with "{}" for the value
};

std::span<const CounterSentence> counter_sentences();
// nullptr: it has none, and is told by its name.
const CounterSentence* sentence_of(std::string_view section, std::string_view counter);

// Which of -t -u -w -S a section belongs to; none: it is shown whatever was asked for.
enum class SectionKind : std::uint8_t { none, raw, tcp, udp, sctp };
SectionKind kind_of_section(std::string_view section);

}  // namespace portolan::netstat
