#include "columns/batch.h"

#include <arrow/api.h>
#include <gtest/gtest.h>

#include <set>

#include "columns/leaf_buffer.h"
#include "columns/random_rows_testing.h"
#include "schema/arrow_schema.h"

namespace tarn::columns {
namespace {

using testing::AppendRows;
using testing::ArrowRowText;
using testing::Below;
using testing::Random;
using testing::RandomLimits;
using testing::RandomRows;
using testing::RandomSchema;
using testing::RowText;
using testing::Tree;

std::vector<std::string> Texts(const schema::TableSchema& schema, const std::vector<Tree>& rows) {
  std::vector<std::string> texts;
  for (const Tree& row : rows) texts.push_back(RowText(schema, row));
  return texts;
}

std::vector<std::string> Texts(const Batch& batch) {
  auto arrow_rows = ToArrow(batch);
  if (!arrow_rows) return {"ToArrow: " + arrow_rows.error().message()};
  const auto valid = (*arrow_rows)->ValidateFull();
  if (!valid.ok()) return {valid.ToString()};
  EXPECT_TRUE((*arrow_rows)->schema()->Equals(schema::ToArrowSchema(batch.layout()->schema())));
  std::vector<std::string> texts;
  for (int64_t i = 0; i < (*arrow_rows)->num_rows(); ++i) {
    texts.push_back(ArrowRowText(**arrow_rows, i));
  }
  return texts;
}

schema::TableSchema OneColumn(schema::Type type, bool required = false) {
  schema::TableSchema schema;
  schema.fields.push_back({.id = FieldId(0), .name = "x", .required = required, .type = type});
  schema::AssignFieldIds(FieldId(0), &schema.fields);
  return schema;
}

Tree Text(std::string bytes) {
  Tree row;
  row.children.emplace_back();
  row.children[0].bytes = std::move(bytes);
  return row;
}

Tree Integer(int64_t value) {
  Tree row;
  row.children.emplace_back();
  row.children[0].integer = value;
  return row;
}

Batch BatchOf(const schema::TableSchema& schema, const std::vector<Tree>& rows) {
  return testing::BatchOf(Layout::Make(schema), rows);
}

TEST(Batch, RandomRowsComeBackFromArrow) {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(Format("seed {}", seed));
    Random random(seed);
    const RandomLimits limits{.distinct_max = seed % 3 == 0 ? 5 : 0};
    const auto schema = RandomSchema(random, limits);
    const auto rows = RandomRows(random, schema, Below(random, 400), limits);
    const Batch batch = BatchOf(schema, rows);
    EXPECT_EQ(batch.rows(), rows.size());
    EXPECT_EQ(Texts(batch), Texts(schema, rows));
  }
}

TEST(Batch, ScatterSendsEachRowToItsTargetInOrder) {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(Format("seed {}", seed));
    Random random(seed);
    const RandomLimits limits{.distinct_max = seed % 2 == 0 ? 7 : 0};
    const auto schema = RandomSchema(random, limits);
    const auto layout = Layout::Make(schema);
    const size_t target_count = 1 + Below(random, 5);
    std::vector<Batch> targets;
    std::vector<Batch*> target_pointers;
    for (size_t i = 0; i < target_count; ++i) targets.emplace_back(layout);
    for (Batch& target : targets) target_pointers.push_back(&target);
    std::vector<std::vector<std::string>> expected(target_count);
    for (int round = 0; round < 3; ++round) {
      const auto rows = RandomRows(random, schema, Below(random, 300), limits);
      Batch source(layout);
      AppendRows(rows, &source);
      std::vector<uint32_t> target_of_row;
      for (const Tree& row : rows) {
        target_of_row.push_back(static_cast<uint32_t>(Below(random, target_count)));
        expected[target_of_row.back()].push_back(RowText(schema, row));
      }
      Batch::Scatter(source, target_of_row, target_pointers);
    }
    for (size_t i = 0; i < target_count; ++i) EXPECT_EQ(Texts(targets[i]), expected[i]);
  }
}

