#include "app/ingest_stream.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "flow/definition.h"
#include "os/simulated_clock.h"
#include "schema/declaration.h"
#include "store/faulty_store.h"
#include "store/local_buckets.h"

namespace tarn::app {
namespace {

/// A catalog with the table and the row of a stream `ingest` of one column, `a bigint`.
class IngestStreamTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = testing::TempDir() + "/tarn_ingest_stream";
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_);
    plain_buckets_ =
        store::LocalBuckets::Open(root_ + "/buckets", os::PosixFiles(), entropy_).value();
    buckets_ = std::make_unique<store::FaultyBuckets>(*plain_buckets_, faults_);
    catalog_ = catalog::Catalog::Open({.path = root_ + "/catalog.db"}, *buckets_, clock_, entropy_)
                   .value();
    flow::StreamDefinition stored = Wanted("a bigint");
    stored.table = {"default", "ingest"};
    ASSERT_TRUE(
        catalog_->CreateTable({.name = stored.table, .columns = schema::FieldsOf(stored.columns)})
            .has_value());
    ASSERT_TRUE(catalog_->AddStream(stored.name, flow::ToJson(stored)).has_value());
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  static flow::StreamDefinition Wanted(const std::string& columns) {
    flow::StreamDefinition definition;
    definition.name = "ingest";
    definition.columns = schema::ParseColumns(columns).value();
    return definition;
  }
  std::string StoredColumns() {
    const auto rows = catalog_->ListStreams();
    return schema::ColumnsText(flow::DefinitionFromJson(rows->front().definition)->columns);
  }

  std::string root_;
  os::FakeClock clock_;
  os::SeededEntropy entropy_{1};
  store::StoreFaults faults_;
  std::unique_ptr<store::Buckets> plain_buckets_;
  std::unique_ptr<store::Buckets> buckets_;
  std::unique_ptr<catalog::Catalog> catalog_;
};

TEST_F(IngestStreamTest, TakesNewColumnsAndKeepsWhatTheTableHasOtherwise) {
  ASSERT_TRUE(FollowConfiguration(Wanted("a bigint, b string"), *catalog_).has_value());
  EXPECT_EQ(StoredColumns(), "a bigint, b string");
  ASSERT_TRUE(FollowConfiguration(Wanted("a bigint, b bigint, c string"), *catalog_).has_value());
  EXPECT_EQ(StoredColumns(), "a bigint, b string, c string");
}

TEST_F(IngestStreamTest, DropsNoColumnThatCannotBeAddedAtTheMoment) {
  const flow::StreamDefinition wanted = Wanted("a bigint, b string");
  faults_.Fail({.what = store::StoreFault::What::kIo, .from_then_on = true});
  EXPECT_EQ(FollowConfiguration(wanted, *catalog_).error().kind(), ErrorKind::kIo);
  EXPECT_EQ(StoredColumns(), "a bigint");
  faults_.Clear();
  ASSERT_TRUE(FollowConfiguration(wanted, *catalog_).has_value());
  EXPECT_EQ(StoredColumns(), "a bigint, b string");
  EXPECT_NE(catalog_->LoadTable({"default", "ingest"})->schema.Find("b"), nullptr);
}

}  // namespace
}  // namespace tarn::app
