// What the socket tables of netstat have in common: which sockets are wanted, which columns, and whether they are cut.
// The layout is net-tools 2.10's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "netstat/lookup.h"

namespace portolan::netstat {

enum class Which : std::uint8_t {
  connected,  // the default: "w/o servers"
  listening,  // -l
  all,        // -a, also with -l
};

struct TableOptions {
  Which which = Which::connected;
  bool extended = false;  // -e: user and inode
  bool programs = false;  // -p
  bool timers = false;    // -o
  bool numeric_hosts = false;
  bool numeric_ports = false;
  bool numeric_users = false;
  // At a terminal addresses and programs are cut to their columns, as net-tools always does; elsewhere never.
  bool cut_addresses = false;  // -W never cuts them
  bool cut_programs = false;
};

// "(servers and established)"
std::string_view banner_of(Which which);

// "1234/sshd"; "-" where nobody is known. The name is the first word of the command line, without its directory where
// it begins with one: what net-tools shows. Nothing in it can move a terminal's cursor.
std::string program_of(std::optional<std::uint32_t> pid, Lookup& lookup);

inline constexpr std::size_t program_width = 20;

// At most 19 bytes, so that a blank stands behind it in its column; no character is cut in two.
std::string_view cut_program(std::string_view program);
// What is left where jc and other readers take the end of the column for the end of the name: all words that begin in
// it, whole.
std::string_view whole_words(std::string_view program);

}  // namespace portolan::netstat
