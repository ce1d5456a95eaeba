#include "derive/record_format.h"

#include <algorithm>
#include <optional>

namespace tarn::derive {
namespace {

constexpr char kRecordSeparator = '\x1e';
constexpr char kLengthKey = '\x08';  // of the header's first field, the message's length
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kBlanks = " \t\r\n";

/// A frame somewhere: text has no such bytes.
bool HasFrame(std::string_view head) {
  for (size_t at = head.find(kRecordSeparator); at != head.npos;
       at = head.find(kRecordSeparator, at + 1)) {
    if (at + 2 < head.size() && head[at + 2] == kLengthKey) return true;
  }
  return false;
}

/// The place after the value in brackets that a text begins with; none where it does not end.
std::optional<size_t> EndOfValue(std::string_view text) {
  size_t depth = 0;
  bool in_string = false;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string) {
      if (c == '\\') ++at;
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) return at + 1;
  }
  return std::nullopt;
}

bool BeginsValue(std::string_view text) { return text.starts_with('{') || text.starts_with('['); }

}  // namespace

RecordFormat RecognizeFormat(std::string_view head) {
  if (head.starts_with(kRecordSeparator)) return RecordFormat::kHeka;
  if (head.starts_with(kByteOrderMark)) head.remove_prefix(kByteOrderMark.size());
  head.remove_prefix(std::min(head.find_first_not_of(kBlanks), head.size()));
  if (!BeginsValue(head)) {
    return HasFrame(head) ? RecordFormat::kHeka : RecordFormat::kLines;
  }
  const size_t line_end = std::min(head.find('\n'), head.size());
  const std::string_view line = head.substr(0, line_end);
  if (const auto end = EndOfValue(line)) {
    const size_t next = line.find_first_not_of(kBlanks, *end);
    const bool is_another = next != line.npos && BeginsValue(line.substr(next));
    return is_another ? RecordFormat::kValues : RecordFormat::kLines;
  }
  // The value goes on in the next line, or this line is cut short and the next one begins its own.
  const size_t next = head.find_first_not_of("\r\n", line_end);
  const bool goes_on = next != head.npos && !BeginsValue(head.substr(next));
  return goes_on ? RecordFormat::kValues : RecordFormat::kLines;
}

}  // namespace tarn::derive
