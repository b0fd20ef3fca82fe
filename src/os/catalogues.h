// The catalogues that a scan and a listing look things up in, read from their files.
#pragma once

#include <optional>
#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "os/files.h"

namespace portolan::os {

// Names of services. Errors name the file.
Result<catalog::Services> read_services();

// What IANA's registry says about ports. `text` keeps what it points into. Where the file is not there nothing is
// described, which is no error.
Result<catalog::Descriptions> read_descriptions(std::optional<MappedFile>& text);

// Vendors of network cards, from IEEE's lists in the ieee-data package. Where that is not installed, none is known.
class VendorLists {
 public:
  VendorLists();
  [[nodiscard]] const catalog::Vendors& vendors() const { return vendors_; }

 private:
  std::vector<MappedFile> files_;  // `vendors_` points into them
  catalog::Vendors vendors_;
};

}  // namespace portolan::os
