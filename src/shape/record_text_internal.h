// A record's bytes where the fast parser can look behind their end, and the way back to where they
// last.
#pragma once

#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

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
    constexpr size_t kKept = kMiB;  // memory for larger records is given back
    const size_t needed = record.size() + kRoom;
    if (size_ < needed || (size_ > 2 * kKept && needed <= kKept)) {
      size_ = needed + needed / 2;
      copy_ = std::make_unique_for_overwrite<char[]>(size_);
    }
    read_ = {copy_.get(), copy_.get() + record.size(), record.data()};
    if (record.empty()) return false;
    const bool is_ascii = Block::CopyIsAscii(record.data(), record.size(), copy_.get());
    std::memset(copy_.get() + record.size(), 0, kRoom);
    return is_ascii || codec::IsUtf8(record);
  }

  const char* begin() const { return read_.begin; }
  const char* end() const { return read_.end; }

  /// The same bytes where they last.
  const char* Lasting(const char* at) const { return read_.lasting + (at - read_.begin); }

  /// A string's text, escapes undone, as lasting as the slots.
  ///
  /// in       at: behind the opening quote
  /// returns  the byte behind the closing one; null: it is no JSON string
  const char* ReadString(const char* at, columns::RowSlots* slots, std::string_view* text) const {
    const char* const special = Block::FindSpecial(at);
    if (*special == '"') [[likely]] {
      *text = std::string_view(Lasting(at), Lasting(special));
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

  /// As ReadString, with zeros behind the text: it can be read itself.
  const char* ReadPadded(const char* at, columns::RowSlots* slots, std::string_view* text) const {
    const auto left = static_cast<size_t>(end() - at);
    char* const unescaped = slots->Reserve(left + Block::kBlock + kRoom);
    char* unescaped_end = unescaped;
    at = FastScan<Block>::Unescape(at, &unescaped_end);
    if (at == nullptr) return nullptr;
    *text = std::string_view(unescaped, unescaped_end);
    std::memset(unescaped_end, 0, kRoom);
    slots->Commit(text->size() + kRoom);
    return at;
  }

  /// What is being read: the record, or a text in it.
  struct Reading {
    const char* begin = nullptr;
    const char* end = nullptr;
    const char* lasting = nullptr;  // the same bytes, as lasting as the slots
  };

  /// Read a text that ReadPadded gave. returns  what was read until now, for Leave
  Reading Enter(std::string_view text) {
    return std::exchange(read_, {text.data(), text.data() + text.size(), text.data()});
  }
  void Leave(const Reading& outer) { read_ = outer; }

 private:
  static constexpr size_t kRoom = 64;

  std::unique_ptr<char[]> copy_;
  size_t size_ = 0;
  Reading read_;
};

}  // namespace tarn::shape
