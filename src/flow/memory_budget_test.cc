#include "flow/memory_budget.h"

#include <gtest/gtest.h>

namespace tarn::flow {
namespace {

TEST(MemoryBudget, RefusesATableOverHalfAndTheNodeOverAll) {
  MemoryBudget budget(100);
  EXPECT_TRUE(budget.Reserve(1, 40).has_value());
  EXPECT_EQ(budget.Reserve(1, 20).error().kind(), ErrorKind::kOverloaded);
  EXPECT_TRUE(budget.Reserve(2, 50).has_value());
  EXPECT_EQ(budget.Reserve(3, 20).error().kind(), ErrorKind::kOverloaded);
  EXPECT_EQ(budget.used(), 90U);
}

TEST(MemoryBudget, TakesTheFirstRequestOfATableEvenWhereItIsOverHalf) {
  MemoryBudget budget(100);
  EXPECT_TRUE(budget.Reserve(1, 70).has_value());
}

TEST(MemoryBudget, GivesBack) {
  MemoryBudget budget(100);
  budget.Take(1, 150);
  EXPECT_TRUE(budget.is_tight());
  budget.Give(1, 150);
  EXPECT_EQ(budget.used(), 0U);
  EXPECT_FALSE(budget.is_tight());
}

}  // namespace
}  // namespace tarn::flow
