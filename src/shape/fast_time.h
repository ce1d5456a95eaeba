// Timestamps as telemetry writes them: YYYY-MM-DDTHH:MM:SS, with a fraction or without, in UTC.
// All others go by ToTimestamp of convert_time.h.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "shape/convert_time.h"

namespace tarn::shape {

/// Remembers the days that it has read: telemetry is mostly of a few.
/// Threads: one at a time.
class FastTime {
 public:
  FastTime() : days_(kDaysKept) {
    for (Day& day : days_) day.Set("1970-01-01", 0);
  }

  /// in       text: may be read 8 bytes beyond its end
  /// returns  false where the text is another, or no timestamp: nothing is then said of it
  bool Read(std::string_view text, int64_t* value) {
    if (text.size() < kPlainSize) return false;
    const char* at = text.data();
    int64_t day = 0;
    if (!ReadDay(text.substr(0, kDateSize), &day)) return false;
    if (at[10] != 'T' && at[10] != ' ' && at[10] != 't') return false;
    int64_t seconds = 0;
    if (!ReadSeconds(at + 11, &seconds)) return false;
    int64_t micros = 0;
    const char* const end = at + text.size();
    at += kPlainSize;
    if (at != end && *at == '.' && !ReadFraction(&at, end, &micros)) return false;
    if (at != end && (*at == 'Z' || *at == 'z')) ++at;
    if (at != end) return false;
    *value = (day * kSecondsPerDay + seconds) * kMicrosPerSecond + micros;
    return true;
  }

 private:
  static constexpr size_t kPlainSize = 19;
  static constexpr size_t kDateSize = 10;
  static constexpr int64_t kSecondsPerDay = 86'400;

  struct Day {
    uint64_t first = 0;  // its text: eight bytes and two
    uint16_t last = 0;
    int64_t number = 0;

    void Set(const char* text, int64_t day) {
      std::memcpy(&first, text, sizeof first);
      std::memcpy(&last, text + sizeof first, sizeof last);
      number = day;
    }
    bool Has(const Day& other) const { return first == other.first && last == other.last; }
  };

  bool ReadDay(std::string_view text, int64_t* number) {
    Day day;
    const char* const digits = text.data();
    day.Set(digits, 0);
    const uint64_t mixed = (day.first ^ uint64_t{day.last} << 16) * 0x9E37'79B9'7F4A'7C15;
    Day& known = days_[mixed >> (64 - kDaysKeptBits)];
    if (!known.Has(day)) {
      if (ToDate(text, &day.number) != Fit::kFits) return false;
      known = day;
    }
    *number = known.number;
    return true;
  }

  /// HH:MM:SS, all eight bytes at once.
  static bool ReadSeconds(const char* at, int64_t* seconds) {
    uint64_t word;
    std::memcpy(&word, at, sizeof word);
    word ^= 0x3030'3A30'303A'3030;  // "00:00:00"
    const bool is_form = (word & 0xF0F0'FFF0'F0FF'F0F0) == 0 &&
                         ((word + 0x0606'0006'0600'0606) & 0xF0F0'00F0'F000'F0F0) == 0;
    const auto two = [&](int shift) {
      return static_cast<int64_t>((word >> shift & 15) * 10 + (word >> (shift + 8) & 15));
    };
    const int64_t hour = two(0);
    const int64_t minute = two(24);
    const int64_t second = two(48);
    *seconds = (hour * 60 + minute) * 60 + second;
    return is_form && hour <= 23 && minute <= 59 && second <= 59;
  }

  /// One to nine digits behind the point, of which six count.
  static bool ReadFraction(const char** at, const char* end, int64_t* micros) {
    const char* p = *at + 1;
    int64_t read = 0;
    int digits = 0;
    for (; p != end && static_cast<unsigned char>(*p - '0') <= 9; ++p, ++digits) {
      if (digits < 6) read = read * 10 + (*p - '0');
    }
    if (digits == 0 || digits > 9) return false;
    for (; digits < 6; ++digits) read *= 10;
    *at = p;
    *micros = read;
    return true;
  }

  static constexpr int kDaysKeptBits = 9;
  static constexpr size_t kDaysKept = size_t{1} << kDaysKeptBits;
  std::vector<Day> days_;
};

}  // namespace tarn::shape
