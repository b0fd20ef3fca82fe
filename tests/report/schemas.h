// Published JSON Schemas, held against what makes them and what is printed.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "base/json_value.h"
#include "tests/places.h"
#include "tests/report/tools.h"

namespace portolan::report::testing {

// "sockets" is docs/sockets.schema.json.
inline std::string schema_path(const std::string& name) {
  return portolan::test::source_directory() + "/docs/" + name + ".schema.json";
}

// With PORTOLAN_WRITE_DOCS in the environment it is published anew.
inline void expect_published(const std::string& name, const std::string& schema) {
  std::stringstream published;
  published << std::ifstream{schema_path(name)}.rdbuf();
  const auto made = parse_json(schema);
  ASSERT_TRUE(made);
  if (std::getenv("PORTOLAN_WRITE_DOCS") != nullptr) std::ofstream{schema_path(name)} << indented(*made);
  EXPECT_TRUE(published.str() == indented(*made))
      << name << ": records have changed; write the schema anew with PORTOLAN_WRITE_DOCS=1";
}

inline bool can_check_schemas() { return has_python_module("jsonschema"); }

// "" where every line of `lines` is what the published schema says, and the schema says no to the first of each kind
// once a member that it always has is missing or any is null, and to a kind that it does not name.
inline std::string breaches(const std::string& name, const std::string& lines) {
  const Folder folder;
  const std::string script = folder.write("check.py", R"(
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
checker = jsonschema.validators.validator_for(schema)
checker.check_schema(schema)
validator = checker(schema)
forms = {form['properties']['record']['const']: form for form in schema['oneOf']}
records = [json.loads(line) for line in open(sys.argv[2], encoding='utf-8', newline='\n')]
assert records
refused = set()
for record in records:
    validator.validate(record)
    form = forms[record['record']]
    if 'allOf' in form: continue
    assert set(record) <= set(form['properties']), record
    if record['record'] in refused: continue
    refused.add(record['record'])
    for member in form['required']:
        assert not validator.is_valid({key: value for key, value in record.items() if key != member}), member
    for member in form['properties']:
        assert not validator.is_valid(dict(record, **{member: None})), member
    assert not validator.is_valid(dict(record, record='not_invented_yet'))
)");
  const Outcome outcome =
      run(std::string{python} + " " + script + " " + schema_path(name) + " " + folder.write("lines.ndjson", lines));
  return outcome.status == 0 ? "" : name + ": " + outcome.output;
}

}  // namespace portolan::report::testing
