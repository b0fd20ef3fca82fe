// What is known of a service beyond what its reader says: what fingerprints (fingerprints.h) make of its words, and its
// CPE names. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "identify/fingerprints.h"
#include "identify/reader.h"
#include "model/service.h"

namespace portolan::identify {

// A field of what a service said, as Recog's files call it: "http_header.server", "ssh.banner".
struct SaidField {
  std::string name;
  std::string value;  // any bytes
};

// Of what a record tells beside product and version (its details, its certificate).
std::vector<SaidField> fields_told(const model::ServiceRecord& record);
// Of these, and of a talk that the reader of this name has recognised.
std::vector<SaidField> fields_said(std::string_view reader, const Talk& talk, const model::ServiceRecord& record);

// Whether there can be one of the name: of headers there is any.
bool is_field(std::string_view name);

// Of a record whose reader is through: what a distribution put behind the version goes to `extra`; fingerprints say
// more, and product and system get their CPE names. Nothing that was read is overridden, what is empty is filled. A
// product gets its usual name where a rule of ours is about the very field that it was read from. What else a rule
// names joins `extra`. `fields` of this record; `prints` may be nullptr.
void refine(model::ServiceRecord& record, std::span<const SaidField> fields, const Fingerprints* prints);

}  // namespace portolan::identify
