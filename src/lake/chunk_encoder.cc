#include "lake/chunk_encoder.h"

#include <algorithm>

#include "base/bytes.h"
#include "columns/leaf_values.h"
#include "lake/delta.h"
#include "lake/run_length.h"

namespace tarn::lake {

namespace {

using columns::ByteBuffer;
using columns::LeafBuffer;
using columns::Physical;

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
    TRY(pages.WriteData(static_cast<int32_t>(entries), source.encoding, body_.view()));
  } while (page.end_entry < leaf.entries());
  return chunk;
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
  AppendDeltaOf(physical, plain.data(), sample, &body_);
  return body_.size() < sample * columns::ValueWidth(leaf.leaf());
}

/// The entries after `before` that fit one page: at least one row, and whole rows where the leaf is
/// repeated.
ChunkEncoder::Span ChunkEncoder::NextPage(const Source& source, const Span& before) const {
  const LeafBuffer& leaf = *source.leaf;
  const auto definitions = leaf.definitions();
  const auto repetitions = leaf.repetitions();
  const uint8_t there = leaf.leaf().definition_max;
  const auto level_bits =
      static_cast<size_t>(BitWidth(there) + BitWidth(leaf.leaf().repetition_max));
  const size_t bits_max = options_.page_bytes_max * 8;
  const size_t bits_of_all =
      leaf.entries() * level_bits +
      (source.has_lengths() ? source.plain.size() * 8 : leaf.values() * source.value_bits());
  if (bits_of_all <= bits_max) {
    return {0, leaf.entries(), 0, leaf.values(), 0, source.plain.size()};
  }
  Span page{before.end_entry, before.end_entry, before.end_value,
            before.end_value, before.end_byte,  before.end_byte};
  size_t bits = 0;
  while (page.end_entry < leaf.entries()) {
    size_t entry_bits = level_bits;
    size_t entry_bytes = 0;
    const bool has_value = definitions.empty() || definitions[page.end_entry] == there;
    if (has_value && source.has_lengths()) {
      entry_bytes = sizeof(uint32_t) + LoadLe<uint32_t>(source.plain.data() + page.end_byte);
      entry_bits += entry_bytes * 8;
    } else if (has_value) {
      entry_bits += source.value_bits();
    }
    const bool may_end = page.end_entry > page.first_entry &&
                         (repetitions.empty() || repetitions[page.end_entry] == 0);
    if (may_end && bits + entry_bits > bits_max) break;
    bits += entry_bits;
    page.end_byte += entry_bytes;
    page.end_value += has_value;
    ++page.end_entry;
  }
  return page;
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
