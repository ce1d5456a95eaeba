#include "collect/json_object.h"

#include <gtest/gtest.h>

#include <string>

namespace tarn::collect {
namespace {

TEST(JsonObject, IsOneWholeObject) {
  for (const char* text :
       {"{}", " {\"a\":1}\n", R"({"a":[1,-2.5e+3,true,false,null,"\u00e9",{"b":{}}]})",
        R"({"big":123456789012345678901234567890})", R"({"a":1,"a":2})", "{\"a\":\"\xc3\xa9\"}"}) {
    EXPECT_TRUE(IsJsonObject(text)) << text;
  }
}

TEST(JsonObject, IsNothingElse) {
  for (const char* text : {"",
                           " ",
                           "null",
                           "[]",
                           "[{}]",
                           "1",
                           "\"{}\"",
                           "{",
                           "}",
                           "{}{}",
                           "{} x",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "{a:1}",
                           "{'a':1}",
                           "{\"a\":tru}",
                           "{\"a\":01}",
                           "{\"a\":1.}",
                           "{\"a\":+1}",
                           "{\"a\":.5}",
                           "{\"a\":-}",
                           "{\"a\":1e}",
                           "{\"a\":NaN}",
                           "{\"a\":[1,]}",
                           "{\"a\":[1 2]}",
                           "{\"a\":{\"b\":nul}}",
                           "{\"a\":\"\\x\"}",
                           "{\"a\":\"\\ud800\"}",
                           "{\"a\":\"\xff\"}",
                           "{\"a\":\"\n\"}",
                           "{\"a\":\"open}"}) {
    EXPECT_FALSE(IsJsonObject(text)) << text;
  }
}

TEST(JsonObject, EveryTruncationIsNone) {
  const std::string whole = R"({"a":[1,-2.5e+3,true,null,"\u00e9"],"b":{"c":"d"}})";
  for (size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(IsJsonObject(whole.substr(0, length))) << length;
  }
}

TEST(JsonObject, DepthIsBounded) {
  const std::string deep = "{\"a\":" + std::string(5000, '[') + std::string(5000, ']') + "}";
  EXPECT_FALSE(IsJsonObject(deep));
}

}  // namespace
}  // namespace tarn::collect
