// The one pass of the fast path. Compiled twice: in plain C++, and for AVX2; so all that is in here
// is a template over the block of bytes that is looked at at once.
//
// Every function that reads takes the byte at which it begins, and returns that behind what it has
// read; null: the record is declined.
#pragma once

#include <cstring>
#include <string_view>
#include <vector>

#include "shape/fast_scalars_internal.h"

namespace tarn::shape {

/// in  Block: BlockPlain or BlockAvx2
template <class Block>
class OnePassParser final : public FastParser, private FastScalars<Block> {
 public:
  explicit OnePassParser(const FastParserContext& context) : FastScalars<Block>(context) {}

  bool Fill(const schema::RecordView& record, columns::RowSlots* slots) override {
    if (!text_.Load(record.bytes)) return false;
    row_.Begin(slots);
    if (ReadRecord() && row_.End(record)) return true;
    row_.Abandon();
    return false;
  }

  bool KnowsAll(const schema::RecordView& record, columns::RowSlots* scratch) override {
    if (!text_.Load(record.bytes)) return false;
    may_grow_ = false;
    row_.Look(scratch);
    const bool is_read = ReadRecord();
    row_.Abandon();
    scratch->Clear();
    return is_read && !may_grow_;
  }

  void ForgetCounts() override { row_.ForgetCounts(); }

 private:
  using typename FastScalars<Block>::Here;
  using typename FastScalars<Block>::Scan;
  using FastScalars<Block>::row_;
  using FastScalars<Block>::text_;
  using FastScalars<Block>::ReadMisfit;
  using FastScalars<Block>::ReadText;
  using FastScalars<Block>::ReadInteger;
  using FastScalars<Block>::ReadDouble;
  using FastScalars<Block>::ReadBoolean;
  using FastScalars<Block>::ReadTimestamp;
  using FastScalars<Block>::ReadOther;

  // The record.

  bool ReadRecord() {
    const char* at = SkipSpace(text_.begin());
    if (*at != '{') return false;
    at = ReadMembers(&row_.plan().record, at + 1, 1, 0);
    return at != nullptr && SkipSpace(at) == text_.end();
  }

  // Members.

  /// in  at: behind the opening brace; level: of this object
  const char* ReadMembers(FastObject* object, const char* at, int level, uint8_t repetition) {
    const uint64_t mark = ++object->mark;
    at = SkipSpace(at);
    if (*at == '}') return at + 1;
    Here here{object, level, repetition, nullptr, nullptr};
    FastNode** expected = &object->first;
    for (;;) {
      const char* const name = at;
      FastNode* member = *expected;
      if (member != nullptr && Block::StartsWith(at, *member)) [[likely]] {
        at += member->literal_size;
      } else {
        member = FindMember(object, expected, &at);
        if (member == nullptr) return nullptr;
      }
      if (member->mark == mark) return nullptr;  // given twice
      member->mark = mark;
      at = SkipSpace(at);
      here.member = member;
      here.name_at = name;
      at = ReadMember(here, at);
      if (at == nullptr) return nullptr;
      at = SkipSpace(at);
      if (*at == '}') return at + 1;
      if (*at != ',') return nullptr;
      at = SkipSpace(at + 1);
      expected = &member->follower;
    }
  }

  /// Find a member that was not expected: one or two may be missing; else the table knows.
  ///
  /// in  at: at the name; is set to behind the colon
  FastNode* FindMember(FastObject* object, FastNode** expected, const char** at) {
    constexpr int kMissingMax = 2;
    FastNode* later = *expected;
    for (int i = 0; i < kMissingMax && later != nullptr; ++i) {
      later = later->follower;
      if (later == nullptr || !Block::StartsWith(*at, *later)) continue;
      *at += later->literal_size;
      return later;
    }
    if (**at != '"') return nullptr;
    const char* const begin = *at + 1;
    const char* const end = Block::FindSpecial(begin);
    if (*end != '"') return nullptr;
    const char* const colon = SkipSpace(end + 1);
    if (*colon != ':') return nullptr;
    *at = colon + 1;
    FastNode* found = object->Find(std::string_view(begin, end));
    if (found == nullptr) {
      found = row_.Learn(object, std::string_view(begin, end), *SkipSpace(colon + 1) == 'n');
    }
    if (found != nullptr) *expected = found;
    return found;
  }

  const char* ReadMember(const Here& here, const char* at) {
    if (here.member->kind == FastKind::kUnknown) return ReadUnknown(here, at);
    if (*at == 'n') return ReadNull(here, at);
    const char* end = ReadPlace(here, here.member, at);
    if (here.member->also == nullptr) [[likely]]
      return end;
    for (FastNode* node = here.member->also; node != nullptr && end != nullptr; node = node->also) {
      end = ReadPlace(here, node, at);
    }
    return end;
  }

