#include "decode/line_block.h"

#include <cstring>
#include <utility>

#include "decode/blanks_internal.h"

namespace tarn::decode {
namespace {

std::string_view TrimBlanks(std::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

/// Call `take` with each line, without its `\n`.
template <class Take>
void ForEachLine(const LineBlock& block, Take&& take) {
  std::string_view rest = block.text;
  if (block.offset == 0 && rest.starts_with(kByteOrderMark))
    rest.remove_prefix(kByteOrderMark.size());
  while (!rest.empty()) {
    const void* const end = std::memchr(rest.data(), '\n', rest.size());
    const size_t size = end == nullptr
                            ? rest.size()
                            : static_cast<size_t>(static_cast<const char*>(end) - rest.data());
    take(rest.substr(0, size));
    rest.remove_prefix(size + (end == nullptr ? 0 : 1));
  }
}

schema::RecordView MakeRecord(const LineBlock& block, std::string_view bytes) {
  return {.bytes = bytes,
          .lsn = Lsn(block.offset + static_cast<uint64_t>(bytes.data() - block.text.data())),
          .source = schema::Source::kFile};
}

}  // namespace

void LineBlock::Reserve(size_t size, size_t keep) {
  if (size <= capacity_) return;
  auto grown = std::make_unique_for_overwrite<char[]>(size);
  if (keep != 0) std::memcpy(grown.get(), memory_.get(), keep);
  memory_ = std::move(grown);
  capacity_ = size;
}

void SplitRecords(const LineBlock& block, std::vector<schema::RecordView>* records) {
  records->clear();
  ForEachLine(block, [&](std::string_view line) {
    line = TrimBlanks(line);
    if (!line.empty()) records->push_back(MakeRecord(block, line));
  });
}

void SplitLines(const LineBlock& block, std::vector<schema::RecordView>* lines) {
  lines->clear();
  ForEachLine(block, [&](std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines->push_back(MakeRecord(block, line));
  });
}

}  // namespace tarn::decode
