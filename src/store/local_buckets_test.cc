#include "store/local_buckets.h"

#include <gtest/gtest.h>

#include "os/faulty_files.h"
#include "os/simulated_clock.h"

namespace tarn::store {
namespace {

class LocalBucketsOf : public testing::Test {
 protected:
  os::FaultyFiles files_;
  os::SeededEntropy entropy_{1};
  std::unique_ptr<Buckets> buckets_ = *LocalBuckets::Open("/data/buckets/", files_, entropy_);
};

TEST_F(LocalBucketsOf, OpensEachBucketOnce) {
  ObjectStore* lake = *buckets_->Open("lake");
  EXPECT_EQ(*buckets_->Open("lake"), lake);
  EXPECT_NE(*buckets_->Open("other"), lake);
  EXPECT_EQ(lake->Uri("a/b"), "file:///data/buckets/lake/a/b");
  EXPECT_TRUE(files_.Stat("/data/buckets/lake")->is_directory);
}

TEST_F(LocalBucketsOf, RefusesNamesThatS3Refuses) {
  for (const std::string& name :
       {std::string("ab"), std::string(64, 'a'), std::string("Upper"), std::string("a_b"),
        std::string(".abc"), std::string("abc-"), std::string("a..b"), std::string("../x"),
        std::string("a/b"), std::string()}) {
    const auto bucket = buckets_->Open(name);
    ASSERT_FALSE(bucket.has_value()) << name;
    EXPECT_EQ(bucket.error().kind(), ErrorKind::kInvalid);
  }
  for (const std::string& name : {std::string("abc"), std::string(63, 'a'), std::string("a.b-c")}) {
    EXPECT_TRUE(buckets_->Open(name).has_value()) << name;
  }
}

TEST_F(LocalBucketsOf, LocatesWhatReadersWrite) {
  ObjectStore* lake = *buckets_->Open("lake");
  const std::pair<const char*, const char*> cases[] = {
      {"file:///data/buckets/lake/db/t/n=a%3Ab/f.parquet", "db/t/n=a%3Ab/f.parquet"},
      {"file:/data/buckets/lake/db/t", "db/t"},
      {"/data/buckets/lake/db/t/", "db/t/"},
      {"file:///data/buckets/lake", ""},
      {"file:///data/buckets/lake/", ""}};
  for (const auto& [uri, key] : cases) {
    const auto place = buckets_->Locate(uri);
    ASSERT_TRUE(place.has_value()) << uri;
    EXPECT_EQ(place->store, lake);
    EXPECT_EQ(place->key, key);
  }
}

TEST_F(LocalBucketsOf, LocatesNothingElsewhere) {
  ASSERT_TRUE(buckets_->Open("lake").has_value());
  for (const char* uri :
       {"", "lake/a", "s3://lake/a", "file://data/buckets/lake/a", "file:///data/buckets",
        "file:///data/buckets/", "/data/buckets/none/a", "/data/buckets-2/lake/a",
        "/data/buckets/../buckets/lake/a", "file:////data/buckets/lake/a", "/etc/passwd"}) {
    const auto place = buckets_->Locate(uri);
    ASSERT_FALSE(place.has_value()) << uri;
    EXPECT_EQ(place.error().kind(), ErrorKind::kNotFound) << uri;
  }
  EXPECT_FALSE(files_.Stat("/data/buckets/none").has_value());
}

TEST_F(LocalBucketsOf, SurviveACrashOnceOpened) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    os::FaultyFiles files(seed);
    ASSERT_TRUE((*LocalBuckets::Open("/x/y/buckets", files, entropy_))->Open("lake").has_value());
    files.Crash(seed);
    EXPECT_TRUE(files.Stat("/x/y/buckets/lake").has_value());
  }
}

}  // namespace
}  // namespace tarn::store
