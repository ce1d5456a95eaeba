// The scalars of the one pass. As in fast_parser_internal.h, every function that reads takes the
// byte at which it begins, and returns that behind what it has read; null: the record is declined.
#pragma once

#include <cstring>
#include <string_view>

#include "shape/convert_number.h"
#include "shape/fast_row_internal.h"
#include "shape/fast_scan_internal.h"
#include "shape/fast_time.h"
#include "shape/record_text_internal.h"

namespace tarn::shape {

/// The row at hand, the text that it is read from, and how values without others in them get from
/// this to that.
///
/// in  Block: BlockPlain or BlockAvx2
template <class Block>
class FastScalars {
 protected:
  using Scan = FastScan<Block>;

  /// Where a value stands.
  struct Here {
    FastObject* object;   // null: in a list or map
    int level;            // of the object or array that holds it; the record is 1
    uint8_t repetition;   // of the first entry that it pushes
    FastNode* member;     // null: an element or a map's value
    const char* name_at;  // of a member: its opening quote

    /// As received, with its quotes: no name with escapes is taken.
    std::string_view name() const { return {name_at, member->name.size() + 2}; }
  };

  explicit FastScalars(const FastParserContext& context) : row_(context) {}
  ~FastScalars() = default;

  /// A value that does not fit its place. An inferred stream keeps the member.
  const char* ReadMisfit(const Here& here, FastNode* node, Fit fit, const char* at) {
    if (here.member == nullptr || here.member->also != nullptr || node->required ||
        !row_.is_inferred()) {
      return nullptr;
    }
    const char* const end = Scan::SkipValue(at, here.level);
    if (end == nullptr) return nullptr;
    const bool is_clash = fit == Fit::kWrongType;
    const std::string_view why = is_clash ? "type_clash" : "out_of_range";
    if (!row_.Count(*here.object, node, why, is_clash ? 0 : 1)) return nullptr;
    row_.SetNull(*node, here.repetition);
    const auto frame = static_cast<size_t>(here.level - 1);
    const bool is_kept = !row_.has_rest() || row_.rest().KeepMisfit(frame, node->order, here.name(),
                                                                    std::string_view(at, end));
    return is_kept ? end : nullptr;
  }

  const char* ReadText(const Here& here, const FastNode& node, const char* at) {
    std::string_view text;
    const char* end = nullptr;
    if (*at == '"') [[likely]] {
      end = text_.ReadString(at + 1, &row_.slots(), &text);
    } else {
      end = Scan::SkipValue(at, here.level);
      text = std::string_view(text_.Lasting(at), text_.Lasting(end == nullptr ? at : end));
    }
    if (end == nullptr) return nullptr;
    columns::Slot& slot = row_.SlotFor(node, here.repetition);
    slot.bytes = text.data();
    slot.length = static_cast<uint32_t>(text.size());
    return end;
  }

  const char* ReadInteger(const Here& here, FastNode* node, const char* at) {
    int64_t value = 0;
    const char* end = ReadPlainInteger(at, &value);
    Fit fit = Fit::kFits;
    if (end == nullptr) [[unlikely]] {
      end = SkipNumber(at);
      fit = end == nullptr ? Fit::kWrongType : ToInt64(std::string_view(at, end), &value);
    }
    if (node->kind == FastKind::kInt32 && fit == Fit::kFits &&
        value != static_cast<int32_t>(value)) {
      fit = Fit::kOutOfRange;
    }
    if (fit != Fit::kFits) [[unlikely]]
      return ReadMisfit(here, node, fit, at);
    row_.SlotFor(*node, here.repetition).integer = value;
    return end;
  }

  const char* ReadDouble(const Here& here, FastNode* node, const char* at) {
    double value = 0;
    const char* end = ReadPlainDouble(at, &value);
    Fit fit = Fit::kFits;
    if (end == nullptr) [[unlikely]] {
      end = SkipNumber(at);
      fit = end == nullptr ? Fit::kWrongType : ToDouble(std::string_view(at, end), &value);
    }
    if (fit != Fit::kFits) [[unlikely]]
      return ReadMisfit(here, node, fit, at);
    row_.SlotFor(*node, here.repetition).real = value;
    return end;
  }

  const char* ReadBoolean(const Here& here, FastNode* node, const char* at) {
    const bool is_true = std::memcmp(at, "true", 4) == 0;
    if (!is_true && std::memcmp(at, "false", 5) != 0) {
      return ReadMisfit(here, node, Fit::kWrongType, at);
    }
    row_.SlotFor(*node, here.repetition).integer = is_true ? 1 : 0;
    return at + (is_true ? 4 : 5);
  }

  const char* ReadTimestamp(const Here& here, FastNode* node, const char* at) {
    int64_t value = 0;
    Fit fit = Fit::kWrongType;
    const char* end = nullptr;
    if (*at == '"') {
      const char* const special = Block::FindSpecial(at + 1);
      if (*special == '"') end = special + 1;
      const bool is_plain = end != nullptr && time_.Read(std::string_view(at + 1, special), &value);
      if (is_plain) [[likely]] {
        fit = Fit::kFits;
      } else {
        std::string_view text;
        end = text_.ReadString(at + 1, &row_.slots(), &text);
        if (end == nullptr) return nullptr;
        fit = ToTimestamp(text, &value);
      }
    } else if ((end = SkipNumber(at)) != nullptr) {
      fit = EpochToTimestamp(std::string_view(at, end), &value);
    }
    if (fit != Fit::kFits) [[unlikely]]
      return ReadMisfit(here, node, fit, at);
    row_.SlotFor(*node, here.repetition).integer = value;
    return end;
  }

  const char* ReadOther(const Here& here, FastNode* node, const char* at) {
    Fit fit = Fit::kWrongType;
    const char* end = nullptr;
    if (*at == '"') {
      std::string_view text;
      end = text_.ReadString(at + 1, &row_.slots(), &text);
      if (end == nullptr) return nullptr;
      fit = row_.ReadText(*node, text, here.repetition);
    } else if ((end = SkipNumber(at)) != nullptr) {
      fit = row_.ReadNumber(*node, std::string_view(at, end), here.repetition);
    }
    return fit == Fit::kFits ? end : ReadMisfit(here, node, fit, at);
  }

  FastRow row_;
  RecordText<Block> text_;

 private:
  FastTime time_;
};

}  // namespace tarn::shape
