// What the lines in the registries say once a template is copied; included before each template when it is compiled.
#pragma once

#include "identify/reader.h"
#include "probe/probe.h"
#include "report/scan/format.h"
#include "sockets/sources/source.h"

namespace portolan {
namespace identify {
extern const Reader new_reader;
}
namespace probe {
extern const Probe new_probe;
}
namespace report {
extern const Format new_report_format;
}
namespace sockets {
extern const Source new_source;
}
}  // namespace portolan
