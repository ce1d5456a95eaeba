#include "lake/bounds.h"

#include "base/bytes.h"
#include "columns/leaf_values.h"
#include "lake/leaf_value.h"
#include "schema/value.h"

namespace tarn::lake {

namespace {

using columns::BytesRange;
using columns::Leaf;
using columns::Physical;
using columns::Slot;
using columns::ValueRange;
using schema::TypeKind;

constexpr size_t kIcebergUnits = 16;

bool IsText(const Leaf& leaf) { return leaf.type.kind == TypeKind::kString; }
/// Decimals, uuids and fixed values are never cut.
bool MayCut(const Leaf& leaf) { return leaf.physical == Physical::kBytes; }

size_t SequenceLength(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

/// The code point that ends `text`, and where it begins.
struct LastLetter {
  size_t start = 0;
  char32_t code_point = 0;
};
std::optional<LastLetter> FindLast(std::string_view text) {
  size_t start = text.size() - 1;
  while (start > 0 && text.size() - start < 4 && (text[start] & 0xC0) == 0x80) --start;
  const size_t length = text.size() - start;
  const auto lead = static_cast<unsigned char>(text[start]);
  if ((lead & 0xC0) == 0x80 || SequenceLength(text[start]) != length) return std::nullopt;
  char32_t code_point = length == 1 ? lead : lead & (0x7Fu >> length);
  for (size_t i = start + 1; i < text.size(); ++i) {
    code_point = code_point << 6 | (static_cast<unsigned char>(text[i]) & 0x3Fu);
  }
  return LastLetter{start, code_point};
}

void AppendUtf8(char32_t code_point, std::string* out) {
  const auto tail = [&](int shift) {
    out->push_back(static_cast<char>(0x80 | (code_point >> shift & 0x3F)));
  };
  if (code_point < 0x80) {
    out->push_back(static_cast<char>(code_point));
  } else if (code_point < 0x800) {
    out->push_back(static_cast<char>(0xC0 | code_point >> 6));
    tail(0);
  } else if (code_point < 0x10000) {
    out->push_back(static_cast<char>(0xE0 | code_point >> 12));
    tail(6);
    tail(0);
  } else {
    out->push_back(static_cast<char>(0xF0 | code_point >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

std::optional<std::string> SuccessorOfText(std::string_view text) {
  const std::string_view whole = text;
  constexpr char32_t kHighest = 0x10FFFF;
  constexpr char32_t kBeforeSurrogates = 0xD7FF;
  constexpr char32_t kAfterSurrogates = 0xE000;
  while (!text.empty()) {
    const auto last = FindLast(text);
    if (!last) return std::nullopt;
    text = text.substr(0, last->start);
    if (last->code_point >= kHighest) continue;
    std::string next(text);
    AppendUtf8(last->code_point == kBeforeSurrogates ? kAfterSurrogates : last->code_point + 1,
               &next);
    if (next <= whole) return std::nullopt;  // it was no UTF-8
    return next;
  }
  return std::nullopt;
}

/// The kept beginning of the smallest or largest value, cut to `units`.
Statistic CutMin(const BytesRange& range, size_t units, bool text) {
  if (range.min_exact() && CutToUnits(range.min(), units, text).size() == range.min().size()) {
    return {std::string(range.min()), true};
  }
  return {std::string(CutToUnits(range.min(), units, text)), false};
}
std::optional<Statistic> CutMax(const BytesRange& range, size_t units, bool text) {
  const std::string_view cut = CutToUnits(range.max(), units, text);
  if (range.max_exact() && cut.size() == range.max().size()) {
    return Statistic{std::string(range.max()), true};
  }
  auto next = Successor(cut, text);
  if (!next) return std::nullopt;
  return Statistic{*std::move(next), false};
}

/// Ends of a leaf of bytes that is never cut, with a decimal's sign bit turned back.
std::optional<Statistic> WholeBytes(const Leaf& leaf, std::string_view kept, bool exact) {
  if (!exact) return std::nullopt;
  std::string bytes(kept);
  if (columns::IsSignedBytes(leaf)) bytes[0] = static_cast<char>(bytes[0] ^ '\x80');
  return Statistic{std::move(bytes), true};
}

Statistics BytesStatistics(const Leaf& leaf, const BytesRange& range) {
  if (!range.any()) return {};
  if (!MayCut(leaf)) {
    return {WholeBytes(leaf, range.min(), range.min_exact()),
            WholeBytes(leaf, range.max(), range.max_exact())};
  }
  return {CutMin(range, BytesRange::kKept, IsText(leaf)),
          CutMax(range, BytesRange::kKept, IsText(leaf))};
}

template <class T>
Statistic Number(T value) {
  Statistic statistic;
  AppendLe(&statistic.bytes, value);
  return statistic;
}

/// Zero compares equal to itself with either sign, so each end takes the sign that is further out.
double LowerReal(const ValueRange& range) { return range.real.min == 0 ? -0.0 : range.real.min; }
double UpperReal(const ValueRange& range) { return range.real.max == 0 ? 0.0 : range.real.max; }

/// Both ends as slots of the leaf.
IcebergBounds BoundsOf(const Leaf& leaf, const Slot& lower, const Slot& upper) {
  return {schema::ToIcebergBytes(leaf.type, ToValue(leaf, lower)),
          schema::ToIcebergBytes(leaf.type, ToValue(leaf, upper))};
}

Slot IntegerSlot(int64_t value) {
  Slot slot;
  slot.integer = value;
  return slot;
}
Slot RealSlot(double value) {
  Slot slot;
  slot.real = value;
  return slot;
}
Slot BytesSlot(const std::string& bytes) {
  Slot slot;
  slot.bytes = bytes.data();
  slot.length = static_cast<uint32_t>(bytes.size());
  return slot;
}

IcebergBounds BytesBounds(const Leaf& leaf, const BytesRange& range) {
  if (!range.any()) return {};
  if (MayCut(leaf)) {
    auto max = CutMax(range, kIcebergUnits, IsText(leaf));
    return {CutMin(range, kIcebergUnits, IsText(leaf)).bytes,
            max ? std::optional(std::move(max->bytes)) : std::nullopt};
  }
  const auto [min, max] = BytesStatistics(leaf, range);
  if (!min || !max) return {};
  return BoundsOf(leaf, BytesSlot(min->bytes), BytesSlot(max->bytes));
}

}  // namespace

std::string_view CutToUnits(std::string_view bytes, size_t count, bool text) {
  if (!text) return bytes.substr(0, count);
  size_t end = 0;
  for (size_t i = 0; i < count && end < bytes.size(); ++i) {
    const size_t length = SequenceLength(bytes[end]);
    if (length > bytes.size() - end) break;
    end += length;
  }
  return bytes.substr(0, end);
}

std::optional<std::string> Successor(std::string_view bytes, bool text) {
  if (text) return SuccessorOfText(bytes);
  while (!bytes.empty() && bytes.back() == '\xff') bytes.remove_suffix(1);
  if (bytes.empty()) return std::nullopt;
  std::string next(bytes);
  next.back() = static_cast<char>(next.back() + 1);
  return next;
}

Statistics ParquetStatistics(const Leaf& leaf, const ValueRange& range) {
  switch (leaf.physical) {
    case Physical::kBoolean:
      if (!range.integer.any()) return {};
      return {Number(static_cast<int8_t>(range.integer.min)),
              Number(static_cast<int8_t>(range.integer.max))};
    case Physical::kInt32:
      if (!range.integer.any()) return {};
      return {Number(static_cast<int32_t>(range.integer.min)),
              Number(static_cast<int32_t>(range.integer.max))};
    case Physical::kInt64:
      if (!range.integer.any()) return {};
      return {Number(range.integer.min), Number(range.integer.max)};
    case Physical::kFloat:
      if (!range.real.any()) return {};
      return {Number(static_cast<float>(LowerReal(range))),
              Number(static_cast<float>(UpperReal(range)))};
    case Physical::kDouble:
      if (!range.real.any()) return {};
      return {Number(LowerReal(range)), Number(UpperReal(range))};
    case Physical::kBytes:
    case Physical::kFixed:
      break;
  }
  return BytesStatistics(leaf, range.bytes);
}

IcebergBounds ToIcebergBounds(const Leaf& leaf, const ValueRange& range) {
  if (columns::IsBytes(leaf.physical)) return BytesBounds(leaf, range.bytes);
  if (columns::IsReal(leaf.physical)) {
    if (!range.real.any()) return {};
    return BoundsOf(leaf, RealSlot(LowerReal(range)), RealSlot(UpperReal(range)));
  }
  if (!range.integer.any()) return {};
  return BoundsOf(leaf, IntegerSlot(range.integer.min), IntegerSlot(range.integer.max));
}

}  // namespace tarn::lake
