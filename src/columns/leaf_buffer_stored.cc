// A leaf's entries as bytes and back, for rows that wait outside memory. The bytes are read by the
// process that wrote them, so they have neither version nor byte order.
#include <algorithm>
#include <array>

#include "columns/leaf_buffer.h"
#include "columns/leaf_values.h"

namespace tarn::columns {

namespace {

/// Levels follow, then PLAIN values (of the dictionary where there is one), then codes.
struct Header {
  uint64_t entries = 0;
  uint64_t values = 0;
  uint64_t plain_bytes = 0;
  int64_t nan_count = 0;
  uint32_t dictionary_size = 0;
  bool has_dictionary = false;
  bool has_definitions = false;
};

}  // namespace

void LeafBuffer::Store(ByteBuffer* to) const {
  const std::string_view plain = has_dictionary_ ? dictionary_.plain() : plain_.view();
  to->AppendValue(Header{.entries = entries_,
                         .values = values_,
                         .plain_bytes = plain.size(),
                         .nan_count = range_.nan_count,
                         .dictionary_size = has_dictionary_ ? dictionary_.size() : 0,
                         .has_dictionary = has_dictionary_,
                         .has_definitions = definitions_.size() != 0});
  to->Append(definitions_.view());
  to->Append(repetitions_.view());
  to->Append(plain);
  to->Append(codes_.view());
}

void LeafBuffer::Restore(std::string_view bytes) {
  INVARIANT(entries_ == 0 && bytes.size() >= sizeof(Header), "a new buffer gets what was stored");
  Header header;
  std::memcpy(&header, bytes.data(), sizeof header);
  bytes.remove_prefix(sizeof header);
  const auto take = [&bytes](size_t size) {
    INVARIANT(size <= bytes.size(), "what was stored is whole");
    const std::string_view taken = bytes.substr(0, size);
    bytes.remove_prefix(size);
    return taken;
  };
  entries_ = header.entries;
  if (header.has_definitions) definitions_.Append(take(entries_));
  if (leaf_->repetition_max != 0) repetitions_.Append(take(entries_));
  has_dictionary_ = header.has_dictionary;
  RestoreValues(take(header.plain_bytes), has_dictionary_ ? header.dictionary_size : header.values);
  codes_.Append(bytes);
  values_ = header.values;
  range_.nan_count = header.nan_count;
}

/// in  plain: PLAIN values, so many
void LeafBuffer::RestoreValues(std::string_view plain, size_t count) {
  const char* at = plain.data();
  std::array<Slot, Dictionary::kChunk> slots;
  std::array<uint32_t, Dictionary::kChunk> codes;
  while (count != 0) {
    const size_t some = std::min(count, slots.size());
    for (size_t i = 0; i < some; ++i) slots[i] = TakePlain(leaf_->physical, width_, &at);
    if (has_dictionary_) {
      dictionary_.AppendDistinct({slots.data(), some}, codes.data(), &range_);
    } else {
      AppendPlain({slots.data(), some});
    }
    count -= some;
  }
}

}  // namespace tarn::columns
