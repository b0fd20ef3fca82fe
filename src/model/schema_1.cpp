#include "model/schema_1.h"

#include "model/remark.h"

namespace portolan::model {
namespace {

JsonValue text(std::string_view content) { return JsonValue{std::string{content}}; }

JsonValue object(std::initializer_list<std::pair<std::string, JsonValue>> members) {
  return JsonValue{JsonValue::Object{members}};
}

// A sentence as it was written.
JsonValue remark(const JsonValue& sentence) {
  return object({{"code", text(kind_of(RemarkCode::noted).name)}, {"values", object({{"sentence", sentence}})}});
}

std::string_view text_of(const JsonValue& value, std::string_view name) {
  const JsonValue* found = value.member(name);
  return found == nullptr || found->text() == nullptr ? std::string_view{} : std::string_view{*found->text()};
}

std::uint64_t count_of(const JsonValue& value) {
  const JsonValue* found = value.member("count");
  return found == nullptr ? 0 : found->whole().value_or(0);
}

// One entry a reason became one entry a state, with its reasons inside. Those of one state stood together.
JsonValue by_state(const JsonValue::Array& reasons) {
  JsonValue::Array states;
  for (std::size_t i = 0; i < reasons.size();) {
    const std::string_view state = text_of(reasons[i], "state");
    JsonValue::Array inside;
    std::uint64_t count = 0;
    for (; i < reasons.size() && text_of(reasons[i], "state") == state; ++i) {
      count += count_of(reasons[i]);
      inside.push_back(reasons[i]);
    }
    states.push_back(object({{"state", text(state)},
                             {"count", JsonValue{JsonValue::Number{std::to_string(count)}}},
                             {"reasons", JsonValue{std::move(inside)}}}));
  }
  return JsonValue{std::move(states)};
}

void task(JsonValue& record) {
  const std::string_view event = text_of(record, "event");
  const std::string_view name = event == "begin" ? "task_begin" : event == "end" ? "task_end" : "progress";
  record.set("record", text(name));
}

void start(JsonValue& record) {
  record.set("depth", text(text_of(record, "stage")));
  if (record.member("version") == nullptr) record.set("version", text(""));
}

void host(JsonValue& record) {
  if (const JsonValue* note = record.member("note")) {
    JsonValue::Array remarks{remark(*note)};
    record.set("remarks", JsonValue{std::move(remarks)});
  }
  const JsonValue* unlisted = record.member("unlisted");
  if (unlisted != nullptr && unlisted->array() != nullptr) record.set("unlisted", by_state(*unlisted->array()));
}

}  // namespace

void bring_up_to_date(JsonValue& record) {
  const std::string name{text_of(record, "record")};
  if (name == "start") start(record);
  if (name == "task") task(record);
  if (name == "host") host(record);
  if (name != "warning") return;
  const JsonValue* message = record.member("message");
  JsonValue said = remark(message == nullptr ? JsonValue{} : *message);
  said.set("record", text("remark"));
  record = std::move(said);
}

}  // namespace portolan::model
