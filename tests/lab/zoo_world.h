// The zoo in a lab of its own, and the comparison of what is told of it with what is true.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "lab/lab.h"
#include "lab/socket_zoo.h"

namespace portolan::lab_test {

struct World {
  lab::Lab lab;
  lab::Host& home = lab.add_host("home");
  lab::Host& abroad = lab.add_host("abroad");
  lab::SocketZoo zoo{home, abroad};
  std::uint64_t network = zoo.find("tcp established, client").network;
};

// Sockets as lines of text, in the words of whoever told of them.
using Lines = std::multiset<std::string>;

inline std::string differences(const Lines& told, const Lines& expected) {
  std::vector<std::string> missing;
  std::vector<std::string> surplus;
  std::ranges::set_difference(expected, told, std::back_inserter(missing));
  std::ranges::set_difference(told, expected, std::back_inserter(surplus));
  std::string text;
  for (const std::string& line : missing) text += "not told: " + line + "\n";
  for (const std::string& line : surplus) text += "not true: " + line + "\n";
  return text;
}

}  // namespace portolan::lab_test
