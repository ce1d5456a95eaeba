#include "lake/bounds.h"

#include <gtest/gtest.h>

#include "columns/leaf_values.h"

namespace tarn::lake {
namespace {

using columns::Layout;
using columns::Leaf;
using columns::Slot;
using columns::ValueRange;
using schema::Type;
using schema::TypeKind;

std::shared_ptr<const Layout> LayoutOf(Type type) {
  schema::TableSchema schema;
  schema.fields.push_back({.id = FieldId(1), .name = "x", .type = std::move(type), .doc = ""});
  return Layout::Make(schema);
}

ValueRange RangeOf(const Leaf& leaf, const std::vector<std::string>& values) {
  ValueRange range;
  for (const std::string& value : values) {
    Slot slot;
    slot.bytes = value.data();
    slot.length = static_cast<uint32_t>(value.size());
    columns::AddToRange(leaf, slot, &range);
  }
  return range;
}

std::string Times(const std::string& text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

TEST(Bounds, ASuccessorIsTheNextTextOrNone) {
  struct Case {
    std::string bytes;
    bool text;
    std::optional<std::string> expected;
  };
  for (const Case& given : {
           Case{"abc", true, "abd"},
           Case{"ab\x7f", true, "ab\xc2\x80"},
           Case{"a\xc3\xa9", true, "a\xc3\xaa"},        // é → ê
           Case{"\xed\x9f\xbf", true, "\xee\x80\x80"},  // over the surrogates
           Case{"a\xf4\x8f\xbf\xbf", true, "b"},        // U+10FFFF: the one before
           Case{"\xf4\x8f\xbf\xbf\xf4\x8f\xbf\xbf", true, std::nullopt},
           Case{"\xef\xbf\xbf", true, "\xf0\x90\x80\x80"},
           Case{"", true, std::nullopt},
           Case{"a\xff", true, std::nullopt},     // no UTF-8
           Case{"\xc0\x80", true, std::nullopt},  // overlong
           Case{"abc", false, "abd"},
           Case{"ab\xff", false, "ac"},
           Case{"\xff\xff", false, std::nullopt},
       }) {
    SCOPED_TRACE(::testing::PrintToString(given.bytes));
    EXPECT_EQ(Successor(given.bytes, given.text), given.expected);
    if (given.expected) {
      EXPECT_GT(*given.expected, given.bytes);
    }
  }
}

TEST(Bounds, TextIsCutAtCodePoints) {
  EXPECT_EQ(CutToUnits("héllo", 2, true), "hé");
  EXPECT_EQ(CutToUnits("héllo", 2, false), "h\xc3");
  EXPECT_EQ(CutToUnits("h\xc3", 2, true), "h");  // a letter that was cut in two
  EXPECT_EQ(CutToUnits("hi", 5, true), "hi");
}

TEST(Bounds, IcebergKeepsSixteenCodePoints) {
  const auto layout = LayoutOf(Type::Of(TypeKind::kString));
  const Leaf& leaf = layout->leaves()[0];
  const auto bounds =
      ToIcebergBounds(leaf, RangeOf(leaf, {Times("é", 16), Times("é", 17), Times("é", 16) + "b"}));
  EXPECT_EQ(bounds.lower, Times("é", 16));
  EXPECT_EQ(bounds.upper, Times("é", 15) + "ê");
  const auto exact = ToIcebergBounds(leaf, RangeOf(leaf, {"b", Times("z", 16), "a"}));
  EXPECT_EQ(exact.lower, "a");
  EXPECT_EQ(exact.upper, Times("z", 16));
  const auto open = ToIcebergBounds(leaf, RangeOf(leaf, {Times("\xf4\x8f\xbf\xbf", 17)}));
  EXPECT_EQ(open.lower, Times("\xf4\x8f\xbf\xbf", 16));
  EXPECT_EQ(open.upper, std::nullopt);
}

TEST(Bounds, ParquetSaysWhereAStatisticIsCut) {
  const auto layout = LayoutOf(Type::Of(TypeKind::kString));
  const Leaf& leaf = layout->leaves()[0];
  const auto whole = ParquetStatistics(leaf, RangeOf(leaf, {Times("a", 64), Times("b", 64)}));
  EXPECT_TRUE(whole.min->exact);
  EXPECT_TRUE(whole.max->exact);
  EXPECT_EQ(whole.max->bytes, Times("b", 64));
  const auto cut = ParquetStatistics(leaf, RangeOf(leaf, {Times("a", 65), Times("b", 100)}));
  EXPECT_FALSE(cut.min->exact);
  EXPECT_EQ(cut.min->bytes, Times("a", 64));
  EXPECT_FALSE(cut.max->exact);
  EXPECT_EQ(cut.max->bytes, Times("b", 63) + "c");
  const auto tied = ParquetStatistics(leaf, RangeOf(leaf, {Times("a", 65), Times("a", 64)}));
  EXPECT_TRUE(tied.min->exact);
  EXPECT_EQ(tied.max->bytes, Times("a", 63) + "b");
}

TEST(Bounds, DecimalsOrderByTheirSign) {
  const auto layout = LayoutOf(Type::Decimal(20, 2));
  const Leaf& leaf = layout->leaves()[0];
  const std::string minus_one(9, '\xff');
  const std::string minus_300 = std::string(7, '\xff') + "\xfe\xd4";
  const std::string plus_two = std::string(8, '\0') + "\x02";
  const ValueRange range = RangeOf(leaf, {minus_one, plus_two, minus_300});
  const auto statistics = ParquetStatistics(leaf, range);
  EXPECT_EQ(statistics.min->bytes, minus_300);
  EXPECT_EQ(statistics.max->bytes, plus_two);
  const auto bounds = ToIcebergBounds(leaf, range);
  EXPECT_EQ(bounds.lower, "\xfe\xd4");
  EXPECT_EQ(bounds.upper, "\x02");
}

TEST(Bounds, ZeroTakesTheOuterSignAndNanIsLeftOut) {
  const auto layout = LayoutOf(Type::Of(TypeKind::kDouble));
  const Leaf& leaf = layout->leaves()[0];
  ValueRange range;
  for (const double value : {0.0, -0.0, std::numeric_limits<double>::quiet_NaN()}) {
    Slot slot;
    slot.real = value;
    columns::AddToRange(leaf, slot, &range);
  }
  const auto bounds = ToIcebergBounds(leaf, range);
  EXPECT_EQ(bounds.lower, std::string("\0\0\0\0\0\0\0\x80", 8));
  EXPECT_EQ(bounds.upper, std::string(8, '\0'));
}

TEST(Bounds, NoValuesHaveNone) {
  for (const TypeKind kind : {TypeKind::kBoolean, TypeKind::kLong, TypeKind::kFloat,
                              TypeKind::kString, TypeKind::kUuid}) {
    const auto layout = LayoutOf(Type::Of(kind));
    const auto statistics = ParquetStatistics(layout->leaves()[0], ValueRange());
    EXPECT_FALSE(statistics.min || statistics.max);
    const auto bounds = ToIcebergBounds(layout->leaves()[0], ValueRange());
    EXPECT_FALSE(bounds.lower || bounds.upper);
  }
}

}  // namespace
}  // namespace tarn::lake
