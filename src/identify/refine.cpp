#include "identify/refine.h"

#include <string>
#include <utility>

#include "identify/cpe.h"
#include "identify/readers/shared.h"
#include "identify/text.h"

namespace portolan::identify {
namespace {

// "9.18.1-1~deb12u3" as "9.18.1" and, in words, "1~deb12u3": what the program's makers know it by stands alone.
void part_version(model::ServiceRecord& record) {
  const VersionParts parts = version_parts(record.version);
  if (parts.revision.empty()) return;
  // Behind the revision and its separator nothing is left.
  record.version.resize(record.version.size() - parts.revision.size() - 1);
  if (!contains_case(record.extra, parts.revision)) {
    std::string extra = parts.revision;
    add_word(extra, record.extra);
    record.extra = std::move(extra);
  }
  if (record.system.empty()) record.system = "Linux";
}

}  // namespace

void refine(model::ServiceRecord& record) {
  part_version(record);
  if (const auto cpe = cpe_of_product(record.product, record.version)) add_cpe(record, *cpe);
  if (const auto cpe = cpe_of_system(record.system)) add_cpe(record, *cpe);
}

}  // namespace portolan::identify
