// What all of portolan's streams of JSON have in common: one object a line, each with a `record` that says what it is;
// `start` first, with the schema; then records; a `gap` for each thing that the stream does not hold; `finish` last.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/version.h"

namespace portolan {

class JsonStream {
 public:
  // `out` outlives the stream.
  explicit JsonStream(std::string& out) : json_{out} {}

  // A record's line: begun here, filled by the caller, ended by end().
  JsonWriter& record(std::string_view name) {
    json_.begin_object();
    json_.member("record", name);
    return json_;
  }
  // `schema` is "portolan-<what>/<number>". The number is raised when a reader of the previous one would be misled; new
  // fields and records do not raise it.
  JsonWriter& start(std::string_view schema) {
    record("start");
    json_.member("schema", schema);
    json_.member("program", "portolan");
    json_.member("version", program_version);
    return json_;
  }
  void end() {
    json_.end_object();
    json_.end_line();
  }

 private:
  JsonWriter json_;
};

}  // namespace portolan
