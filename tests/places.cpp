#include "tests/places.h"

#include <cstdlib>

namespace portolan::test {

std::string source_directory() { return PORTOLAN_SOURCE_DIR; }

std::string program() {
  const char* chosen = std::getenv("PORTOLAN_PROGRAM");
  return chosen != nullptr ? chosen : PORTOLAN_BUILT_PROGRAM;
}

}  // namespace portolan::test
