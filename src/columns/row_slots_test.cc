#include "columns/row_slots.h"

#include <gtest/gtest.h>

#include <algorithm>

#include <cstring>

namespace tarn::columns {
namespace {

using schema::Field;
using schema::Type;
using schema::TypeKind;

Field Named(std::string name, Type type) {
  return {.id = FieldId(0), .name = std::move(name), .required = false, .type = std::move(type)};
}

/// Leaves: 0 `n`, 1 `s.a`, 2 `s.l` (repeated).
std::shared_ptr<const Layout> SmallLayout() {
  schema::TableSchema schema;
  schema.fields = {
      Named("n", Type::Of(TypeKind::kLong)),
      Named("s",
            Type::Struct({Named("a", Type::Of(TypeKind::kLong)),
                          Named("l", Type::List(Named("element", Type::Of(TypeKind::kLong))))})),
  };
  schema::AssignFieldIds(FieldId(0), &schema.fields);
  return Layout::Make(schema);
}

TEST(RowSlots, UnsetLeavesAreNullAtTheTop) {
  RowSlots rows(SmallLayout());
  rows.BeginRow();
  rows.EndRow();
  EXPECT_EQ(rows.rows(), 1u);
  EXPECT_EQ(*rows.definitions(0), 0);
  ASSERT_EQ(rows.entries(2).slots().size(), 1u);
  EXPECT_EQ(rows.entries(2).definitions()[0], 0);
  EXPECT_EQ(rows.entries(2).repetitions()[0], 0);
}

TEST(RowSlots, ALaterSetReplacesAnEarlierOne) {
  RowSlots rows(SmallLayout());
  rows.BeginRow();
  rows.Set(0, 1).integer = 1;
  rows.Set(0, 1).integer = 2;
  rows.EndRow();
  EXPECT_EQ(rows.slots(0)->integer, 2);
}

TEST(RowSlots, AnAbandonedRowLeavesNoTrace) {
  RowSlots rows(SmallLayout());
  rows.BeginRow();
  rows.Push(2, 4, 0).integer = 1;
  rows.EndRow();
  rows.BeginRow();
  rows.Set(0, 1).integer = 7;
  rows.Push(2, 4, 0).integer = 2;
  rows.Push(2, 4, 1).integer = 3;
  rows.AbandonRow();
  rows.BeginRow();
  rows.EndRow();
  EXPECT_EQ(rows.rows(), 2u);
  EXPECT_EQ(rows.definitions(0)[rows.stride()], 0);
  EXPECT_TRUE(std::ranges::equal(rows.entries(2).definitions(), std::vector<uint8_t>{4, 0}));
}

TEST(RowSlots, SetNullReachesAllLeavesBelow) {
  const auto layout = SmallLayout();
  RowSlots rows(layout);
  rows.BeginRow();
  rows.Set(1, 2).integer = 5;
  rows.Push(2, 4, 0).integer = 2;
  rows.SetNull(layout->root().children[1], 0);
  rows.EndRow();
  EXPECT_EQ(*rows.definitions(1), 0);
  EXPECT_TRUE(std::ranges::equal(rows.entries(2).definitions(), std::vector<uint8_t>{0}));
}

TEST(RowSlots, ForgetPushedStartsTheRowsListOver) {
  const auto layout = SmallLayout();
  RowSlots rows(layout);
  rows.BeginRow();
  rows.Push(2, 4, 0).integer = 1;
  rows.EndRow();
  rows.BeginRow();
  rows.Push(2, 4, 0).integer = 2;
  rows.ForgetPushed(layout->root().children[1]);
  rows.Push(2, 4, 0).integer = 3;
  rows.EndRow();
  ASSERT_EQ(rows.entries(2).slots().size(), 2u);
  EXPECT_EQ(rows.entries(2).slots()[0].integer, 1);
  EXPECT_EQ(rows.entries(2).slots()[1].integer, 3);
}

TEST(RowSlots, AllocatedBytesStayUntilClear) {
  RowSlots rows(SmallLayout());
  std::vector<char*> pieces;
  for (size_t size : {10u, 100'000u, 5u, 3'000'000u, 70'000u, 20'000'000u, 1u}) {
    char* const piece = rows.Allocate(size);
    std::memset(piece, static_cast<int>('a' + pieces.size()), size);
    pieces.push_back(piece);
  }
  for (size_t i = 0; i < pieces.size(); ++i) EXPECT_EQ(*pieces[i], static_cast<char>('a' + i));
  rows.Clear();
  EXPECT_NE(rows.Allocate(10), nullptr);
}

TEST(RowSlots, OfAReservationOnlyWhatIsCommittedIsTaken) {
  RowSlots rows(SmallLayout());
  char* const first = rows.Reserve(100);
  rows.Commit(3);
  EXPECT_EQ(rows.Reserve(50), first + 3);
  std::memset(rows.Reserve(1'000'000), 'x', 1'000'000);
  rows.Commit(500'000);
  EXPECT_EQ(rows.Allocate(1)[-1], 'x') << "in the block that was made for it";
}

TEST(RowSlots, TakesItsFullCountOfRowsAndStartsOver) {
  RowSlots rows(SmallLayout());
  for (int round = 0; round < 2; ++round) {
    for (uint32_t i = 0; i < RowSlots::kRowsMax; ++i) {
      EXPECT_FALSE(rows.full());
      rows.BeginRow();
      rows.Set(0, 1).integer = i;
      rows.EndRow();
    }
    EXPECT_TRUE(rows.full());
    EXPECT_EQ(rows.slots(0)[rows.stride() * 255].integer, 255);
    rows.Clear();
  }
}

TEST(RowSlots, GivesTheMemoryOfVeryLongListsBack) {
  RowSlots rows(SmallLayout());
  const auto fill = [&](int entries) {
    rows.BeginRow();
    for (int i = 0; i < entries; ++i) rows.Push(2, 4, i == 0 ? 0 : 1).integer = i;
    rows.EndRow();
    EXPECT_EQ(rows.entries(2).slots().size(), static_cast<size_t>(entries));
    EXPECT_EQ(rows.entries(2).slots().back().integer, entries - 1);
  };
  fill(100'000);
  EXPECT_GE(rows.entries(2).room(), 100'000u);
  rows.Clear();
  EXPECT_EQ(rows.entries(2).room(), 0u);
  fill(100);
  rows.Clear();
  EXPECT_GE(rows.entries(2).room(), 100u) << "of usual lists it is kept";
}

}  // namespace
}  // namespace tarn::columns
