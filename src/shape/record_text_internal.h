// A record's bytes where the fast parser can look behind their end, and the way back to where they
// last.
#pragma once

#include <cstring>
#include <memory>
#include <string_view>

#include "base/units.h"
#include "codec/text.h"
#include "columns/row_slots.h"
#include "shape/fast_scan_internal.h"

namespace tarn::shape {

/// Holds one record at a time, with zeros behind it.
/// Threads: one at a time.
///
/// in  Block: BlockPlain or BlockAvx2
template <class Block>
class RecordText {
 public:
  /// Take a record, which must stay as long as what is read from it.
  ///
  /// returns  false where it is empty or no UTF-8
  bool Load(std::string_view record) {
    constexpr size_t kRoom = 64;
    constexpr size_t kKept = kMiB;  // memory for larger records is given back
    const size_t needed = record.size() + kRoom;
    if (size_ < needed || (size_ > 2 * kKept && needed <= kKept)) {
      size_ = needed + needed / 2;
      text_ = std::make_unique_for_overwrite<char[]>(size_);
    }
    record_ = record;
    if (record.empty()) return false;
    const bool is_ascii = Block::CopyIsAscii(record.data(), record.size(), text_.get());
    std::memset(text_.get() + record.size(), 0, kRoom);
    return is_ascii || codec::IsUtf8(record);
  }

  const char* begin() const { return text_.get(); }
  const char* end() const { return text_.get() + record_.size(); }

  /// The same bytes in the record itself.
  const char* InRecord(const char* at) const { return record_.data() + (at - text_.get()); }

  /// A string's text, escapes undone, as lasting as the slots.
  ///
  /// in       at: behind the opening quote
  /// returns  the byte behind the closing one; null: it is no JSON string
  const char* ReadString(const char* at, columns::RowSlots* slots, std::string_view* text) const {
    const char* const special = Block::FindSpecial(at);
    if (*special == '"') [[likely]] {
      *text = std::string_view(InRecord(at), InRecord(special));
      return special + 1;
    }
    const auto left = static_cast<size_t>(end() - at);
    char* const unescaped = slots->Reserve(left + Block::kBlock);
    char* unescaped_end = unescaped;
    at = FastScan<Block>::Unescape(at, &unescaped_end);
    if (at == nullptr) return nullptr;
    *text = std::string_view(unescaped, unescaped_end);
    slots->Commit(text->size());
    return at;
  }

 private:
  std::unique_ptr<char[]> text_;
  size_t size_ = 0;
  std::string_view record_;
};

}  // namespace tarn::shape
