#include "lake/row_order.h"

#include <algorithm>
#include <compare>
#include <limits>
#include <numeric>
#include <string_view>

#include "columns/leaf_reader.h"
#include "columns/leaf_values.h"
#include "columns/scatter.h"

namespace tarn::lake {

namespace {

using columns::Leaf;
using columns::LeafBuffer;
using columns::Slot;

constexpr uint32_t kLast = std::numeric_limits<uint32_t>::max();

std::strong_ordering CompareReals(double left, double right) {
  const bool left_is_nan = left != left;
  const bool right_is_nan = right != right;
  if (left_is_nan || right_is_nan) return left_is_nan <=> right_is_nan;
  return std::strong_order(left, right);
}

std::strong_ordering CompareBytes(const Leaf& leaf, const Slot& left, const Slot& right) {
  if (columns::IsSignedBytes(leaf)) {
    const auto order =
        static_cast<signed char>(left.bytes[0]) <=> static_cast<signed char>(right.bytes[0]);
    if (std::is_neq(order)) return order;
  }
  return std::string_view(left.bytes, left.length) <=> std::string_view(right.bytes, right.length);
}

std::strong_ordering Compare(const Leaf& leaf, const Slot& left, const Slot& right) {
  if (columns::IsBytes(leaf.physical)) return CompareBytes(leaf, left, right);
  if (columns::IsReal(leaf.physical)) return CompareReals(left.real, right.real);
  return left.integer <=> right.integer;
}

/// The place of each value among the distinct ones.
std::vector<uint32_t> RanksOf(const Leaf& leaf, std::span<const Slot> values) {
  std::vector<uint32_t> sorted(values.size());
  std::iota(sorted.begin(), sorted.end(), 0);
  std::ranges::sort(sorted, [&](uint32_t left, uint32_t right) {
    return std::is_lt(Compare(leaf, values[left], values[right]));
  });
  std::vector<uint32_t> ranks(values.size());
  uint32_t rank = 0;
  for (size_t i = 0; i < sorted.size(); ++i) {
    rank += i != 0 && std::is_neq(Compare(leaf, values[sorted[i - 1]], values[sorted[i]]));
    ranks[sorted[i]] = rank;
  }
  return ranks;
}

/// The rank of each value of a leaf, in their order in it.
std::vector<uint32_t> RanksOfValues(const LeafBuffer& leaf) {
  std::vector<Slot> slots;
  if (!leaf.has_dictionary()) {
    columns::LeafReader reader(leaf);
    for (size_t i = 0; i < leaf.values(); ++i) slots.push_back(reader.Next());
    return RanksOf(leaf.leaf(), slots);
  }
  for (uint32_t code = 0; code < leaf.dictionary().size(); ++code) {
    slots.push_back(leaf.dictionary().slot(code));
  }
  const auto rank_of_code = RanksOf(leaf.leaf(), slots);
  std::vector<uint32_t> ranks;
  for (const uint32_t code : leaf.codes()) ranks.push_back(rank_of_code[code]);
  return ranks;
}

/// A number for each row by which it orders in one column.
std::vector<uint32_t> RanksOfRows(const LeafBuffer& leaf, const SortColumn& column) {
  const auto ranks = RanksOfValues(leaf);
  const auto definitions = leaf.definitions();
  std::vector<uint32_t> of_rows(leaf.entries());
  size_t value = 0;
  for (size_t row = 0; row < of_rows.size(); ++row) {
    if (!definitions.empty() && definitions[row] != leaf.leaf().definition_max) {
      of_rows[row] = column.nulls_first ? 0 : kLast;
    } else {
      const uint32_t rank = ranks[value++];
      of_rows[row] = column.descending ? kLast - 1 - rank : rank + 1;
    }
  }
  return of_rows;
}

}  // namespace

std::vector<uint32_t> OrderRows(const columns::Batch& batch, std::span<const SortColumn> by) {
  std::vector<std::vector<uint32_t>> ranks;
  for (const SortColumn& column : by) {
    ranks.push_back(RanksOfRows(batch.leaf(static_cast<size_t>(column.leaf)), column));
  }
  std::vector<uint32_t> order(batch.rows());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, [&](uint32_t left, uint32_t right) {
    for (const auto& of_rows : ranks) {
      if (of_rows[left] != of_rows[right]) return of_rows[left] < of_rows[right];
    }
    return false;
  });
  return order;
}

Status ForEachLeafInOrder(const columns::Batch& batch, std::span<const SortColumn> by,
                          const std::function<Status(const LeafBuffer&)>& take) {
  const size_t leaves = batch.layout()->leaves().size();
  if (by.empty()) {
    for (size_t i = 0; i < leaves; ++i) TRY(take(batch.leaf(i)));
    return {};
  }
  const auto order = OrderRows(batch, by);
  const std::vector<uint32_t> one_target(batch.rows());
  columns::LeafSlices sorted(batch, one_target, 1, order);
  for (size_t i = 0; i < leaves; ++i) {
    sorted.Sort(i);
    TRY(take(sorted.Cut(0)));
  }
  return {};
}

}  // namespace tarn::lake
