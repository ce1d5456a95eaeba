// What files say of their columns, against the same recomputed from the values one by one.
#include <arrow/api.h>
#include <gtest/gtest.h>
#include <parquet/metadata.h>
#include <parquet/statistics.h>

#include <algorithm>
#include <cmath>

#include "columns/random_rows_testing.h"
#include "lake/parquet_file.h"
#include "lake/read_back_testing.h"

namespace tarn::lake {
namespace {

using columns::Batch;
using columns::Layout;
using columns::Node;
using columns::testing::Random;
using columns::testing::RandomLimits;
using columns::testing::Tree;
using schema::Type;
using schema::TypeKind;
using schema::Value;

/// All that is known of a leaf from the rows themselves.
struct Facts {
  int64_t entries = 0;
  int64_t nulls = 0;
  int64_t nans = 0;
  std::vector<Value> values;  ///< without NaN
};

Value ValueOf(const Type& type, const Tree& tree) {
  switch (type.kind) {
    case TypeKind::kBoolean:
      return tree.integer != 0;
    case TypeKind::kInt:
    case TypeKind::kDate:
      return static_cast<int32_t>(tree.integer);
    case TypeKind::kFloat:
      return static_cast<float>(tree.real);
    case TypeKind::kDouble:
      return tree.real;
    case TypeKind::kDecimal:
      return tree.decimal;
    case TypeKind::kString:
    case TypeKind::kBinary:
    case TypeKind::kUuid:
      return tree.bytes;
    default:
      return tree.integer;
  }
}

/// Walks rows and gathers the facts of every leaf.
class Gatherer {
 public:
  explicit Gatherer(const Layout& layout) : layout_(layout), facts(layout.leaves().size()) {}

  void Add(const Node& node, const Tree& tree) {
    const bool is_leaf = node.children.empty();
    const bool is_list = node.kind == TypeKind::kList || node.kind == TypeKind::kMap;
    if (tree.null || (is_list && tree.children.empty())) {
      for (int i = 0; i < node.leaf_count; ++i) {
        ++facts[static_cast<size_t>(node.first_leaf + i)].entries;
        ++facts[static_cast<size_t>(node.first_leaf + i)].nulls;
      }
    } else if (is_leaf) {
      AddValue(static_cast<size_t>(node.first_leaf), tree);
    } else if (node.kind == TypeKind::kList) {
      for (const Tree& element : tree.children) Add(node.children[0], element);
    } else if (node.kind == TypeKind::kMap) {
      for (const Tree& entry : tree.children) {
        Add(node.children[0], entry.children[0]);
        Add(node.children[1], entry.children[1]);
      }
    } else {
      for (size_t i = 0; i < node.children.size(); ++i) Add(node.children[i], tree.children[i]);
    }
  }

 private:
  void AddValue(size_t leaf, const Tree& tree) {
    ++facts[leaf].entries;
    const Type& type = layout_.leaves()[leaf].type;
    const bool is_real = type.kind == TypeKind::kFloat || type.kind == TypeKind::kDouble;
    if (is_real && std::isnan(tree.real)) {
      ++facts[leaf].nans;
    } else {
      facts[leaf].values.push_back(ValueOf(type, tree));
    }
  }

  const Layout& layout_;

