#include <vector>

#include "base/json_schema.h"
#include "model/json_fields.h"

namespace portolan::model {
namespace {

template <class T>
std::string schema_of_event() {
  return record_schema<T>(record_name<T>);
}
template <>
std::string schema_of_event<ScanStarted>() {
  ObjectSchema object = start_schema(scan_schema);
  FieldSchema fields{object};
  const ScanStarted example{};
  describe(fields, example);
  return object.text();
}
template <>
std::string schema_of_event<Remark>() {
  return R"({"allOf":[)" + schema_reference("remark") +
         R"(],"required":["record"],"properties":{"record":{"const":"remark"}}})";
}

template <class... Types>
std::vector<std::string> schemas_of(const std::variant<Types...>* /*of*/) {
  return {schema_of_event<Types>()..., schema_of_event<Resumed>()};
}

}  // namespace

std::string scan_json_schema() {
  return json_lines_schema("portolan's NDJSON report (-oJ)", scan_schema,
                           schemas_of(static_cast<const Event*>(nullptr)));
}

}  // namespace portolan::model
