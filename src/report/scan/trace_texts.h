// The way to a host as nmap prints it: a table of hops, in which those that a host above has as well are one line.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "model/record.h"
#include "net/ip_address.h"
#include "report/options.h"

namespace portolan::report {

class TraceTexts {
 public:
  // The table with an empty line above it; "" for a host without a trace. What was told is remembered: the next hosts
  // may share its hops.
  std::string tell(const model::HostRecord& host, const ReportOptions& options);

 private:
  // Ways that begin alike are one up to where they part. Place 0 is here.
  struct Place {
    std::size_t number = 0;
    std::string host;  // whose table has it
  };
  using Step = std::pair<std::size_t, std::optional<net::IpAddress>>;  // from a place to the next hop
  // Beyond this nothing more is remembered, and what is shared with a later host is told again.
  static constexpr std::size_t most_places = std::size_t{1} << 14U;

  // How many hops, the last of which has answered, a host above has as well, and which host that is.
  std::pair<std::size_t, std::string> shared(const model::Trace& trace) const;
  void remember(const model::Trace& trace, const std::string& host);

  std::map<Step, Place> places_;
};

}  // namespace portolan::report