  const char* ReadNull(const Here& here, const char* at) {
    for (FastNode* node = here.member; node != nullptr; node = node->also) {
      if (node->kind == FastKind::kVariant) {
        if (ReadVariant(here, *node, at) == nullptr) return nullptr;
        continue;
      }
      if (node->required) return nullptr;
      row_.SetNull(*node, here.repetition);
    }
    return SkipNull(at);
  }

  static const char* SkipNull(const char* at) {
    return std::memcmp(at, "null", 4) == 0 ? at + 4 : nullptr;
  }

  /// A member's value into one of the columns that it fills.
  const char* ReadPlace(const Here& here, FastNode* node, const char* at) {
    at = ReadValue(here, node, at);
    if (at == nullptr || node->kind < FastKind::kStruct || !row_.rest().any()) return at;
    const auto frame = static_cast<size_t>(here.level);
    return row_.rest().CloseMember(frame, node->order, here.name()) ? at : nullptr;
  }

  /// A member that has no column.
  const char* ReadUnknown(const Here& here, const char* at) {
    if (*at == 'n' && row_.is_inferred()) return SkipNull(at);
    const char* const end = Scan::SkipValue(at, here.level);
    if (end == nullptr) return nullptr;
    std::string_view why = here.member->why;
    bool decides_type = true;
    if (why.empty()) {
      if (!SeeType(at, end, &decides_type)) return nullptr;
      may_grow_ = may_grow_ || decides_type;
      why = row_.WhyByValueOf(decides_type);
    }
    if (!row_.Count(*here.object, here.member, why, decides_type ? 0 : 1)) return nullptr;
    if (row_.has_rest()) {
      row_.rest().KeepUnknown(static_cast<size_t>(here.level - 1), here.name(),
                              std::string_view(at, end));
    }
    return end;
  }

  /// Whether a value says which type its column has, where that is seen at once.
  static bool SeeType(const char* at, const char* end, bool* decides_type) {
    int64_t integer = 0;
    switch (*at) {
      case '"':
      case 't':
      case 'f':
        return true;
      case '[':
      case '{':
        *decides_type = false;
        return SkipSpace(at + 1) == end - 1;  // empty
      default:
        return ReadPlainInteger(at, &integer) == end;
    }
  }

  // Values.

  /// in  at: at a value that is not null
  const char* ReadValue(const Here& here, FastNode* node, const char* at) {
    switch (node->kind) {
      case FastKind::kText:
        return ReadText(here, *node, at);
      case FastKind::kInt32:
      case FastKind::kInt64:
        return ReadInteger(here, node, at);
      case FastKind::kDouble:
        return ReadDouble(here, node, at);
      case FastKind::kBoolean:
        return ReadBoolean(here, node, at);
      case FastKind::kTimestamp:
        return ReadTimestamp(here, node, at);
      case FastKind::kStruct:
        return ReadStruct(here, node, at);
      case FastKind::kList:
        return ReadList(here, node, at);
      case FastKind::kMap:
        return ReadMap(here, node, at);
      case FastKind::kVariant:
        return ReadVariant(here, *node, at);
      default:
        return ReadOther(here, node, at);
    }
  }

  const char* ReadVariant(const Here& here, const FastNode& node, const char* at) {
    const char* const end = Scan::SkipValue(at, here.level);
    const bool is_read = end != nullptr && row_.ReadVariant(node, std::string_view(at, end));
    return is_read ? end : nullptr;
  }

  // Nested values.

  const char* ReadStruct(const Here& here, FastNode* node, const char* at) {
    if (*at != '{') {
      return *at == '"' && node->is_json_text ? ReadJsonText(here, node, at)
                                              : ReadMisfit(here, node, Fit::kWrongType, at);
    }
    if (here.level == schema::kNestingMax) return nullptr;
    row_.OpenStruct(*node);
    at = ReadMembers(node->object.get(), at + 1, here.level + 1, here.repetition);
    return at != nullptr && row_.CloseStruct(*node, here.repetition) ? at : nullptr;
  }

