// nmap's XML read back into records and told to a sink: what nmap found out, in our words. Reads what
// nmap 7.93 writes, one element a line; not a parser of XML.
#pragma once

#include <string>
#include <vector>

#include "model/sink.h"

namespace portolan::report::testing {

struct NmapRun {
  std::vector<std::string> arguments;
  std::string xml;
  std::string normal;  // names the other addresses of a host, which the XML does not
};

void replay(const NmapRun& run, model::Sink& sink);

}  // namespace portolan::report::testing
