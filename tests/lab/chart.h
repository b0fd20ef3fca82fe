// What a program said about hosts and ports, read from the XML that portolan and nmap both write.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace portolan::lab_test {

struct Answer {
  std::string state;
  std::string reason;
  friend bool operator==(const Answer&, const Answer&) = default;
};

struct ChartHost {
  std::string address;
  std::string mac;
  Answer status;  // "up" and why
  bool timed_out = false;
  std::map<std::uint16_t, Answer> ports;
  std::vector<std::uint16_t> named_twice;  // a port must have one verdict
};

struct Chart {
  std::vector<ChartHost> hosts;
  int up = -1;  // as its summary counts; -1 without a summary
  int down = -1;
  std::string exit;  // "success", "error"

  [[nodiscard]] const ChartHost* find(std::string_view address) const;
};

// Takes what it understands and passes over the rest; whether the document is well-formed is for
// xmllint to say.
Chart read_chart(std::string_view xml);

}  // namespace portolan::lab_test
