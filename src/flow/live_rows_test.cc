#include "flow/live_rows.h"

#include <arrow/record_batch.h>
#include <gtest/gtest.h>

#include "columns/random_rows_testing.h"

namespace tarn::flow {
namespace {

using columns::testing::Tree;

/// Rows of one text column, under LSNs from 1 on.
class Rows {
 public:
  Rows() : live_(columns::Layout::Make(Schema())) {}

  /// Add a record of some rows, each a text of so many bytes.
  void Add(size_t rows, size_t bytes = 1) {
    Tree row;
    row.children.emplace_back();
    row.children[0].bytes = std::string(bytes, 'x');
    ++lsn_;
    live_.Append(Lsn(lsn_), Lsn(lsn_), [&](columns::Batch* batch) {
      columns::testing::AppendRows(std::vector<Tree>(rows, row), batch);
    });
  }
  /// All that is there lies in files now.
  void Land() {
    live_.SealAll();
    live_.Forget(Lsn(lsn_));
  }
  /// `rows given + rows missed → number of the next one`.
  std::string Since(uint64_t row, uint64_t rows_max = 1'000'000) const {
    const auto news = live_.Since(row, rows_max);
    if (!news) return news.error().message();
    int64_t given = 0;
    for (const auto& batch : news->batches) given += batch->num_rows();
    return Format("{}+{}→{}", given, news->missed, news->next);
  }

  LiveRows live_;

 private:
  static schema::TableSchema Schema() {
    schema::TableSchema schema;
    schema.fields.push_back(
        {.id = FieldId(1), .name = "x", .type = schema::Type::Of(schema::TypeKind::kString)});
    return schema;
  }

  uint64_t lsn_ = 0;
};

TEST(LiveRows, GivesEachRowOnceToWhoFollows) {
  Rows rows;
  rows.Add(3);
  EXPECT_EQ(rows.live_.BeginToFollow(), 3U);
  EXPECT_EQ(rows.Since(3), "0+0→3");
  rows.Add(2);
  EXPECT_EQ(rows.Since(3), "2+0→5");
  rows.live_.SealAll();
  rows.Add(4);
  EXPECT_EQ(rows.Since(3), "6+0→9");
  EXPECT_EQ(rows.Since(4), "5+0→9");
  EXPECT_EQ(rows.Since(9), "0+0→9");
}

TEST(LiveRows, GivesTheNewestAndCountsTheOthers) {
  Rows rows;
  rows.Add(10);
  rows.live_.SealAll();
  rows.Add(10);
  EXPECT_EQ(rows.Since(0, 15), "15+5→20");
  EXPECT_EQ(rows.Since(0, 4), "4+16→20");
  EXPECT_EQ(rows.Since(0, 0), "0+20→20");
}

TEST(LiveRows, KeepsWhatLandedOnlyWhileSomebodyFollows) {
  Rows rows;
  rows.Add(5);
  rows.Land();
  EXPECT_EQ(rows.Since(0), "0+5→5");
  rows.live_.BeginToFollow();
  rows.Add(5);
  rows.Land();
  EXPECT_EQ(rows.Since(5), "5+0→10");
  EXPECT_EQ(rows.live_.rows(), 0U);
  rows.live_.EndToFollow();
  EXPECT_EQ(rows.Since(5), "0+5→10");
}

TEST(LiveRows, KeepsTheNewestBatchThatLandedHoweverLarge) {
  Rows rows;
  rows.live_.BeginToFollow();
  for (int i = 0; i < 3; ++i) {
    rows.Add(1, LiveRows::kLandedBytesMax + 1);
    rows.Land();
  }
  EXPECT_EQ(rows.Since(0), "1+2→3");
}

}  // namespace
}  // namespace tarn::flow