TEST(Batch, ClearForgetsRowsAndTakesNewOnes) {
  Random random(7);
  const RandomLimits limits;
  const auto schema = RandomSchema(random, limits);
  Batch batch(Layout::Make(schema));
  for (int round = 0; round < 4; ++round) {
    const auto rows = RandomRows(random, schema, 300, limits);
    AppendRows(rows, &batch);
    EXPECT_EQ(Texts(batch), Texts(schema, rows));
    batch.Clear();
    EXPECT_EQ(batch.rows(), 0u);
    EXPECT_EQ(Texts(batch), std::vector<std::string>());
  }
}

TEST(Batch, NoColumnsKeepsTheRowCount) {
  const Batch batch = BatchOf(schema::TableSchema(), std::vector<Tree>(3));
  EXPECT_EQ(batch.rows(), 3u);
  EXPECT_EQ((*ToArrow(batch))->num_rows(), 3);
}

TEST(Batch, MostlyDistinctValuesGiveUpTheDictionary) {
  const auto schema = OneColumn(schema::Type::Of(schema::TypeKind::kString));
  std::vector<Tree> rows;
  for (int i = 0; i < 3000; ++i) rows.push_back(Text(Format("value {}", i)));
  const Batch batch = BatchOf(schema, rows);
  EXPECT_FALSE(batch.leaf(0).has_dictionary());
  EXPECT_EQ(Texts(batch), Texts(schema, rows));
}

