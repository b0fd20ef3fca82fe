// The catalogues that a scan and a listing look things up in, read from their files.
#pragma once

#include <vector>

#include "base/result.h"
#include "catalog/catalog.h"
#include "os/files.h"

namespace portolan::os {

// Names of services. Errors name the file.
Result<catalog::Services> read_services();

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
