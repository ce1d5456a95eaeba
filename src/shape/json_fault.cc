#include "shape/json_fault.h"

#include <cstdint>
#include <utility>

#include "base/format.h"
#include "schema/type.h"
#include "shape/json_number.h"

namespace tarn::shape {

namespace {

using schema::RejectReason;

constexpr size_t kCharacterBytesMax = 4;
constexpr size_t kEscapeBytes = 6;  // of `\u00e9`; two of them are a pair of surrogates
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool IsContinuation(std::string_view bytes, size_t at) {
  return at < bytes.size() && (static_cast<unsigned char>(bytes[at]) & 0xC0) == 0x80;
}

/// The length of the UTF-8 character at `at`; 0 where there is none.
/// source  Unicode, table 3-7 "Well-Formed UTF-8 Byte Sequences"
size_t CharacterLength(std::string_view bytes, size_t at) {
  const auto lead = static_cast<unsigned char>(bytes[at]);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4 || !IsContinuation(bytes, at + 1)) return 0;
  if (lead < 0xE0) return 2;
  const auto second = static_cast<unsigned char>(bytes[at + 1]);
  if (!IsContinuation(bytes, at + 2)) return 0;
  if (lead < 0xF0) {
    const bool overlong = lead == 0xE0 && second < 0xA0;
    const bool surrogate = lead == 0xED && second > 0x9F;
    return overlong || surrogate ? 0 : 3;
  }
  const bool overlong = lead == 0xF0 && second < 0x90;
  const bool beyond = lead == 0xF4 && second > 0x8F;
  return overlong || beyond || !IsContinuation(bytes, at + 3) ? 0 : 4;
}

std::optional<JsonFault> FindUtf8Fault(std::string_view bytes) {
  for (size_t at = 0; at < bytes.size();) {
    const size_t length = CharacterLength(bytes, at);
    if (length == 0) {
      return JsonFault{RejectReason::kNotUtf8, Format("the bytes at {} are not UTF-8", at),
                       bytes.size() - at < kCharacterBytesMax};
    }
    at += length;
  }
  return std::nullopt;
}

/// Reads any number of JSON values from the left, and stops at the first fault.
class Checker {
 public:
  explicit Checker(std::string_view text) : text_(text) {}

  std::optional<JsonFault> Run(int levels_above) {
    if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
    SkipSpace();
    if (at_ == text_.size()) return JsonFault{RejectReason::kNotJson, "nothing but white space"};
    const char first = text_[at_];
    size_t values = 0;
    for (; at_ < text_.size(); ++values) {
      if (!Value(levels_above)) return std::move(fault_);
      SkipSpace();
    }
    if (values > 1) {
      return JsonFault{RejectReason::kNotOneObject,
                       Format("{} JSON values in one record; it must be one object", values)};
    }
    if (first == '{') return std::nullopt;
    return JsonFault{RejectReason::kNotOneObject, Format("{}, not an object", KindOf(first))};
  }

 private:
  static std::string_view KindOf(char first) {
    switch (first) {
      case '[':
        return "a JSON array";
      case '"':
        return "a JSON string";
      case 't':
      case 'f':
        return "a JSON boolean";
      case 'n':
        return "a JSON null";
      default:
        return "a JSON number";
    }
  }

  bool Value(int levels_above) {
    if (at_ == text_.size()) return Fault("the record ends where a value should stand");
    switch (text_[at_]) {
      case '{':
        return Enter(levels_above) && Object(levels_above + 1);
      case '[':
        return Enter(levels_above) && Array(levels_above + 1);
      case '"':
        return String();
      default:
        return Scalar();
    }
  }

  bool Enter(int levels_above) {
    if (levels_above == schema::kNestingMax) {
      fault_ = {RejectReason::kTooDeep,
                Format("nested over {} levels at byte {}", schema::kNestingMax, at_)};
      return false;
    }
    ++at_;
    SkipSpace();
    return true;
  }

  bool Object(int level) {
    if (Take('}')) return true;
    do {
      SkipSpace();
      if (!Stands('"')) return Fault("expected a member's name in double quotes");
      if (!String()) return false;
      SkipSpace();
      if (!Take(':')) return Fault("expected a colon");
      SkipSpace();
      if (!Value(level)) return false;
      SkipSpace();
    } while (Take(','));
    return Take('}') || Fault("expected a comma or }");
  }