  /// A struct of the record that comes as a text.
  const char* ReadJsonText(const Here& here, FastNode* node, const char* at) {
    std::string_view inner;
    const char* const end = text_.ReadPadded(at + 1, &row_.slots(), &inner);
    if (end == nullptr) return nullptr;
    const char* inside = inner.data();
    inside = SkipSpace(inside);
    if (*inside != '{') {
      const bool may_be_mark = static_cast<unsigned char>(*inside) >= 0x80;  // a byte order mark
      return may_be_mark ? nullptr : ReadMisfit(here, node, Fit::kWrongType, at);
    }
    const auto outer = text_.Enter(inner);
    row_.OpenStruct(*node);
    inside = ReadMembers(node->object.get(), inside + 1, here.level + 1, here.repetition);
    const bool is_whole = inside != nullptr && SkipSpace(inside) == text_.end();
    text_.Leave(outer);
    return is_whole && row_.CloseStruct(*node, here.repetition) ? end : nullptr;
  }

  const char* ReadList(const Here& here, FastNode* node, const char* at) {
    if (*at != '[') return ReadMisfit(here, node, Fit::kWrongType, at);
    if (here.level == schema::kNestingMax) return nullptr;
    FastNode* const element = &node->inner[0];
    at = SkipSpace(at + 1);
    if (*at == ']') {
      row_.SetEmpty(*node, here.repetition);
      return at + 1;
    }
    Here inside{nullptr, here.level + 1, here.repetition, nullptr, nullptr};
    for (uint32_t index = 0;; ++index) {
      at = ReadInner(inside, element, at);
      if (at == nullptr) return nullptr;
      if (element->kind >= FastKind::kStruct && row_.rest().any()) {
        row_.rest().CloseElement(static_cast<size_t>(inside.level), index);
      }
      at = SkipSpace(at);
      if (*at == ']') return at + 1;
      if (*at != ',') return nullptr;
      at = SkipSpace(at + 1);
      inside.repetition = node->repetition;
    }
  }

  /// An element, or a map's value.
  const char* ReadInner(const Here& here, FastNode* node, const char* at) {
    if (*at != 'n') [[likely]]
      return ReadValue(here, node, at);
    if (node->required) return nullptr;
    row_.SetNull(*node, here.repetition);
    return SkipNull(at);
  }

  const char* ReadMap(const Here& here, FastNode* node, const char* at) {
    FastNode* const key = &node->inner[0];
    FastNode* const value = &node->inner[1];
    if (*at != '{' || key->kind != FastKind::kText) {
      return ReadMisfit(here, node, Fit::kWrongType, at);
    }
    if (here.level == schema::kNestingMax) return nullptr;
    at = SkipSpace(at + 1);
    if (*at == '}') {
      row_.SetEmpty(*node, here.repetition);
      return at + 1;
    }
    Here inside{nullptr, here.level + 1, here.repetition, nullptr, nullptr};
    const size_t first_key = keys_.size();
    for (int entry = 0;; ++entry) {
      const char* const name = at;
      at = ReadKey(inside, *key, at);
      if (at == nullptr) break;
      at = ReadInner(inside, value, at);
      if (at == nullptr) break;
      const auto frame = static_cast<size_t>(inside.level);
      if (value->kind >= FastKind::kStruct && row_.rest().any()) {
        row_.rest().CloseMember(frame, entry,
                                std::string_view(name, name + keys_.back().size() + 2));
      }
      at = SkipSpace(at);
      if (*at != ',') break;
      at = SkipSpace(at + 1);
      inside.repetition = node->repetition;
    }
    const bool is_whole = at != nullptr && *at == '}' && AreDistinct(first_key);
    keys_.resize(first_key);
    return is_whole ? at + 1 : nullptr;
  }

  /// A map's key without escapes. returns  where its value begins
  const char* ReadKey(const Here& here, const FastNode& key, const char* at) {
    if (*at != '"') return nullptr;
    const char* const end = Block::FindSpecial(++at);
    if (*end != '"') return nullptr;
    columns::Slot& slot = row_.SlotFor(key, here.repetition);
    slot.bytes = text_.Lasting(at);
    slot.length = static_cast<uint32_t>(end - at);
    keys_.push_back(std::string_view(at, end));
    at = SkipSpace(end + 1);
    return *at == ':' ? SkipSpace(at + 1) : nullptr;
  }

  /// True where no key from here on stands there twice. Large maps are not taken.
  bool AreDistinct(size_t first) const {
    constexpr size_t kPairwiseMax = 32;
    if (keys_.size() - first > kPairwiseMax) return false;
    for (size_t i = first; i < keys_.size(); ++i) {
      for (size_t j = first; j < i; ++j) {
        if (keys_[i] == keys_[j]) return false;
      }
    }
    return true;
  }

  bool may_grow_ = false;               // the record has a member that could become a column
  std::vector<std::string_view> keys_;  // a stack: of maps
};

}  // namespace tarn::shape
