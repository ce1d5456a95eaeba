#include "lake/page_index.h"

#include <vector>

#include "columns/leaf_values.h"
#include "lake/bounds.h"
#include "lake/thrift_compact.h"

namespace tarn::lake {

namespace {

using columns::Leaf;
using columns::ValueRange;

enum BoundaryOrder : int32_t { kUnordered = 0, kAscending = 1, kDescending = 2 };

/// A page with values, as the index has it.
struct PageEnds {
  const ValueRange* range = nullptr;
  std::string min;
  std::string max;
};

int Sign(auto left, auto right) { return left < right ? -1 : left > right ? 1 : 0; }

/// How the ends of two pages compare in the order of the leaf's type.
struct EndsOrder {
  int min = 0;
  int max = 0;
};
EndsOrder Compare(const Leaf& leaf, const PageEnds& left, const PageEnds& right) {
  const ValueRange& a = *left.range;
  const ValueRange& b = *right.range;
  if (columns::IsReal(leaf.physical)) {
    return {Sign(a.real.min, b.real.min), Sign(a.real.max, b.real.max)};
  }
  if (!columns::IsBytes(leaf.physical)) {
    return {Sign(a.integer.min, b.integer.min), Sign(a.integer.max, b.integer.max)};
  }
  if (columns::IsSignedBytes(leaf)) {
    return {a.bytes.min().compare(b.bytes.min()), a.bytes.max().compare(b.bytes.max())};
  }
  return {left.min.compare(right.min), left.max.compare(right.max)};
}

BoundaryOrder OrderOf(const Leaf& leaf, std::span<const PageEnds> pages) {
  bool ascends = true;
  bool descends = true;
  for (size_t i = 1; i < pages.size(); ++i) {
    const EndsOrder order = Compare(leaf, pages[i - 1], pages[i]);
    ascends &= order.min <= 0 && order.max <= 0;
    descends &= order.min >= 0 && order.max >= 0;
  }
  return ascends ? kAscending : descends ? kDescending : kUnordered;
}

bool IsNullPage(const Page& page) { return page.null_count == page.entry_count; }

}  // namespace

void AppendColumnIndex(const Leaf& leaf, std::span<const Page> pages, std::string* out) {
  std::vector<PageEnds> with_values;
  for (const Page& page : pages) {
    if (IsNullPage(page)) continue;
    auto [min, max] = ParquetStatistics(leaf, page.range);
    if (!min || !max) return;
    with_values.push_back({&page.range, std::move(min->bytes), std::move(max->bytes)});
  }
  ThriftWriter thrift(out);
  thrift.BeginList(1, ThriftWriter::kBool, pages.size());
  for (const Page& page : pages) thrift.BoolElement(IsNullPage(page));
  const auto write_ends = [&](int field, std::string PageEnds::* end) {
    thrift.BeginList(field, ThriftWriter::kBinary, pages.size());
    size_t next = 0;
    for (const Page& page : pages) {
      thrift.StringElement(IsNullPage(page) ? std::string() : with_values[next++].*end);
    }
  };
  write_ends(2, &PageEnds::min);
  write_ends(3, &PageEnds::max);
  thrift.Int32(4, OrderOf(leaf, with_values));
  thrift.BeginList(5, ThriftWriter::kI64, pages.size());
  for (const Page& page : pages) thrift.Int64Element(page.null_count);
  thrift.End();
}

void AppendOffsetIndex(std::span<const Page> pages, std::string* out) {
  ThriftWriter thrift(out);
  thrift.BeginList(1, ThriftWriter::kStruct, pages.size());
  for (const Page& page : pages) {
    thrift.BeginElement();
    thrift.Int64(1, page.offset);
    thrift.Int32(2, page.bytes);
    thrift.Int64(3, page.first_row);
    thrift.EndStruct();
  }
  thrift.End();
}

}  // namespace tarn::lake
