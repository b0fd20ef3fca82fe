#include "tests/places.h"

#include <cstdlib>

namespace portolan::test {

std::string source_directory() { return PORTOLAN_SOURCE_DIR; }

std::string program() {
  const char* chosen = std::getenv("PORTOLAN_PROGRAM");
  return chosen != nullptr ? chosen : PORTOLAN_BUILT_PROGRAM;
}

std::string sctp_peer() { return PORTOLAN_SCTP_PEER; }

}  // namespace portolan::test
