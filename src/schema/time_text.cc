#include <limits>

#include "base/time.h"
#include "schema/time_text_internal.h"

namespace tarn::schema::internal {
namespace {

constexpr size_t kFractionDigitsMax = 9;
constexpr size_t kYearDigitsMax = 7;

/// Takes pieces off the front of a text; each returns nothing and takes nothing where its piece is
/// not there.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool done() const { return text_.empty(); }

  bool Take(char wanted) {
    if (text_.empty() || text_.front() != wanted) return false;
    text_.remove_prefix(1);
    return true;
  }

  /// A number of so many digits.
  std::optional<int64_t> Digits(size_t least, size_t most) {
    size_t count = 0;
    int64_t number = 0;
    while (count < most && count < text_.size() && IsDigit(text_[count])) {
      number = number * 10 + (text_[count] - '0');
      ++count;
    }
    if (count < least) return std::nullopt;
    text_.remove_prefix(count);
    return number;
  }

  /// Two digits, up to `most` as a number.
  std::optional<int64_t> Pair(int64_t most) {
    const auto number = Digits(2, 2);
    return number && *number <= most ? number : std::nullopt;
  }

  size_t left() const { return text_.size(); }

 private:
  static bool IsDigit(char letter) { return letter >= '0' && letter <= '9'; }

  std::string_view text_;
};

std::optional<int64_t> ScanDays(Scanner* in) {
  const bool negative = in->Take('-');
  const auto year = in->Digits(negative ? 1 : 4, kYearDigitsMax);
  if (!year || !in->Take('-')) return std::nullopt;
  const auto month = in->Pair(12);
  if (!month || !in->Take('-')) return std::nullopt;
  const auto day = in->Pair(31);
  if (!day) return std::nullopt;
  const CivilDate date{negative ? -*year : *year, static_cast<unsigned>(*month),
                       static_cast<unsigned>(*day)};
  if (!IsValidCivil(date)) return std::nullopt;
  return DaysFromCivil(date);
}

/// Digits after the point of a second, as microseconds.
std::optional<int64_t> ScanFraction(Scanner* in) {
  const size_t before = in->left();
  auto fraction = in->Digits(1, kFractionDigitsMax);
  if (!fraction) return std::nullopt;
  size_t digits = before - in->left();
  for (; digits < 6; ++digits) *fraction *= 10;
  for (; digits > 6; --digits) *fraction /= 10;
  return fraction;
}

std::optional<int64_t> ScanTimeOfDay(Scanner* in) {
  const auto hour = in->Pair(23);
  if (!hour || !in->Take(':')) return std::nullopt;
  const auto minute = in->Pair(59);
  if (!minute) return std::nullopt;
  int64_t micros = (*hour * 3600 + *minute * 60) * kMicrosPerSecond;
  if (!in->Take(':')) return micros;
  const auto second = in->Pair(59);
  if (!second) return std::nullopt;
  micros += *second * kMicrosPerSecond;
  if (!in->Take('.')) return micros;
  const auto fraction = ScanFraction(in);
  if (!fraction) return std::nullopt;
  return micros + *fraction;
}

/// An offset from UTC in microseconds; 0 where the text ends.
std::optional<int64_t> ScanOffset(Scanner* in) {
  if (in->done()) return 0;
  if (in->Take('Z') || in->Take('z')) return 0;
  const bool negative = in->Take('-');
  if (!negative && !in->Take('+')) return std::nullopt;
  const auto hours = in->Pair(23);
  if (!hours) return std::nullopt;
  int64_t minutes = 0;
  if (in->Take(':') || !in->done()) {
    const auto pair = in->Pair(59);
    if (!pair) return std::nullopt;
    minutes = *pair;
  }
  const int64_t micros = (*hours * 3600 + minutes * 60) * kMicrosPerSecond;
  return negative ? -micros : micros;
}

}  // namespace

std::optional<int32_t> ParseDate(std::string_view text) {
  Scanner in(text);
  const auto days = ScanDays(&in);
  if (!days || !in.done() || *days < std::numeric_limits<int32_t>::min() ||
      *days > std::numeric_limits<int32_t>::max()) {
    return std::nullopt;
  }
  return static_cast<int32_t>(*days);
}

std::optional<int64_t> ParseTimeOfDay(std::string_view text) {
  Scanner in(text);
  const auto micros = ScanTimeOfDay(&in);
  return in.done() ? micros : std::nullopt;
}

std::optional<int64_t> ParseTimestamp(std::string_view text) {
  Scanner in(text);
  const auto days = ScanDays(&in);
  if (!days) return std::nullopt;
  int64_t of_day = 0;
  if (!in.done()) {
    if (!in.Take('T') && !in.Take('t') && !in.Take(' ')) return std::nullopt;
    const auto time = ScanTimeOfDay(&in);
    in.Take(' ');
    const auto offset = ScanOffset(&in);
    if (!time || !offset || !in.done()) return std::nullopt;
    of_day = *time - *offset;
  }
  int64_t micros = 0;
  if (__builtin_mul_overflow(*days, kMicrosPerDay, &micros) ||
      __builtin_add_overflow(micros, of_day, &micros)) {
    return std::nullopt;
  }
  return micros;
}

}  // namespace tarn::schema::internal