  bool Array(int level) {
    if (Take(']')) return true;
    do {
      SkipSpace();
      if (!Value(level)) return false;
      SkipSpace();
    } while (Take(','));
    return Take(']') || Fault("expected a comma or ]");
  }

  bool String() {
    ++at_;
    while (at_ < text_.size()) {
      const char byte = text_[at_];
      if (byte == '"') {
        ++at_;
        return true;
      }
      if (static_cast<unsigned char>(byte) < 0x20) {
        return Fault("a control character stands in a string without an escape");
      }
      if (byte != '\\') {
        ++at_;
      } else if (!Escape()) {
        return false;
      }
    }
    return Fault("the record ends inside a string");
  }

  bool Escape() {
    const char letter = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (letter != 'u') {
      if (letter == '\0' || std::string_view("\"\\/bfnrt").find(letter) == std::string_view::npos) {
        return Fault("an escape that JSON does not have", letter == '\0');
      }
      at_ += 2;
      return true;
    }
    const std::optional<uint32_t> unit = Unit(at_);
    if (!unit) {
      return Fault("\\u without four hexadecimal digits", text_.size() - at_ < kEscapeBytes);
    }
    const bool is_low = *unit >= 0xDC00 && *unit < 0xE000;
    const bool is_high = *unit >= 0xD800 && *unit < 0xDC00;
    if (is_high) {
      const std::optional<uint32_t> low = Unit(at_ + 6);
      if (low && *low >= 0xDC00 && *low < 0xE000) {
        at_ += 12;
        return true;
      }
    }
    if (is_high || is_low) {
      fault_ = {RejectReason::kNotUtf8,
                Format("half of a surrogate pair at byte {}: no UTF-8 text can hold it", at_),
                is_high && text_.size() - at_ < 2 * kEscapeBytes};
      return false;
    }
    at_ += 6;
    return true;
  }

  /// The number of a \uXXXX that stands at `at`.
  std::optional<uint32_t> Unit(size_t at) const {
    if (text_.size() < at + 6 || text_[at] != '\\' || text_[at + 1] != 'u') return std::nullopt;
    uint32_t unit = 0;
    for (const char digit : text_.substr(at + 2, 4)) {
      const char lower = static_cast<char>(digit | 0x20);
      if (digit >= '0' && digit <= '9') {
        unit = unit * 16 + static_cast<uint32_t>(digit - '0');
      } else if (lower >= 'a' && lower <= 'f') {
        unit = unit * 16 + static_cast<uint32_t>(lower - 'a' + 10);
      } else {
        return std::nullopt;
      }
    }
    return unit;
  }

  bool Scalar() {
    const size_t end = std::min(text_.find_first_of(" \t\n\r,:[]{}\"", at_), text_.size());
    const std::string_view token = text_.substr(at_, end - at_);
    const bool known = token == "true" || token == "false" || token == "null" ||
                       FormOfNumber(token) != NumberForm::kNone;
    if (!known) return Fault("expected a JSON value", end == text_.size());
    at_ = end;
    return true;
  }

  bool Fault(std::string_view what) { return Fault(what, at_ == text_.size()); }
  bool Fault(std::string_view what, bool ends_early) {
    fault_ = {RejectReason::kNotJson, Format("not JSON at byte {}: {}", at_, what), ends_early};
    return false;
  }

  void SkipSpace() { at_ = std::min(text_.find_first_not_of(" \t\n\r", at_), text_.size()); }
  bool Stands(char byte) const { return at_ < text_.size() && text_[at_] == byte; }
  bool Take(char byte) {
    if (!Stands(byte)) return false;
    ++at_;
    return true;
  }

  const std::string_view text_;
  size_t at_ = 0;
  JsonFault fault_;
};

}  // namespace

std::optional<JsonFault> FindJsonFault(std::string_view record, int levels_above) {
  if (auto fault = FindUtf8Fault(record)) return fault;
  return Checker(record).Run(levels_above);
}

}  // namespace tarn::shape
