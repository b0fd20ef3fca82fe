// What services tell beside product and version, a row each (model::ServiceDetail), and the topics that rows belong to.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "identify/reader.h"
#include "model/service.h"

namespace portolan::identify {

// One service has no more rows, no longer keys and no longer values.
inline constexpr std::size_t most_details = 96;
inline constexpr std::size_t longest_detail_key = 64;
inline constexpr std::size_t longest_detail = 512;

// One row more, cut to these bounds; none for an empty value, and none beyond the last. Any bytes.
void add_detail(Facts& facts, std::string_view topic, std::string_view key, std::string_view value);

// Each row once, the rows of a topic together, topics in the order in which they came, and no more than there may be.
std::vector<model::ServiceDetail> ordered_details(std::vector<model::ServiceDetail> details);

// A topic, named as nmap's script that tells the like.
struct Topic {
  std::string_view name;
  std::string_view summary;  // what its rows say
  bool by_default = false;   // nmap's script of the name is run by -sC
  bool of_version = false;   // and by -sV
};

// All that anything here tells, in the order of their names.
std::span<const Topic> topics();

}  // namespace portolan::identify
