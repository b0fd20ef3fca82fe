// A conversation as text: what --version-trace prints, and what tests replay. One thing a line:
//
//   wait 1050ms          so long nothing was said
//   < "220 hi\r\n"       the other side said this; "\xff" for a byte that is none of ASCII's printable ones
//   > "QUIT\r\n"         we did
//   tls{  }              what stands between them was said inside TLS
//   tls{ h2              the same, of a protocol that was offered and agreed upon in the handshake (RFC 7301)
//   udp                  each of the lines that follow is a datagram
//   fin  rst             the other side ended, or broke off
//   # anything           is for people
//   = product OpenSSH    what is to be found, in tests
//
// Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace portolan::identify {

struct TranscriptLine {
  enum class What : std::uint8_t { wait, heard, said, tls_begin, tls_end, fin, rst };
  What what = What::wait;
  std::string bytes = {};
  Duration wait{};
};

struct Transcript {
  std::vector<TranscriptLine> lines;
  bool by_datagrams = false;
  std::vector<std::pair<std::string, std::string>> expected;  // "product", "OpenSSH"
};

// The line that says so, with its end.
inline constexpr std::string_view datagrams_line = "udp\n";

// Errors name the line.
Result<Transcript> read_transcript(std::string_view text);
std::string transcript_line(const TranscriptLine& line);  // with its end

}  // namespace portolan::identify
