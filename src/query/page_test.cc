#include "query/page.h"

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <gtest/gtest.h>

#include <utility>

#include "base/json.h"
#include "query/query_testing.h"

namespace tarn::query {
namespace {

/// Gives batches that a test has, then an error or the end.
class GivenRows : public Rows {
 public:
  explicit GivenRows(std::vector<std::shared_ptr<arrow::RecordBatch>> batches)
      : batches_(std::move(batches)) {}

  std::shared_ptr<arrow::Schema> schema() const override { return batches_.front()->schema(); }
  Result<std::shared_ptr<arrow::RecordBatch>> Next() override {
    if (next_ < batches_.size()) return batches_[next_++];
    if (error) return std::unexpected(*error);
    return nullptr;
  }
  void Cancel() override { is_cancelled = true; }
  ScanStats stats() const override { return {.files = 2, .bytes = 100 * next_}; }

  std::optional<Error> error;
  bool is_cancelled = false;

 private:
  const std::vector<std::shared_ptr<arrow::RecordBatch>> batches_;
  size_t next_ = 0;
};

GivenRows TwoBatches() {
  const auto schema = Columns("n int, s string");
  return GivenRows({Batch(schema, R"([{"n": 1, "s": "a"}, {"n": 2, "s": null}])"),
                    Batch(schema, R"([{"n": 3, "s": "c"}])")});
}

TEST(Page, HoldsAllRowsUpToTheEnd) {
  GivenRows rows = TwoBatches();
  const auto page = ReadPage(rows, {.rows_max = 3});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->rows, R"([[1,"a"],[2,null],[3,"c"]])");
  EXPECT_EQ(page->count, 3U);
  EXPECT_FALSE(page->more);
  EXPECT_FALSE(rows.is_cancelled);
  EXPECT_EQ(page->stats.bytes, 200U);
}

TEST(Page, EndsAtItsRowsAndCancelsTheRest) {
  for (const auto& [rows_max, expected] : std::vector<std::pair<uint64_t, std::string>>{
           {0, "[]"}, {1, R"([[1,"a"]])"}, {2, R"([[1,"a"],[2,null]])"}}) {
    GivenRows rows = TwoBatches();
    const auto page = ReadPage(rows, {.rows_max = rows_max});
    ASSERT_TRUE(page);
    EXPECT_EQ(page->rows, expected);
    EXPECT_EQ(page->count, rows_max);
    EXPECT_TRUE(page->more);
    EXPECT_TRUE(rows.is_cancelled);
  }
}

TEST(Page, EndsAtItsBytesButHasARow) {
  GivenRows rows = TwoBatches();
  const auto page = ReadPage(rows, {.rows_max = 3, .bytes_max = 1});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->rows, R"([[1,"a"]])");
  EXPECT_TRUE(page->more);
}

TEST(Page, OfNoRowsIsAnEmptyList) {
  GivenRows rows({Batch(Columns("n int"), "[]")});
  const auto page = ReadPage(rows, {.rows_max = 1});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->rows, "[]");
  EXPECT_FALSE(page->more);
}

TEST(Page, FailsWhereItsRowsDo) {
  GivenRows rows = TwoBatches();
  rows.error = Error(ErrorKind::kIo, "the file is gone");
  const auto page = ReadPage(rows, {.rows_max = 10});
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().message(), "the file is gone");
}

TEST(Page, NamesAColumnThatHasNoText) {
  const auto type = arrow::large_list_view(arrow::int32());
  const auto batch =
      arrow::RecordBatch::MakeEmpty(arrow::schema({arrow::field("odd", type)})).ValueOrDie();
  GivenRows rows({batch});
  const auto page = ReadPage(rows, {.rows_max = 10});
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().kind(), ErrorKind::kUnsupported);
  EXPECT_NE(page.error().message().find("'odd'"), std::string::npos) << page.error().message();
  EXPECT_FALSE(ToPageObjects(*batch, {}));
}

TEST(PageObjects, AreTheRowsThatMatchByTheirNames) {
  const auto schema = Columns("n bigint, `odd \"name\"` string");
  const auto batch = Batch(schema, R"([{"n": 1, "odd \"name\"": "a"},
                                       {"n": 9007199254740993, "odd \"name\"": null}])");
  const ColumnFilter is_null{{{"odd \"name\""}, schema.fields[1].type}, Comparison::kIsNull, {}};
  EXPECT_EQ(ToPageObjects(*batch, {is_null}),
            (std::vector<std::string>{R"({"n":"9007199254740993","odd \"name\"":null})"}));
  EXPECT_EQ(ToPageObjects(*batch, {})->size(), 2U);
}

}  // namespace
}  // namespace tarn::query
