#include "derive/source.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "os/clock.h"
#include "os/files.h"
#include "store/local_buckets.h"

namespace tarn::derive {
namespace {

class Metadata : public testing::Test {
 protected:
  Metadata() : root_(testing::TempDir() + "/tarn_source_" + os::RandomUuid(os::SystemEntropy())) {
    buckets_ = *store::LocalBuckets::Open(root_, os::PosixFiles(), os::SystemEntropy());
    bucket_ = *buckets_->Open("metadata");
  }
  ~Metadata() override { std::filesystem::remove_all(root_); }

  std::string ErrorOf(const std::string& stream) {
    const auto source = FindSource(*bucket_, stream);
    return source ? "" : source.error().message();
  }

  const std::string root_;
  std::unique_ptr<store::Buckets> buckets_;
  store::ObjectStore* bucket_;
};

TEST_F(Metadata, SaysWhatIsMissingOrWrong) {
  EXPECT_NE(ErrorOf("a").find("the metadata bucket's sources.json: "), std::string::npos);
  ASSERT_TRUE(bucket_->Put("sources.json", "{"));
  EXPECT_NE(ErrorOf("a").find("the metadata bucket's sources.json: "), std::string::npos);
  ASSERT_TRUE(bucket_->Put(
      "sources.json",
      R"({"a":{"prefix":"p"},"b":{"prefix":"/","bucket":"x"},"c":{"prefix":"c","bucket":"x"}})"));
  EXPECT_EQ(ErrorOf("d"), "the metadata bucket's sources.json has no stream 'd', but: a, b, c");
  EXPECT_NE(ErrorOf("a").find("sources.json, stream 'a': "), std::string::npos) << ErrorOf("a");
  EXPECT_NE(ErrorOf("b").find("stream 'b': its prefix is empty"), std::string::npos)
      << ErrorOf("b");
  EXPECT_NE(ErrorOf("c").find("the metadata bucket's c/schema.json: "), std::string::npos)
      << ErrorOf("c");
  for (const char* wrong : {"[]", "{}", R"({"dimensions":{}})",
                            R"({"dimensions":[{"field_name":1}]})", R"({"dimensions":[{}]})"}) {
    ASSERT_TRUE(bucket_->Put("c/schema.json", wrong));
    EXPECT_NE(ErrorOf("c").find("the metadata bucket's c/schema.json: "), std::string::npos)
        << wrong;
  }
}

TEST_F(Metadata, TakesAllowedValuesOfAnyTypeAndHeaderNames) {
  ASSERT_TRUE(bucket_->Put(
      "sources.json",
      R"({"s":{"prefix":"data-3/","metadata_prefix":"meta","bucket":"raw","description":"d","doclink":7}})"));
  ASSERT_TRUE(bucket_->Put("meta/schema.json", R"({"version":1,"dimensions":[
      {"field_name":"a","allowed_values":"*"},{"field_name":"b","allowed_values":["x","y"]},
      {"field_name":"c","allowed_values":{"min":"1","max":"2"}},{"field_name":"d","allowed_values":null},
      {"field_name":"e","allowed_values":3.5},{"field_name":"f","allowed_values":[1,{"x":true}]},
      {"field_name":"g"},{"header_name":"Type","allowed_values":true}]})"));
  const auto source = FindSource(*bucket_, "s");
  ASSERT_TRUE(source) << source.error().message();
  EXPECT_EQ(source->bucket, "raw");
  EXPECT_EQ(source->prefix, "data-3");
  EXPECT_EQ(source->metadata_prefix, "meta");
  EXPECT_EQ(source->dimensions,
            (std::vector<std::string>{"a", "b", "c", "d", "e", "f", "g", "Type"}));
}

}  // namespace
}  // namespace tarn::derive
