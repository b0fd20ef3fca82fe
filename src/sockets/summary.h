// How many sockets there are, of which kind and in which state. Pure.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>

#include "base/json.h"
#include "sockets/row.h"

namespace portolan::sockets {

class Summary {
 public:
  void add(const Row& row);
  // A table: kinds down, families across, and the states of each kind.
  [[nodiscard]] std::string table() const;
  // How many there were in all.
  [[nodiscard]] std::size_t total() const;
  // The same numbers as a member `kinds` of an object.
  void write(JsonWriter& json) const;

 private:
  struct Count {
    std::size_t total = 0;
    std::size_t v4 = 0;
    std::size_t v6 = 0;
    std::map<State, std::size_t> states;
  };
  std::array<Count, socket_kind_count> counts_{};
};

}  // namespace portolan::sockets
