#include "base/json.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>
#include <vector>

#include "base/json_value.h"

namespace portolan {
namespace {

TEST(JsonWriter, PutsCommasWhereTheyBelong) {
  std::string out = "kept";
  out.clear();
  JsonWriter json{out};
  json.begin_object();
  json.member("text", "a\"{");
  json.member("truth", true);
  json.member("whole", std::uint16_t{7});
  json.member("real", 2.5);
  json.text_member("nothing", "");
  json.name("list");
  json.array(std::vector{1U, 2U});
  json.name("empty");
  json.begin_array();
  json.end_array();
  json.name("inside");
  json.object([&] { json.member("raw", false); });
  json.name("number");
  json.raw("1e3");
  json.end_object();
  json.end_line();
  json.object([] {});
  EXPECT_EQ(out, R"({"text":"a\"{","truth":true,"whole":7,"real":2.5,"list":[1,2],"empty":[],)"
                 R"("inside":{"raw":false},"number":1e3})"
                 "\n{}");
}

TEST(JsonWriter, WhatIsNoNumberIsNothing) {
  std::string out;
  JsonWriter{out}.value(std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(out, "0");
}

TEST(JsonValue, IsReadInFull) {
  const auto value = parse_json(R"( {"text":"\u00e9\n","list":[1,-2.50,true,null,{}],"text":"second"} )");
  ASSERT_TRUE(value);
  EXPECT_EQ(*value->member("text")->text(), "\u00e9\n");
  const JsonValue::Array& list = *value->member("list")->array();
  EXPECT_EQ(list[0].whole(), 1U);
  EXPECT_EQ(list[1].real(), -2.5);
  EXPECT_EQ(list[1].number()->text, "-2.50");
  EXPECT_EQ(list[1].whole(), std::nullopt);
  EXPECT_EQ(list[2].truth(), true);
  EXPECT_EQ(list[3].text(), nullptr);
  EXPECT_TRUE(list[4].object()->empty());
  EXPECT_EQ(value->member("absent"), nullptr);
  EXPECT_EQ(list[0].member("of no object"), nullptr);
}

TEST(JsonValue, WhatIsNoJsonIsRefused) {
  for (const char* wrong : {"", "{", "{}x", "[1,]", "{\"a\"}", "nul", "\"\x01\"", "1e999", "\"\xff\"", "01"}) {
    EXPECT_FALSE(parse_json(wrong)) << wrong;
  }
}

TEST(JsonValue, DepthIsBounded) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(parse_json(nested(deepest_json)));
  const auto deep = parse_json(nested(1'000'000));
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().message, "more than 64 lists and objects stand in each other");
}

RC_GTEST_PROP(JsonValue, NumbersComeBackExactly, (std::uint64_t whole, double real)) {
  std::string out;
  JsonWriter json{out};
  json.begin_array();
  json.value(whole);
  json.value(real);
  json.end_array();
  const auto value = parse_json(out);
  RC_ASSERT(value.has_value());
  RC_ASSERT((*value->array())[0].whole() == whole);
  RC_ASSERT((*value->array())[1].real() == real);
}

TEST(Indented, BreaksOnlyWhatIsLong) {
  EXPECT_EQ(indented(*parse_json(R"({"a":[1,"x"],"b":null})")), "{\"a\": [1, \"x\"], \"b\": null}\n");
  const std::string words(60, 'w');
  const auto value = parse_json("[\"" + words + "\",\"" + words + "\"]");
  EXPECT_EQ(indented(*value), "[\n  \"" + words + "\",\n  \"" + words + "\"\n]\n");
}

}  // namespace
}  // namespace portolan
