// Streams of the first schema ("schema":1), which portolan wrote before its records could be read back.
#pragma once

#include "base/json_value.h"

namespace portolan::model {

// Turns a record of schema 1 into one of today's. What was a sentence becomes a remark that holds it; how a task was
// worded is lost.
void bring_up_to_date(JsonValue& record);

}  // namespace portolan::model
