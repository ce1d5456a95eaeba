#include "store/faulty_store.h"

#include <gtest/gtest.h>

#include "os/faulty_files.h"
#include "os/simulated_clock.h"
#include "store/local_buckets.h"

namespace tarn::store {
namespace {

using What = StoreFault::What;

class FaultyStoreOver : public testing::Test {
 protected:
  bool Has(const std::string& key) { return inner_->Head(key).has_value(); }

  os::FaultyFiles files_;
  os::SeededEntropy entropy_{1};
  std::unique_ptr<Buckets> buckets_ = *LocalBuckets::Open("/buckets", files_, entropy_);
  ObjectStore* inner_ = *buckets_->Open("lake");
  StoreFaults faults_;
  FaultyStore store_{*inner_, faults_};
};

TEST_F(FaultyStoreOver, PassesEverythingWithoutAPlan) {
  ASSERT_TRUE(store_.PutIfAbsent("a", "1").has_value());
  ASSERT_TRUE(store_.Put("a", "22").has_value());
  EXPECT_EQ(*store_.Get("a", 9), "22");
  EXPECT_EQ(*store_.GetRange("a", 1, 1), "2");
  EXPECT_EQ(store_.Head("a")->size, 2u);
  EXPECT_EQ(store_.List("", "", "", 9)->objects.size(), 1u);
  const auto upload = *store_.Begin("b");
  ASSERT_TRUE(upload->Append("x").has_value());
  ASSERT_TRUE(upload->Finish().has_value());
  ASSERT_TRUE(store_.Delete("a").has_value());
  EXPECT_EQ(store_.Uri("b"), inner_->Uri("b"));
  EXPECT_EQ(faults_.calls(), 10u);
}

TEST_F(FaultyStoreOver, FailsAsItsKindSays) {
  struct Case {
    What what;
    ErrorKind kind;
    bool happens;
  };
  const Case cases[] = {{What::kUnavailable, ErrorKind::kUnavailable, false},
                        {What::kIo, ErrorKind::kIo, false},
                        {What::kLostRequest, ErrorKind::kUnknownOutcome, false},
                        {What::kLostReply, ErrorKind::kUnknownOutcome, true}};
  int n = 0;
  for (const auto& [what, kind, happens] : cases) {
    const std::string key = Format("k{}", ++n);
    faults_.Fail({.what = what});
    EXPECT_EQ(store_.PutIfAbsent(key, "x").error().kind(), kind);
    EXPECT_EQ(Has(key), happens);
  }
  faults_.Fail({.what = What::kLostReply});
  EXPECT_EQ(store_.Head("k4").error().kind(), ErrorKind::kUnavailable);
  faults_.Fail({.what = What::kLostReply});
  EXPECT_EQ(store_.PutIfAbsent("k4", "x").error().kind(), ErrorKind::kConflict);
}

TEST_F(FaultyStoreOver, ChoosesTheCallByNumberAndKind) {
  faults_.Fail({.call = 2, .of = StoreCall::kPut});
  EXPECT_TRUE(store_.Put("a", "").has_value());
  EXPECT_TRUE(store_.Head("a").has_value());
  EXPECT_FALSE(store_.Put("b", "").has_value());
  EXPECT_TRUE(store_.Put("b", "").has_value());
  faults_.Fail({.from_then_on = true});
  EXPECT_FALSE(store_.Put("b", "").has_value());
  EXPECT_FALSE(store_.Delete("b").has_value());
  faults_.Clear();
  EXPECT_TRUE(store_.Delete("b").has_value());
}

TEST_F(FaultyStoreOver, DelaysACall) {
  faults_.Fail({.what = What::kDelay, .delay = std::chrono::milliseconds(20)});
  const int64_t before = os::SystemClock().SteadyMicros();
  EXPECT_TRUE(store_.Put("a", "").has_value());
  EXPECT_GE(os::SystemClock().SteadyMicros() - before, 20'000);
}

TEST_F(FaultyStoreOver, WrapsTheBucketsToo) {
  FaultyBuckets faulty(*buckets_, faults_);
  ObjectStore* lake = *faulty.Open("lake");
  EXPECT_NE(lake, inner_);
  EXPECT_EQ(*faulty.Open("lake"), lake);
  EXPECT_EQ(faulty.Locate(lake->Uri("k"))->store, lake);
  faults_.Fail({});
  EXPECT_FALSE(lake->Put("k", "").has_value());
}

}  // namespace
}  // namespace tarn::store
