#include "seeds.h"

#include <cstdlib>
#include <string>

namespace portolan::sim {

std::vector<std::uint64_t> seeds(std::size_t count) {
  if (const char* one = std::getenv("PORTOLAN_SEED")) return {std::stoull(one)};
  const char* first = std::getenv("PORTOLAN_FIRST_SEED");
  std::vector<std::uint64_t> list(count);
  std::uint64_t next = first != nullptr ? std::stoull(first) : 1;
  for (std::uint64_t& seed : list) seed = next++;
  return list;
}

}  // namespace portolan::sim
