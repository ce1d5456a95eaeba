#include "derive/record_format.h"

#include <gtest/gtest.h>

namespace tarn::derive {
namespace {

TEST(RecordFormat, IsHekasWhereAFrameBeginsOrLiesSomewhere) {
  EXPECT_EQ(RecognizeFormat("\x1e\x02\x08\x05\x1f"), RecordFormat::kHeka);
  EXPECT_EQ(RecognizeFormat("\x1e"), RecordFormat::kHeka);
  EXPECT_EQ(RecognizeFormat("garbage\x1e\x02\x08\x05\x1f"), RecordFormat::kHeka);
}

TEST(RecordFormat, IsLinesWhereALineIsAValueOrNone) {
  for (const char* text : {"", "\n\n", "{\"a\":1}", "{\"a\":1}\n{\"a\":2}\n",
                           " {\"a\":\"{\"}  \r\n", "not json\n{\"a\":1}", "{\"a\": \n{\"a\":1}\n",
                           "{\"a\":1} x\n", "\xef\xbb\xbf{\"a\":1}\n", "12\n13\n", "{\"a\":"}) {
    EXPECT_EQ(RecognizeFormat(text), RecordFormat::kLines) << text;
  }
}

TEST(RecordFormat, IsValuesWhereALineHasSeveralOrAValueSeveralLines) {
  for (const char* text : {"{\"a\":1}{\"a\":2}", "{\"a\":\"}\"} {}", "{\n  \"a\": 1\n}\n",
                           "[1,\n2]", "{\"a\":{\n}}"}) {
    EXPECT_EQ(RecognizeFormat(text), RecordFormat::kValues) << text;
  }
}

}  // namespace
}  // namespace tarn::derive
