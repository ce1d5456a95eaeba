#include "bench/row_proof.h"

#include <gtest/gtest.h>

#include <string>

namespace tarn::bench {
namespace {

Json Digest(const char* text) { return *Json::Parse(text); }

TEST(RowProof, SaysWhatDiffers) {
  const Json expected = Digest(R"({"rows":2,"row_digest":"9","columns":{"a":"1","b":"2"}})");
  const std::pair<const char*, std::string> cases[] = {
      {R"({"rows":3,"row_digest":"9","columns":{"a":"1","b":"2"}})", "3 rows, not 2"},
      {R"({"rows":2,"row_digest":"8","columns":{"a":"1","b":"3"}})", "differ in b"},
      {R"({"rows":2,"row_digest":"8","columns":{"a":"1","b":"2"}})",
       "columns are put together otherwise"},
      {R"({"rows":2,"row_digest":"8","columns":{"a":"1"}})", "equal without b"},
      {R"({"rows":2,"row_digest":"9","columns":{"a":"1","b":"2"}})", "equal"}};
  for (const auto& [found, verdict] : cases)
    EXPECT_EQ(CompareDigests(expected, Digest(found)), verdict) << found;
}

}  // namespace
}  // namespace tarn::bench
