#include "shape/convert_time.h"

#include <algorithm>

#include "base/time.h"
#include "shape/json_number.h"

namespace tarn::shape {

namespace {

constexpr int64_t kDayMin = -719162;  // 0001-01-01
constexpr int64_t kDayMax = 2932896;  // 9999-12-31
constexpr int64_t kTimestampMin = kDayMin * kMicrosPerDay;
constexpr int64_t kTimestampMax = (kDayMax + 1) * kMicrosPerDay - 1;
constexpr int kFractionDigitsMax = 9;

/// From this many digits before the decimal point on, an epoch is in milliseconds.
constexpr int64_t kMillisecondDigits = 13;

/// Takes pieces off the front of a text. What has the right form but no meaning (a 13th month) is
/// noted, so that a wrong form further on still wins.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : at_(text.data()), end_(at_ + text.size()) {}

  bool done() const { return at_ == end_; }
  bool in_range() const { return in_range_; }

  bool Take(char wanted) {
    if (done() || *at_ != wanted) return false;
    ++at_;
    return true;
  }
  bool TakeOneOf(std::string_view wanted) {
    if (done() || wanted.find(*at_) == wanted.npos) return false;
    ++at_;
    return true;
  }

  /// A number of exactly `count` digits, which should be within [least, most].
  bool Number(int count, int64_t least, int64_t most, int64_t* number) {
    if (end_ - at_ < count) return false;
    int64_t read = 0;
    for (int i = 0; i < count; ++i) {
      const auto digit = static_cast<unsigned char>(at_[i] - '0');
      if (digit > 9) return false;
      read = read * 10 + digit;
    }
    at_ += count;
    Require(least <= read && read <= most);
    *number = read;
    return true;
  }

  /// One to nine digits behind the point of a second, in microseconds.
  bool Fraction(int64_t* micros) {
    int64_t read = 0;
    int digits = 0;
    for (; !done() && static_cast<unsigned char>(*at_ - '0') <= 9; ++at_, ++digits) {
      if (digits < 6) read = read * 10 + (*at_ - '0');
    }
    if (digits == 0 || digits > kFractionDigitsMax) return false;
    for (; digits < 6; ++digits) read *= 10;
    *micros = read;
    return true;
  }

  void Require(bool meaningful) { in_range_ = in_range_ && meaningful; }

 private:
  const char* at_;
  const char* const end_;
  bool in_range_ = true;
};

bool ScanDate(Scanner* in, int64_t* days) {
  int64_t year = 0;
  int64_t month = 0;
  int64_t day = 0;
  const bool read = in->Number(4, 1, 9999, &year) && in->Take('-') &&
                    in->Number(2, 1, 12, &month) && in->Take('-') && in->Number(2, 1, 31, &day);
  if (!read) return false;
  const CivilDate date{year, static_cast<unsigned>(month), static_cast<unsigned>(day)};
  in->Require(day <= 28 || IsValidCivil(date));
  *days = DaysFromCivil(date);
  return true;
}

/// in  second_max: 60 where a leap second may stand
bool ScanTime(Scanner* in, int64_t second_max, int64_t* micros) {
  int64_t hour = 0;
  int64_t minute = 0;
  int64_t second = 0;
  int64_t fraction = 0;
  if (!in->Number(2, 0, 23, &hour) || !in->Take(':') || !in->Number(2, 0, 59, &minute)) {
    return false;
  }
  if (in->Take(':')) {
    if (!in->Number(2, 0, second_max, &second)) return false;
    if (in->TakeOneOf(".,") && !in->Fraction(&fraction)) return false;
  }
  *micros = ((hour * 60 + minute) * 60 + second) * kMicrosPerSecond + fraction;
  return true;
}

/// What follows a time: nothing, or an offset, which may stand behind a space.
bool ScanOffset(Scanner* in, int64_t* micros) {
  *micros = 0;
  if (in->done()) return true;
  in->Take(' ');
  if (in->TakeOneOf("Zz")) return true;
  const bool negative = in->Take('-');
  if (!negative && !in->Take('+')) return false;
  int64_t hours = 0;
  int64_t minutes = 0;
  if (!in->Number(2, 0, 23, &hours)) return false;
  if ((in->Take(':') || !in->done()) && !in->Number(2, 0, 59, &minutes)) return false;
  const int64_t seconds = (hours * 60 + minutes) * 60;
  *micros = (negative ? -seconds : seconds) * kMicrosPerSecond;
  return true;
}

/// The verdict once the form was right up to here.
Fit Verdict(const Scanner& in) {
  if (!in.done()) return Fit::kWrongType;
  return in.in_range() ? Fit::kFits : Fit::kOutOfRange;
}

}  // namespace

Fit ToDate(std::string_view text, int64_t* value) {
  Scanner in(text);
  int64_t days = 0;
  if (!ScanDate(&in, &days)) return Fit::kWrongType;
  const Fit fit = Verdict(in);
  if (fit == Fit::kFits) *value = days;
  return fit;
}

Fit ToTimeOfDay(std::string_view text, int64_t* value) {
  Scanner in(text);
  int64_t micros = 0;
  if (!ScanTime(&in, 59, &micros)) return Fit::kWrongType;
  const Fit fit = Verdict(in);
  if (fit == Fit::kFits) *value = micros;
  return fit;
}

Fit ToTimestamp(std::string_view text, int64_t* value) {
  Scanner in(text);
  int64_t days = 0;
  int64_t micros = 0;
  int64_t offset = 0;
  if (!ScanDate(&in, &days)) return Fit::kWrongType;
  if (!in.done()) {
    const bool read = in.TakeOneOf("T t") && ScanTime(&in, 60, &micros) && ScanOffset(&in, &offset);
    if (!read) return Fit::kWrongType;
  }
  const int64_t instant = days * kMicrosPerDay + micros - offset;
  in.Require(kTimestampMin <= instant && instant <= kTimestampMax);
  const Fit fit = Verdict(in);
  if (fit == Fit::kFits) *value = instant;
  return fit;
}

Fit EpochToTimestamp(std::string_view text, int64_t* value) {
  const ExactNumber number = ReadExact(text);
  if (number.is_zero()) {
    *value = 0;
    return Fit::kFits;
  }
  if (number.point > kMillisecondDigits + 5) return Fit::kOutOfRange;
  const int64_t decimals = number.point >= kMillisecondDigits ? 3 : 6;
  // The digits before the decimal point and `decimals` behind it: at most 21, of which the
  // largest timestamp has 18.
  const int64_t wanted = number.point + decimals;
  int64_t micros = 0;
  int64_t taken = 0;
  for (const char byte : number.digits) {
    if (byte == '.') continue;
    if (taken == wanted || wanted <= 0) break;
    if (__builtin_mul_overflow(micros, 10, &micros) ||
        __builtin_add_overflow(micros, byte - '0', &micros)) {
      return Fit::kOutOfRange;
    }
    ++taken;
  }
  for (; taken < wanted; ++taken) {
    if (__builtin_mul_overflow(micros, 10, &micros)) return Fit::kOutOfRange;
  }
  // Cut so that a moment only ever moves into the past, as with text.
  const bool is_cut = number.digit_count > std::max(wanted, int64_t{0});
  if (number.negative) micros = -micros - (is_cut ? 1 : 0);
  if (micros < kTimestampMin || micros > kTimestampMax) return Fit::kOutOfRange;
  *value = micros;
  return Fit::kFits;
}

}  // namespace tarn::shape
