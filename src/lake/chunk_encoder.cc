#include "lake/chunk_encoder.h"

#include <algorithm>

#include "base/bytes.h"
#include "columns/leaf_values.h"
#include "lake/bloom_filter.h"
#include "lake/delta.h"
#include "lake/run_length.h"

namespace tarn::lake {

namespace {

using columns::ByteBuffer;
using columns::LeafBuffer;
using columns::Physical;
using columns::ValueRange;

/// Values on which DELTA_BINARY_PACKED is tried before a chunk is written with it.
constexpr size_t kDeltaSample = 8192;

void AppendDeltaOf(Physical physical, const char* values, size_t count, ByteBuffer* out) {
  if (physical == Physical::kInt32) {
    AppendDelta<int32_t>(values, count, out);
  } else {
    AppendDelta<int64_t>(values, count, out);
  }
}

void AppendBits(std::string_view booleans, ByteBuffer* out) {
  const size_t size = (booleans.size() + 7) / 8;
  char* const to = out->Extend(size);
  std::memset(to, 0, size);
  for (size_t i = 0; i < booleans.size(); ++i) {
    to[i / 8] = static_cast<char>(to[i / 8] | ((booleans[i] != 0) << (i % 8)));
  }
}

/// One kind of levels as a V1 data page has them: length, then runs.
/// in  levels: empty where all are `highest`
void AppendLevelRuns(std::span<const uint8_t> levels, size_t count, uint8_t highest,
                     ByteBuffer* out) {
  const size_t length_at = out->size();
  out->AppendValue(uint32_t{0});
  if (levels.empty()) {
    AppendRun(highest, count, BitWidth(highest), out);
  } else {
    AppendHybrid(levels, BitWidth(highest), out);
  }
  const size_t length = out->size() - length_at - sizeof(uint32_t);
  StoreLe(out->data() + length_at, static_cast<uint32_t>(length));
}

ValueRange RangeOfPlainBytes(const columns::Leaf& leaf, const char* at, size_t count) {
  ValueRange range;
  const size_t width = columns::ValueWidth(leaf);
  for (size_t i = 0; i < count; ++i) {
    columns::Slot slot;
    slot.length = static_cast<uint32_t>(width);
    if (width == 0) {
      slot.length = LoadLe<uint32_t>(at);
      at += sizeof slot.length;
    }
    slot.bytes = at;
    at += slot.length;
    AddToRange(leaf, slot, &range);
  }
  return range;
}

/// in  at: `count` values as a leaf has them: PLAIN, but a byte for each boolean
ValueRange RangeOfPlain(const columns::Leaf& leaf, const char* at, size_t count) {
  if (columns::IsBytes(leaf.physical)) return RangeOfPlainBytes(leaf, at, count);
  ValueRange range;
  columns::AddNumbersToRange(leaf.physical, at, count, &range);
  return range;
}

}  // namespace

Result<ColumnChunk> ChunkEncoder::Encode(const LeafBuffer& leaf, int64_t file_offset,
                                         ByteBuffer* file) {
  ColumnChunk chunk;
  chunk.entry_count = static_cast<int64_t>(leaf.entries());
  chunk.null_count = static_cast<int64_t>(leaf.null_count());
  chunk.range = leaf.range();
  const Source source = Choose(leaf);
  chunk.encoding = source.encoding;
  PageWriter pages(options_.compression, options_.level, file_offset, file, &chunk);
  if (source.encoding == Encoding::kRleDictionary) {
    const auto& dictionary = leaf.dictionary();
    TRY(pages.WriteDictionary(static_cast<int32_t>(dictionary.size()), dictionary.plain()));
  }
  Span page;
  do {  // a chunk of no entries still has a page
    page = NextPage(source, page);
    MakeBody(source, page);
    const size_t entries = page.end_entry - page.first_entry;
    const size_t values = page.end_value - page.first_value;
    TRY(pages.WriteData({.offset = 0,
                         .bytes = 0,
                         .first_row = static_cast<int64_t>(page.first_row),
                         .entry_count = static_cast<int64_t>(entries),
                         .null_count = static_cast<int64_t>(entries - values),
                         .range = RangeOf(source, page)},
                        source.encoding, body_.view()));
  } while (page.end_entry < leaf.entries());
  if (HasBloomFilter(leaf)) {
    const size_t before = file->size();
    chunk.bloom_offset = file_offset + static_cast<int64_t>(before);
    AppendBloomFilter(leaf, file);
    chunk.bloom_bytes = static_cast<int32_t>(file->size() - before);
  }
  return chunk;
}

bool ChunkEncoder::HasBloomFilter(const LeafBuffer& leaf) const {
  return std::ranges::find(options_.bloom_columns, leaf.leaf().id) != options_.bloom_columns.end();
}

ChunkEncoder::Source ChunkEncoder::Choose(const LeafBuffer& leaf) {
  Source source;
  source.leaf = &leaf;
  source.value_width = columns::ValueWidth(leaf.leaf());
  if (leaf.has_dictionary() && leaf.values() != 0 && DictionaryIsSmaller(leaf)) {
    source.encoding = Encoding::kRleDictionary;
    source.code_width = BitWidth(leaf.dictionary().size() - 1);
    return source;
  }
  source.plain = leaf.has_dictionary() ? DecodeToPlain(leaf) : leaf.plain();
  if (DeltaIsSmaller(leaf, source.plain)) source.encoding = Encoding::kDeltaBinaryPacked;
  return source;
}

bool ChunkEncoder::Source::has_lengths() const {
  return encoding == Encoding::kPlain && value_width == 0;
}

size_t ChunkEncoder::Source::value_bits() const {
  if (encoding == Encoding::kRleDictionary) return static_cast<size_t>(code_width);
  return leaf->leaf().physical == Physical::kBoolean ? 1 : value_width * 8;
}

bool ChunkEncoder::DictionaryIsSmaller(const LeafBuffer& leaf) const {
  const auto& dictionary = leaf.dictionary();
  const size_t values = leaf.values();
  if (size_t{dictionary.size()} * 2 <= values) return true;
  size_t plain = values * columns::ValueWidth(leaf.leaf());
  if (plain == 0) {
    for (const uint32_t code : leaf.codes()) plain += dictionary.plain(code).size();
  }
  const auto code_bits = static_cast<size_t>(BitWidth(dictionary.size() - 1));
  return dictionary.plain().size() + values * code_bits / 8 < plain;
}

std::string_view ChunkEncoder::DecodeToPlain(const LeafBuffer& leaf) {
  plain_.Clear();
  for (const uint32_t code : leaf.codes()) plain_.Append(leaf.dictionary().plain(code));
  return plain_.view();
}

bool ChunkEncoder::DeltaIsSmaller(const LeafBuffer& leaf, std::string_view plain) {
  const Physical physical = leaf.leaf().physical;
  if (physical != Physical::kInt32 && physical != Physical::kInt64) return false;
  const size_t sample = std::min(kDeltaSample, leaf.values());
  body_.Clear();
  const char* const values = plain.data();
  AppendDeltaOf(physical, values, sample, &body_);
  return body_.size() < sample * columns::ValueWidth(leaf.leaf());
}

/// The entries after `before` that fit one page: at least one row, and whole rows where the leaf is
/// repeated.
ChunkEncoder::Span ChunkEncoder::NextPage(const Source& source, const Span& before) const {
  Span page{.first_row = before.end_row,
            .end_row = before.end_row,
            .first_entry = before.end_entry,
            .end_entry = before.end_entry,
            .first_value = before.end_value,
            .end_value = before.end_value,
            .first_byte = before.end_byte,
            .end_byte = before.end_byte};
  if (page.first_entry == 0 && IsOnePage(source)) {
    const LeafBuffer& leaf = *source.leaf;
    page.end_entry = leaf.entries();
    page.end_value = leaf.values();
    page.end_byte = source.plain.size();
  } else if (source.leaf->leaf().repetition_max == 0 && !source.has_lengths()) {
    ExtendByWidth(source, &page);
  } else {
    ExtendByEntry(source, &page);
  }
  return page;
}

/// True where all entries surely fit one page.
bool ChunkEncoder::IsOnePage(const Source& source) const {
  const LeafBuffer& leaf = *source.leaf;
  const size_t level_bits = static_cast<size_t>(BitWidth(leaf.leaf().definition_max)) +
                            static_cast<size_t>(BitWidth(leaf.leaf().repetition_max));
  const size_t value_bits =
      source.has_lengths() ? source.plain.size() * 8 : leaf.values() * source.value_bits();
  return leaf.entries() <= options_.page_rows_max &&
         leaf.entries() * level_bits + value_bits <= options_.page_bytes_max * 8;
}

/// A row is an entry, and a value takes no more than its width.
void ChunkEncoder::ExtendByWidth(const Source& source, Span* page) const {
  const LeafBuffer& leaf = *source.leaf;
  const uint8_t there = leaf.leaf().definition_max;
  const size_t entry_bits = static_cast<size_t>(BitWidth(there)) + source.value_bits();
  const size_t fit = options_.page_bytes_max * 8 / std::max<size_t>(1, entry_bits);
  const size_t entries = std::min(leaf.entries() - page->first_entry,
                                  std::clamp<size_t>(fit, 1, options_.page_rows_max));
  page->end_entry += entries;
  page->end_row += entries;
  const auto definitions = leaf.definitions();
  page->end_value += definitions.empty()
                         ? entries
                         : static_cast<size_t>(std::ranges::count(
                               definitions.subspan(page->first_entry, entries), there));
}

void ChunkEncoder::ExtendByEntry(const Source& source, Span* page) const {
  const LeafBuffer& leaf = *source.leaf;
  const auto definitions = leaf.definitions();
  const auto repetitions = leaf.repetitions();
  const uint8_t there = leaf.leaf().definition_max;
  const size_t level_bits = static_cast<size_t>(BitWidth(there)) +
                            static_cast<size_t>(BitWidth(leaf.leaf().repetition_max));
  const size_t bits_max = options_.page_bytes_max * 8;
  size_t bits = 0;
  for (; page->end_entry < leaf.entries(); ++page->end_entry) {
    size_t entry_bits = level_bits;
    size_t entry_bytes = 0;
    const bool has_value = definitions.empty() || definitions[page->end_entry] == there;
    if (has_value && source.has_lengths()) {
      entry_bytes = sizeof(uint32_t) + LoadLe<uint32_t>(source.plain.data() + page->end_byte);
      entry_bits += entry_bytes * 8;
    } else if (has_value) {
      entry_bits += source.value_bits();
    }
    const bool begins_row = repetitions.empty() || repetitions[page->end_entry] == 0;
    if (begins_row && page->end_row != page->first_row) {
      const size_t rows = page->end_row - page->first_row;
      if (bits + entry_bits > bits_max || rows == options_.page_rows_max) break;
    }
    bits += entry_bits;
    page->end_byte += entry_bytes;
    page->end_value += has_value;
    page->end_row += begins_row;
  }
}

/// The range of a page's values; that of the chunk, where it is all of it.
ValueRange ChunkEncoder::RangeOf(const Source& source, const Span& page) {
  const LeafBuffer& leaf = *source.leaf;
  const size_t values = page.end_value - page.first_value;
  if (values == leaf.values()) return leaf.range();
  if (source.encoding == Encoding::kRleDictionary) {
    return RangeOfCodes(leaf, leaf.codes().subspan(page.first_value, values));
  }
  const size_t at = source.has_lengths() ? page.first_byte : page.first_value * source.value_width;
  return RangeOfPlain(leaf.leaf(), source.plain.data() + at, values);
}

ValueRange ChunkEncoder::RangeOfCodes(const LeafBuffer& leaf, std::span<const uint32_t> codes) {
  ValueRange range;
  code_is_seen_.assign(leaf.dictionary().size(), 0);
  for (const uint32_t code : codes) code_is_seen_[code] = 1;
  for (uint32_t code = 0; code < code_is_seen_.size(); ++code) {
    if (code_is_seen_[code] != 0) AddToRange(leaf.leaf(), leaf.dictionary().slot(code), &range);
  }
  return range;
}

void ChunkEncoder::MakeBody(const Source& source, const Span& page) {
  body_.Clear();
  AppendLevels(source, page);
  AppendValues(source, page);
}

void ChunkEncoder::AppendLevels(const Source& source, const Span& page) {
  const LeafBuffer& leaf = *source.leaf;
  const size_t entries = page.end_entry - page.first_entry;
  if (leaf.leaf().repetition_max != 0) {
    AppendLevelRuns(leaf.repetitions().subspan(page.first_entry, entries), entries,
                    leaf.leaf().repetition_max, &body_);
  }
  if (leaf.leaf().definition_max == 0) return;
  auto definitions = leaf.definitions();
  if (!definitions.empty()) definitions = definitions.subspan(page.first_entry, entries);
  AppendLevelRuns(definitions, entries, leaf.leaf().definition_max, &body_);
}

void ChunkEncoder::AppendValues(const Source& source, const Span& page) {
  const LeafBuffer& leaf = *source.leaf;
  const size_t values = page.end_value - page.first_value;
  if (source.encoding == Encoding::kRleDictionary) {
    body_.AppendValue(static_cast<uint8_t>(source.code_width));
    AppendHybrid(leaf.codes().subspan(page.first_value, values), source.code_width, &body_);
  } else if (leaf.leaf().physical == Physical::kBoolean) {
    AppendBits(source.plain.substr(page.first_value, values), &body_);
  } else if (source.encoding == Encoding::kDeltaBinaryPacked) {
    AppendDeltaOf(leaf.leaf().physical, source.plain.data() + page.first_value * source.value_width,
                  values, &body_);
  } else if (source.value_width != 0) {
    body_.Append(
        source.plain.substr(page.first_value * source.value_width, values * source.value_width));
  } else {
    body_.Append(source.plain.substr(page.first_byte, page.end_byte - page.first_byte));
  }
}

}  // namespace tarn::lake
