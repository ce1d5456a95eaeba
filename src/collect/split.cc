#include "collect/split.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/invariant.h"
#include "collect/header_text.h"

namespace tarn::collect {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

/// Collects slices of one text, within limits.
class RecordList {
 public:
  RecordList(std::string_view text, const SplitLimits& limits) : text_(text), limits_(limits) {}

  /// in  record: a part of the text; a blank one is no record
  Status Add(std::string_view record) {
    record = TrimBlanks(record);
    if (record.empty()) return {};
    if (slices_.size() == limits_.records_max) {
      return Fail(ErrorKind::kTooLarge, "the body has over {} records", limits_.records_max);
    }
    if (record.size() > limits_.record_bytes_max) {
      return Fail(ErrorKind::kTooLarge, "record {} has {} bytes; at most {} are taken",
                  slices_.size() + 1, record.size(), limits_.record_bytes_max);
    }
    slices_.push_back({static_cast<uint32_t>(record.data() - text_.data()),
                       static_cast<uint32_t>(record.size())});
    return {};
  }

  std::vector<schema::RecordBlock::Slice> Take() && { return std::move(slices_); }

 private:
  const std::string_view text_;
  const SplitLimits limits_;
  std::vector<schema::RecordBlock::Slice> slices_;
};

/// returns  where the string that starts at `at` ends; npos where it does not
size_t EndOfString(std::string_view text, size_t at) {
  ++at;
  while (true) {
    at = text.find_first_of("\"\\", at);
    if (at == std::string_view::npos) return at;
    if (text[at] == '"') return at + 1;
    at += 2;  // the backslash and what it escapes
  }
}

/// Where the value that starts at `at` ends, by its quotes and brackets alone: what stands between
/// them is for whoever shapes it. returns  npos where a quote or bracket stays open
size_t EndOfValue(std::string_view text, size_t at) {
  size_t depth = 0;
  while (at < text.size()) {
    switch (text[at]) {
      case '"':
        at = EndOfString(text, at);
        if (depth == 0 || at == std::string_view::npos) return at;
        break;
      case '{':
      case '[':
        ++depth;
        ++at;
        break;
      case '}':
      case ']':
        if (depth == 0) return at;
        ++at;
        if (--depth == 0) return at;
        break;
      case ',':
      case ' ':
      case '\t':
      case '\r':
      case '\n':
        if (depth == 0) return at;
        ++at;
        break;
      default:
        ++at;
    }
  }
  return depth == 0 ? at : std::string_view::npos;
}

size_t SkipBlanks(std::string_view text, size_t at) {
  return std::min(text.find_first_not_of(kBlanks, at), text.size());
}

/// The elements of a text that is one array and nothing else; none where it is not.
std::optional<std::vector<std::string_view>> ElementsOf(std::string_view text, size_t at) {
  std::vector<std::string_view> elements;
  at = SkipBlanks(text, at + 1);
  while (at < text.size() && text[at] != ']') {
    const size_t end = EndOfValue(text, at);
    if (end == std::string_view::npos || end == at) return std::nullopt;
    elements.push_back(text.substr(at, end - at));
    at = SkipBlanks(text, end);
    if (at < text.size() && text[at] == ',') {
      at = SkipBlanks(text, at + 1);
      if (at < text.size() && text[at] == ']') return std::nullopt;  // a comma promises an element
    } else if (at < text.size() && text[at] != ']') {
      return std::nullopt;
    }
  }
  if (at == text.size() || SkipBlanks(text, at + 1) != text.size()) return std::nullopt;
  return elements;
}

bool IsOneValue(std::string_view text, size_t at) {
  const size_t end = EndOfValue(text, at);
  return end != std::string_view::npos && SkipBlanks(text, end) == text.size();
}

Status AddLines(std::string_view text, RecordList* records) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    TRY(records->Add(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return {};
}

bool IsLinesType(std::string_view content_type) {
  static constexpr std::array<std::string_view, 4> kTypes = {
      "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"};
  return std::ranges::any_of(kTypes, [media_type = MediaType(content_type)](std::string_view type) {
    return EqualsIgnoringCase(media_type, type);
  });
}

Status AddRecords(std::string_view text, std::string_view content_type, RecordList* records) {
  const size_t first = SkipBlanks(text, 0);
  if (!IsLinesType(content_type) && first < text.size()) {
    if (text[first] == '[') {
      if (const auto elements = ElementsOf(text, first)) {
        for (const std::string_view element : *elements) TRY(records->Add(element));
        return {};
      }
    } else if (IsOneValue(text, first)) {
      return records->Add(text);
    }
  }
  return AddLines(text, records);
}

}  // namespace

Result<std::shared_ptr<const schema::RecordBlock>> SplitBody(std::string body,
                                                             std::string_view content_type,
                                                             const SplitLimits& limits) {
  INVARIANT(body.size() <= UINT32_MAX, "doors limit bodies to far less than 4 GiB");
  auto block = std::make_shared<schema::RecordBlock>();
  block->buffer = std::move(body);
  RecordList records(block->buffer, limits);
  TRY(AddRecords(block->buffer, content_type, &records));
  block->records = std::move(records).Take();
  if (block->records.empty()) {
    return Fail(ErrorKind::kInvalid,
                "the body holds no record: send a JSON object, a line for each, or an array");
  }
  return block;
}

}  // namespace tarn::collect