TEST(Batch, RepeatedValuesKeepTheDictionary) {
  const auto schema = OneColumn(schema::Type::Of(schema::TypeKind::kString));
  std::vector<Tree> rows;
  for (int i = 0; i < 50'000; ++i) rows.push_back(Text(Format("value {}", i % 700)));
  const Batch batch = BatchOf(schema, rows);
  ASSERT_TRUE(batch.leaf(0).has_dictionary());
  EXPECT_EQ(batch.leaf(0).dictionary().size(), 700u);
  EXPECT_EQ(batch.leaf(0).codes().size(), 50'000u);
}

TEST(Batch, HalfDistinctValuesGiveUpTheDictionaryLate) {
  const auto schema = OneColumn(schema::Type::Of(schema::TypeKind::kLong));
  std::vector<Tree> rows;
  for (int i = 0; i < 40'000; ++i) rows.push_back(Integer(i % 4 == 3 ? 0 : i));
  const Batch batch = BatchOf(schema, rows);
  EXPECT_FALSE(batch.leaf(0).has_dictionary());
  EXPECT_EQ(Texts(batch), Texts(schema, rows));
}

TEST(Batch, AFailedDictionaryIsRememberedAcrossClear) {
  const auto schema = OneColumn(schema::Type::Of(schema::TypeKind::kLong));
  std::vector<Tree> rows;
  for (int i = 0; i < 512; ++i) rows.push_back(Integer(i));
  Batch batch = BatchOf(schema, rows);
  EXPECT_TRUE(batch.leaf(0).has_dictionary());
  batch.Clear();
  AppendRows(rows, &batch);
  EXPECT_FALSE(batch.leaf(0).has_dictionary());
}

TEST(Batch, ScatterMovesBetweenDictionaryAndPlain) {
  const auto layout = Layout::Make(OneColumn(schema::Type::Of(schema::TypeKind::kString)));
  std::vector<Tree> few;
  std::vector<Tree> many;
  for (int i = 0; i < 4000; ++i) {
    few.push_back(Text(Format("few {}", i % 10)));
    many.push_back(Text(Format("many {}", i)));
  }
  const auto run = [&](const std::vector<const std::vector<Tree>*>& parts) {
    Batch target(layout);
    Batch* const targets[] = {&target};
    std::vector<std::string> expected;
    for (const auto* part : parts) {
      Batch source(layout);
      AppendRows(*part, &source);
      Batch::Scatter(source, std::vector<uint32_t>(part->size()), targets);
      for (const auto& text : Texts(layout->schema(), *part)) expected.push_back(text);
    }
    EXPECT_EQ(Texts(target), expected);
    return target.leaf(0).has_dictionary();
  };
  EXPECT_TRUE(run({&few}));
  EXPECT_FALSE(run({&many}));
  EXPECT_FALSE(run({&many, &few}));
  EXPECT_TRUE(run({&few, &few}));
  EXPECT_FALSE(run({&few, &many, &many, &many}));
}

TEST(Batch, HugeValuesSkipTheDictionary) {
  const auto schema = OneColumn(schema::Type::Of(schema::TypeKind::kBinary));
  std::vector<Tree> rows(3, Text(std::string(24u << 20, 'x')));
  const Batch batch = BatchOf(schema, rows);
  EXPECT_FALSE(batch.leaf(0).has_dictionary());
  EXPECT_EQ(batch.leaf(0).plain().size(), 3 * ((24u << 20) + 4));
}

/// Written out, the values would be 400 MB at once.
TEST(Batch, ADictionaryOfLongTextsThatRepeatIsNotWrittenOut) {
  const auto layout = Layout::Make(OneColumn(schema::Type::Of(schema::TypeKind::kString)));
  constexpr size_t kRows = 20'000;
  std::vector<Tree> first;
  std::vector<Tree> later;
  for (int i = 0; i < 250; ++i) (i < 150 ? first : later).push_back(Text(Format("{:020000}", i)));
  Batch source(layout);
  AppendRows(first, &source);
  Batch target(layout);
  Batch* const targets[] = {&target};
  for (size_t rows = 0; rows < kRows; rows += 150) {
    Batch::Scatter(source, std::vector<uint32_t>(150), targets);
  }
  AppendRows(later, &target);
  ASSERT_TRUE(target.leaf(0).has_dictionary());
  EXPECT_EQ(target.leaf(0).dictionary().size(), 250u);
  EXPECT_LT(target.leaf(0).bytes(), 16u << 20);
  target.Clear();
  AppendRows(first, &target);
  EXPECT_EQ(Texts(target), Texts(layout->schema(), first));
}

/// That a text was repeated keeps a dictionary only until as much that is distinct has followed.
TEST(Batch, ADictionaryOfLongTextsThatNoLongerRepeatIsGivenUp) {
  Batch batch(Layout::Make(OneColumn(schema::Type::Of(schema::TypeKind::kString))));
  std::string text(1 << 20, 'x');
  const auto append = [&](int number) {
    text.replace(0, 3, Format("{:03}", number));
    AppendRows({Text(text)}, &batch);
  };
  for (int i = 0; i < 64; ++i) append(0);
  for (int i = 1; i < 20; ++i) append(i);
  EXPECT_TRUE(batch.leaf(0).has_dictionary());
  for (int i = 20; i < 80; ++i) append(i);
  EXPECT_FALSE(batch.leaf(0).has_dictionary());
  EXPECT_EQ(batch.leaf(0).plain().size(), 143 * (text.size() + 4));
}

TEST(Batch, LevelsAreKeptOnlyFromTheFirstNull) {
  const auto layout = Layout::Make(OneColumn(schema::Type::Of(schema::TypeKind::kLong)));
  Batch batch(layout);
  AppendRows({Integer(1), Integer(2)}, &batch);
  EXPECT_TRUE(batch.leaf(0).definitions().empty());
  Tree null = Integer(0);
  null.children[0].null = true;
  AppendRows({null, Integer(4)}, &batch);
  const auto levels = batch.leaf(0).definitions();
  EXPECT_EQ(std::vector<uint8_t>(levels.begin(), levels.end()), (std::vector<uint8_t>{1, 1, 0, 1}));
  EXPECT_EQ(batch.leaf(0).null_count(), 1u);
}

TEST(Batch, OutputDoesNotDependOnTheHash) {
  // Codes count up in order of appearance, whatever the process's keys are.
  const auto schema = OneColumn(schema::Type::Of(schema::TypeKind::kLong), true);
  std::vector<Tree> rows;
  for (const int value : {5, 3, 5, 9, 3, 1}) rows.push_back(Integer(value));
  const Batch batch = BatchOf(schema, rows);
  const auto codes = batch.leaf(0).codes();
  EXPECT_EQ(std::vector<uint32_t>(codes.begin(), codes.end()),
            (std::vector<uint32_t>{0, 1, 0, 2, 1, 3}));
}

}  // namespace
}  // namespace tarn::columns