 public:
  std::vector<Facts> facts;
};

void ExpectBounds(const Type& type, const schema::ColumnMetrics& metrics, const Facts& facts) {
  if (facts.values.empty()) {
    EXPECT_FALSE(metrics.lower || metrics.upper);
    return;
  }
  const auto less = [](const Value& a, const Value& b) { return schema::Compare(a, b) < 0; };
  const Value min = *std::ranges::min_element(facts.values, less);
  const Value max = *std::ranges::max_element(facts.values, less);
  ASSERT_TRUE(metrics.lower);
  if (type.kind == TypeKind::kString || type.kind == TypeKind::kBinary) {
    EXPECT_TRUE(std::get<std::string>(min).starts_with(*metrics.lower));
    const std::string& largest = std::get<std::string>(max);
    EXPECT_GE(metrics.upper.value_or(largest), largest);
    EXPECT_TRUE(largest.size() > 16 || metrics.upper == largest);
    EXPECT_LE(metrics.lower->size(), 64u);
    return;
  }
  EXPECT_EQ(schema::Compare(*schema::FromIcebergBytes(type, *metrics.lower), min), 0);
  EXPECT_EQ(schema::Compare(*schema::FromIcebergBytes(type, *metrics.upper), max), 0);
}

void ExpectMetrics(const Layout& layout, const schema::DataFile& file,
                   const std::vector<Facts>& facts) {
  ASSERT_EQ(file.columns.size(), facts.size());
  for (size_t i = 0; i < facts.size(); ++i) {
    const columns::Leaf& leaf = layout.leaves()[i];
    const schema::ColumnMetrics& metrics = file.columns[i];
    SCOPED_TRACE(Format("leaf {} of type {}", i, static_cast<int>(leaf.type.kind)));
    EXPECT_EQ(metrics.id, leaf.id);
    EXPECT_EQ(metrics.value_count, facts[i].entries);
    EXPECT_EQ(metrics.null_count, facts[i].nulls);
    EXPECT_GT(metrics.size_bytes, 0);
    const bool is_real = leaf.type.kind == TypeKind::kFloat || leaf.type.kind == TypeKind::kDouble;
    EXPECT_EQ(metrics.nan_count, is_real ? std::optional(facts[i].nans) : std::nullopt);
    if (leaf.repetition_max == 0) {
      ExpectBounds(leaf.type, metrics, facts[i]);
    } else {
      EXPECT_FALSE(metrics.lower || metrics.upper);
    }
  }
}

/// Statistics as parquet-cpp reads them, for leaves whose PLAIN bytes are Iceberg's too.
void ExpectFooter(const Layout& layout, const std::string& file, const std::vector<Facts>& facts) {
  const auto back = testing::ReadWhole(file);
  ASSERT_EQ(back.error, "");
  const auto group = back.metadata->RowGroup(0);
  for (size_t i = 0; i < facts.size(); ++i) {
    const columns::Leaf& leaf = layout.leaves()[i];
    SCOPED_TRACE(Format("leaf {} of type {}", i, static_cast<int>(leaf.type.kind)));
    const auto chunk = group->ColumnChunk(static_cast<int>(i));
    const auto statistics = chunk->statistics();
    EXPECT_EQ(chunk->num_values(), facts[i].entries);
    ASSERT_TRUE(statistics);
    EXPECT_EQ(statistics->null_count(), facts[i].nulls);
    if (facts[i].values.empty()) {
      EXPECT_FALSE(statistics->HasMinMax());
      continue;
    }
    ASSERT_TRUE(statistics->HasMinMax());
    if (leaf.type.kind == TypeKind::kDecimal) continue;
    const auto less = [](const Value& a, const Value& b) { return schema::Compare(a, b) < 0; };
    const Value min = *std::ranges::min_element(facts[i].values, less);
    const Value max = *std::ranges::max_element(facts[i].values, less);
    EXPECT_EQ(schema::Compare(*schema::FromIcebergBytes(leaf.type, statistics->EncodeMin()), min),
              0);
    EXPECT_EQ(schema::Compare(*schema::FromIcebergBytes(leaf.type, statistics->EncodeMax()), max),
              0);
  }
}

TEST(Metrics, RandomFilesSayWhatTheirValuesSay) {
  for (uint64_t seed = 1; seed <= 25; ++seed) {
    SCOPED_TRACE(Format("seed {}", seed));
    Random random(seed);
    const RandomLimits limits{.distinct_max = seed % 3 == 0 ? 6 : 0};
    const auto schema = columns::testing::RandomSchema(random, limits);
    const auto layout = Layout::Make(schema);
    std::vector<Tree> rows;
    const uint64_t count = 1 + columns::testing::Below(random, 60);
    for (uint64_t i = 0; i < count; ++i) {
      rows.push_back(columns::testing::RandomRow(random, schema, limits));
    }
    Gatherer gatherer(*layout);
    for (const Tree& row : rows) {
      for (size_t i = 0; i < row.children.size(); ++i) {
        gatherer.Add(layout->root().children[i], row.children[i]);
      }
    }
    const WriteOptions options;
    ChunkEncoder encoder(options);
    Batch all(layout);
    columns::testing::AppendRows(rows, &all);
    ParquetFile one_group(layout, options.compression);
    ASSERT_TRUE(one_group.AddRowGroup(all, &encoder));
    one_group.Finish();
    ExpectMetrics(*layout, one_group.Describe(), gatherer.facts);
    ExpectFooter(*layout, std::string(one_group.pending()), gatherer.facts);

    // The same rows in several row groups, scattered first.
    ParquetFile groups(layout, options.compression);
    std::vector<Batch> parts;
    for (int i = 0; i < 3; ++i) parts.emplace_back(layout);
    Batch* const targets[] = {&parts[0], &parts[1], &parts[2]};
    std::vector<uint32_t> target_of_row;
    for (size_t i = 0; i < rows.size(); ++i) {
      target_of_row.push_back(static_cast<uint32_t>(columns::testing::Below(random, 3)));
    }
    Batch::Scatter(all, target_of_row, targets);
    for (const Batch& part : parts) ASSERT_TRUE(groups.AddRowGroup(part, &encoder));
    groups.Finish();
    ExpectMetrics(*layout, groups.Describe(), gatherer.facts);
  }
}

}  // namespace
}  // namespace tarn::lake
