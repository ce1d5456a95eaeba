#include "columns/scatter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "columns/batch.h"
#include "columns/leaf_reader.h"
#include "columns/random_rows_testing.h"

namespace tarn::columns {
namespace {

using testing::AppendRows;
using testing::BatchOf;
using testing::Below;
using testing::Random;
using testing::RandomLimits;
using testing::RandomRows;
using testing::RandomSchema;
using testing::Tree;

/// What a buffer holds, whichever way it lies.
std::string TextOf(const LeafBuffer& buffer) {
  std::string text;
  for (size_t i = 0; i < buffer.entries(); ++i) {
    const auto definitions = buffer.definitions();
    const auto repetitions = buffer.repetitions();
    text += Format("{}/{} ", definitions.empty() ? buffer.leaf().definition_max : definitions[i],
                   repetitions.empty() ? 0 : repetitions[i]);
  }
  LeafReader reader(buffer);
  for (size_t i = 0; i < buffer.values(); ++i) {
    const Slot slot = reader.Next();
    if (IsBytes(buffer.leaf().physical)) {
      text += std::string(slot.bytes, slot.length) + ";";
    } else {
      text += Format("{} ", NumberBits(buffer.leaf().physical, slot));
    }
  }
  const ValueRange& range = buffer.range();
  return text + Format("{} {} {} {}", range.integer.min, range.integer.max, range.nan_count,
                       range.bytes.any() ? range.bytes.max() : "");
}

TEST(LeafSlices, AreWhatAScatterGives) {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(Format("seed {}", seed));
    Random random(seed);
    const RandomLimits limits{.distinct_max = seed % 2 == 0 ? 5 : 0};
    const auto schema = RandomSchema(random, limits);
    const auto layout = Layout::Make(schema);
    const size_t count = 1 + Below(random, seed % 5 == 0 ? 3000 : 300);
    const auto rows = RandomRows(random, schema, count, limits);
    const size_t targets = 1 + Below(random, 5);
    std::vector<uint32_t> target_of_row(count);
    for (uint32_t& target : target_of_row) target = static_cast<uint32_t>(Below(random, targets));

    std::vector<uint32_t> order(count);
    std::iota(order.begin(), order.end(), 0);
    const bool reorders = seed % 3 != 0;
    if (reorders) std::ranges::shuffle(order, random);
    std::vector<Batch> expected;
    for (size_t target = 0; target < targets; ++target) {
      std::vector<Tree> of_target;
      for (const uint32_t row : order) {
        if (target_of_row[row] == target) of_target.push_back(rows[row]);
      }
      AppendRows(of_target, &expected.emplace_back(layout));
    }

    const Batch source = BatchOf(layout, rows);
    LeafSlices slices(source, target_of_row, targets,
                      reorders ? std::span<const uint32_t>(order) : std::span<const uint32_t>());
    for (size_t leaf = 0; leaf < layout->leaves().size(); ++leaf) {
      slices.Sort(leaf);
      for (size_t target = targets; target-- > 0;) {
        ASSERT_EQ(slices.rows_of(target), expected[target].rows());
        ASSERT_EQ(TextOf(slices.Cut(target)), TextOf(expected[target].leaf(leaf)));
      }
    }
  }
}

TEST(Dictionary, NumbersValuesOfAnotherOneWithoutHashingThem) {
  Leaf leaf;
  leaf.physical = Physical::kBytes;
  Dictionary dictionary(leaf);
  ValueRange range;
  std::vector<std::string> texts;
  for (int i = 0; i < 200; ++i) texts.push_back(Format("text {}", i));
  std::vector<Slot> slots(texts.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    slots[i].bytes = texts[i].data();
    slots[i].length = static_cast<uint32_t>(texts[i].size());
  }
  std::vector<uint32_t> codes(texts.size());
  for (int round = 0; round < 3; ++round) {
    const std::span<const Slot> first = std::span(slots).first(100);
    dictionary.AppendDistinct(first, codes.data(), &range);
    EXPECT_EQ(codes[99], 99u);
    dictionary.Encode(slots, codes.data(), &range);  // finds those, adds the rest
    for (uint32_t i = 0; i < codes.size(); ++i) ASSERT_EQ(codes[i], i);
    EXPECT_EQ(dictionary.size(), 200u);
    dictionary.Clear();
  }
  EXPECT_EQ(range.bytes.min(), "text 0");
  EXPECT_EQ(range.bytes.max(), "text 99");
}

TEST(Dictionary, KnowsNegativeValuesOfAnotherOneAgain) {
  for (const Physical physical : {Physical::kInt32, Physical::kInt64}) {
    Leaf leaf;
    leaf.physical = physical;
    Dictionary dictionary(leaf);
    ValueRange range;
    std::array<Slot, 2> slots;
    slots[0].integer = -1;
    slots[1].integer = 1;
    std::array<uint32_t, 2> codes;
    dictionary.AppendDistinct(slots, codes.data(), &range);
    dictionary.Encode(slots, codes.data(), &range);
    EXPECT_EQ(codes, (std::array<uint32_t, 2>{0, 1}));
    EXPECT_EQ(dictionary.size(), 2u);
  }
}

TEST(LeafBuffer, RestoresWhatItStored) {
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(Format("seed {}", seed));
    Random random(seed);
    const RandomLimits limits{.distinct_max = seed % 2 == 0 ? 5 : 0};
    const auto schema = RandomSchema(random, limits);
    const auto layout = Layout::Make(schema);
    const size_t count = Below(random, seed % 5 == 0 ? 10'000 : 300);
    const auto rows = RandomRows(random, schema, count, limits);
    const Batch source = BatchOf(layout, rows);
    std::vector<ByteBuffer> stored(layout->leaves().size());
    std::vector<std::string_view> views;
    for (size_t leaf = 0; leaf < stored.size(); ++leaf) {
      source.leaf(leaf).Store(&stored[leaf]);
      views.push_back(stored[leaf].view());
    }
    Batch restored(layout);
    restored.Restore(source.rows(), views);
    EXPECT_EQ(restored.rows(), source.rows());
    for (size_t leaf = 0; leaf < stored.size(); ++leaf) {
      ASSERT_EQ(TextOf(restored.leaf(leaf)), TextOf(source.leaf(leaf))) << leaf;
      EXPECT_EQ(restored.leaf(leaf).has_dictionary(), source.leaf(leaf).has_dictionary());
    }
    // What follows a restored dictionary finds its values.
    const std::vector<uint32_t> to_first(count);
    Batch again(layout);
    Batch* const target = &again;
    Batch::Scatter(restored, to_first, {&target, 1});
    Batch::Scatter(source, to_first, {&target, 1});
    Batch twice(layout);
    AppendRows(rows, &twice);
    AppendRows(rows, &twice);
    for (size_t leaf = 0; leaf < stored.size(); ++leaf) {
      ASSERT_EQ(TextOf(again.leaf(leaf)), TextOf(twice.leaf(leaf))) << leaf;
    }
  }
}

}  // namespace
}  // namespace tarn::columns
