// CPE names: what catalogues of weaknesses call a product (NIST IR 7695, "Common Platform Enumeration: Naming
// Specification"). Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/service.h"

namespace portolan::identify {

// The attributes that we know of a product. "" fits any value.
struct Cpe {
  char part = 'a';  // application; 'o' operating system, 'h' hardware
  std::string vendor;
  std::string product;
  std::string version = {};
  std::string update = {};
  friend bool operator==(const Cpe&, const Cpe&) = default;
};

// "cpe:2.3:a:openbsd:openssh:9.2:p1:*:*:*:*:*:*" (§6.2). Values are written in small letters, blanks as '_'; one that
// has other than ASCII's printable characters, or more than 64 of them, fits any.
std::string formatted_string(const Cpe& cpe);

// Reads a formatted string, or a URI of CPE 2.2 (§6.1: "cpe:/a:openbsd:openssh:9.2:p1"), as far as the attributes above
// go; nullopt where it is neither, or names no product. "-" and "*" fit any value.
std::optional<Cpe> read_cpe(std::string_view text);

// A version as its program says it, taken apart. "9.2p1" is 9.2 with the update p1, as the NVD has it, and "1.3.5rc3"
// is 1.3.5 with rc3; "1.0.2k" is one number. What a distribution added is its revision: "9.18.1-1~deb12u3" is 9.18.1
// with 1~deb12u3, "5.5.68-1.el7" is 5.5.68 with 1.el7.
struct VersionParts {
  std::string version;   // "" where it begins with no number, or is a range ("3-4")
  std::string update;    // "" where there is none
  std::string revision;  // "" where nothing says that it is a distribution's
  friend bool operator==(const VersionParts&, const VersionParts&) = default;
};
VersionParts version_parts(std::string_view said);

// A row of the tables: a name as our readers have it, and the URI of CPE 2.2 behind "cpe:/". A fourth part in it stands
// in the place of the version: one that the name says ("sql_server:2008"), or none where what the service says is the
// version of something else ("*").
struct NamedCpe {
  std::string_view name;
  std::string_view cpe;
};
// In the order of their names, of which upper and lower case are the same.
std::span<const NamedCpe> product_cpes();
std::span<const NamedCpe> system_cpes();

// Of a product as its record has it; nullopt where none is known.
std::optional<Cpe> cpe_of_product(std::string_view product, std::string_view version);
// Of an operating system: "Linux".
std::optional<Cpe> cpe_of_system(std::string_view system);

// Puts it behind what a record has, unless it cannot be written so that it names a product, or the same product is
// there already: then the one that says more stays.
void add_cpe(model::ServiceRecord& record, const Cpe& cpe);

}  // namespace portolan::identify
